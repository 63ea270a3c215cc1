#pragma once
// A synthetic analysis: two ellipsoid breasts with fibroglandular tissue, a lesion in the left breast, a
// vessel, six phases, a low-resolution ADC map, and findings. Small, exact, the same every time.

#include "core/context.h"
#include "exam/analysis.h"

namespace lobule::report::fixture {

// Where the lesion lies: 12 mm across, in the left breast.
inline constexpr Vec3 kLesion_mm{82, -58, 4};

// `voxel_mm` is the size in the plane; slices are twice as thick. 3 is quick, 1 is for looking at.
exam::Analysis analysis(double voxel_mm = 3);

Provenance& provenance();

}  // namespace lobule::report::fixture
