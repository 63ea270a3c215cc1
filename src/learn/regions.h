#pragma once
// The task "regions": masses, clusters of calcifications and distortions in a mammogram of any machine, in
// standard form (chest wall at the left, dense tissue bright).

#include "learn/task.h"

namespace lobule::learn {

Task regions(const TaskOptions& options);

}  // namespace lobule::learn
