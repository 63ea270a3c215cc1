#include "nn/networks/squeezenet.h"

#include "nn/builder.h"

namespace lobule::nn {
namespace {

// What stands at the places of "features" behind the first convolution and its ReLU: 0 is a pooling, any
// other number a Fire module that squeezes to so many channels and expands to eight times as many.
using Features = std::vector<int>;

Value relu(Builder& b, const std::string& name, Value x) {
  return b.activate(name, x, {ActivationKind::relu});
}

Value fire(Builder& b, const std::string& name, Value x, int squeezed) {
  x = relu(b, name + ".squeeze_activation", b.convolution(name + ".squeeze", x, squeezed, {.kernel = 1}));
  const Value one = b.convolution(name + ".expand1x1", x, 4 * squeezed, {.kernel = 1});
  const Value three = b.convolution(name + ".expand3x3", x, 4 * squeezed, {.kernel = 3});
  return b.concatenate(name + ".concat", {relu(b, name + ".expand1x1_activation", one),
                                          relu(b, name + ".expand3x3_activation", three)});
}

Graph squeezenet(int in_channels, int classes, int channels, int kernel, const Features& features) {
  Builder b(2);
  Value x = b.convolution("features.0", b.input(in_channels), channels,
                          {.kernel = kernel, .stride = 2, .padding = 0});
  x = relu(b, "features.1", x);
  for (std::size_t i = 0; i < features.size(); ++i) {
    const std::string name = "features." + std::to_string(i + 2);
    x = features[i] ? fire(b, name, x, features[i])
                    : b.pool(name, x, {.kernel = 3, .stride = 2, .ceil = true});
  }
  x = b.convolution("classifier.1", b.dropout("classifier.0", x, 0.5), classes,
                    {.kernel = 1, .initial_deviation = 0.01});
  return b.finish({{"logits", b.global_average("classifier.3", relu(b, "classifier.2", x))}});
}

}  // namespace

Graph squeezenet1_0(int in_channels, int classes) {
  return squeezenet(in_channels, classes, 96, 7, {0, 16, 16, 32, 0, 32, 48, 48, 64, 0, 64});
}

Graph squeezenet1_1(int in_channels, int classes) {
  return squeezenet(in_channels, classes, 64, 3, {0, 16, 16, 0, 32, 32, 0, 48, 48, 64, 64});
}

}  // namespace lobule::nn
