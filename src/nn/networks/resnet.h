#pragma once
// Residual networks (He et al. 2016) in two and three dimensions. Names and shapes of parameters are
// torchvision's ("conv1.weight", "layer1.0.bn1.weight", "layer2.0.downsample.0.weight", "fc.weight"), which
// Med3D's networks of three dimensions share (Chen et al. 2019, arXiv:1904.00625; Tencent/MedicalNet), so
// that state dicts of either load as they are.

#include <vector>

#include "nn/builder.h"

namespace lobule::nn {

// How a block's input is brought to the shape of its result: by a convolution of one voxel with normalization
// ("B" of He et al. 2016, section 4.1), or as it is with zeros for further channels ("A").
enum class ShortcutKind { projection, zero_padding };

struct ResNetOptions {
  int dimensions = 2;
  int depth = 18;  // 10, 18, 34: basic blocks; 50, 101, 152: bottlenecks
  int in_channels = 3;
  int classes = 1000;
  ShortcutKind shortcut = ShortcutKind::projection;
  // The third and fourth layer keep the extents of the second and dilate by 2 and 4 instead (Med3D's
  // segmentation): an eighth of the image's extents, not a thirty-second.
  bool dilated = false;
};

// The network with its classifier: output "logits". Throws Error for a depth that is none of these.
Graph resnet(const ResNetOptions& options);

// Med3D's network for segmentation: dilated layers and "conv_seg" (its names), output "logits" at a quarter
// of the image's extents. `options.dilated` is taken as true.
Graph med3d_segmentation(const ResNetOptions& options);

// The results of the stem (a quarter of the image's extents, after its pooling) and of the four layers, for
// networks that go on from there. Names are put behind `prefix`.
std::vector<Value> resnet_features(Builder& b, Value image, const ResNetOptions& options,
                                   const std::string& prefix = "");

// The weights that make shortcuts "A" of a network what they are. A graph says them as a convolution of one
// voxel (NAME.downsample.weight) that carries each channel over; state dicts lack it.
TensorMap zero_padding_weights(const Graph& graph);

}  // namespace lobule::nn
