#pragma once
// The network behind `sequence` and `phase`: a small residual classifier of pictures.

#include <string>
#include <utility>
#include <vector>

#include "core/tensor.h"
#include "learn/figure.h"
#include "learn/task.h"
#include "learn/thumbnail_source.h"
#include "nn/graph.h"

namespace lobule::learn {

// Five residual blocks, each at half the extents of the one before, then the mean over the picture and a
// linear layer for each output (its name and channels).
nn::Graph sorting_network(int in_channels, const std::vector<std::pair<std::string, int>>& outputs);

// Share of right answers where the target is known: of the largest logit, or of the sign of a single one.
Figure accuracy(const Tensor& target, const Tensor& logits);

// Where the samples of such a task come from.
struct SortingSamples {
  std::shared_ptr<const SampleSource> (*make)(const ThumbnailSourceOptions&) = nullptr;
  ThumbnailSourceOptions (*of_seed)(std::uint64_t) = nullptr;
  std::uint64_t validation_size = 0;
  const char* what = "";  // "random series"
};

// Gives the task digital patients to learn from and others to be judged by, or, where options.data names
// them, a user's sorted exams.
void choose_samples(Task& task, const TaskOptions& options, const SortingSamples& samples);

}  // namespace lobule::learn
