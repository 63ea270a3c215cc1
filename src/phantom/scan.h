#pragma once
// From tissues in voxels to images: what a scanner makes of a rasterised patient.

#include <array>
#include <string_view>
#include <vector>

#include "phantom/artefacts.h"
#include "phantom/coarse_field.h"
#include "phantom/motion.h"
#include "phantom/tissue_raster.h"

namespace lobule::phantom {

// The signal of each pure material. An image shows water + the share of fat that suppression leaves · fat;
// `pulsating` is the part of the water that the heart's beat scatters into ghosts.
struct SignalTable {
  std::array<float, 256> water{}, fat{}, pulsating{};
};

// How the coil and the magnet shade the image.
struct ShadingOptions {
  double coil = 1;                // 0: even; 1: the sensitivity of a breast coil
  double fat_left = 0.16;         // mean share of fat's signal that spectral suppression leaves
  double fat_left_spread = 0.25;  // how much it varies over the field of view, relative
  double fade_mm = 95;            // over which the coil's sensitivity falls to a third, towards the back
  double floor = 0.22;            // of the sensitivity, far from the coil
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

// What an acquisition does to the plane beside its signals. Rows run along the phase direction, but for EPI,
// whose phase direction is that of the columns.
struct Readout {
  bool suppress_fat = false;
  double fat_left_scale = 1;          // of the share of fat that suppression leaves: its drift in time
  double fat_shift_mm = 0;            // of fat against water, along the columns
  double keep = 1;                    // of the band that the voxels could hold, along phase directions
  double keep_read = 1;               // and along the other, after the filter that scanners apply
  double field_shift_mm_per_ppm = 0;  // along the columns: EPI's distortion
  double ghost = 0;                   // of the pulsating signal, a share
  double ghost_shift = 0.3;           // of the field of view
};

// Scans one rasterised patient: with the coil, the field and the fat suppression of one scanner.
class Scanner {
 public:
  // Refers to the raster: it must outlive the scanner. Its grid is transversal: rows, columns and slices
  // along the LPS axes, as all phantoms have it.
  Scanner(const TissueRaster& raster, const ShadingOptions& shading, const ArtefactOptions& artefacts,
          std::uint64_t seed);

  // A noise-free volume on the raster's grid, of the patient after a motion. Slices are phase encoded too.
  Image<float> volume(const SignalTable& table, const Readout& readout, const Motion& motion = {}) const;

  // A noise-free stack of slices on another grid with the raster's directions.
  Image<float> slices(const SignalTable& table, const Readout& readout, const Grid& grid) const;

  // A few slices in any direction, for localisers: trilinear, without artefacts.
  Image<float> survey(const SignalTable& table, const Grid& grid) const;

  // By how much the readout moves what lies at a point, along the columns: EPI's true distortion.
  double epi_shift_mm(const Readout& readout, Vec3 point_mm) const;
  Image<float> epi_shift_mm(const Readout& readout, const Grid& grid) const;

  // The static field's deviation, and the share of fat that suppression leaves.
  double field_ppm(Vec3 point_mm) const;
  double fat_left(Vec3 point_mm) const;

 private:
  void add_plane(const SignalTable& table, const Readout& readout, int slice, float weight, float* water,
                 float* fat) const;
  void distort(const Readout& readout, const Grid& plane_grid, int slice, float* plane) const;

  const TissueRaster& raster_;
  Shading shading_;
  ArtefactOptions artefacts_;
  Image<float> field_;    // ppm, coarse; empty without susceptibility
  CoarseField fat_left_;  // over the raster's grid
};

// The magnitude of signal plus complex Gaussian noise of standard deviation `sigma` in each part
// (Gudbjartsson and Patz, Magn Reson Med 34:910, 1995). Streams of different purposes are independent.
void add_rician_noise(Image<float>& image, double sigma, std::uint64_t seed, std::string_view purpose);

}  // namespace lobule::phantom
