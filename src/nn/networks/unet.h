#pragma once
// U-Nets in two and three dimensions (Ronneberger et al. 2015, Çiçek et al. 2016, Isensee et al. 2021): an
// encoder of levels, each coarser than the one before; one or more decoders that go back up, joined to the
// encoder at every level; and outputs on the decoders.
//
// Results of every level are named ENCODER or DECODER.LEVEL: "encoder.0.1.conv.weight" is the second
// convolution of the finest level, "decoder.0.up.weight" what brings level 1 to level 0.

#include <string>
#include <vector>

#include "nn/networks/blocks.h"

namespace lobule::nn {

struct UNetLevel {
  int channels = 16;
  Extents stride = 2;  // how much coarser than the level before; of the first: than the image (mostly 1)
  Extents kernel = 3;
  int depth = 2;          // of the encoder's block: convolutions, residual blocks, or levels of a dilated one
  int decoder_depth = 2;  // of the decoder's; unused at the coarsest level
};

struct UNetOutput {
  std::string name;  // "labels"
  int channels = 1;
};

struct UNetDecoder {
  std::string name = "decoder";
  std::vector<UNetOutput> outputs;
};

enum class BlockKind { plain, residual, dilated };

struct UNetOptions {
  int dimensions = 3;
  int in_channels = 1;
  std::vector<UNetLevel> levels;      // from the finest
  std::vector<UNetDecoder> decoders;  // over the one encoder
  BlockStyle style{};
  BlockKind encoder_block = BlockKind::plain;
  BlockKind decoder_block = BlockKind::plain;
  int stem_channels = 0;       // > 0: one convolution ahead of the first level ("encoder.stem")
  bool max_pool_down = false;  // else by stride of a level's first convolution
  bool linear_up = false;      // linear upsampling, then a convolution of one voxel; else transposed
  bool attention_gates = false;
  int skip_levels = 0;       // > 0: multi-level residual blocks of so many levels in the skip connections
  int deep_supervision = 0;  // so many coarser levels of each decoder have outputs, too
};

// Outputs in the order of decoders and their outputs, each followed by its coarser ones. Throws Error for
// fewer than two levels, no decoder or output, or more supervised levels than a decoder has. Images' extents
// have to be multiples of `unet_granularity`.
Graph unet(const UNetOptions& options);

// "labels" at the finest level, "labels.1" at the next, as deep supervision names them.
std::string output_name(const std::string& name, int level);

// The product of the strides along each axis (z, y, x).
Extent unet_granularity(const UNetOptions& options);

// Levels of the channels given, each half as fine as the one before, for networks of one pattern.
std::vector<UNetLevel> unet_levels(const std::vector<int>& channels, int depth = 2);

// The parts, for networks that share or extend them. Results of every level, from the finest; a decoder's
// lack the coarsest.
std::vector<Value> unet_encoder(Builder& b, Value image, const UNetOptions& options);
std::vector<Value> unet_decoder(Builder& b, const std::string& name, const std::vector<Value>& encoded,
                                const UNetOptions& options);

}  // namespace lobule::nn
