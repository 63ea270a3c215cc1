#include "phantom/sampler_warp.h"

#include <algorithm>
#include <atomic>
#include <cmath>

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

template <int kLanes>
void fill_lanes(const TissueRaster& raster, const std::vector<MaterialSignals>& signals,
                const FatLeft& fat_left, SignalLanes& out) {
  const LaneTable<kLanes> table(signals);
  const VoxelBox& box = out.box;
  const std::size_t lanes = signals.size() + 2;
  const std::size_t nx = static_cast<std::size_t>(box.size[0]), ny = static_cast<std::size_t>(box.size[1]);
  const std::array<float, kLanes> air = signal_of<kLanes>(table, TissueMix{{0, 0, 0, 0}, {255, 0, 0, 0}}, 0);
  std::atomic<bool> lesions{false};
  parallel_for(static_cast<std::size_t>(box.size[2]), [&](std::size_t k) {
    bool here = false;
    std::vector<float> left(nx);
    for (std::size_t j = 0; j < ny; ++j) {
      std::fill(left.begin(), left.end(), 0.0f);
      fat_left.field.add_row(static_cast<int>(j), static_cast<int>(k), left.data());
      const int row = static_cast<int>(j) + box.low[1], slice = static_cast<int>(k) + box.low[2];
      const std::size_t start = (k * ny + j) * nx;
      for (std::size_t i = 0; i < nx; ++i) {
        const int column = static_cast<int>(i) + box.low[0];
        std::array<float, kLanes> value = air;
        if (raster.grid.contains(column, row, slice)) {
          const double f = static_cast<double>(left[i]);
          const double share = fat_left.mean * (1 + f) +
                               (fat_left.failure > 0 ? fat_left.failure * smooth_step(0.15, 0.45, f) : 0);
          const TissueMix& mix = raster.voxels[raster.grid.offset(column, row, slice)];
          value = signal_of<kLanes>(table, mix, static_cast<float>(std::clamp(share, 0.0, 1.0)));
        }
        for (std::size_t l = 0; l < lanes; ++l) out.lanes[l][start + i] = value[l];
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

void RowPlaces::set(const SignalLanes& lanes, std::span<const float> x, std::span<const float> y,
                    std::span<const float> z) {
  const Index3& low = lanes.box.low;
  const Index3& size = lanes.box.size;
  offset_.assign(x.size(), 0);
  outside_.assign(x.size(), 0.0f);
  for (auto* values : {&along_x_, &along_y_, &along_z_}) values->resize(x.size());
  add_axis(x, low[0], size[0], 1, along_x_.data());
  add_axis(y, low[1], size[1], size[0], along_y_.data());
  add_axis(z, low[2], size[2], size[0] * size[1], along_z_.data());
}

// One axis at a time, without branches, so that the compiler can do several places at once.
void RowPlaces::add_axis(std::span<const float> places, int low, int size, int stride, float* along) {
  // A little before the last voxel, so that each place has a next one.
  constexpr float kLess = 1e-3f;
  const float first = static_cast<float>(low), last = static_cast<float>(size - 1) - kLess;
  const float* in = places.data();
  int* offset = offset_.data();
  float* outside = outside_.data();
  for (std::size_t n = 0; n < places.size(); ++n) {
    const float place = in[n] - first;
    const float inside = std::min(std::max(place, 0.0f), last);
    const int whole = static_cast<int>(inside);
    offset[n] += whole * stride;
    outside[n] += std::abs(inside - place);
    along[n] = inside - static_cast<float>(whole);
  }
}

void RowPlaces::read(const SignalLanes& lanes, std::size_t lane, float* out) const {
  const std::size_t row = static_cast<std::size_t>(lanes.box.size[0]);
  const std::size_t slice = row * static_cast<std::size_t>(lanes.box.size[1]);
  const float* values = lanes.lanes[lane].data();
  if (!lanes.lesions && lane + 1 == lanes.lanes.size()) {
    std::fill_n(out, offset_.size(), 0.0f);
    return;
  }
  for (std::size_t n = 0; n < offset_.size(); ++n) {
    const float* p = values + offset_[n];
    const float* q = p + slice;
    const float tx = along_x_[n], ty = along_y_[n], tz = along_z_[n];
    const float a = p[0] + tx * (p[1] - p[0]), b = p[row] + tx * (p[row + 1] - p[row]);
    const float c = q[0] + tx * (q[1] - q[0]), d = q[row] + tx * (q[row + 1] - q[row]);
    const float e = a + ty * (b - a), f = c + ty * (d - c);
    out[n] = outside_[n] > 0 ? 0.0f : e + tz * (f - e);
  }
}

}  // namespace lobule::phantom
