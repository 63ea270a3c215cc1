#pragma once
// Mammograms of a breast that is given as a label map.

#include "phantom/label_map.h"
#include "phantom/mammogram.h"
#include "phantom/mammogram_body.h"

namespace lobule::phantom {

// The map's breast (one breast, with its side, hanging towards −y) as X-rays see it, moved such that its
// foremost point lies at `nipple_mm`. What counts as chest stays behind.
MammogramBody make_body(const LabelMap& map, Vec3 nipple_mm, double spacing_mm);

// As of an Anatomy: the options' views of the map's side, whatever sides they name. The skin under
// compression, the nipple and the pectoral muscle are this phantom's own, and so are no part of the map's
// volumes. Throws Error as check does, for a map without a side, and for options out of their range.
MammogramExam make_mammograms(const LabelMap& map, const MammogramOptions& options);

}  // namespace lobule::phantom
