#include "learn/output_maps.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"
#include "learn/prepare.h"

namespace lobule::learn {
namespace {

constexpr std::size_t kGrain = 1 << 16;

Tensor part_of(const Image<float>& image, const Box& box) {
  Tensor part({1, 1, box.size[2], box.size[1], box.size[0]});
  float* to = part.values.data();
  for (int k = 0; k < box.size[2]; ++k)
    for (int j = 0; j < box.size[1]; ++j, to += box.size[0])
      std::copy_n(&image.at(box.first[0], box.first[1] + j, box.first[2] + k), box.size[0], to);
  return part;
}

// In place: channels of logits to shares of 1.
void to_probabilities(std::vector<Image<float>>& channels) {
  parallel_for_ranges(channels[0].voxels.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t v = begin; v < end; ++v) {
      if (channels.size() == 1) {
        channels[0].voxels[v] = 1 / (1 + std::exp(-channels[0].voxels[v]));
        continue;
      }
      float largest = channels[0].voxels[v], sum = 0;
      for (const Image<float>& channel : channels) largest = std::max(largest, channel.voxels[v]);
      for (Image<float>& channel : channels) sum += channel.voxels[v] = std::exp(channel.voxels[v] - largest);
      for (Image<float>& channel : channels) channel.voxels[v] /= sum;
    }
  });
}

}  // namespace

Grid grid_of(const Grid& grid, const Box& box) {
  Grid part = grid;
  part.size = box.size;
  part.origin_mm = point_from_index(grid, {double(box.first[0]), double(box.first[1]), double(box.first[2])});
  return part;
}

std::vector<std::vector<Image<float>>> output_maps(const Image<float>& image, const nn::Preprocessing& p,
                                                   const Box& box, const OutputsOf& outputs_of) {
  Tensor input;
  Grid grid;
  {
    const std::vector<Image<float>> prepared = prepare({&image}, p);
    grid = prepared[0].grid;
    for (int a = 0; a < 3; ++a)
      if (box.first[a] < 0 || box.size[a] < 1 || box.first[a] + box.size[a] > grid.size[a])
        throw Error("output maps", "the box leaves the network's grid of " + describe(grid));
    input = part_of(prepared[0], box);
  }
  const Grid own = grid_of(grid, box);
  std::vector<std::vector<Image<float>>> maps;
  for (Tensor& output : outputs_of(input)) {
    std::vector<Image<float>>& channels = maps.emplace_back();
    const std::size_t voxels = own.voxel_count();
    for (std::int64_t c = 0; c < output.shape.at(1); ++c) {
      const auto from =
          output.values.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(c) * voxels);
      Image<float>& channel = channels.emplace_back();
      channel.grid = own;
      channel.voxels.assign(from, from + static_cast<std::ptrdiff_t>(voxels));
    }
    to_probabilities(channels);
  }
  return maps;
}

}  // namespace lobule::learn
