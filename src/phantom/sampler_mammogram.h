#pragma once
// Random mammograms with their labels, made on the fly for training. Sample n of a seed is always the same,
// whatever the order, the thread or the number of threads.
//
//   MammogramSampler sampler({.seed = 1});
//   MammogramPair pair = sampler.at(4711);   // 256²: about 10 ms
//
// Paths of rays through fat, dense tissue and muscle come from one of two sources. Projected: breasts are
// compressed and projected once (make_mammograms), kept in a pool, and bent and cut for each sample. Drawn:
// outline, muscle and dense tissue are drawn in the plane anew for each sample (sampler_drawn.h): less like
// an anatomy, but every shape and every amount of dense tissue occurs. From the paths each sample draws
// lesions, exposure and the look of the image.

#include <memory>

#include "phantom/mammogram.h"
#include "phantom/sampler_pool.h"

namespace lobule::phantom {

// Kinds of appearance; each has random parameters of its own.
enum class MammogramStyle : std::uint8_t { processed, logarithmic, linear, film };

struct MammogramSamplerOptions {
  std::uint64_t seed = 1;
  int columns = 256, rows = 256;
  std::vector<double> style_weights{0.6, 0.1, 0.1, 0.2};  // by MammogramStyle
  double inverted = 0.15;                                 // share of images with dense tissue dark
  double inserted_lesions = 0.3;                          // share of samples that get one to three
  double regions = 0;      // share of samples that get regions of interest and what resembles them instead
  double drawn = 0;        // share of samples whose paths are drawn
  double close = 0;        // share of pictures cut to the breast's bounds and little more
  bool wall_left = false;  // the chest wall is always at the first column: no mirror images
  double region_mm = 0;    // labels average the share of dense tissue with this Gaussian; 0: each ray's own
  double visible = 0;      // labels end where the rim is not brighter than air by this share of the range
  // 0: none. `clutter`: markers, labels, rulers, collimation, scratches.
  double warp = 1, appearance = 1, noise = 1, clutter = 1;
  std::size_t pool = 32;  // views held at once: about 2 MB each
  std::uint64_t uses_per_patient = 200;
  double patient_pixel_mm = 0.8;  // of the pool's maps
};

// What a reader would point at.
enum class RegionKind : std::uint8_t { mass, calcifications, distortion };

struct MammogramRegion {
  RegionKind kind = RegionKind::mass;
  bool malignant = false;
  double x = 0, y = 0, radius = 0;  // in pixels
};

struct MammogramPair {
  std::uint64_t index = 0;
  int columns = 0, rows = 0;
  double pixel_mm = 1;
  MammogramView view = MammogramView::cc;
  MammogramStyle style = MammogramStyle::processed;
  bool inverted = false;
  std::vector<float> image;          // [row][column], 0 to 1 over the range that is shown
  std::vector<std::uint8_t> labels;  // 0 background, 1 adipose, 2 dense, 3 pectoral: as Mammogram's
  std::vector<float> dense_share;    // of the ray's path through the breast, 0 to 1
  std::vector<std::uint8_t> lesion;  // 0 none, 1 mass, 2 calcifications
  // With `regions`: which of them a pixel belongs to (the first is 1), 0 none, kUnsure where nobody could
  // say: lesions of the patient's own, and those that do not show.
  static constexpr std::uint8_t kUnsure = 255;
  std::vector<MammogramRegion> regions;
  std::vector<std::uint8_t> region;
  double percent_density = 0, volumetric_density = 0;  // of what is in the image
};

class MammogramSampler {
 public:
  // Throws Error for options out of their range.
  explicit MammogramSampler(MammogramSamplerOptions options);

  const MammogramSamplerOptions& options() const { return options_; }

  // Sample `index`; may be called from many threads at once. The second form reuses the pair's memory.
  MammogramPair at(std::uint64_t index) const;
  void at(std::uint64_t index, MammogramPair& pair) const;

  struct View;  // maps of one view

 private:
  MammogramSamplerOptions options_;
  std::shared_ptr<PatientPool<View>> pool_;
};

}  // namespace lobule::phantom
