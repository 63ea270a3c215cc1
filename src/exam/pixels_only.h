#pragma once
// Headers as the strictest anonymisers leave them.

#include "exam/index.h"

namespace lobule::exam {

// Leaves pixels and their format, geometry, rescale, and the UIDs of classes, instances, series, studies and
// frames of reference; of frames the same.
void keep_pixels_only(io::DicomDataset& dataset);

// The index with all its headers like that: what `lobule sort --pixels-only` sees.
DicomIndex with_pixels_only(DicomIndex index);

}  // namespace lobule::exam
