#pragma once
// The task "density": background, adipose tissue, dense tissue and pectoral muscle in a mammogram of any
// machine, in standard form (chest wall at the left, dense tissue bright).

#include "learn/task.h"

namespace lobule::learn {

Task density(const TaskOptions& options);

}  // namespace lobule::learn
