#include "train/history.h"

#include <cstdlib>
#include <set>

#include "core/table.h"
#include "core/text.h"

namespace lobule::train {
namespace {

const std::string kLossPrefix = "loss_";

}  // namespace

std::string history_csv(const History& history) {
  std::set<std::string> losses, figures;
  for (const HistoryRow& row : history) {
    for (const auto& [name, value] : row.each) losses.insert(name);
    for (const auto& [name, value] : row.judged) figures.insert(name);
  }
  Table table{{"step", "learning_rate", "loss"}, {}};
  for (const std::string& name : losses) table.columns.push_back(kLossPrefix + name);
  table.columns.insert(table.columns.end(), figures.begin(), figures.end());
  for (const HistoryRow& row : history) {
    std::vector<std::string> cells{std::to_string(row.step), format_number(row.learning_rate),
                                   format_number(row.loss)};
    const auto add = [&](const std::map<std::string, double>& values, const std::string& name) {
      const auto found = values.find(name);
      cells.push_back(found == values.end() ? std::string() : format_number(found->second));
    };
    for (const std::string& name : losses) add(row.each, name);
    for (const std::string& name : figures) add(row.judged, name);
    table.rows.push_back(std::move(cells));
  }
  return to_csv(table);
}

History parse_history(const std::string& csv) {
  const Table table = from_csv(csv, "log.csv");
  History history;
  for (const std::vector<std::string>& cells : table.rows) {
    HistoryRow row;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].empty()) continue;
      const double value = std::strtod(cells[i].c_str(), nullptr);  // a figure may be no number
      const std::string& column = table.columns[i];
      if (column == "step")
        row.step = static_cast<int>(value);
      else if (column == "learning_rate")
        row.learning_rate = value;
      else if (column == "loss")
        row.loss = value;
      else if (column.starts_with(kLossPrefix))
        row.each[column.substr(kLossPrefix.size())] = value;
      else
        row.judged[column] = value;
    }
    history.push_back(std::move(row));
  }
  return history;
}

}  // namespace lobule::train
