#pragma once
// The task "sequence": what a series of a breast MRI exam is, from its pixels alone.

#include "learn/task.h"

namespace lobule::learn {

Task sequence(const TaskOptions& options);

}  // namespace lobule::learn
