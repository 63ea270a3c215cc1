#pragma once
// A task that is learned within seconds: where in noise is the bright square?

#include "learn/task.h"

namespace lobule::train {

// Noise with a bright square, and the target "square".
class Squares : public learn::SampleSource {
 public:
  explicit Squares(std::uint64_t seed, std::uint64_t size = 0) : seed_(seed), size_(size) {}
  std::uint64_t size() const override { return size_; }
  learn::Sample at(std::uint64_t index) const override;

 private:
  std::uint64_t seed_, size_;
};

learn::Task squares_task(nn::NormalizationKind normalization = nn::NormalizationKind::instance);

}  // namespace lobule::train
