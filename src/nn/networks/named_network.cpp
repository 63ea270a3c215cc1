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

Graph named_network_for(std::string_view name, const TensorMap& weights) {
  const Graph usual = named_network(name);
  int channels = 3, classes = 1000;
  const std::vector<Parameter> list = parameters(usual);
  // The first parameter is the first layer's weight [out, in, …], the last one the bias of the classifier.
  if (const auto first = weights.find(list.front().name);
      first != weights.end() && first->second.shape.size() == 4)
    channels = static_cast<int>(first->second.shape[1]);
  if (const auto last = weights.find(list.back().name);
      last != weights.end() && last->second.shape.size() == 1)
    classes = static_cast<int>(last->second.shape[0]);
  Graph graph = named_network(name, channels, classes);
  check_weights(graph, weights);
  return graph;
}

Preprocessing named_network_preprocessing(int channels) {
  Preprocessing preprocessing;
  preprocessing.channels = channels;
  preprocessing.window = {224, 224, 1};
  preprocessing.intensity = IntensityRule::fixed;
  preprocessing.before_scale = 255;
  preprocessing.mean = {0.485, 0.456, 0.406};
  preprocessing.deviation = {0.229, 0.224, 0.225};
  if (channels != 3) {
    preprocessing.mean.assign(static_cast<std::size_t>(channels), 0.449);
    preprocessing.deviation.assign(static_cast<std::size_t>(channels), 0.226);
  }
  return preprocessing;
}

}  // namespace lobule::nn
