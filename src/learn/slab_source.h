#pragma once
// Transversal slices of random MRI slabs with the tissues in them, for tasks that outline slices one by one
// and see some of their neighbours.

#include <memory>
#include <vector>

#include "learn/sample.h"
#include "phantom/sampler_patch.h"

namespace lobule::learn {

// Classes of the target "tissue".
enum class SlabTissue : std::uint8_t { background, breast, gland, vessel, muscle, heart, nipple };
inline constexpr int kSlabTissueCount = 7;

struct SlabSourceOptions {
  phantom::MriPatchOptions patch;  // a few slices of it are enough
  // Slices that the network sees, counted from the one to outline, as nn::Preprocessing has them.
  std::vector<int> neighbours{0};
  // Samples that follow each other share a slab, which costs more than learning from it, and see its channels
  // in turn.
  std::uint64_t samples_per_slab = 2;
  double top_percentile = 99;                // of a slab becomes 1, before the gain
  double least_gain = 0.6, most_gain = 1.6;  // a slab's bright tissue is rarely the whole image's
  // Share of samples that lie at an end of the image (or are all of it), where the outermost slice stands for
  // those beyond.
  double at_an_end = 0.15;
  std::uint64_t size = 0;  // 0: endless
};

// Samples of one input [neighbours, y, x] of one of the patch's channels. Targets of the slab's middle slice,
// all [1, y, x]: "tissue", the classes above (`heart`: blood and myocardium; `vessel` and `nipple` wherever
// they are); "inside", 1 where a voxel counts as breast; "gland", the share of fibroglandular tissue in a
// breast's voxel, 0 to 1. Throws Error where a neighbour lies outside the patch.
std::shared_ptr<const SampleSource> mri_slabs(const SlabSourceOptions& options);

}  // namespace lobule::learn
