#pragma once
// Random changes of training samples, in two halves: `draw` says what will be done, as a value that can be
// printed and read back; `apply` does it. The same draw gives the same bytes, so that any sample that a
// network ever saw can be looked at again.
//
// Kinds and default ranges are nnU-Net's (Isensee et al. 2021, supplementary note 4), with TorchIO's bias
// field (Pérez-García et al. 2021; Sudre et al. 2017) and an elastic warp on a lattice of cubic B-splines (as
// Ronneberger et al. 2015, section 3.1). Places are warped first, then tissue contrast changes (gamma,
// contrast, gain), then what a scanner adds: shading, coarse voxels, blur, noise.

#include <array>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "learn/sample.h"

namespace lobule::learn {

// What is done with some chance, to a strength that lies evenly in a range.
struct AugmentationRange {
  double chance = 0;
  double low = 0, high = 0;
};

struct AugmentationOptions {
  // Of z, y, x: whether the axis is mirrored in half of the samples.
  std::array<bool, 3> mirror{false, false, true};
  // Radians about the axes z, y, x; of two-dimensional images only the first turns.
  std::array<AugmentationRange, 3> rotation_rad{{{0.2, -0.52, 0.52}, {0.2, -0.52, 0.52}, {0.2, -0.52, 0.52}}};
  AugmentationRange scale{0.2, 0.7, 1.4};     // above 1 enlarges; the same along all axes
  AugmentationRange elastic_voxels{0, 0, 3};  // standard deviation of the lattice's displacements
  double elastic_spacing_voxels = 24;
  std::array<double, 3> spacing{1, 1, 1};  // of voxels along z, y, x, in any unit: what a rotation keeps

  AugmentationRange gamma{0.3, 0.7, 1.5};
  double gamma_inverted = 0.25;  // share of gammas that work on the negative
  AugmentationRange contrast{0.15, 0.65, 1.5};
  AugmentationRange gain{0.15, 0.7, 1.3};
  AugmentationRange bias{0.2, 0, 0.5};   // the largest coefficient of the logarithm's polynomial
  AugmentationRange coarse{0.25, 1, 2};  // voxels become so much larger
  AugmentationRange blur_voxels{0.2, 0.5, 1};
  AugmentationRange noise{0.15, 0, 0.3};  // standard deviation, in units of the input
  // Channels get strengths of their own; false: all of them the same, as phases of one series need it.
  bool channels_apart = true;

  // Targets that are warped by linear interpolation, NaN where they reach beyond the image. All others are
  // labels: the nearest voxel, `outside_label` beyond. Targets of other extents than the images' (a class,
  // say) stay as they are; so do boxes, hence detectors make their targets after augmentation.
  std::set<std::string> smooth_targets;
  float outside_label = -1;  // what losses ignore
};

// What is done to the intensities of a channel; as it stands: nothing.
struct ChannelDraw {
  double gamma = 1;
  bool inverted = false;
  double contrast = 1, gain = 1;
  // Of x^i y^j z^k with i + j + k from 1 to 3, by k, then j, then i; coordinates run from −1 to 1. Empty:
  // none.
  std::vector<double> bias = {};
  double coarse = 1, blur_voxels = 0, noise = 0;

  friend bool operator==(const ChannelDraw&, const ChannelDraw&) = default;
};

// As it stands: nothing is done.
struct AugmentationDraw {
  std::uint64_t seed = 0, index = 0;  // of the noise and the lattice
  std::array<bool, 3> mirrored{};     // z, y, x
  std::array<double, 3> rotation_rad{};
  double scale = 1;
  double elastic_voxels = 0, elastic_spacing_voxels = 24;
  std::array<double, 3> spacing{1, 1, 1};
  std::vector<ChannelDraw> channels = {};  // of all inputs, one after another; fewer: the last for the rest

  friend bool operator==(const AugmentationDraw&, const AugmentationDraw&) = default;
};

// What is done to sample `index`, of `channels` channels in all and 2 or 3 dimensions: a function of its
// arguments alone.
AugmentationDraw draw(const AugmentationOptions& options, std::uint64_t seed, std::uint64_t index,
                      int channels, int dimensions);

// The sample with that done to it. Throws Error where the inputs' extents differ from each other.
Sample apply(const AugmentationDraw& draw, const Sample& sample, const AugmentationOptions& options);

// "seed=1 index=4711 mirrored=001 rotation_rad=0.1,0,0 …" on one line, and back to the same value. Throws
// Error for words that it does not know.
std::string to_text(const AugmentationDraw& draw);
AugmentationDraw draw_from_text(std::string_view text);

// Samples of another source, each augmented by its own draw.
std::shared_ptr<const SampleSource> augmented(std::shared_ptr<const SampleSource> source,
                                              const AugmentationOptions& options, std::uint64_t seed);

}  // namespace lobule::learn
