#pragma once
// The blocks of which U-Nets are made. Each adds layers to a builder under `name` and returns its result.

#include <string>
#include <vector>

#include "nn/builder.h"

namespace lobule::nn {

// What follows every convolution of a network.
struct BlockStyle {
  Normalization normalization{};  // its channels are filled in
  Activation activation{ActivationKind::leaky_relu, 0.01};
  bool bias = false;  // of convolutions; a normalization right behind makes it void
};

struct BlockShape {
  int channels = 1;
  int depth = 2;  // convolutions, or residual blocks
  Extents kernel = 3;
  Extents stride = 1;  // of the first of them
};

// Convolution, normalization, activation: NAME.conv, NAME.norm, NAME.act.
Value convolution_unit(Builder& b, const std::string& name, Value x, const BlockShape& shape,
                       const BlockStyle& style, int dilation = 1);

// `depth` convolution units one after another: NAME.0, NAME.1, …
Value plain_block(Builder& b, const std::string& name, Value x, const BlockShape& shape,
                  const BlockStyle& style);

// `depth` blocks of two convolutions with a shortcut around them and the activation behind the sum (He et al.
// 2016); a shortcut that shrinks takes the mean of each window, and one that changes the number of channels
// has a convolution of one voxel (ResNet-D: He et al. 2019, figure 2c): NAME.0.conv1, NAME.0.conv2,
// NAME.0.shortcut, …
Value residual_block(Builder& b, const std::string& name, Value x, const BlockShape& shape,
                     const BlockStyle& style);

// The multi-level dilated residual block of Gudhe et al. 2021 (Sci Rep 11:14105,
// doi 10.1038/s41598-021-93169-w): `depth` levels (2 there), each with convolutions of dilation 1, 3 and 5
// (the rates that its grid search chose) and a shortcut around it, and one more shortcut around all levels:
// residuals of residuals. Within a level the rates work side by side on the same image, and a convolution of
// one voxel joins them.
Value dilated_block(Builder& b, const std::string& name, Value x, const BlockShape& shape,
                    const BlockStyle& style);

// The multi-level residual block that Gudhe et al. put into skip connections: the same nest of shortcuts
// around undilated convolutions; it keeps the number of channels.
Value skip_block(Builder& b, const std::string& name, Value x, int levels, const BlockStyle& style);

// The additive attention gate of Oktay et al. 2018 (arXiv:1804.03999, equations 1 and 2): weighs each place
// of the skip connection `x` by 0 to 1, from x itself and from `gate`, the coarser image that the decoder
// holds, `factor` times smaller. NAME.theta (on x, with stride), NAME.phi (on the gate), NAME.psi, then
// NAME.out with its normalization.
Value attention_gate(Builder& b, const std::string& name, Value x, Value gate, Extents factor,
                     const BlockStyle& style);

}  // namespace lobule::nn
