#include "learn/sorting_network.h"

#include <algorithm>
#include <cmath>

#include "learn/study_samples.h"
#include "nn/networks/blocks.h"

namespace lobule::learn {

nn::Graph sorting_network(int in_channels, const std::vector<std::pair<std::string, int>>& outputs) {
  // Pictures of 96² end as 3²: each place has seen all of them.
  constexpr int kChannels[] = {24, 48, 96, 160, 192};
  const nn::BlockStyle style{.normalization = {.kind = nn::NormalizationKind::batch},
                             .activation = {nn::ActivationKind::relu}};
  nn::Builder b(2);
  nn::Value x = b.input(in_channels);
  for (std::size_t level = 0; level < std::size(kChannels); ++level)
    x = nn::residual_block(b, "level" + std::to_string(level), x,
                           {.channels = kChannels[level], .depth = 1, .stride = 2}, style);
  x = b.dropout("dropout", b.global_average("mean", x), 0.2);
  std::vector<std::pair<std::string, nn::Value>> results;
  for (const auto& [name, channels] : outputs)
    results.emplace_back(name, b.linear(name + ".linear", x, channels));
  return b.finish(results);
}

Figure accuracy(const Tensor& target, const Tensor& logits) {
  if (std::isnan(target.values.at(0))) return {};
  const auto& values = logits.values;
  const auto found = values.size() == 1 ? static_cast<std::ptrdiff_t>(values[0] > 0)
                                        : std::max_element(values.begin(), values.end()) - values.begin();
  return {static_cast<float>(found) == target.values[0] ? 1.0 : 0.0, 1};
}

void choose_samples(Task& task, const TaskOptions& options, const SortingSamples& samples) {
  task.study = Study::sorted_exams;
  if (options.data.empty()) {
    task.training = samples.make(samples.of_seed(options.seed));
    // Other patients: the seed differs, whatever the user's.
    ThumbnailSourceOptions unseen = samples.of_seed(~options.seed);
    unseen.size = samples.validation_size;
    task.validation = samples.make(unseen);
    task.trained_on = std::string(samples.what) +
                      " of digital patients of the first family (docs/methods/phantom-sampler.md)";
    return;
  }
  StudySources sources =
      study_sources({.folder = options.data, .preprocessing = task.preprocessing, .seed = options.seed});
  task.training = std::move(sources.training);
  task.validation = std::move(sources.validation);
  task.trained_on = std::to_string(sources.training_cases) + " sorted series of the user's own; judged by " +
                    std::to_string(sources.validation_cases) + " of other exams";
}

}  // namespace lobule::learn
