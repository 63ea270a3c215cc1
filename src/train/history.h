#pragma once
// What a training has gone through so far: the rows of log.csv.

#include <map>
#include <string>
#include <vector>

namespace lobule::train {

struct HistoryRow {
  int step = 0;  // changes of the weights so far
  double learning_rate = 0;
  double loss = 0;                       // mean since the row before
  std::map<std::string, double> each;    // the losses of a sum by name, likewise
  std::map<std::string, double> judged;  // over the validation cases; empty where none were judged
};
using History = std::vector<HistoryRow>;

// "step,learning_rate,loss,loss_NAME…,FIGURE…" with a row a line; numbers of judged columns are empty where
// nothing was judged. Read back, the same rows result, to the last bit.
std::string history_csv(const History& history);
History parse_history(const std::string& csv);

}  // namespace lobule::train
