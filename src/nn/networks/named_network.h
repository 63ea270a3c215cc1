#pragma once
// Standard networks by name, in torchvision's spelling.

#include <string>
#include <string_view>
#include <vector>

#include "nn/graph.h"

namespace lobule::nn {

// "resnet18", "squeezenet1_1", …, in alphabetical order.
std::vector<std::string> network_names();

// A classifier of images of two dimensions: output "logits". Throws Error for an unknown name, with the
// nearest known ones.
Graph named_network(std::string_view name, int in_channels = 3, int classes = 1000);

}  // namespace lobule::nn
