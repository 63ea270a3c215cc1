#pragma once
// From anatomy to images: what a scanner makes of the tissues in each voxel.

#include <array>
#include <string_view>
#include <vector>

#include "core/image.h"
#include "phantom/anatomy.h"
#include "phantom/motion.h"

namespace lobule::phantom {

// The signal of each pure tissue. Where fat suppression is uneven, `fat` is what its failure adds: the part
// of the signal that is proportional to the share of fat's signal left.
struct SignalTable {
  std::array<double, kTissueCount> water{}, fat{};
};

// How the coil and the magnet shade the image.
struct ShadingOptions {
  double coil = 1;                // 0: even; 1: the sensitivity of a breast coil
  double fat_left = 0.16;         // mean share of fat's signal that spectral suppression leaves
  double fat_left_spread = 0.25;  // how much it varies over the field of view, relative
};

class Shading {
 public:
  explicit Shading(const ShadingOptions& options = {}, std::uint64_t seed = 1);

  double sensitivity(Vec3 point_mm) const;
  double fat_left(Vec3 point_mm) const;

 private:
  ShadingOptions options_;
  std::array<double, 5> phases_;
};

// One noise-free image per table, all of the same moment; `through_plane` points average each voxel along the
// slice axis. Voxels are mixtures of their tissues.
std::vector<Image<float>> acquire(const Anatomy& anatomy, const Grid& grid,
                                  const std::vector<SignalTable>& tables, const Shading& shading,
                                  const Motion& motion = {}, int through_plane = 1);

// The magnitude of signal plus complex Gaussian noise of standard deviation `sigma` in each part
// (Gudbjartsson and Patz, Magn Reson Med 34:910, 1995). Streams of different purposes are independent.
void add_rician_noise(Image<float>& image, double sigma, std::uint64_t seed, std::string_view purpose);

// What is true of each voxel of a grid.
struct TissueMaps {
  Image<std::uint8_t> labels;  // the tissue that fills most of it, as a Tissue's number
  Mask breast;                 // 1 right, 2 left (BreastSide): its centre counts as breast
  Image<float> gland_share;
};
TissueMaps tissue_maps(const Anatomy& anatomy, const Grid& grid);

}  // namespace lobule::phantom
