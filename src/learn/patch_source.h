#pragma once
// Random MRI patches with the tissues in them, for tasks that learn from volumes.

#include <memory>

#include "learn/sample.h"
#include "phantom/sampler_patch.h"

namespace lobule::learn {

// Classes of the target "tissue".
enum class PatchTissue : std::uint8_t { background, breast, gland, vessel, muscle, heart, nipple };
inline constexpr int kPatchTissueCount = 7;

struct PatchSourceOptions {
  phantom::MriPatchOptions patch;
  // Neighbours in the order of samples share a patch, which costs more than learning from it, and see its
  // channels in turn.
  std::uint64_t samples_per_patch = 2;
  double top_percentile = 99;                // of a patch becomes 1, before the gain
  double least_gain = 0.6, most_gain = 1.6;  // a patch's bright tissue is rarely the whole image's
  // Share of patches that hold a few slices, the outer ones repeated to the patch's border, as a network sees
  // series of a few slices.
  double thin_slabs = 0;
  std::uint64_t size = 0;  // 0: endless
};

// Samples of one input [1, z, y, x], one of the patch's channels. Targets, all [1, z, y, x]: "tissue", the
// classes above (`heart`: blood and myocardium; `vessel` and `nipple` wherever they are); "inside", 1
// where a voxel counts as breast; "gland", the share of fibroglandular tissue in a breast's voxel, 0 to 1.
std::shared_ptr<const SampleSource> mri_patches(const PatchSourceOptions& options);

}  // namespace lobule::learn
