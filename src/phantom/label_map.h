#pragma once
// A patient given as a label map instead of a seed: someone else's anatomy, measured or drawn, whose labels
// a table turns into tissues. Images are simulated on it as on an Anatomy, through its TissueRaster.
//
//   LabelMap map{labels, {label_tissue(0, "outside (air)"), label_tissue(4, "50% FGT"), …}};
//   TissueRaster raster = rasterize(place_prone(map), grid);

#include <optional>
#include <string_view>
#include <vector>

#include "phantom/tissue_raster.h"

namespace lobule::phantom {

struct LabelTissue {
  int label = 0;  // 0 to 255
  Composition composition{};
  bool breast = false;  // counts as breast (BreastTruth): neither skin nor nipple nor chest
};

// What words say of a label: a name of tissue.h ("fat", "muscle", …) or the words of published breast maps:
// "outside", "adipose", "fibroglandular", "lesion sphere …", "NN% FGT" (the rest is fat), "subcutaneous fat
// of the chest (not breast)". Throws Error for others, naming what is understood.
LabelTissue label_tissue(int label, std::string_view words);

struct LabelMap {
  Mask labels;
  std::vector<LabelTissue> table;
  std::optional<BreastSide> side;  // of its one breast; without it, the sign of x tells right from left
};

// Throws Error where the map holds no voxel, no tissue but air, or a label that the table lacks or has twice.
void check(const LabelMap& map);

// The map moved such that it lies where an Anatomy's breast does, as coils and compression expect it: the
// breasts' rearmost voxel at y = 10 mm (further back where a long breast would leave the field of view in
// front), their middle at z = 0 and, for one breast, at x = ∓76 mm.
LabelMap place_prone(LabelMap map);

// The share of every tissue in each voxel of any grid. Between the map's voxel centres compositions are
// interpolated linearly, and voxels larger than the map's average as many points as it takes, so that volumes
// are kept; beyond the map is air. Throws as check does. The same for any number of threads.
TissueRaster rasterize(const LabelMap& map, const Grid& grid);

// Volumes by the map's own voxels; gland counts with its share. The nipple is the middle of the nipple's
// label, or else the tissue furthest in front.
BreastTruth measure_breast(const LabelMap& map, BreastSide side);

}  // namespace lobule::phantom
