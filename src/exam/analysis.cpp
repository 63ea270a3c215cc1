#include "exam/analysis.h"

#include <algorithm>

namespace lobule::exam {

std::string to_text(Side side) {
  switch (side) {
    case Side::right: return "R";
    case Side::left: return "L";
    case Side::both: return "both";
  }
  return "both";
}

const Map* Analysis::map(const std::string& name) const {
  const auto found = std::find_if(maps.begin(), maps.end(), [&](const Map& map) { return map.name == name; });
  return found == maps.end() ? nullptr : &*found;
}

}  // namespace lobule::exam
