#pragma once
// A model of the task density that needs no training: it tells tissues by their brightness alone. For tests
// of what is done with a network's answer.

#include <filesystem>

#include "learn/model_folder.h"
#include "nn/builder.h"

namespace lobule::test {

// Written to FOLDER/density. Of pictures in standard form: background below 0.15, adipose tissue up to 0.68,
// dense tissue beyond; no muscle. `finds_nothing`: all is background.
inline void write_density_model(const std::filesystem::path& folder, bool finds_nothing = false) {
  nn::Builder b(2);
  const nn::Value x = b.input(1);
  const nn::Value logits = b.convolution("logits", x, 4, {.kernel = 1});
  nn::Model model;
  model.name = model.task = "density";
  model.graph = b.finish({{"logits", logits}});
  model.weights = nn::initial_weights(model.graph, 1);
  // Straight lines that cross at 0.15 and 0.68.
  model.weights.at("logits.weight").values = {0, 100, 300, 0};
  model.weights.at("logits.bias").values = {finds_nothing ? 1000.0F : 0.0F, -15, -151, -100};
  model.labels = {"background", "adipose", "dense", "pectoral"};
  model.preprocessing.window = {128, 160, 1};
  model.preprocessing.multiple = {8, 8, 1};
  model.licence = "Apache-2.0";
  learn::write_model(folder / "density", model);
}

}  // namespace lobule::test
