#include "phantom/sampler_warp.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>

#include "core/parallel.h"
#include "phantom/shapes.h"

namespace lobule::phantom {
namespace {

// Signals by material and lane, lanes padded to kLanes so that loops over them unroll.
template <int kLanes>
struct LaneTable {
  std::vector<std::array<float, kLanes>> water, fat;

  explicit LaneTable(const std::vector<MaterialSignals>& signals)
      : water(kMaterialTable), fat(kMaterialTable) {
    const std::size_t gland = signals.size(), lesion = gland + 1;
    for (std::size_t m = 0; m < kMaterialTable; ++m) {
      for (std::size_t c = 0; c < signals.size(); ++c) {
        const bool suppressed = signals[c].fat_suppressed;
        water[m][c] = signals[c].water[m] + (suppressed ? 0 : signals[c].fat[m]);
        fat[m][c] = suppressed ? signals[c].fat[m] : 0;
      }
      water[m][gland] = m == static_cast<std::size_t>(Tissue::gland);
      water[m][lesion] = m >= kTissueCount || m == static_cast<std::size_t>(Tissue::lesion);
    }
  }
};

template <int kLanes>
inline std::array<float, kLanes> signal_of(const LaneTable<kLanes>& table, const TissueMix& mix,
                                           float fat_left) {
  std::array<float, kLanes> sum{};
  if (mix.share[0] == 255) {
    const std::size_t m = std::min<std::size_t>(mix.material[0], kMaterialTable - 1);
    for (std::size_t l = 0; l < kLanes; ++l) sum[l] = table.water[m][l] + fat_left * table.fat[m][l];
    return sum;
  }
  for (std::size_t slot = 0; slot < mix.share.size(); ++slot) {
    if (mix.share[slot] == 0) break;
    const float share = static_cast<float>(mix.share[slot]) * (1.0f / 255);
    const std::size_t m = std::min<std::size_t>(mix.material[slot], kMaterialTable - 1);
    const auto& water = table.water[m];
    const auto& fat = table.fat[m];
    for (std::size_t l = 0; l < kLanes; ++l) sum[l] += share * (water[l] + fat_left * fat[l]);
  }
  return sum;
}

std::uint8_t label_of(const TissueRaster& raster, std::size_t voxel) {
  const Material most = raster.voxels[voxel].material[0];
  const std::uint8_t tissue = most < kTissueCount ? most : static_cast<std::uint8_t>(Tissue::lesion);
  return tissue | (raster.breast.voxels[voxel] != 0 ? kBreastLabel : std::uint8_t{0});
}

template <int kLanes>
void fill_lanes(const TissueRaster& raster, const std::vector<MaterialSignals>& signals,
                const FatLeft& fat_left, SignalLanes& out) {
  const LaneTable<kLanes> table(signals);
  const VoxelBox& box = out.box;
  const std::size_t lanes = signals.size() + 2;
  const std::size_t nx = static_cast<std::size_t>(box.size[0]), ny = static_cast<std::size_t>(box.size[1]);
  const std::array<float, kLanes> air = signal_of<kLanes>(table, TissueMix{{0, 0, 0, 0}, {255, 0, 0, 0}}, 0);
  // The part of a row that the raster has.
  const std::size_t begin = static_cast<std::size_t>(std::clamp(-box.low[0], 0, box.size[0])),
                    end = static_cast<std::size_t>(
                        std::clamp(raster.grid.size[0] - box.low[0], static_cast<int>(begin), box.size[0]));
  std::atomic<bool> lesions{false};
  parallel_for(static_cast<std::size_t>(box.size[2]), [&](std::size_t k) {
    bool here = false;
    std::vector<float> left(std::max(nx, fat_left.field.row_length()));
    const SmoothField::Plane fat_field(fat_left.field, static_cast<int>(k));
    for (std::size_t j = 0; j < ny; ++j) {
      const int row = static_cast<int>(j) + box.low[1], slice = static_cast<int>(k) + box.low[2];
      const std::size_t start = (k * ny + j) * nx;
      const bool within =
          row >= 0 && row < raster.grid.size[1] && slice >= 0 && slice < raster.grid.size[2] && begin < end;
      const auto fill_air = [&](std::size_t from, std::size_t to) {
        for (std::size_t l = 0; l < lanes; ++l)
          std::fill(&out.lanes[l][start + from], &out.lanes[l][start] + to, air[l]);
        std::fill(&out.labels[start + from], &out.labels[start] + to, std::uint8_t{0});
      };
      if (!within) {
        fill_air(0, nx);
        continue;
      }
      if (begin > 0) fill_air(0, begin);
      if (end < nx) fill_air(end, nx);
      std::fill(left.begin(), left.end(), 0.0f);
      fat_field.add_row(static_cast<int>(j), left.data());
      for (float& share : left) share = fat_left_at(fat_left.mean, fat_left.failure, share);
      const std::size_t voxel = raster.grid.offset(box.low[0] + static_cast<int>(begin), row, slice) - begin;
      for (std::size_t i = begin; i < end; ++i) {
        const std::array<float, kLanes> value = signal_of<kLanes>(table, raster.voxels[voxel + i], left[i]);
        for (std::size_t l = 0; l < lanes; ++l) out.lanes[l][start + i] = value[l];
        out.labels[start + i] = label_of(raster, voxel + i);
        here = here || value[lanes - 1] > 0;
      }
    }
    if (here) lesions = true;
  });
  out.lesions = lesions;
}

// Lesions stay within the breast.
bool grows_in(Material material) {
  const Tissue t = static_cast<Tissue>(material);
  return material >= kTissueCount || !(t == Tissue::air || t == Tissue::skin || t == Tissue::muscle ||
                                       t == Tissue::bone || t == Tissue::lung || t == Tissue::implant);
}

// The outline of a blob: how the radius varies with direction, as a few random waves on the sphere.
class Outline {
 public:
  Outline(const PlacedBlob& blob, const RandomStream& random) : blob_(blob) {
    for (std::size_t n = 0; n < waves_.size(); ++n) {
      const bool fine = n >= kCoarse;
      const double frequency = fine ? random.uniform(8 * n, 7, 13) : random.uniform(8 * n, 1.5, 5);
      Vec3 direction{random.normal(8 * n + 1), random.normal(8 * n + 2), random.normal(8 * n + 3)};
      waves_[n] = {(frequency / std::max(1e-6, norm(direction))) * direction,
                   random.uniform(8 * n + 4, 0, 6.28)};
    }
  }

  // The share of the blob in a voxel, and how deep in it lies (0 at the centre, 1 at the surface).
  double share(Vec3 from_center, double& depth) const {
    const Vec3 q{from_center.x / blob_.radii.x, from_center.y / blob_.radii.y, from_center.z / blob_.radii.z};
    depth = norm(q);
    if (depth > kReach) return 0;
    const Vec3 u = (1 / std::max(1e-6, depth)) * q;
    double radius = 1;
    for (std::size_t n = 0; n < kCoarse; ++n)
      radius += blob_.irregularity * 0.5 * std::cos(dot(waves_[n].vector, u) + waves_[n].phase);
    if (blob_.spicules > 0)
      for (std::size_t n = kCoarse; n < waves_.size(); ++n)
        radius += blob_.spicules * std::max(0.0, std::cos(dot(waves_[n].vector, u) + waves_[n].phase) - 0.75);
    const double smallest = std::min({blob_.radii.x, blob_.radii.y, blob_.radii.z});
    double share = std::clamp(0.5 - (depth - radius) * smallest, 0.0, 1.0);
    if (blob_.patchy) {
      double texture = 0;
      for (std::size_t n = 0; n < kCoarse; ++n)
        texture += std::cos(0.35 * dot(waves_[n].vector, from_center) + waves_[n].phase);
      share *= smooth_step(-0.2, 1.2, texture);
    }
    depth /= radius;
    return share;
  }

  static constexpr double kReach = 2;

 private:
  static constexpr std::size_t kCoarse = 5;
  struct Wave {
    Vec3 vector;
    double phase = 0;
  };
  PlacedBlob blob_;
  std::array<Wave, 11> waves_{};
};

}  // namespace

void make_lanes(const TissueRaster& raster, const VoxelBox& box, const std::vector<MaterialSignals>& signals,
                const FatLeft& fat_left, SignalLanes& lanes) {
  lanes.box = box;
  lanes.lanes.resize(signals.size() + 2);
  for (auto& lane : lanes.lanes) lane.resize(box.voxel_count());
  lanes.labels.resize(box.voxel_count());
  if (signals.size() <= 2) {
    fill_lanes<4>(raster, signals, fat_left, lanes);
  } else if (signals.size() <= 6) {
    fill_lanes<8>(raster, signals, fat_left, lanes);
  } else {
    fill_lanes<12>(raster, signals, fat_left, lanes);
  }
}

void paint_blob(const TissueRaster& raster, const PlacedBlob& blob, const RandomStream& shape,
                const std::vector<MaterialSignals>& signals, SignalLanes& out) {
  const Outline outline(blob, shape);
  const std::size_t gland = signals.size(), lesion = gland + 1;
  const std::size_t m = static_cast<std::size_t>(blob.material),
                    core = static_cast<std::size_t>(Tissue::cyst);
  Index3 low, high;
  for (int axis = 0; axis < 3; ++axis) {
    const double at = blob.center[axis] - out.box.low[axis], reach = Outline::kReach * blob.radii[axis];
    low[axis] = std::clamp(static_cast<int>(at - reach), 0, out.box.size[axis]);
    high[axis] = std::clamp(static_cast<int>(at + reach) + 2, 0, out.box.size[axis]);
  }
  for (int k = low[2]; k < high[2]; ++k)
    for (int j = low[1]; j < high[1]; ++j)
      for (int i = low[0]; i < high[0]; ++i) {
        const Vec3 place{double(i + out.box.low[0]), double(j + out.box.low[1]), double(k + out.box.low[2])};
        double depth = 0;
        const float share = static_cast<float>(outline.share(place - blob.center, depth));
        const int column = i + out.box.low[0], row = j + out.box.low[1], slice = k + out.box.low[2];
        if (share <= 0 || !raster.grid.contains(column, row, slice) ||
            !grows_in(raster.voxels[raster.grid.offset(column, row, slice)].material[0]))
          continue;
        // Half of the core is fluid.
        const float fluid =
            blob.rim > 0 ? static_cast<float>(0.5 * (1 - smooth_step(blob.rim - 0.15, blob.rim + 0.1, depth)))
                         : 0;
        const std::size_t voxel = (static_cast<std::size_t>(k) * out.box.size[1] + j) * out.box.size[0] +
                                  static_cast<std::size_t>(i);
        for (std::size_t c = 0; c < signals.size(); ++c) {
          const float tissue = (1 - fluid) * signals[c].water[m] + fluid * signals[c].water[core];
          out.lanes[c][voxel] += share * (tissue - out.lanes[c][voxel]);
        }
        out.lanes[gland][voxel] *= 1 - share;
        out.lesions = true;
        out.lanes[lesion][voxel] += share * (1 - out.lanes[lesion][voxel]);
      }
}

namespace {

// One axis of a box: its first voxel, its last one (a little before it, so that each place has a next one),
// and how many voxels of memory a step takes.
struct BoxAxis {
  float low, last;
  int stride;

  BoxAxis(const VoxelBox& box, std::size_t axis)
      : low(static_cast<float>(box.low[axis])),
        last(static_cast<float>(box.size[axis] - 1) - 1e-3f),
        stride(axis == 0   ? 1
               : axis == 1 ? box.size[0]
                           : box.size[0] * box.size[1]) {}
};

// Splits places into the voxel before (added to `offset`), the way from it to the next, and how far beyond
// the box. The arrays are apart and the loop has no branches, so that the compiler does several places at
// once.
void split(const float* __restrict places, std::size_t count, const BoxAxis& box_axis, int* __restrict offset,
           float* __restrict along, float* __restrict beyond) {
  const BoxAxis axis = box_axis;
  for (std::size_t n = 0; n < count; ++n) {
    const float place = places[n] - axis.low;
    float inside = place > 0 ? place : 0;
    inside = inside < axis.last ? inside : axis.last;
    const int whole = static_cast<int>(inside);
    offset[n] += whole * axis.stride;
    along[n] = inside - static_cast<float>(whole);
    beyond[n] += std::abs(place - inside);
  }
}

// Four numbers that the processor treats at once, where it can (an extension of GCC and Clang).
using Four = float __attribute__((vector_size(16)));

// The corners of a square of voxels: a pair of a row, and the pair of the next row.
inline Four four_corners(const float* first, std::size_t row) {
  using Two = double __attribute__((vector_size(16)));
  double pair, next;
  std::memcpy(&pair, first, sizeof pair), std::memcpy(&next, first + row, sizeof next);
  return reinterpret_cast<Four>(Two{pair, next});
}

// Four places' values, linearly interpolated.
inline Four four_values(const float* values, std::size_t row, std::size_t slice, const int* offset,
                        const float* along_x, const float* along_y, const float* along_z) {
  Four corner[4];
  for (std::size_t i = 0; i < 4; ++i) {
    const float* p = values + offset[i];
    const Four below = four_corners(p, row), above = four_corners(p + slice, row);
    corner[i] = below + along_z[i] * (above - below);
  }
  // From the corners of each place to the places of each corner.
  const Four a = __builtin_shufflevector(corner[0], corner[1], 0, 4, 1, 5),
             b = __builtin_shufflevector(corner[2], corner[3], 0, 4, 1, 5),
             c = __builtin_shufflevector(corner[0], corner[1], 2, 6, 3, 7),
             d = __builtin_shufflevector(corner[2], corner[3], 2, 6, 3, 7);
  const Four c00 = __builtin_shufflevector(a, b, 0, 1, 4, 5), c10 = __builtin_shufflevector(a, b, 2, 3, 6, 7),
             c01 = __builtin_shufflevector(c, d, 0, 1, 4, 5), c11 = __builtin_shufflevector(c, d, 2, 3, 6, 7);
  Four tx, ty;
  std::memcpy(&tx, along_x, sizeof tx), std::memcpy(&ty, along_y, sizeof ty);
  const Four x0 = c00 + ty * (c01 - c00), x1 = c10 + ty * (c11 - c10);
  return x0 + tx * (x1 - x0);
}

}  // namespace

void LanePlaces::set(const SignalLanes& lanes, std::span<const float> x, std::span<const float> y,
                     std::span<const float> z) {
  const std::size_t count = count_ = x.size();
  // Places are read in fours; what is beyond the last is read and not used.
  const std::size_t fours = (count + 3) / 4 * 4;
  offset_.assign(fours, 0), beyond_.assign(fours, 0.0f);
  for (auto* values : {&along_x_, &along_y_, &along_z_}) values->resize(fours);
  split(x.data(), count, BoxAxis(lanes.box, 0), offset_.data(), along_x_.data(), beyond_.data());
  split(y.data(), count, BoxAxis(lanes.box, 1), offset_.data(), along_y_.data(), beyond_.data());
  split(z.data(), count, BoxAxis(lanes.box, 2), offset_.data(), along_z_.data(), beyond_.data());
}

void LanePlaces::read(const SignalLanes& lanes, std::size_t lane, float* out) const {
  if (!lanes.lesions && lane + 1 == lanes.lanes.size()) {
    std::fill_n(out, count_, 0.0f);
    return;
  }
  const std::size_t row = static_cast<std::size_t>(lanes.box.size[0]);
  const std::size_t slice = row * static_cast<std::size_t>(lanes.box.size[1]);
  const float* values = lanes.lanes[lane].data();
  const std::size_t count = count_;
  std::size_t n = 0;
  for (; n + 4 <= count; n += 4) {
    const Four value = four_values(values, row, slice, &offset_[n], &along_x_[n], &along_y_[n], &along_z_[n]);
    std::memcpy(out + n, &value, sizeof value);
  }
  if (n < count) {
    const Four value = four_values(values, row, slice, &offset_[n], &along_x_[n], &along_y_[n], &along_z_[n]);
    std::memcpy(out + n, &value, (count - n) * sizeof(float));
  }
  for (n = 0; n < count; ++n) out[n] = beyond_[n] > 0 ? 0.0f : out[n];
}

void LanePlaces::read_labels(const SignalLanes& lanes, std::uint8_t* out) const {
  const int row = lanes.box.size[0], slice = row * lanes.box.size[1];
  const std::uint8_t* labels = lanes.labels.data();
  for (std::size_t n = 0; n < count_; ++n) {
    const int nearest = offset_[n] + (along_x_[n] >= 0.5f) + (along_y_[n] >= 0.5f ? row : 0) +
                        (along_z_[n] >= 0.5f ? slice : 0);
    out[n] = beyond_[n] > 0 ? std::uint8_t{0} : labels[nearest];
  }
}

}  // namespace lobule::phantom
