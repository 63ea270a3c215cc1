#pragma once
// The second family's mammograms: another compression, other X-rays, another look than phantom/mammogram.h,
// in the same words.

#include "phantom/mammogram.h"

namespace lobule::phantom::second {

// Throws Error for options out of their range. `options.compression`, `scatter`, `blur`, `noise`, `look`,
// `sides` and `views` mean what they mean there; the anatomy's voxels are at least 0.4 mm.
MammogramExam make_mammograms(const AnatomyOptions& anatomy, const MammogramOptions& options);

}  // namespace lobule::phantom::second
