#pragma once
// From a region's features to its score and its remark in words.

#include "measure/candidates.h"

namespace lobule::measure {

// Sets `score` and `remark` of a region whose other features are measured: the logistic function of a sum
// of log-odds (stated with their sources in the .cpp and in docs/methods/measure.md).
void score_region(Region& region);

// Whether it may be the nipple itself, or the ducts behind it.
bool near_nipple(const Region& region);

}  // namespace lobule::measure
