// LibTorch's interpreter of networks against the plain one, and the law of every gradient: differences.

#include <gtest/gtest.h>

#include "nn/builder.h"
#include "nn/networks/unet.h"
#include "nn/plain_interpreter.h"
#include "nn/tensors.h"
#include "train/gradient_check.h"
#include "train/torch_network.h"

namespace lobule::train {
namespace {

void expect_plain(const nn::Graph& graph, const std::vector<Tensor>& inputs) {
  const TensorMap weights = nn::initial_weights(graph, 3);
  const std::vector<Tensor> law = nn::plain::run(graph, weights, inputs);
  const std::vector<Tensor> found = TorchNetwork(graph, weights).run(inputs);
  for (std::size_t o = 0; o < graph.outputs.size(); ++o) {
    const Tensor& expected = law[static_cast<std::size_t>(graph.outputs[o].node)];
    EXPECT_LT(nn::difference(found[o], expected), 1e-4) << graph.outputs[o].name;
  }
}

nn::UNetOptions small_unet(int dimensions) {
  nn::UNetOptions options;
  options.dimensions = dimensions;
  options.levels = nn::unet_levels({3, 5, 6});
  options.decoders = {{.name = "decoder", .outputs = {{"logits", 2}}}};
  return options;
}

TEST(TorchNetwork, UNetsGiveWhatTheirDefinitionSays) {
  expect_plain(nn::unet(small_unet(2)), {nn::noise({2, 1, 8, 12}, 1)});
  nn::UNetOptions options = small_unet(3);
  options.attention_gates = true;
  options.encoder_block = nn::BlockKind::residual;
  options.max_pool_down = true;
  options.linear_up = true;
  expect_plain(nn::unet(options), {nn::noise({1, 1, 8, 4, 8}, 2)});
}

// One small network with every kind of layer that has a gradient of its own.
nn::Graph every_layer() {
  nn::Builder b(2);
  nn::Value x = b.input(2);
  x = b.convolution("conv", x, 4, {.kernel = 3, .stride = 1, .dilation = 2, .groups = 2});
  x = b.normalize("instance", x, {.kind = nn::NormalizationKind::instance});
  x = b.activate("leaky", x, {nn::ActivationKind::leaky_relu, 0.1});
  x = b.normalize("group", x, {.kind = nn::NormalizationKind::group, .groups = 2});
  x = b.activate("silu", x, {nn::ActivationKind::silu});
  nn::Value low = b.pool("mean", x, {.maximum = false});
  low = b.activate("prelu", low, {nn::ActivationKind::prelu});
  low = b.convolution_up("up", low, 4, 2);
  nn::Value gate =
      b.activate("gate", b.convolution("to_gate", x, 1, {.kernel = 1}), {nn::ActivationKind::sigmoid});
  x = b.concatenate("join", {b.multiply("gated", x, gate), low});
  x = b.activate("gelu", x, {nn::ActivationKind::gelu});
  x = b.upsample("large", b.pool("most", x, {}), 2);
  x = b.activate("tanh", b.convolution("last", x, 3, {.kernel = 1}), {nn::ActivationKind::tanh});
  const nn::Value sum = b.add("sum", {x, b.activate("elu", x, {nn::ActivationKind::elu, 1.0})});
  const nn::Value classes = b.linear("linear", b.global_average("mean_of_all", sum), 3);
  return b.finish({{"map", b.softmax("softmax", sum)}, {"classes", classes}});
}

TEST(TorchNetwork, EveryLayerGivesWhatItsDefinitionSays) {
  expect_plain(every_layer(), {nn::noise({2, 2, 6, 8}, 4)});
}

TEST(TorchNetwork, EveryLayersGradientIsThatOfDifferences) {
  EXPECT_LT(gradient_error_of_network(every_layer(), {nn::noise({1, 2, 6, 8}, 5)}), 1e-5);
}

TEST(TorchNetwork, GradientsInThreeDimensionsAreThoseOfDifferences) {
  // Smooth activations: across a kink differences are no gradients.
  nn::UNetOptions options = small_unet(3);
  options.style.activation = {nn::ActivationKind::silu};
  EXPECT_LT(gradient_error_of_network(nn::unet(options), {nn::noise({1, 1, 8, 8, 8}, 6)}), 1e-5);
}

}  // namespace
}  // namespace lobule::train
