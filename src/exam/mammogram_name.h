#pragma once
// Side and view where people write them: in a file's name.

#include <string>

namespace lobule::exam {

struct NamedView {
  std::string side;  // "R", "L" or ""
  std::string view;  // "CC", "MLO", … or ""
  std::string rest;  // the other words: what views of one breast pair have in common, "1", "case7"
};

// Of "1-L-CC.png", "case7_RIGHT_MLO.dcm", "mg_rmlo.png": whole words between signs, in any case; of a path
// its last part without ending. Words that contradict each other say nothing.
NamedView view_of_name(const std::string& name);

}  // namespace lobule::exam
