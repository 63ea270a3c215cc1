#include "measure/mammogram_domain.h"

#include <algorithm>

namespace lobule::measure {
namespace {

// 1 at `good` and beyond, 0 at `bad` and beyond, a straight line in between.
double ramp(double value, double bad, double good) {
  return std::clamp((value - bad) / (good - bad), 0.0, 1.0);
}

}  // namespace

std::string MammogramDomain::reason() const {
  const auto worst = std::min_element(rules.begin(), rules.end(),
                                      [](const Rule& a, const Rule& b) { return a.score < b.score; });
  return worst == rules.end() ? "" : worst->reason;
}

MammogramDomain mammogram_domain(const MammogramBreast& breast) {
  MammogramDomain domain;
  if (!breast.found) {
    domain.rules.push_back({"no breast was found", 0});
    return domain;
  }
  const double pieces = breast.breast_share > 0 ? breast.piece_share / breast.breast_share : 0;
  const Index3& size = breast.breast.grid.size;
  domain.rules = {
      {"it has too few pixels", ramp(std::min(size[0], size[1]), 40, 80)},
      {"tissue and air are not told apart by their texture", ramp(breast.inverted_margin, 0, 0.1)},
      {"no edge looks like a chest wall", ramp(breast.chest_margin, 0, 0.1)},
      {"the outline at the chest wall is not straight", ramp(breast.chest_fill, 0.2, 0.5)},
      {"what looks like a breast reaches the opposite edge as well", ramp(breast.far_edge, 0.3, 0)},
      {"the outline is not that of one breast", ramp(breast.row_fill, 0.8, 0.9)},
      {"the outline is deeper than it is high", ramp(breast.depth_over_height, 1.7, 1.1)},
      {"several comparable bright pieces", ramp(pieces, 0.8, 0.4)},
      {"the background is not air", ramp(breast.air_texture, 0.15, 0.06)}};
  domain.score = 1;
  for (const MammogramDomain::Rule& rule : domain.rules) domain.score *= rule.score;
  return domain;
}

}  // namespace lobule::measure
