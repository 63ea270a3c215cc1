#include "nn/engine_fusion.h"

#include <algorithm>

namespace lobule::nn {
namespace {

std::size_t index(int i) {
  return static_cast<std::size_t>(i);
}

bool suits_winograd(const Convolution& layer, const BlockedImage& out, int block) {
  constexpr Extent kDense{1, 1, 1};
  const bool shape = !layer.transposed && layer.groups == 1 && layer.kernel[1] == 3 && layer.kernel[2] == 3 &&
                     layer.kernel[0] <= kMostWinogradDepth && layer.stride == kDense &&
                     layer.dilation == kDense && layer.padding[0] < layer.kernel[0] && layer.padding[1] < 3 &&
                     layer.padding[2] < 3;
  if (!shape) return false;
  // Blocks that are mostly empty, tiles that hang over the border, and weights that are read for a few tiles
  // only cost more than the saved products.
  constexpr std::size_t kFewestTiles = 24;
  const std::size_t tiles =
      index((out.extent[1] + 3) / 4) * index((out.extent[2] + 3) / 4) * index(out.extent[0]);
  const bool filled = 2 * layer.in_channels >= block && 2 * layer.out_channels >= block;
  return filled && tiles >= kFewestTiles && 2 * out.places() >= 16 * tiles;
}

class Fusing {
 public:
  Fusing(const Graph& graph, const Lowered& lowered)
      : graph_(graph), steps_(lowered.steps), lowered_(lowered) {}

  std::vector<StepFusion> run(const std::vector<BlockedImage>& images, const Kernels& kernels) {
    fused_.resize(steps_.size());
    if (kernels.bytes_of_value != sizeof(float)) return fused_;
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      if (steps_[s].kind != StepKind::convolution || steps_[s].plain_input) continue;
      const Convolution layer = as_convolution(graph_.nodes[index(steps_[s].node)].layer);
      fused_[s].winograd = suits_winograd(layer, images[index(steps_[s].output)], kernels.block);
    }
    for (std::size_t s = 0; s < steps_.size(); ++s)
      if (steps_[s].kind == StepKind::normalize) normalization(s);
    return fused_;
  }

 private:
  void normalization(std::size_t s) {
    const auto& layer = std::get<Normalization>(graph_.nodes[index(steps_[s].node)].layer);
    const int writer = last_writer(steps_[s].inputs[0], s);
    if (layer.kind != NormalizationKind::batch && writer >= 0 && fused_[index(writer)].winograd &&
        steps_[index(writer)].activation < 0)
      fused_[s].moments_of = writer;
    const int value = steps_[s].output;
    if (value != steps_[s].inputs[0] || lowered_.values[index(value)].parent >= 0) return;
    if (std::find(lowered_.outputs.begin(), lowered_.outputs.end(), value) != lowered_.outputs.end()) return;
    int reader = -1, readers = 0;
    for (std::size_t later = s + 1; later < steps_.size(); ++later)
      for (const int input : steps_[later].inputs)
        if (input == value) {
          reader = static_cast<int>(later);
          ++readers;
        }
    if (readers != 1 || !fused_[index(reader)].winograd) return;
    fused_[s].deferred = true;
    fused_[index(reader)].normalized_by = static_cast<int>(s);
  }

  int last_writer(int value, std::size_t before) const {
    for (std::size_t s = before; s-- > 0;)
      if (steps_[s].output == value) return static_cast<int>(s);
    return -1;
  }

  const Graph& graph_;
  const std::vector<Step>& steps_;
  const Lowered& lowered_;
  std::vector<StepFusion> fused_;
};

}  // namespace

std::vector<StepFusion> fuse(const Graph& graph, const Lowered& lowered,
                             const std::vector<BlockedImage>& images, const Kernels& kernels) {
  return Fusing(graph, lowered).run(images, kernels);
}

}  // namespace lobule::nn
