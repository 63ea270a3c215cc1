#pragma once
// A model of the task regions that needs no training: what is nearly white is a mass. For tests of what is
// done with a network's answer.

#include <filesystem>

#include "learn/model_folder.h"
#include "nn/builder.h"

namespace lobule::test {

// Written to FOLDER/regions. Of pictures in standard form: a malignant mass from 0.8 on.
inline void write_region_model(const std::filesystem::path& folder) {
  nn::Builder b(2);
  const nn::Value x = b.pool("mean", b.input(1), {.maximum = false, .kernel = 4, .stride = 4});
  const nn::Value logits = b.convolution("logits", x, 4, {.kernel = 1}),
                  malignant = b.convolution("malignant", x, 1, {.kernel = 1});
  nn::Model model;
  model.name = model.task = "regions";
  model.graph = b.finish({{"logits", logits}, {"malignant", malignant}});
  model.weights = nn::initial_weights(model.graph, 1);
  model.weights.at("logits.weight").values = {0, 30, 0, 0};
  model.weights.at("logits.bias").values = {0, -24, -20, -20};
  model.weights.at("malignant.weight").values = {30};
  model.weights.at("malignant.bias").values = {-24};
  model.labels = {"background", "mass", "calcifications", "distortion"};
  model.preprocessing.window = {240, 320, 1};
  model.preprocessing.multiple = {16, 16, 1};
  model.licence = "Apache-2.0";
  learn::write_model(folder / "regions", model);
}

}  // namespace lobule::test
