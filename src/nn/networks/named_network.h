#pragma once
// Standard networks by name, in torchvision's spelling.

#include <string>
#include <string_view>
#include <vector>

#include "nn/graph.h"
#include "nn/preprocessing.h"

namespace lobule::nn {

// "resnet18", "squeezenet1_1", …, in alphabetical order.
std::vector<std::string> network_names();

// A classifier of images of two dimensions: output "logits". Throws Error for an unknown name, with the
// nearest known ones.
Graph named_network(std::string_view name, int in_channels = 3, int classes = 1000);

// The network that weights belong to: its channels and classes are those of its first and last layer there.
// Throws Error when the weights are not of this network, whatever its channels and classes.
Graph named_network_for(std::string_view name, const TensorMap& weights);

// How torchvision prepares photographs for its classifiers (torchvision 0.14, ImageClassification of
// _presets.py): 224 × 224 pixels, mean and standard deviation of ImageNet's colours. Networks of other
// numbers of channels take the mean of the three.
Preprocessing named_network_preprocessing(int channels = 3);

}  // namespace lobule::nn
