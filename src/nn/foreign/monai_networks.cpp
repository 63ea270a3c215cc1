#include "core/error.h"
#include "nn/builder.h"
#include "nn/foreign/monai.h"

namespace lobule::nn {
namespace {

// Convolution: NAME.conv, then the normalization NAME.adn.N and the activation NAME.adn.A.
Value normalize_and_activate(Builder& b, const std::string& name, Value x, const MonaiStyle& style) {
  x = b.normalize(name + ".adn.N", x, style.normalization);
  return b.activate(name + ".adn.A", x, style.activation);
}

Value unit(Builder& b, const std::string& name, Value x, int channels, const ConvolutionOptions& options,
           const MonaiStyle& style, bool convolution_only = false) {
  x = b.convolution(name + ".conv", x, channels, options);
  return convolution_only ? x : normalize_and_activate(b, name, x, style);
}

// ResidualUnit: units in a row, and around them the input or a convolution of it.
Value residual_unit(Builder& b, const std::string& name, Value x, int channels, int stride, int units,
                    const MonaiUNetOptions& options, bool last_convolution_only = false) {
  Value around = x;
  if (stride != 1 || x.channels != channels)
    around = b.convolution(
        name + ".residual", x, channels,
        {.kernel = stride == 1 ? 1 : options.kernel, .stride = stride, .bias = options.style.bias});
  for (int i = 0; i < units; ++i)
    x = unit(b, name + ".conv.unit" + std::to_string(i), x, channels,
             {.kernel = options.kernel, .stride = i == 0 ? stride : 1, .bias = options.style.bias},
             options.style, last_convolution_only && i == units - 1);
  return b.add(name + ".add", {x, around});
}

Value down_layer(Builder& b, const std::string& name, Value x, int channels, int stride,
                 const MonaiUNetOptions& options) {
  if (options.residual_units > 0)
    return residual_unit(b, name, x, channels, stride, options.residual_units, options);
  return unit(b, name, x, channels, {.kernel = options.kernel, .stride = stride, .bias = options.style.bias},
              options.style);
}

Value up_layer(Builder& b, const std::string& name, Value x, int channels, int stride,
               const MonaiUNetOptions& options, bool is_top) {
  const bool residual = options.residual_units > 0;
  const std::string at = residual ? name + ".0" : name;
  x = b.transposed_convolution(at + ".conv", x, channels,
                               {.kernel = options.up_kernel, .stride = stride, .bias = options.style.bias},
                               stride - 1);
  if (!residual) return is_top ? x : normalize_and_activate(b, at, x, options.style);
  x = normalize_and_activate(b, at, x, options.style);
  return residual_unit(b, name + ".1", x, channels, 1, 1, options, is_top);
}

// What lies below `level`: down, the next level with a skip connection around it, and up.
Value unet_block(Builder& b, const std::string& name, Value x, std::size_t level, int out_channels,
                 const MonaiUNetOptions& options) {
  const int channels = options.channels[level], stride = options.strides[level];
  const Value down = down_layer(b, name + ".0", x, channels, stride, options);
  const std::string below = name + ".1.submodule";
  const Value deep = level + 2 < options.channels.size()
                         ? unet_block(b, below, down, level + 1, channels, options)
                         : down_layer(b, below, down, options.channels[level + 1], 1, options);
  const Value both = b.concatenate(name + ".1.concat", {down, deep});
  return up_layer(b, name + ".2", both, out_channels, stride, options, level == 0);
}

Value two_units(Builder& b, const std::string& name, Value x, int channels, const MonaiStyle& style) {
  x = unit(b, name + ".conv_0", x, channels, {.bias = style.bias}, style);
  return unit(b, name + ".conv_1", x, channels, {.bias = style.bias}, style);
}

// Of SegResNet: normalization and activation stand ahead of their convolution.
Value pre_activated_block(Builder& b, const std::string& name, Value x,
                          const MonaiSegResNetOptions& options) {
  const Value around = x;
  for (const char* number : {"1", "2"}) {
    x = b.normalize(name + ".norm" + number, x, options.normalization);
    x = b.activate(name + ".act" + number, x, options.activation);
    x = b.convolution(name + ".conv" + number + ".conv", x, x.channels, {.bias = false});
  }
  return b.add(name + ".add", {x, around});
}

Value blocks(Builder& b, const std::string& name, int first, int count, Value x,
             const MonaiSegResNetOptions& options) {
  for (int i = 0; i < count; ++i)
    x = pre_activated_block(b, name + "." + std::to_string(first + i), x, options);
  return x;
}

}  // namespace

Graph monai_unet(const MonaiUNetOptions& options) {
  if (options.channels.size() < 2 || options.strides.size() != options.channels.size() - 1)
    throw Error("MONAI's UNet",
                "it has " + std::to_string(options.channels.size()) + " channels and " +
                    std::to_string(options.strides.size()) + " strides",
                "it needs two or more channels and one stride fewer");
  Builder b(options.dimensions);
  const Value image = b.input(options.in_channels);
  return b.finish({{"labels", unet_block(b, "model", image, 0, options.out_channels, options)}});
}

Graph monai_basic_unet(const MonaiBasicUNetOptions& options) {
  if (options.features.size() != 6)
    throw Error("MONAI's BasicUNet", "it has " + std::to_string(options.features.size()) + " features",
                "it needs six");
  Builder b(options.dimensions);
  std::vector<Value> levels{
      two_units(b, "conv_0", b.input(options.in_channels), options.features[0], options.style)};
  for (std::size_t level = 1; level < 5; ++level) {
    const std::string name = "down_" + std::to_string(level);
    const Value small = b.pool(name + ".max_pooling", levels.back(), {});
    levels.push_back(two_units(b, name + ".convs", small, options.features[level], options.style));
  }
  Value x = levels.back();
  for (std::size_t level = 4; level > 0; --level) {
    const std::string name = "upcat_" + std::to_string(level);
    const bool finest = level == 1;
    const Value up = b.convolution_up(name + ".upsample.deconv", x, finest ? x.channels : x.channels / 2, 2);
    x = two_units(b, name + ".convs", b.concatenate(name + ".concat", {levels[level - 1], up}),
                  finest ? options.features[5] : options.features[level - 1], options.style);
  }
  return b.finish({{"labels", b.convolution("final_conv", x, options.out_channels, {.kernel = 1})}});
}

Graph monai_segresnet(const MonaiSegResNetOptions& options) {
  if (options.blocks_down.empty() || options.blocks_up.size() != options.blocks_down.size() - 1)
    throw Error("MONAI's SegResNet",
                "it goes down " + std::to_string(options.blocks_down.size()) + " times and up " +
                    std::to_string(options.blocks_up.size()) + " times",
                "it has to go up once less");
  Builder b(options.dimensions);
  Value x =
      b.convolution("convInit.conv", b.input(options.in_channels), options.init_filters, {.bias = false});
  std::vector<Value> levels;
  for (std::size_t level = 0; level < options.blocks_down.size(); ++level) {
    const std::string name = "down_layers." + std::to_string(level);
    if (level > 0) x = b.convolution(name + ".0.conv", x, 2 * x.channels, {.stride = 2, .bias = false});
    x = blocks(b, name, 1, options.blocks_down[level], x, options);
    levels.push_back(x);
  }
  for (std::size_t i = 0; i < options.blocks_up.size(); ++i) {
    const std::string number = std::to_string(i), up = "up_samples." + number;
    x = b.convolution(up + ".0.conv", x, x.channels / 2, {.kernel = 1, .bias = false});
    x = options.transposed_up ? b.convolution_up(up + ".1.deconv", x, x.channels, 2)
                              : b.upsample(up + ".1", x, 2);
    x = b.add(up + ".add", {x, levels[levels.size() - 2 - i]});
    x = blocks(b, "up_layers." + number, 0, options.blocks_up[i], x, options);
  }
  x = b.activate("conv_final.1", b.normalize("conv_final.0", x, options.normalization), options.activation);
  return b.finish({{"labels", b.convolution("conv_final.2.conv", x, options.out_channels, {.kernel = 1})}});
}

}  // namespace lobule::nn
