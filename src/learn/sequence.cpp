#include "learn/sequence.h"

#include "learn/sorting_network.h"
#include "learn/thumbnail_source.h"

namespace lobule::learn {
namespace {

constexpr std::uint64_t kValidationSeries = 1000;

ThumbnailSourceOptions series_of(std::uint64_t seed) {
  ThumbnailSourceOptions options;
  options.series.seed = seed;
  // By role, in the order of SeriesRole: the class t1 has five roles, t2 two.
  options.series.role_weights = {0.8, 0.8, 1, 1.2, 1.2, 0.9, 0.6, 0.8, 1.2, 0.8, 0.5, 0.6};
  options.series.other_bodies = 0.08;
  options.series.uses_per_patient = 240;
  // Invented intensities belong to no sequence.
  options.series.strength.invented = 0;
  return options;
}

}  // namespace

Task sequence(const TaskOptions& options) {
  Task task;
  task.name = "sequence";
  task.summary = "tells what a series of a breast MRI exam is from three small pictures of it";
  task.graph = sorting_network(3, {{"sequence", kSequenceClassCount},
                                   {"fat_suppressed", 1},
                                   {"contrast_agent", 1},
                                   {"diffusion", kDiffusionClassCount}});
  task.preprocessing.channels = 3;
  const int size = series_of(options.seed).series.size;
  task.preprocessing.window = {size, size, 1};
  for (int c = 0; c < kSequenceClassCount; ++c)
    task.labels.emplace_back(to_text(static_cast<SequenceClass>(c)));
  const nn::CrossEntropy smoothed{.label_smoothing = 0.02};
  task.loss.losses = {
      {.name = "sequence", .kind = smoothed, .output = "sequence", .target = "sequence"},
      {.name = "fat_suppressed",
       .kind = nn::BinaryCrossEntropy{},
       .output = "fat_suppressed",
       .target = "fat_suppressed",
       .weight = 0.5},
      {.name = "contrast_agent",
       .kind = nn::BinaryCrossEntropy{},
       .output = "contrast_agent",
       .target = "contrast_agent",
       .weight = 0.3},
      {.name = "diffusion", .kind = smoothed, .output = "diffusion", .target = "diffusion", .weight = 0.3}};
  choose_samples(task, options, {series_thumbnails, series_of, kValidationSeries, "random series"});
  task.judge = [](const Sample& sample, const std::vector<Tensor>& outputs) {
    return Figures{{"accuracy_sequence", accuracy(sample.targets.at("sequence"), outputs.at(0))},
                   {"accuracy_fat_suppressed", accuracy(sample.targets.at("fat_suppressed"), outputs.at(1))},
                   {"accuracy_contrast_agent", accuracy(sample.targets.at("contrast_agent"), outputs.at(2))},
                   {"accuracy_diffusion", accuracy(sample.targets.at("diffusion"), outputs.at(3))}};
  };
  task.headline = "accuracy_sequence";
  task.limits = {"Sees three planes of 96 pixels a side; small findings do not enter.",
                 "Joins the rules of lobule sort as one piece of evidence; proofs by arithmetic outrank it."};
  task.recipe.steps = 2400;
  task.recipe.batch = 48;
  task.recipe.learning_rate = 3e-3;
  task.recipe.average_decay = 0.99;
  task.recipe.validate_every = 200;
  return task;
}

}  // namespace lobule::learn
