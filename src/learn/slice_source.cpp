#include "learn/slice_source.h"

#include <algorithm>
#include <utility>

#include "nn/intensity.h"
#include "phantom/sampler_pool.h"

namespace lobule::learn {
namespace {

constexpr std::size_t kPatchesKept = 4;  // samples are asked for nearly in order

// A patch, and for each of its images the scale by what is bright in the whole of it: as a user's image will
// be.
struct ScaledPatch {
  phantom::MriPatch patch;
  std::vector<nn::IntensityScale> scales;
};

ScaledPatch scaled(phantom::MriPatch patch, std::size_t channels, double top_percentile) {
  const std::size_t voxels = patch.images.size() / channels;
  ScaledPatch result{std::move(patch), {}};
  for (std::size_t c = 0; c < channels; ++c)
    result.scales.push_back(
        nn::percentile_scale({&result.patch.images[c * voxels], voxels}, 0, top_percentile));
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
    const std::size_t n = static_cast<std::size_t>(patch.size), plane = n * n;
    const RandomStream random(options_.patch.seed, "slices of patches");
    const auto words = random.words(index);
    const std::size_t channel = words[0] % options_.patch.channels.size();
    const double place = 0.5 + options_.reach * (2 * random.uniform(~index) - 1);
    const std::size_t slice = std::min(n - 1, static_cast<std::size_t>(place * static_cast<double>(n)));

    const float* image = &patch.images[(channel * n + slice) * plane];
    Sample sample;
    Tensor pixels({1, patch.size, patch.size}), breast(pixels.shape);
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
