#pragma once
// What a network learns from: images and what is true of them.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace lobule::learn {

// Without the batch axis: images are [channel, (z,) y, x], labels [1, (z,) y, x] of whole numbers.
struct Sample {
  std::vector<Tensor> inputs;             // one for each Input of the network, in their order
  std::map<std::string, Tensor> targets;  // by the names that the task's losses use
};

// Sample n is a function of n alone: the same whatever the order of calls, and from any thread.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  virtual Sample at(std::uint64_t index) const = 0;
  // How many there are; 0: as many as one asks for.
  virtual std::uint64_t size() const { return 0; }
};

// The samples one after another along a new first axis: the batch. Throws Error where their shapes differ.
Sample batch_of(const std::vector<Sample>& samples);

}  // namespace lobule::learn
