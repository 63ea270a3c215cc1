#include "nn/networks/anchors.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace lobule::nn {
namespace {

const double kLargestGrowth = std::log(1000.0 / 16);

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

// Extents z, y, x of an image tensor.
std::array<std::int64_t, 3> extents(const Shape& shape) {
  const std::size_t n = shape.size();
  return {n == 5 ? shape[2] : 1, shape[n - 2], shape[n - 1]};
}

std::size_t places_of(const Shape& shape) {
  const auto e = extents(shape);
  return static_cast<std::size_t>(e[0] * e[1] * e[2]);
}

void sort_by_score(std::vector<Detection>& detections) {
  std::stable_sort(detections.begin(), detections.end(),
                   [](const Detection& a, const Detection& b) { return a.score > b.score; });
}

// Axes from x to z: how torchvision orders what belongs to them.
std::size_t axis_of(int i) {
  return static_cast<std::size_t>(2 - i);
}

}  // namespace

double volume(const Box& box) {
  double product = 1;
  for (std::size_t a = 0; a < 3; ++a) product *= std::max(0.0, box.high[a] - box.low[a]);
  return product;
}

double overlap(const Box& a, const Box& b) {
  Box both;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    both.low[axis] = std::max(a.low[axis], b.low[axis]);
    both.high[axis] = std::min(a.high[axis], b.high[axis]);
  }
  const double shared = volume(both), covered = volume(a) + volume(b) - shared;
  return covered > 0 ? shared / covered : 0;
}

std::vector<Box> anchors(const Shape& level, double stride, const AnchorOptions& options) {
  std::vector<std::array<double, 3>> edges;
  for (const double ratio : options.ratios)
    for (const double scale : options.scales) {
      const double edge = options.size * stride * scale;
      edges.push_back(
          {options.dimensions == 3 ? edge : 1.0, edge * std::sqrt(ratio), edge / std::sqrt(ratio)});
    }
  const auto e = extents(level);
  std::vector<Box> list;
  list.reserve(places_of(level) * edges.size());
  for (std::int64_t z = 0; z < e[0]; ++z)
    for (std::int64_t y = 0; y < e[1]; ++y)
      for (std::int64_t x = 0; x < e[2]; ++x)
        for (const auto& edge : edges) {
          const std::array<double, 3> centre{
              options.dimensions == 3 ? (static_cast<double>(z) + 0.5) * stride : 0.5,
              (static_cast<double>(y) + 0.5) * stride, (static_cast<double>(x) + 0.5) * stride};
          Box box;
          for (std::size_t a = 0; a < 3; ++a) {
            box.low[a] = centre[a] - edge[a] / 2;
            box.high[a] = centre[a] + edge[a] / 2;
          }
          list.push_back(box);
        }
  return list;
}

std::vector<double> encode(const Box& box, const Box& anchor, int dimensions) {
  std::vector<double> offsets(static_cast<std::size_t>(2 * dimensions));
  for (int i = 0; i < dimensions; ++i) {
    const std::size_t a = axis_of(i);
    const double edge = anchor.high[a] - anchor.low[a];
    offsets[static_cast<std::size_t>(i)] =
        ((box.low[a] + box.high[a]) - (anchor.low[a] + anchor.high[a])) / 2 / edge;
    offsets[static_cast<std::size_t>(i + dimensions)] = std::log((box.high[a] - box.low[a]) / edge);
  }
  return offsets;
}

Box decode(const std::vector<double>& offsets, const Box& anchor, int dimensions) {
  Box box = anchor;
  for (int i = 0; i < dimensions; ++i) {
    const std::size_t a = axis_of(i);
    const double edge = anchor.high[a] - anchor.low[a];
    const double centre = (anchor.low[a] + anchor.high[a]) / 2 + offsets[static_cast<std::size_t>(i)] * edge;
    const double half =
        edge / 2 * std::exp(std::min(offsets[static_cast<std::size_t>(i + dimensions)], kLargestGrowth));
    box.low[a] = centre - half;
    box.high[a] = centre + half;
  }
  return box;
}

std::vector<Detection> decode_level(const Tensor& scores, const Tensor& boxes, double stride,
                                    const AnchorOptions& options, int classes, double lowest_score) {
  const std::vector<Box> list = anchors(scores.shape, stride, options);
  const std::size_t places = places_of(scores.shape);
  const std::size_t per_place = options.ratios.size() * options.scales.size();
  const auto class_count = static_cast<std::size_t>(classes),
             box_count = static_cast<std::size_t>(2 * options.dimensions);
  if (scores.values.size() != places * per_place * class_count ||
      boxes.values.size() != places * per_place * box_count)
    throw Error("detector",
                "its scores are " + describe(scores.shape) + " and its boxes " + describe(boxes.shape),
                "they do not hold " + std::to_string(per_place) + " anchors at each place");
  std::vector<Detection> detections;
  std::vector<double> offsets(box_count);
  for (std::size_t place = 0; place < places; ++place)
    for (std::size_t k = 0; k < per_place; ++k)
      for (std::size_t c = 0; c < class_count; ++c) {
        const double score = sigmoid(scores.values[(k * class_count + c) * places + place]);
        if (score < lowest_score) continue;
        for (std::size_t i = 0; i < box_count; ++i)
          offsets[i] = boxes.values[(k * box_count + i) * places + place];
        detections.push_back(
            {decode(offsets, list[place * per_place + k], options.dimensions), static_cast<int>(c), score});
      }
  sort_by_score(detections);
  return detections;
}

std::vector<Detection> decode_points(const Tensor& heat, const Tensor& size, const Tensor& offset,
                                     double stride, double lowest_score) {
  const auto e = extents(heat.shape);
  const std::size_t places = places_of(heat.shape);
  const std::size_t dimensions = heat.shape.size() - 2;
  std::vector<Detection> detections;
  const auto index = [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    return static_cast<std::size_t>((z * e[1] + y) * e[2] + x);
  };
  for (std::size_t c = 0; c < static_cast<std::size_t>(heat.shape[1]); ++c) {
    const float* map = heat.values.data() + c * places;
    const auto is_peak = [&](std::int64_t z, std::int64_t y, std::int64_t x) {
      const float here = map[index(z, y, x)];
      for (std::int64_t k = std::max<std::int64_t>(0, z - 1); k <= std::min(e[0] - 1, z + 1); ++k)
        for (std::int64_t j = std::max<std::int64_t>(0, y - 1); j <= std::min(e[1] - 1, y + 1); ++j)
          for (std::int64_t i = std::max<std::int64_t>(0, x - 1); i <= std::min(e[2] - 1, x + 1); ++i)
            if (map[index(k, j, i)] > here) return false;
      return true;
    };
    for (std::int64_t z = 0; z < e[0]; ++z)
      for (std::int64_t y = 0; y < e[1]; ++y)
        for (std::int64_t x = 0; x < e[2]; ++x) {
          const std::size_t at = index(z, y, x);
          const double score = sigmoid(map[at]);
          if (score < lowest_score || !is_peak(z, y, x)) continue;
          Detection found{{}, static_cast<int>(c), score};
          const std::array<std::int64_t, 3> place{z, y, x};
          for (std::size_t i = 0; i < dimensions; ++i) {
            const std::size_t a = 3 - dimensions + i;
            const double centre =
                (static_cast<double>(place[a]) + 0.5 + offset.values[i * places + at]) * stride;
            const double half = size.values[i * places + at] / 2;
            found.box.low[a] = centre - half;
            found.box.high[a] = centre + half;
          }
          detections.push_back(found);
        }
  }
  sort_by_score(detections);
  return detections;
}

std::vector<Detection> suppress_overlaps(std::vector<Detection> detections, double most_overlap) {
  sort_by_score(detections);
  std::vector<Detection> kept;
  for (const Detection& candidate : detections) {
    const bool covered = std::any_of(kept.begin(), kept.end(), [&](const Detection& better) {
      return better.label == candidate.label && overlap(better.box, candidate.box) > most_overlap;
    });
    if (!covered) kept.push_back(candidate);
  }
  return kept;
}

}  // namespace lobule::nn
