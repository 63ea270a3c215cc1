#include "train/squares.h"

#include "core/random.h"
#include "learn/segmentation_figures.h"
#include "nn/networks/unet.h"

namespace lobule::train {

learn::Sample Squares::at(std::uint64_t index) const {
  const RandomStream random(seed_, "squares " + std::to_string(index));
  Tensor image({1, 16, 16}), label({1, 16, 16});
  const int left = 1 + static_cast<int>(9 * random.uniform(1000)),
            top = 1 + static_cast<int>(9 * random.uniform(1001));
  for (int y = 0; y < 16; ++y)
    for (int x = 0; x < 16; ++x) {
      const auto i = static_cast<std::size_t>(16 * y + x);
      const bool inside = x >= left && x < left + 5 && y >= top && y < top + 5;
      label.values[i] = inside ? 1 : 0;
      image.values[i] = static_cast<float>(0.3 * random.normal(i)) + label.values[i];
    }
  return {{image}, {{"square", label}}};
}

learn::Task squares_task(nn::NormalizationKind normalization) {
  learn::Task task;
  task.name = "squares";
  task.summary = "finds bright squares";
  nn::UNetOptions options;
  options.dimensions = 2;
  options.levels = nn::unet_levels({4, 8}, 1);
  options.style.normalization.kind = normalization;
  options.decoders = {{.name = "decoder", .outputs = {{"logits", 2}}}};
  task.graph = nn::unet(options);
  task.labels = {"background", "square"};
  task.loss.losses = {
      {.name = "square", .kind = nn::DiceCrossEntropy{}, .output = "logits", .target = "square"}};
  task.training = std::make_shared<Squares>(1);
  task.validation = std::make_shared<Squares>(2, 8);
  task.judge = [](const learn::Sample& sample, const std::vector<Tensor>& outputs) {
    return learn::dice_figures(sample.targets.at("square"), outputs.at(0), {"background", "square"});
  };
  task.headline = "dice_square";
  task.recipe.steps = 60;
  task.recipe.batch = 4;
  task.recipe.learning_rate = 1e-2;
  task.recipe.average_decay = 0.9;
  task.recipe.validate_every = 20;
  task.trained_on = "squares";
  return task;
}

}  // namespace lobule::train
