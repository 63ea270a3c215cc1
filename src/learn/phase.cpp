#include "learn/phase.h"

#include <algorithm>
#include <cmath>

#include "learn/sorting_network.h"
#include "learn/thumbnail_source.h"

namespace lobule::learn {
namespace {

constexpr std::uint64_t kValidationVolumes = 600;

ThumbnailSourceOptions dynamics_of(std::uint64_t seed) {
  ThumbnailSourceOptions options;
  options.series.seed = seed;
  options.series.uses_per_patient = 40;
  // Invented enhancement follows no clock.
  options.series.strength.invented = 0;
  return options;
}

Figures judged(const Sample& sample, const std::vector<Tensor>& outputs) {
  Figures figures{{"accuracy_phase", accuracy(sample.targets.at("phase"), outputs.at(0))}};
  const float truth = sample.targets.at("minutes").values[0];
  if (!std::isnan(truth)) {
    const double found = std::max(0.0F, outputs.at(1).values[0]);
    figures["minutes_error"] = {std::abs(found * found - static_cast<double>(truth * truth)), 1};
  }
  return figures;
}

}  // namespace

Task phase(const TaskOptions& options) {
  Task task;
  task.name = "phase";
  task.summary = "tells the pre-contrast, early and later volumes of a dynamic breast MRI series apart";
  task.graph = sorting_network(6, {{"phase", kPhaseClassCount}, {"minutes", 1}});
  task.preprocessing.channels = 6;
  const int size = dynamics_of(options.seed).series.size;
  task.preprocessing.window = {size, size, 1};
  for (int c = 0; c < kPhaseClassCount; ++c) task.labels.emplace_back(to_text(static_cast<PhaseClass>(c)));
  task.loss.losses = {
      {.name = "phase",
       .kind = nn::CrossEntropy{.label_smoothing = 0.02},
       .output = "phase",
       .target = "phase"},
      {.name = "minutes", .kind = nn::SmoothL1{.beta = 0.2}, .output = "minutes", .target = "minutes"}};
  choose_samples(task, options, {phase_thumbnails, dynamics_of, kValidationVolumes, "random dynamic series"});
  task.judge = judged;
  task.headline = "accuracy_phase";
  task.limits = {"Needs at least two volumes of one dynamic: each is compared with the mean of all.",
                 "The first volume after the agent's arrival counts as the early one."};
  task.recipe.steps = 900;
  task.recipe.batch = 48;
  task.recipe.learning_rate = 3e-3;
  task.recipe.average_decay = 0.99;
  task.recipe.validate_every = 150;
  return task;
}

}  // namespace lobule::learn
