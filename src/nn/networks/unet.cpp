#include "nn/networks/unet.h"

#include "core/error.h"

namespace lobule::nn {
namespace {

void check(const UNetOptions& options) {
  if (options.levels.size() < 2)
    throw Error("U-Net", "it has " + std::to_string(options.levels.size()) + " levels",
                "it needs two or more");
  if (options.decoders.empty()) throw Error("U-Net", "it has no decoder");
  for (const UNetDecoder& decoder : options.decoders) {
    if (decoder.outputs.empty()) throw Error("U-Net", decoder.name + " has no output");
  }
  const int finer_levels = static_cast<int>(options.levels.size()) - 1;
  if (options.deep_supervision < 0 || options.deep_supervision >= finer_levels)
    throw Error("U-Net",
                "outputs at " + std::to_string(options.deep_supervision) + " coarser levels are asked for",
                "its decoders have " + std::to_string(finer_levels - 1) + " of them");
}

Value block(Builder& b, const std::string& name, Value x, BlockKind kind, const BlockShape& shape,
            const BlockStyle& style) {
  switch (kind) {
    case BlockKind::residual: return residual_block(b, name, x, shape, style);
    case BlockKind::dilated: return dilated_block(b, name, x, shape, style);
    case BlockKind::plain: break;
  }
  return plain_block(b, name, x, shape, style);
}

Value enlarge(Builder& b, const std::string& name, Value x, const UNetLevel& finer, const UNetLevel& coarser,
              const UNetOptions& options) {
  if (!options.linear_up)
    return b.convolution_up(name + ".up", x, finer.channels, coarser.stride, options.style.bias);
  // A convolution of one voxel and linear upsampling commute; this order takes an eighth of the work.
  x = b.convolution(name + ".up", x, finer.channels, {.kernel = 1, .bias = options.style.bias});
  return b.upsample(name + ".upsample", x, coarser.stride);
}

}  // namespace

std::string output_name(const std::string& name, int level) {
  return level == 0 ? name : name + "." + std::to_string(level);
}

Extent unet_granularity(const UNetOptions& options) {
  Extent product{1, 1, 1};
  for (const UNetLevel& level : options.levels) {
    if (options.dimensions == 3) product[0] *= level.stride.z;
    product[1] *= level.stride.y;
    product[2] *= level.stride.x;
  }
  return product;
}

std::vector<UNetLevel> unet_levels(const std::vector<int>& channels, int depth) {
  std::vector<UNetLevel> levels;
  for (const int count : channels)
    levels.push_back(
        {.channels = count, .stride = levels.empty() ? 1 : 2, .depth = depth, .decoder_depth = depth});
  return levels;
}

std::vector<Value> unet_encoder(Builder& b, Value image, const UNetOptions& options) {
  Value x = image;
  if (options.stem_channels > 0)
    x = convolution_unit(b, "encoder.stem", x,
                         {.channels = options.stem_channels, .kernel = options.levels[0].kernel},
                         options.style);
  std::vector<Value> results;
  for (const UNetLevel& level : options.levels) {
    const std::string name = "encoder." + std::to_string(results.size());
    BlockShape shape{level.channels, level.depth, level.kernel, level.stride};
    if (options.max_pool_down && !results.empty()) {
      x = b.pool(name + ".pool", x, {.kernel = level.stride, .stride = level.stride});
      shape.stride = 1;
    }
    x = block(b, name, x, options.encoder_block, shape, options.style);
    results.push_back(x);
  }
  return results;
}

std::vector<Value> unet_decoder(Builder& b, const std::string& name, const std::vector<Value>& encoded,
                                const UNetOptions& options) {
  std::vector<Value> results(encoded.size() - 1);
  Value x = encoded.back();
  for (std::size_t level = results.size(); level-- > 0;) {
    const std::string at = name + "." + std::to_string(level);
    const UNetLevel& finer = options.levels[level];
    const UNetLevel& coarser = options.levels[level + 1];
    Value skip = encoded[level];
    if (options.skip_levels > 0) skip = skip_block(b, at + ".skip", skip, options.skip_levels, options.style);
    if (options.attention_gates)
      skip = attention_gate(b, at + ".gate", skip, x, coarser.stride, options.style);
    x = enlarge(b, at, x, finer, coarser, options);
    x = b.concatenate(at + ".concat", {x, skip});
    x = block(b, at, x, options.decoder_block, {finer.channels, finer.decoder_depth, finer.kernel, 1},
              options.style);
    results[level] = x;
  }
  return results;
}

Graph unet(const UNetOptions& options) {
  check(options);
  Builder b(options.dimensions);
  const std::vector<Value> encoded = unet_encoder(b, b.input(options.in_channels), options);
  std::vector<std::pair<std::string, Value>> outputs;
  for (const UNetDecoder& decoder : options.decoders) {
    const std::vector<Value> decoded = unet_decoder(b, decoder.name, encoded, options);
    for (const UNetOutput& output : decoder.outputs) {
      for (int level = 0; level <= options.deep_supervision; ++level) {
        const std::string name = output_name(output.name, level);
        outputs.emplace_back(
            name, b.convolution(decoder.name + ".out." + name, decoded[static_cast<std::size_t>(level)],
                                output.channels, {.kernel = 1}));
      }
    }
  }
  return b.finish(outputs);
}

}  // namespace lobule::nn
