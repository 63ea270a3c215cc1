#include "learn/segment.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "core/resample.h"
#include "learn/prepare.h"

namespace lobule::learn {
namespace {

// Extents along z, y, x of what the network gets: the grid's, padded.
std::array<std::size_t, 3> padded_extent(const Grid& grid, const nn::Preprocessing& p, int dimensions) {
  std::array<std::size_t, 3> extent{};
  for (int axis = 0; axis < 3; ++axis) {
    int size = grid.size[axis];
    if (axis < 2 || dimensions == 3) {
      size = std::max(size, p.window[axis]);
      size = (size + p.multiple[axis] - 1) / p.multiple[axis] * p.multiple[axis];
    }
    extent[static_cast<std::size_t>(2 - axis)] = static_cast<std::size_t>(size);
  }
  return extent;
}

// Softmax values of all classes on the network's grid, from logits of padded extents.
class Softmaxes {
 public:
  Softmaxes(const Grid& grid, int classes) : images_(static_cast<std::size_t>(classes), Image<float>(grid)) {}

  // `logits` hold `depth` slices from slice `first` on.
  void put(const Tensor& logits, int first, int depth, const std::array<std::size_t, 3>& padded) {
    const Grid& grid = images_[0].grid;
    const std::size_t plane = padded[1] * padded[2];
    const std::size_t stride = plane * (logits.shape.size() == 5 ? padded[0] : 1);
    parallel_for(static_cast<std::size_t>(depth), [&](std::size_t z) {
      for (int y = 0; y < grid.size[1]; ++y)
        for (int x = 0; x < grid.size[0]; ++x) {
          const float* from = &logits.values[z * plane + static_cast<std::size_t>(y) * padded[2] + x];
          float largest = from[0], sum = 0;
          for (std::size_t c = 1; c < images_.size(); ++c) largest = std::max(largest, from[c * stride]);
          for (std::size_t c = 0; c < images_.size(); ++c) sum += std::exp(from[c * stride] - largest);
          for (std::size_t c = 0; c < images_.size(); ++c)
            images_[c].at(x, y, first + static_cast<int>(z)) = std::exp(from[c * stride] - largest) / sum;
        }
    });
  }
  const std::vector<Image<float>>& images() const { return images_; }

 private:
  std::vector<Image<float>> images_;
};

Segmentation back_on(const Grid& grid, const std::vector<Image<float>>& softmaxes) {
  Segmentation result{Mask(grid), Image<float>(grid)};
  for (std::size_t c = 0; c < softmaxes.size(); ++c) {
    const Image<float> values = resample(softmaxes[c], grid, Interpolation::linear);
    for (std::size_t v = 0; v < values.voxels.size(); ++v) {
      if (values.voxels[v] > result.confidence.voxels[v]) {
        result.confidence.voxels[v] = values.voxels[v];
        result.labels.voxels[v] = static_cast<std::uint8_t>(c);
      }
    }
  }
  return result;
}

}  // namespace

Segmentation segment_image(const std::vector<const Image<float>*>& channels,
                           const nn::Preprocessing& preprocessing, int dimensions, int classes,
                           const LogitsOf& logits_of) {
  const Grid& image_grid = channels.at(0)->grid;
  const std::vector<Image<float>> prepared = prepare(channels, preprocessing);
  const Grid& grid = prepared[0].grid;
  const std::array<std::size_t, 3> padded = padded_extent(grid, preprocessing, dimensions);
  const std::size_t plane = padded[1] * padded[2], volume = padded[0] * plane;

  const auto at = [](std::size_t extent) { return static_cast<std::int64_t>(extent); };
  Tensor input({1, at(channels.size()), at(padded[0]), at(padded[1]), at(padded[2])});
  for (std::size_t c = 0; c < channels.size(); ++c) {
    for (int z = 0; z < grid.size[2]; ++z)
      for (int y = 0; y < grid.size[1]; ++y)
        for (int x = 0; x < grid.size[0]; ++x)
          input.values[c * volume + z * plane + y * padded[2] + x] = prepared[c].at(x, y, z);
  }

  Softmaxes softmaxes(grid, classes);
  if (dimensions == 3) {
    softmaxes.put(logits_of(input), 0, grid.size[2], padded);
  } else {
    for (int z = 0; z < grid.size[2]; ++z)
      softmaxes.put(logits_of(network_slice(input, z, preprocessing)), z, 1, padded);
  }
  Segmentation result = back_on(image_grid, softmaxes.images());
  for (std::size_t v = 0; v < result.labels.voxels.size(); ++v) {
    if (std::isnan(channels[0]->voxels[v])) result.labels.voxels[v] = 0;
  }
  return result;
}

}  // namespace lobule::learn
