#pragma once
// A proof of diffusion that needs no header: a map that is the logarithm of the ratio of two volumes.

#include <vector>

#include "exam/sort_frames.h"
#include "exam/sort_work.h"

namespace lobule::exam {

// Where a map correlates by 0.95 or more with the logarithm of the ratio of two volumes of its geometry, and
// tissue loses a fifth of its signal from one to the other, the map is an ADC map and the volumes are
// diffusion-weighted: log(S₁ / S₂) = (b₂ − b₁) ADC, whatever the b-values. Subtractions and maps of
// enhancement correlate more with the difference or its ratio to the first volume.
void prove_decay(std::vector<SeriesWork>& works, FrameSource& source, const Cancellation& cancellation);

}  // namespace lobule::exam
