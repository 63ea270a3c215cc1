#pragma once
// Random patches of breast MRI with their labels, made on the fly for training. Sample n of a seed is always
// the same, whatever the order, the thread or the number of threads.
//
//   MriPatchSampler sampler({.seed = 1});
//   MriPatch patch = sampler.at(4711);       // 96³ voxels, four channels: about 50 ms on two cores
//
// Patients are rasterised into a small pool (sampler_pool.h); from them each sample draws a place, a warp,
// tissues, sequences or invented intensities, lesions, shading, motion, blur and noise.

#include <functional>
#include <memory>

#include "phantom/random_parameters.h"
#include "phantom/sampler_pool.h"
#include "phantom/tissue_raster.h"

namespace lobule::phantom {

// What lies in the middle of a patch (or near it).
enum class PatchFocus : std::uint8_t { lesion, gland, breast, chest, edge };

struct MriPatchOptions {
  std::uint64_t seed = 1;
  Index3 size{96, 96, 96};  // voxels along x, y, z
  double spacing_mm = 1;
  std::vector<MriChannel> channels{
      {MriContrast::dce, 0, 0}, {MriContrast::dce, 1, 0}, {MriContrast::dce, 5, 0}, {MriContrast::t2, 0, 0}};
  std::vector<double> focus_weights{0.40, 0.25, 0.20, 0.10, 0.05};  // by PatchFocus
  double inserted_lesions = 0.5;  // share of samples that get one to three further lesions
  RandomStrength strength;
  std::size_t pool = 4;  // patients held at once: 46 to 128 MB each, mostly 51
  std::uint64_t uses_per_patient = 500;
  double patient_spacing_mm = 1.25;  // of the pool's rasters
  // Patients reach to the spine, the armpits and the liver, for networks that have to know what is no breast;
  // three times the memory at one spacing.
  bool whole_trunk = false;
  // Shares of patients with implants, of single breasts without a chest, and of breasts denser than random
  // ones.
  double implants = 0, lone_breasts = 0, denser = 0;
  // Patients of one's own (a label map, say) instead of random ones; called with the patient's number.
  std::function<TissueRaster(std::uint64_t)> make_patient;
};

struct MriPatch {
  std::uint64_t index = 0;
  Index3 size{0, 0, 0};
  double spacing_mm = 1;
  PatchFocus focus = PatchFocus::breast;
  MriParameters parameters;
  // [channel][z][y][x], x fastest and to the patient's left (or right, in mirrored samples), y to the back, z
  // upwards. Channels of one dynamic share a scale; each scale makes a bright tissue about 1.
  std::vector<float> images;
  std::vector<std::uint8_t> tissue;  // [z][y][x]: the Tissue that fills most of the voxel
  std::vector<std::uint8_t> breast;  // 1 where the voxel counts as breast
  std::vector<float> gland;          // share of gland, 0 to 1
  std::vector<float> lesion;         // share of lesion
};

class MriPatchSampler {
 public:
  // Throws Error for options out of their range.
  explicit MriPatchSampler(MriPatchOptions options);

  const MriPatchOptions& options() const { return options_; }

  // Sample `index`; may be called from many threads at once. The second form reuses the patch's memory.
  MriPatch at(std::uint64_t index) const;
  void at(std::uint64_t index, MriPatch& patch) const;

  struct Patient;  // a raster and places in it

 private:
  MriPatchOptions options_;
  std::shared_ptr<PatientPool<Patient>> pool_;
};

}  // namespace lobule::phantom
