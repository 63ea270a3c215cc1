#pragma once
// Runs a trained network over a user's images.

#include <filesystem>
#include <string>
#include <vector>

#include "core/context.h"
#include "core/options.h"
#include "nn/model.h"

namespace lobule::pipeline {

struct PredictOptions {
  std::string output;
  std::string weights;             // of a standard network
  bool logits = false;             // of a classifier: as the network gives them, not their softmax
  std::string precision = "auto";  // of numbers between layers

  void list_options(OptionSet& options);
};

struct PredictOutcome {
  std::vector<std::filesystem::path> files;  // what was written
  int images = 0;                            // how many were read and judged
  Findings findings;
};

// A model folder (learn/model_folder.h), one of nnU-Net or MONAI (learn/foreign_folder.h), or a standard
// network by its name in torchvision's spelling with the weights of `options.weights` (.safetensors, .pth).
// Throws Error where there is neither, and where a network has no weights.
nn::Model load_network(const std::string& model_or_network, const PredictOptions& options);

// Whether a network gives one vector of scores for a whole image.
bool is_classifier(const nn::Model& model);

// Every image under `inputs`: a classifier writes OUT/predictions.csv (docs/formats/predictions.md). An image
// that cannot be read is a finding and stops no other. Throws Error as load_network does, where an input does
// not exist, and where the output cannot be written.
PredictOutcome predict(const std::string& model_or_network, const std::vector<std::string>& inputs,
                       const PredictOptions& options, Context& context);

// The part of `predict` that judges whole images.
PredictOutcome predict_classes(const nn::Model& model, const std::vector<std::string>& inputs,
                               const PredictOptions& options, Context& context);

}  // namespace lobule::pipeline
