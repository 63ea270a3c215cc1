#pragma once
// The task "breast_outline": which pixels of a transversal T1 slice, with or without fat saturation, are
// breast. The smallest whole task: it shows the way from digital patients to a mask of a user's own exam.

#include "learn/task.h"

namespace lobule::learn {

Task breast_outline(const TaskOptions& options);

}  // namespace lobule::learn
