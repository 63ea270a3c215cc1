#pragma once
// Loops over images in blocks of channels, [block of channels][z][y][x][channel in its block], that the
// engine runs between convolutions. They are compiled three times, for AVX-512, AVX2 and any x86-64, and
// chosen when the program runs. Lanes beyond the last channel are zero in every image, before and after.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "nn/graph.h"

namespace lobule::nn {

// One image in blocks. The numbers are float, or bf16: the upper half of a float.
struct BlockedImage {
  void* data = nullptr;
  int channels = 0;
  Extent extent{1, 1, 1};

  std::size_t places() const {
    return static_cast<std::size_t>(extent[0]) * static_cast<std::size_t>(extent[1]) *
           static_cast<std::size_t>(extent[2]);
  }
};

// What happens to a value before it is written.
struct PointwiseActivation {
  bool present = false;
  ActivationKind kind = ActivationKind::relu;
  float slope = 0;                // of leaky_relu, of prelu with one weight, alpha of elu
  const float* slopes = nullptr;  // of prelu with a weight for each channel, padded to whole blocks
};

// Count, mean and sum of squared differences from it, of the values of a channel in some part of an image.
struct ChannelMoments {
  double count = 0, mean = 0, squares = 0;
};

struct NormalizationJob {
  BlockedImage in, out;  // may be the same
  int groups = 0;        // statistics of each group of channels; 0: none, scale and shift are given
  double epsilon = 0;
  const float* scale = nullptr;  // padded with zeros to whole blocks
  const float* shift = nullptr;
  PointwiseActivation activation{};
  // Of each part of the image and channel (padded to whole blocks), if whoever made the image took them.
  const ChannelMoments* moments = nullptr;
  int parts = 0;
};

// A convolution with kernels of 3 along y and x and at most kMostWinogradDepth along z, stride 1, no
// dilation, one group, by minimal filtering. It can normalize and activate what it reads, and take the
// moments of what it writes (before its activation).
inline constexpr int kMostWinogradDepth = 5;
struct WinogradJob {
  BlockedImage in, out;
  int depth = 1;
  Extent padding{0, 0, 0};
  const float* weight = nullptr;  // winograd_weights'
  const float* bias = nullptr;    // padded with zeros
  PointwiseActivation activation{};
  const float* in_scale = nullptr;  // padded with zeros; null: it reads the image as it is
  const float* in_shift = nullptr;
  PointwiseActivation in_activation{};
  ChannelMoments* moments = nullptr;  // [winograd_parts][channels, padded]
  float* working = nullptr;           // winograd_working_bytes for each thread,
  std::size_t working_step = 0;       // so many floats apart
};

// Transposed convolution whose windows do not overlap: kernel = stride, no padding, one group.
struct EnlargeJob {
  BlockedImage in, out;
  Extent factor{1, 1, 1};
  const float* weight = nullptr;  // [block of out][tap][in channel][out channel in block], padded with zeros
  const float* bias = nullptr;    // padded with zeros
  PointwiseActivation activation{};
};

struct Kernels {
  std::string_view name;
  int block;  // channels in one
  std::size_t bytes_of_value;

  void (*from_plain)(const float* plain, const BlockedImage& out);
  void (*to_plain)(const BlockedImage& in, float* plain);
  void (*convert_plain)(const float* plain, std::size_t count, void* out);  // to the kernels' numbers
  void (*normalize)(const NormalizationJob& job);
  // What normalize() would multiply by and add, padded with zeros to whole blocks.
  void (*normalization)(const NormalizationJob& job, float* scale, float* shift);
  void (*activate)(const BlockedImage& in, const BlockedImage& out, const PointwiseActivation& activation);
  void (*pool)(const BlockedImage& in, const BlockedImage& out, const Pool& layer);
  void (*global_average)(const BlockedImage& in, const BlockedImage& out);
  void (*upsample)(const BlockedImage& in, const BlockedImage& out, const Upsample& layer);
  void (*add)(std::span<const BlockedImage> in, const BlockedImage& out,
              const PointwiseActivation& activation);
  void (*multiply)(const BlockedImage& in, const BlockedImage& by, const BlockedImage& out,
                   const PointwiseActivation& activation);
  // Puts the channels of `in` at channel `first` of `out`.
  void (*place)(const BlockedImage& in, const BlockedImage& out, int first);
  void (*softmax)(const BlockedImage& in, const BlockedImage& out);
  void (*enlarge)(const EnlargeJob& job);
  // Of float only.
  void (*winograd)(const WinogradJob& job);
  std::size_t (*winograd_working_bytes)(const WinogradJob& job);
  int (*winograd_parts)(const WinogradJob& job);
  std::size_t (*winograd_weight_count)(int out_channels, int in_channels, int depth);
  void (*winograd_weights)(const float* weight, int out_channels, int in_channels, int depth,
                           float* transformed);
};

// Each for float and for bf16.
const Kernels& kernels_avx512(bool bf16);
const Kernels& kernels_avx2(bool bf16);
const Kernels& kernels_any(bool bf16);

}  // namespace lobule::nn
