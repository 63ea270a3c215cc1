#include "learn/sample.h"

#include "core/error.h"

namespace lobule::learn {

Sample batch_of(const std::vector<Sample>& samples) {
  if (samples.empty()) throw Error("batch", "it has no samples");
  const auto join = [&](const auto& tensor_of) {
    const Tensor& first = tensor_of(samples[0]);
    Tensor joined;
    joined.shape = first.shape;
    joined.shape.insert(joined.shape.begin(), static_cast<std::int64_t>(samples.size()));
    joined.values.reserve(first.values.size() * samples.size());
    for (const Sample& sample : samples) {
      const Tensor& tensor = tensor_of(sample);
      if (tensor.shape != first.shape)
        throw Error("batch",
                    "it mixes samples of " + describe(first.shape) + " and " + describe(tensor.shape),
                    "samples of a batch have one shape");
      joined.values.insert(joined.values.end(), tensor.values.begin(), tensor.values.end());
    }
    return joined;
  };
  Sample batch;
  for (std::size_t i = 0; i < samples[0].inputs.size(); ++i)
    batch.inputs.push_back(join([i](const Sample& s) -> const Tensor& { return s.inputs.at(i); }));
  for (const auto& [name, unused] : samples[0].targets)
    batch.targets.emplace(name, join([&](const Sample& s) -> const Tensor& { return s.targets.at(name); }));
  return batch;
}

}  // namespace lobule::learn
