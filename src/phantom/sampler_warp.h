#pragma once
// The core of the MRI samplers: a part of a patient's raster turned into signals, one plane ("lane") an
// image, and lanes read at warped places.

#include <algorithm>
#include <span>

#include "phantom/random_parameters.h"
#include "phantom/sampler_fields.h"
#include "phantom/tissue_raster.h"

namespace lobule::phantom {

// A block of voxels of a raster.
struct VoxelBox {
  Index3 low{0, 0, 0}, size{0, 0, 0};
  std::size_t voxel_count() const {
    return static_cast<std::size_t>(size[0]) * size[1] * static_cast<std::size_t>(size[2]);
  }
};

// One value a voxel of the box and lane: the channels in their order, then the shares of gland and of lesion.
struct SignalLanes {
  VoxelBox box;
  std::vector<std::vector<float>> lanes;
  std::vector<std::uint8_t> labels;  // the Tissue that fills most of a voxel, and kBreastLabel in the breast
  bool lesions = true;               // false: the last lane is 0 everywhere
};
inline constexpr std::size_t kMostChannels = 10;
inline constexpr std::uint8_t kBreastLabel = 0x80;
static_assert(kTissueCount <= kBreastLabel);

// The share of fat that suppression leaves, 0 to 1: mean (1 + field) + failure · smooth_step(0.15, 0.45,
// field); where the field is large, a corner fails.
inline float fat_left_at(double mean, double failure, float field) {
  const float t = std::min(std::max((field - 0.15f) / 0.3f, 0.0f), 1.0f);
  const float left =
      static_cast<float>(mean) * (1 + field) + static_cast<float>(failure) * (t * t * (3 - 2 * t));
  return std::min(std::max(left, 0.0f), 1.0f);
}

// The same over a box of voxels.
struct FatLeft {
  double mean = 1, failure = 0;
  SmoothField field;
};

// Fills the lanes; voxels of the box beyond the raster are air. Keeps the lanes' memory.
void make_lanes(const TissueRaster& raster, const VoxelBox& box, const std::vector<MaterialSignals>& signals,
                const FatLeft& fat_left, SignalLanes& lanes);

// A lesion painted over the lanes, within the breast. Coordinates are voxels of the raster.
struct PlacedBlob {
  Vec3 center;
  Vec3 radii{5, 5, 5};
  double irregularity = 0.15, spicules = 0, rim = 0;  // rim: share of the radius that is core; 0: none
  bool patchy = false;                                // non-mass: islands within the outline
  int material = kTissueCount;
};
void paint_blob(const TissueRaster& raster, const PlacedBlob& blob, const RandomStream& shape,
                const std::vector<MaterialSignals>& signals, SignalLanes& lanes);

// Where some voxels come from: prepared once for all lanes that are read there.
class LanePlaces {
 public:
  // Places in voxels of the raster.
  void set(const SignalLanes& lanes, std::span<const float> x, std::span<const float> y,
           std::span<const float> z);
  // out[i] = the lane's value at place i, linearly interpolated; 0 outside the box.
  void read(const SignalLanes& lanes, std::size_t lane, float* out) const;
  // out[i] = the label nearest to place i; 0 outside the box.
  void read_labels(const SignalLanes& lanes, std::uint8_t* out) const;

 private:
  std::size_t count_ = 0;
  std::vector<int> offset_;  // of the voxel before each place
  std::vector<float> along_x_, along_y_, along_z_;
  std::vector<float> beyond_;  // how far beyond the box, in voxels
};

}  // namespace lobule::phantom
