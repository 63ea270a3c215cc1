#pragma once
// The networks that the engine's benchmark runs, for it and for its peer.

#include <string>

#include "nn/graph.h"

namespace lobule::benchmark {

struct EngineCase {
  nn::Graph graph;
  Shape input;
};

// "unet3d": five levels of 16 to 256 channels, two convolutions of 3³ each, strides of 2 down and transposed
// convolutions of 2³ up, instance normalization, leaky ReLU, on a window of 96³. "unet3d_pool": largest
// values of 2³ down. "unet2d": five levels of 32 to 512 channels on 512².
EngineCase engine_case(const std::string& name);

}  // namespace lobule::benchmark
