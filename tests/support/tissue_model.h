#pragma once
// A model of the task breast_mri that needs no training: it tells tissues of a fat-suppressed phantom by
// their brightness alone, voxel by voxel. For tests of what is done with a network's answer.

#include <filesystem>

#include "learn/model_folder.h"
#include "nn/builder.h"

namespace lobule::test {

// Written to FOLDER/breast_mri. Intensities are shares of the image's 99th percentile: breast from 0.2 to 0.6
// (fat) and from 0.9 on (gland); muscle between. `finds_nothing`: calls nothing breast.
inline void write_tissue_model(const std::filesystem::path& folder, bool finds_nothing = false) {
  nn::Builder b(2);
  nn::Value x = b.input(3);
  // A piecewise linear function of the brightness is a sum of ramps that begin at stated values.
  const std::vector<float> ramps{0.2F, 0.4F, 0.6F, 0.8F, 0.85F, 0.95F};
  nn::Value h =
      b.activate("ramps.relu", b.convolution("ramps", x, static_cast<int>(ramps.size()), {.kernel = 1}),
                 {nn::ActivationKind::relu});
  nn::Value logits = b.convolution("logits", h, 7, {.kernel = 1});
  nn::Value inside = b.convolution("inside", h, 1, {.kernel = 1});
  nn::Value gland = b.convolution("gland", h, 1, {.kernel = 1});
  nn::Model model;
  model.name = model.task = "breast_mri";
  model.graph = b.finish({{"logits", logits}, {"inside", inside}, {"gland", gland}});
  model.weights = nn::initial_weights(model.graph, 1);
  for (std::size_t r = 0; r < ramps.size(); ++r) {
    std::fill_n(&model.weights.at("ramps.weight").values[3 * r], 3, 0.0F);
    model.weights.at("ramps.weight").values[3 * r + 1] = 1;  // of the slice itself
    model.weights.at("ramps.bias").values[r] = -ramps[r];
  }
  const auto set = [&](const std::string& layer, std::size_t channel, float bias, std::vector<float> slopes) {
    slopes.resize(ramps.size(), 0.0F);
    for (std::size_t r = 0; r < ramps.size(); ++r)
      model.weights.at(layer + ".weight").values[channel * ramps.size() + r] = slopes[r];
    model.weights.at(layer + ".bias").values[channel] = bias;
  };
  set("inside", 0, -10, finds_nothing ? std::vector<float>{} : std::vector<float>{100, -200, 100, 0, 200});
  set("gland", 0, -10, {0, 0, 0, 0, 200});
  for (std::size_t c = 0; c < 7; ++c) set("logits", c, c == 0 ? 0.0F : -20.0F, {});
  set("logits", 1, -15, {});
  set("logits", 2, -20, {0, 0, 0, 0, 200});
  set("logits", 4, -10, {0, 0, 200, -200, -200});
  model.labels = {"background", "breast", "fibroglandular", "vessel", "muscle", "heart", "nipple"};
  model.preprocessing.spacing_mm = {3, 3, 3};
  model.preprocessing.channels = 3;
  model.preprocessing.neighbours = {-1, 0, 1};
  model.preprocessing.window = {16, 16, 1};
  model.preprocessing.intensity = nn::IntensityRule::percentiles;
  model.preprocessing.high_percentile = 99;
  model.licence = "Apache-2.0";
  learn::write_model(folder / "breast_mri", model);
}

}  // namespace lobule::test
