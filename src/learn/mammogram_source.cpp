#include "learn/mammogram_source.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/random.h"
#include "nn/intensity.h"

namespace lobule::learn {
namespace {

std::size_t place(const phantom::MammogramPair& pair, int x, int y) {
  return static_cast<std::size_t>(y) * static_cast<std::size_t>(pair.columns) + static_cast<std::size_t>(x);
}

class Mammograms : public SampleSource {
 public:
  explicit Mammograms(const MammogramSourceOptions& options)
      : options_(options), sampler_(options.mammogram) {}

  std::uint64_t size() const override { return options_.size; }

  Sample at(std::uint64_t index) const override {
    phantom::MammogramPair pair = sampler_.at(index);
    const nn::IntensityScale scale =
        nn::percentile_scale(pair.image, options_.low_percentile, options_.high_percentile);
    const RandomStream random(options_.mammogram.seed, "grey values of mammograms"),
        turns(options_.mammogram.seed, "turns of mammograms");
    const float gamma = static_cast<float>(std::exp(options_.gamma_deviation * random.normal(index)));
    const Shape shape{1, pair.rows, pair.columns};
    Tensor image(shape), tissue(shape), share(shape);
    const bool turned = turns.uniform(index) < options_.upside_down;
    for (int y = 0; y < pair.rows; ++y)
      for (int x = 0; x < pair.columns; ++x) {
        const std::size_t to = place(pair, x, y), from = turned ? place(pair, x, pair.rows - 1 - y) : to;
        const float value = scale(pair.image[from]);
        image.values[to] = value > 0 ? std::pow(value, gamma) : value;
        tissue.values[to] = pair.labels[from];
        share.values[to] = pair.dense_share[from];
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
