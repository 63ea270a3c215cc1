#include "learn/slice_source.h"

#include <algorithm>
#include <utility>

#include "nn/intensity.h"
#include "phantom/sampler_pool.h"
#include "phantom/tissue.h"

namespace lobule::learn {
namespace {

constexpr std::size_t kPatchesKept = 4;  // samples are asked for nearly in order

// A patch, for each of its images the scale by what is bright in the whole of it (as a user's image will be),
// and its slices with a body in them.
struct ScaledPatch {
  phantom::MriPatch patch;
  std::vector<nn::IntensityScale> scales;
  std::vector<std::size_t> slices;
};

// All slices where none holds any.
std::vector<std::size_t> slices_with_body(const phantom::MriPatch& patch) {
  const std::size_t n = static_cast<std::size_t>(patch.size[2]), plane = patch.tissue.size() / n;
  std::vector<std::size_t> slices, all;
  for (std::size_t z = 0; z < n; ++z) {
    const std::uint8_t* tissue = &patch.tissue[z * plane];
    all.push_back(z);
    if (std::any_of(tissue, tissue + plane,
                    [](std::uint8_t t) { return t != static_cast<std::uint8_t>(phantom::Tissue::air); }))
      slices.push_back(z);
  }
  return slices.empty() ? all : slices;
}

ScaledPatch scaled(phantom::MriPatch patch, std::size_t channels, double top_percentile) {
  const std::size_t voxels = patch.images.size() / channels;
  ScaledPatch result{std::move(patch), {}, {}};
  for (std::size_t c = 0; c < channels; ++c)
    result.scales.push_back(
        nn::percentile_scale({&result.patch.images[c * voxels], voxels}, 0, top_percentile));
  result.slices = slices_with_body(result.patch);
  return result;
}

class BreastSlices : public SampleSource {
 public:
  BreastSlices(const SliceSourceOptions& options, double top_percentile)
      : options_(options),
        patches_(kPatchesKept,
                 [sampler = phantom::MriPatchSampler(options.patch), channels = options.patch.channels.size(),
                  top_percentile](std::uint64_t number) {
                   return scaled(sampler.at(number), channels, top_percentile);
                 }) {}

  std::uint64_t size() const override { return options_.size; }

  Sample at(std::uint64_t index) const override {
    const std::uint64_t number = index / options_.slices_per_patch;
    const auto kept = patches_.at({static_cast<std::size_t>(number % patches_.size()), number});
    const phantom::MriPatch& patch = kept->patch;
    const std::size_t n = static_cast<std::size_t>(patch.size[2]), plane = patch.tissue.size() / n;
    const RandomStream random(options_.patch.seed, "slices of patches");
    const auto words = random.words(index);
    const std::size_t channel = words[0] % options_.patch.channels.size();
    const std::size_t slice = kept->slices[words[1] % kept->slices.size()];

    const float* image = &patch.images[(channel * n + slice) * plane];
    Sample sample;
    Tensor pixels(Shape{1, patch.size[1], patch.size[0]}), breast(pixels.shape);
    for (std::size_t i = 0; i < plane; ++i) {
      pixels.values[i] = kept->scales[channel](image[i]);
      breast.values[i] = patch.breast[slice * plane + i];
    }
    sample.inputs.push_back(std::move(pixels));
    sample.targets.emplace("breast", std::move(breast));
    return sample;
  }

 private:
  SliceSourceOptions options_;
  mutable phantom::PatientPool<ScaledPatch> patches_;
};

}  // namespace

std::shared_ptr<const SampleSource> breast_slices(const SliceSourceOptions& options, double top_percentile) {
  return std::make_shared<BreastSlices>(options, top_percentile);
}

}  // namespace lobule::learn
