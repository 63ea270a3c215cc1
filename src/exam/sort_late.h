#pragma once
// The late high-resolution volume after the dynamic.

#include "exam/sort_dynamic.h"
#include "exam/sort_frames.h"
#include "exam/sort_work.h"

namespace lobule::exam {

// Claims as late the single T1 gradient-echo volumes that were acquired after the dynamic, are finer, or
// look more like its last phase than like its first. `source` is null where pixels are not read.
void claim_late(const DynamicGroup& dynamic, std::vector<SeriesWork>& works, FrameSource* source);

// Without a dynamic nothing is late: what claimed it is taken back.
void drop_late_claims(std::vector<SeriesWork>& works);

}  // namespace lobule::exam
