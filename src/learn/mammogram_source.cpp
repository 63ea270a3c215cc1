#include "learn/mammogram_source.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/random.h"
#include "nn/intensity.h"

namespace lobule::learn {
namespace {

class Mammograms : public SampleSource {
 public:
  explicit Mammograms(const MammogramSourceOptions& options)
      : options_(options), sampler_(options.mammogram) {}

  std::uint64_t size() const override { return options_.size; }

  Sample at(std::uint64_t index) const override {
    phantom::MammogramPair pair = sampler_.at(index);
    const nn::IntensityScale scale =
        nn::percentile_scale(pair.image, options_.low_percentile, options_.high_percentile);
    const RandomStream random(options_.mammogram.seed, "grey values of mammograms");
    const float gamma = static_cast<float>(std::exp(options_.gamma_deviation * random.normal(index)));
    const Shape shape{1, pair.rows, pair.columns};
    Tensor image(shape), tissue(shape), share(shape);
    for (std::size_t i = 0; i < image.values.size(); ++i) {
      const float value = scale(pair.image[i]);
      image.values[i] = value > 0 ? std::pow(value, gamma) : value;
      tissue.values[i] = pair.labels[i];
      share.values[i] = pair.dense_share[i];
    }
    Sample sample;
    sample.inputs.push_back(std::move(image));
    sample.targets.emplace("tissue", std::move(tissue));
    sample.targets.emplace("share", std::move(share));
    return sample;
  }

 private:
  MammogramSourceOptions options_;
  phantom::MammogramSampler sampler_;
};

}  // namespace

std::shared_ptr<const SampleSource> mammograms(const MammogramSourceOptions& options) {
  return std::make_shared<Mammograms>(options);
}

}  // namespace lobule::learn
