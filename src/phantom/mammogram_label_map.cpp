#include "phantom/mammogram_label_map.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"

namespace lobule::phantom {
namespace {

// The box of all that is breast or skin, in LPS.
struct Box {
  Vec3 low{1e9, 1e9, 1e9}, high{-1e9, -1e9, -1e9};
};

std::array<bool, 256> labels_of_breast(const LabelMap& map) {
  std::array<bool, 256> counts{};
  for (const LabelTissue& row : map.table)
    counts[static_cast<std::size_t>(row.label)] = row.breast || share(row.composition, Tissue::skin) > 0.5f;
  return counts;
}

Box box_of(const LabelMap& map) {
  const std::array<bool, 256> counts = labels_of_breast(map);
  const Grid& grid = map.labels.grid;
  Box box;
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        if (!counts[map.labels.at(i, j, k)]) continue;
        const Vec3 p = point_from_index(grid, Vec3{double(i), double(j), double(k)});
        for (int axis = 0; axis < 3; ++axis) {
          box.low[axis] = std::min(box.low[axis], p[axis]);
          box.high[axis] = std::max(box.high[axis], p[axis]);
        }
      }
  return box;
}

// The side of a map that was found fit.
BreastSide side_of(const LabelMap& map) {
  check(map);
  if (!map.side)
    throw Error("label map", "it does not say which breast it is", "a mammogram shows one breast",
                "Give its side");
  return *map.side;
}

}  // namespace

MammogramBody make_body(const LabelMap& given, Vec3 nipple_mm, double spacing_mm) {
  MammogramBody body;
  body.side = side_of(given);
  body.nipple_mm = nipple_mm;
  LabelMap map = given;
  const Vec3 tip = measure_breast(map, body.side).nipple_mm;
  map.labels.grid.origin_mm = map.labels.grid.origin_mm + (nipple_mm - tip);
  const Box box = box_of(map);
  if (box.low.x > box.high.x) throw Error("label map", "no label counts as breast", "its place is not known");
  body.back_mm = box.high.y;
  body.grid.spacing_mm = {spacing_mm, spacing_mm, spacing_mm};
  body.grid.origin_mm = box.low - Vec3{spacing_mm, spacing_mm, spacing_mm};
  for (int axis = 0; axis < 3; ++axis)
    body.grid.size[axis] = static_cast<int>(std::ceil((box.high[axis] - box.low[axis]) / spacing_mm)) + 3;
  body.voxels.resize(body.grid.voxel_count());
  body.inside.resize(body.grid.voxel_count());
  const TissueRaster raster = rasterize(map, body.grid);
  parallel_for_ranges(raster.voxels.size(), 1 << 16, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      double solid = 0;
      body.voxels[i] = body_voxel(raster.voxels[i], solid);
      const bool skin = share_of(raster.voxels[i], static_cast<Material>(Tissue::skin)) > 0;
      if (raster.breast.voxels[i] != 0 || skin)
        body.inside[i] = static_cast<std::uint8_t>(std::lround(255 * solid));
    }
  });
  return body;
}

MammogramExam make_mammograms(const LabelMap& map, const MammogramOptions& options) {
  const BreastSide side = side_of(map);
  const Box box = box_of(map);
  // An anatomy of about the map's size lends what the map does not have.
  AnatomyOptions like;
  like.seed = options.seed;
  like.asymmetry = 0;
  like.half_width_mm = std::clamp(0.5 * (box.high.x - box.low.x), 40.0, 90.0);
  like.half_height_mm = std::clamp(0.5 * (box.high.z - box.low.z), 40.0, 90.0);
  like.depth_mm = std::clamp(box.high.y - box.low.y, 40.0, 140.0);
  like.lesions.clear();
  const Anatomy anatomy(like);
  MammogramOptions views = options;
  views.sides = {side};
  return make_mammograms(anatomy, views, [&](BreastSide) {
    return make_body(map, anatomy.breast(side).nipple_mm(), options.anatomy_mm);
  });
}

}  // namespace lobule::phantom
