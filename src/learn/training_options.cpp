#include "learn/training_options.h"

#include <algorithm>

namespace lobule::learn {

void TrainingOptions::list_options(OptionSet& options) {
  options.add("output,o", output,
              {.help = "Folder for the model, its checkpoints, log.csv and training.html"});
  options.add(
      "data", data,
      {.help = "A study of one's own to learn from instead of digital patients; docs/formats/samples.md "
               "says what has to lie there"});
  options.add("from", from, {.help = "A model folder whose weights to begin with"});
  options.add("resume", resume, {.help = "Go on from the last checkpoint in the output folder"});
  options.add("steps", steps, {.help = "Changes of the weights; 0: as the task says", .min = 0, .max = 1e8});
  options.add("batch", batch, {.help = "Samples a step; 0: as the task says", .min = 0, .max = 4096});
  options.add("validate-every", validate_every,
              {.help = "Steps between validations; 0: as the task says", .min = 0, .max = 1e8});
  options.add("learning-rate", learning_rate,
              {.help = "Largest learning rate; 0: as the task says", .min = 0, .max = 10});
  options.add(
      "optimizer", optimizer,
      {.help = "Rule by which weights change; task: as the task says", .choices = {"task", "adamw", "sgd"}});
  options.add("schedule", schedule,
              {.help = "How the learning rate falls; task: as the task says",
               .choices = {"task", "cosine", "plateau", "constant"}});
  options.add(
      "network", network,
      {.help = "Network that learns; plain: the one that the task's own is compared with, where it has "
               "one",
       .choices = {"task", "plain"}});
  options.add("precision", precision,
              {.help = "Numbers of convolutions; auto: bf16 where the processor or GPU is fast at it",
               .choices = {"auto", "f32", "bf16"}});
  options.add(
      "weights", weights,
      {.help = "Numbers of the finished model's weights; f16 halves its file", .choices = {"f32", "f16"}});
  options.add("device", device,
              {.help = "Where to train; auto: a GPU where there is one", .choices = {"auto", "cpu", "cuda"}});
  options.add("seed", seed,
              {.help = "Of fresh weights, samples and augmentation", .min = 0, .max = 2147483647});
  options.add("threads", threads,
              {.help = "Processors to use; 0: all",
               .group = "Speed",
               .min = 0,
               .max = 4096,
               .affects_result = false});
}

TrainingRecipe with_options(TrainingRecipe recipe, const TrainingOptions& options) {
  if (options.steps > 0) recipe.steps = options.steps;
  if (options.batch > 0) recipe.batch = options.batch;
  if (options.validate_every > 0) recipe.validate_every = options.validate_every;
  if (options.learning_rate > 0) recipe.learning_rate = options.learning_rate;
  if (options.optimizer != "task") recipe.optimizer = options.optimizer;
  if (options.schedule != "task") recipe.schedule = options.schedule;
  recipe.warm_up_steps = std::min(recipe.warm_up_steps, recipe.steps / 10);
  return recipe;
}

}  // namespace lobule::learn
