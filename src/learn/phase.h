#pragma once
// The task "phase": which volume of a dynamic series is the pre-contrast one, which the early one, and in
// which order the others follow, from pixels alone.

#include "learn/task.h"

namespace lobule::learn {

Task phase(const TaskOptions& options);

}  // namespace lobule::learn
