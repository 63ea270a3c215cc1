#include "nn/networks/named_network.h"

#include <functional>
#include <map>

#include "core/error.h"
#include "core/options.h"
#include "core/text.h"
#include "nn/networks/resnet.h"
#include "nn/networks/squeezenet.h"

namespace lobule::nn {
namespace {

using Maker = std::function<Graph(int in_channels, int classes)>;

Maker resnet_of(int depth) {
  return [depth](int in_channels, int classes) {
    return resnet({.depth = depth, .in_channels = in_channels, .classes = classes});
  };
}

const std::map<std::string, Maker, std::less<>>& makers() {
  static const std::map<std::string, Maker, std::less<>> kMakers{
      {"resnet18", resnet_of(18)},     {"resnet34", resnet_of(34)},   {"resnet50", resnet_of(50)},
      {"resnet101", resnet_of(101)},   {"resnet152", resnet_of(152)}, {"squeezenet1_0", squeezenet1_0},
      {"squeezenet1_1", squeezenet1_1}};
  return kMakers;
}

}  // namespace

std::vector<std::string> network_names() {
  std::vector<std::string> names;
  for (const auto& [name, maker] : makers()) names.push_back(name);
  return names;
}

Graph named_network(std::string_view name, int in_channels, int classes) {
  if (const auto found = makers().find(name); found != makers().end())
    return found->second(in_channels, classes);
  const std::vector<std::string> nearest = nearest_words(name, network_names());
  throw Error("network \"" + std::string(name) + "\"", "there is no such network", "",
              nearest.empty() ? "The networks are " + join(network_names(), ", ")
                              : "Did you mean " + join(nearest, ", ") + "?");
}

}  // namespace lobule::nn
