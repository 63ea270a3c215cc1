#pragma once
// Runs a trained network over a user's images.

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "core/context.h"
#include "core/options.h"
#include "nn/model.h"

namespace lobule::pipeline {

struct PredictOptions {
  std::string output;
  std::string weights;                // of a standard network
  bool logits = false;                // of a classifier: as the network gives them, not their softmax
  std::string precision = "auto";     // of numbers between layers
  bool mirror = false;                // of a network that outlines: the mean over mirrored images
  std::vector<std::string> ensemble;  // of a network that outlines: further models
  std::vector<std::string> folds;     // of a folder of nnU-Net: "0", "3", "all"; empty: every numbered one
  std::string memory;                 // of windows at once: "2GiB"; empty: no bound

  void list_options(OptionSet& options);
};

struct PredictOutcome {
  std::vector<std::filesystem::path> files;  // what was written
  int images = 0;                            // how many were read and judged
  Findings findings;
};

// A model folder (learn/model_folder.h), one of MONAI or all folds of one of nnU-Net
// (learn/foreign_folder.h), a shipped model by its name, or a standard network by its name in torchvision's
// spelling with the weights of `options.weights` (.safetensors, .pth). Throws Error where there is neither,
// where a network has no weights, and where folds are named and it is not of nnU-Net.
std::vector<nn::Model> load_networks(const std::string& model_or_network, const PredictOptions& options);

// Every image under `inputs`. A classifier writes OUT/predictions.csv, a network that outlines
// OUT/<image's stem>_labels.nii.gz (docs/formats/predictions.md). An image that cannot be read is a finding
// and stops no other. Throws Error as load_networks does, where an input does not exist, where the network is
// of neither kind, and where the output cannot be written.
PredictOutcome predict(const std::string& model_or_network, const std::vector<std::string>& inputs,
                       const PredictOptions& options, Context& context);

// The part of `predict` that judges whole images.
PredictOutcome predict_classes(const nn::Model& model, const std::vector<std::string>& inputs,
                               const PredictOptions& options, Context& context);

// The part of `predict` that outlines: NIfTI files and pictures as they are, DICOM as volumes of the names
// that `lobule convert` gives. A network of several channels takes them from <case>_0000.nii.gz,
// <case>_0001.nii.gz and so on, as nnU-Net does. Of several models, which see images alike, the mean of what
// they give counts.
PredictOutcome predict_segmentation(std::vector<nn::Model> models, int classes,
                                    const std::vector<std::string>& inputs, const PredictOptions& options,
                                    Context& context);

// 2 · 2³⁰ of "2GiB", 500 · 2²⁰ of "500MiB", 0 of "". Throws Error for other words.
std::size_t memory_bytes(const std::string& word);

// Whether the network's first output is probabilities already.
bool ends_in_softmax(const nn::Graph& graph);

}  // namespace lobule::pipeline
