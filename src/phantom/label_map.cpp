#include "phantom/label_map.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/parallel.h"
#include "core/text.h"

namespace lobule::phantom {
namespace {

const char* const kWhere = "label map";

// Where Anatomy puts the middle of a breast, and the chest wall behind it.
constexpr double kBreastX_mm = 76, kChestWallY_mm = 10;
// Where fields of view begin in front (dynamic_grid), with some room.
constexpr double kFrontY_mm = -106;

LabelTissue pure(int label, Tissue tissue, bool breast) {
  LabelTissue row{label, {}, breast};
  share(row.composition, tissue) = 1;
  return row;
}

// The number in front of "% FGT", or −1.
double gland_percent(std::string_view words) {
  const auto sign = words.find('%');
  if (sign == std::string_view::npos || words.find("FGT") == std::string_view::npos) return -1;
  auto begin = sign;
  while (begin > 0 && words[begin - 1] >= '0' && words[begin - 1] <= '9') --begin;
  if (begin == sign || sign - begin > 3) return -1;
  return std::stod(std::string(words.substr(begin, sign - begin)));
}

// The rows of the table by label; −1 where there is none.
std::array<int, 256> rows_by_label(const LabelMap& map) {
  std::array<int, 256> rows;
  rows.fill(-1);
  for (std::size_t r = 0; r < map.table.size(); ++r) {
    const int label = map.table[r].label;
    if (label < 0 || label > 255)
      throw Error(kWhere, "the table has a label " + std::to_string(label), "labels run from 0 to 255");
    if (rows[label] >= 0)
      throw Error(kWhere, "the table has label " + std::to_string(label) + " twice",
                  "it can stand for one tissue only", "Remove one of the rows");
    rows[label] = static_cast<int>(r);
  }
  return rows;
}

bool is_air(const LabelTissue& row) {
  return share(row.composition, Tissue::air) >= 1;
}

BreastSide side_at(const LabelMap& map, Vec3 point) {
  if (map.side) return *map.side;
  return point.x < 0 ? BreastSide::right : BreastSide::left;
}

struct Box {
  Vec3 low{1e9, 1e9, 1e9}, high{-1e9, -1e9, -1e9};
};

Box breast_box(const LabelMap& map) {
  const std::array<int, 256> rows = rows_by_label(map);
  Box box;
  const Grid& grid = map.labels.grid;
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        const int row = rows[map.labels.at(i, j, k)];
        if (row < 0 || !map.table[row].breast) continue;
        const Vec3 p = point_from_index(grid, Vec3{double(i), double(j), double(k)});
        for (int axis = 0; axis < 3; ++axis) {
          box.low[axis] = std::min(box.low[axis], p[axis]);
          box.high[axis] = std::max(box.high[axis], p[axis]);
        }
      }
  return box;
}

// From indices of one grid to those of another.
struct IndexMap {
  Vec3 origin;
  Mat3 step;

  IndexMap(const Grid& from, const Grid& to) : origin(index_from_point(to, point_from_index(from, {}))) {
    for (int axis = 0; axis < 3; ++axis) {
      Vec3 unit;
      unit[axis] = 1;
      step.column[axis] = index_from_point(to, point_from_index(from, unit)) - origin;
    }
  }
  Vec3 operator()(Vec3 index) const { return origin + step * index; }
};

// Weights of the table's rows around points, gathered over the points of one voxel.
class LabelMixer {
 public:
  LabelMixer(const LabelMap& map, const std::array<int, 256>& rows)
      : labels_(map.labels), table_(map.table), rows_(rows), weights_(map.table.size()) {}

  void add(Vec3 index, float weight) {
    const Index3& size = labels_.grid.size;
    int low[3];
    float t[3];
    for (int axis = 0; axis < 3; ++axis) {
      const double floor = std::floor(index[axis]);
      if (!(floor >= -1 && floor < size[axis])) {
        air_ += weight;
        return;
      }
      low[axis] = static_cast<int>(floor);
      t[axis] = static_cast<float>(index[axis] - floor);
    }
    for (int dz = 0; dz < 2; ++dz)
      for (int dy = 0; dy < 2; ++dy)
        for (int dx = 0; dx < 2; ++dx) {
          const float w = weight * (dx ? t[0] : 1 - t[0]) * (dy ? t[1] : 1 - t[1]) * (dz ? t[2] : 1 - t[2]);
          const int i = low[0] + dx, j = low[1] + dy, k = low[2] + dz;
          float& sum = labels_.grid.contains(i, j, k)
                           ? weights_[static_cast<std::size_t>(rows_[labels_.at(i, j, k)])]
                           : air_;
          sum += w;
        }
  }

  // What was gathered, as tissues, and whether most of it is breast; forgets it.
  Composition take(bool& breast) {
    Composition mean{};
    share(mean, Tissue::air) = air_;
    float breast_share = 0, total = air_;
    for (std::size_t row = 0; row < weights_.size(); ++row) {
      const float weight = weights_[row];
      if (weight == 0) continue;
      for (std::size_t t = 0; t < mean.size(); ++t) mean[t] += weight * table_[row].composition[t];
      if (table_[row].breast) breast_share += weight;
      total += weight;
      weights_[row] = 0;
    }
    breast = breast_share > 0.5f * total;
    air_ = 0;
    return mean;
  }

 private:
  const Mask& labels_;
  const std::vector<LabelTissue>& table_;
  const std::array<int, 256>& rows_;
  std::vector<float> weights_;
  float air_ = 0;
};

// How many points a voxel of the grid averages along each axis: steps no longer than the map's voxels.
Index3 points_per_voxel(const Grid& grid, const Grid& map) {
  const double finest = std::min({map.spacing_mm.x, map.spacing_mm.y, map.spacing_mm.z});
  Index3 points;
  for (int axis = 0; axis < 3; ++axis)
    points[axis] = std::clamp(static_cast<int>(std::ceil(grid.spacing_mm[axis] / finest - 1e-6)), 1, 32);
  return points;
}

}  // namespace

LabelTissue label_tissue(int label, std::string_view words) {
  const auto has = [&](std::string_view part) { return words.find(part) != std::string_view::npos; };
  const bool not_breast = has("not breast") || has("chest");
  const double percent = gland_percent(words);
  if (percent >= 0 && percent <= 100) {
    LabelTissue row{label, {}, !not_breast};
    share(row.composition, Tissue::gland) = static_cast<float>(percent / 100);
    share(row.composition, Tissue::fat) = static_cast<float>(1 - percent / 100);
    return row;
  }
  if (has("outside")) return pure(label, Tissue::air, false);
  if (has("lesion")) return pure(label, Tissue::lesion, !not_breast);
  if (has("adipose")) return pure(label, Tissue::fat, !not_breast);
  if (has("fibroglandular")) return pure(label, Tissue::gland, !not_breast);
  // The tissues that can lie within a breast's border.
  constexpr std::array kInBreast{Tissue::fat,    Tissue::ligament,    Tissue::gland,   Tissue::vessel,
                                 Tissue::lesion, Tissue::cyst,        Tissue::implant, Tissue::calcification,
                                 Tissue::clip,   Tissue::fibroadenoma};
  std::string known;
  for (int t = 0; t < kTissueCount; ++t) {
    const Tissue tissue = static_cast<Tissue>(t);
    const char* name = properties(tissue).name;
    known += (t ? ", " : "") + std::string(name);
    const bool in_breast = std::find(kInBreast.begin(), kInBreast.end(), tissue) != kInBreast.end();
    if (words == name || (tissue == Tissue::fat && has("fat")))
      return pure(label, tissue, in_breast && !not_breast);
  }
  throw Error(kWhere, "label " + std::to_string(label) + " is called \"" + std::string(words) + "\"",
              "no tissue goes by that name",
              "Use one of: " + known + ", outside, adipose, fibroglandular, NN% FGT");
}

void check(const LabelMap& map) {
  if (map.labels.empty() || map.labels.voxels.size() != map.labels.grid.voxel_count())
    throw Error(kWhere, "it holds no voxels", "there is nothing to make images of");
  const std::array<int, 256> rows = rows_by_label(map);
  std::array<std::size_t, 256> count{};
  for (const std::uint8_t label : map.labels.voxels) ++count[label];
  bool tissue = false;
  for (int label = 0; label < 256; ++label) {
    if (count[label] == 0) continue;
    if (rows[label] < 0)
      throw Error(kWhere,
                  "label " + std::to_string(label) + " (" + std::to_string(count[label]) +
                      " voxels) is not in the table",
                  "its tissue is not known", "Add a row that names its tissue");
    tissue = tissue || !is_air(map.table[rows[label]]);
  }
  if (!tissue) throw Error(kWhere, "all of it is air", "there is nothing to make images of");
}

LabelMap place_prone(LabelMap map) {
  check(map);
  const Box box = breast_box(map);
  if (box.low.x > box.high.x) throw Error(kWhere, "no label counts as breast", "its place is not known");
  const double x = !map.side ? 0 : *map.side == BreastSide::right ? -kBreastX_mm : kBreastX_mm;
  const Vec3 middle = 0.5 * (box.low + box.high);
  const double rear = std::max(kChestWallY_mm, kFrontY_mm + box.high.y - box.low.y);
  const Vec3 shift = Vec3{x, rear, 0} - Vec3{middle.x, box.high.y, middle.z};
  map.labels.grid.origin_mm = map.labels.grid.origin_mm + shift;
  return map;
}

TissueRaster rasterize(const LabelMap& map, const Grid& grid) {
  check(map);
  const std::array<int, 256> rows = rows_by_label(map);
  TissueRaster raster{grid, std::vector<TissueMix>(grid.voxel_count()), Mask(grid)};
  const Index3 n = points_per_voxel(grid, map.labels.grid);
  const IndexMap to_map(grid, map.labels.grid);
  const float weight = 1.0f / static_cast<float>(n[0] * n[1] * n[2]);
  parallel_for(static_cast<std::size_t>(grid.size[2]), [&](std::size_t slice) {
    LabelMixer mixer(map, rows);
    const int k = static_cast<int>(slice);
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        for (int c = 0; c < n[2]; ++c)
          for (int b = 0; b < n[1]; ++b)
            for (int a = 0; a < n[0]; ++a) {
              const Vec3 index{i + (a + 0.5) / n[0] - 0.5, j + (b + 0.5) / n[1] - 0.5,
                               k + (c + 0.5) / n[2] - 0.5};
              mixer.add(to_map(index), weight);
            }
        bool breast = false;
        const std::size_t voxel = grid.offset(i, j, k);
        raster.voxels[voxel] = pack(mixer.take(breast));
        if (breast)
          raster.breast.voxels[voxel] = static_cast<std::uint8_t>(
              side_at(map, point_from_index(grid, Vec3{double(i), double(j), double(k)})));
      }
  });
  return raster;
}

BreastTruth measure_breast(const LabelMap& map, BreastSide side) {
  check(map);
  const std::array<int, 256> rows = rows_by_label(map);
  BreastTruth truth;
  truth.side = side;
  const Grid& grid = map.labels.grid;
  double breast = 0, gland = 0, nipples = 0, front = std::numeric_limits<double>::infinity();
  Vec3 nipple, tip;
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        const LabelTissue& row = map.table[rows[map.labels.at(i, j, k)]];
        if (is_air(row)) continue;
        const Vec3 point = point_from_index(grid, Vec3{double(i), double(j), double(k)});
        if (side_at(map, point) != side) continue;
        breast += row.breast;
        if (row.breast) gland += static_cast<double>(share(row.composition, Tissue::gland));
        if (point.y < front) front = point.y, tip = point;
        if (share(row.composition, Tissue::nipple) > 0) nipple = nipple + point, ++nipples;
      }
  truth.breast_ml = breast * grid.voxel_volume_ml();
  truth.fgt_ml = gland * grid.voxel_volume_ml();
  truth.percent_density = breast > 0 ? 100 * gland / breast : 0;
  truth.nipple_mm = nipples > 0 ? (1 / nipples) * nipple : tip;
  return truth;
}

}  // namespace lobule::phantom
