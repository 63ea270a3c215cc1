#include "learn/slice_source.h"

#include <algorithm>
#include <deque>
#include <mutex>

#include "nn/intensity.h"

namespace lobule::learn {
namespace {

// The last few patches: samples are asked for nearly in order, by several threads.
class RecentPatches {
 public:
  explicit RecentPatches(const phantom::MriPatchOptions& options) : sampler_(options) {}

  std::shared_ptr<const phantom::MriPatch> at(std::uint64_t index) const {
    const std::lock_guard lock(mutex_);
    for (const auto& patch : recent_) {
      if (patch->index == index) return patch;
    }
    auto patch = std::make_shared<const phantom::MriPatch>(sampler_.at(index));
    recent_.push_back(patch);
    if (recent_.size() > kKept) recent_.pop_front();
    return patch;
  }

 private:
  static constexpr std::size_t kKept = 4;

  phantom::MriPatchSampler sampler_;
  mutable std::mutex mutex_;
  mutable std::deque<std::shared_ptr<const phantom::MriPatch>> recent_;
};

class BreastSlices : public SampleSource {
 public:
  BreastSlices(const SliceSourceOptions& options, double top_percentile)
      : options_(options), top_percentile_(top_percentile), patches_(options.patch) {}

  std::uint64_t size() const override { return options_.size; }

  Sample at(std::uint64_t index) const override {
    const auto patch = patches_.at(index / options_.slices_per_patch);
    const std::size_t n = static_cast<std::size_t>(patch->size), plane = n * n;
    const RandomStream random(options_.patch.seed, "slices of patches");
    const auto words = random.words(index);
    const std::size_t channel = words[0] % options_.patch.channels.size();
    const double place = 0.5 + options_.reach * (2 * random.uniform(~index) - 1);
    const std::size_t slice = std::min(n - 1, static_cast<std::size_t>(place * static_cast<double>(n)));

    // Scaled as a user's image will be: by what is bright in the whole of it.
    const std::span<const float> image(&patch->images[channel * n * plane], n * plane);
    const nn::IntensityScale scale = nn::percentile_scale(image, 0, top_percentile_);
    Sample sample;
    Tensor pixels({1, patch->size, patch->size}), breast(pixels.shape);
    for (std::size_t i = 0; i < plane; ++i) {
      pixels.values[i] = scale(image[slice * plane + i]);
      breast.values[i] = patch->breast[slice * plane + i];
    }
    sample.inputs.push_back(std::move(pixels));
    sample.targets.emplace("breast", std::move(breast));
    return sample;
  }

 private:
  SliceSourceOptions options_;
  double top_percentile_;
  RecentPatches patches_;
};

}  // namespace

std::shared_ptr<const SampleSource> breast_slices(const SliceSourceOptions& options, double top_percentile) {
  return std::make_shared<BreastSlices>(options, top_percentile);
}

}  // namespace lobule::learn
