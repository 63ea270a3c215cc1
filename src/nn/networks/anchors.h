#pragma once
// From what detectors give to boxes, and back to what they are taught: plain functions over tensors.
//
// Boxes lie in voxels of the image, each axis from `low` to `high`, voxel i reaching from i to i + 1. Axes
// are in the order z, y, x; in two dimensions z is 0 to 1 everywhere.

#include <array>
#include <vector>

#include "core/tensor.h"

namespace lobule::nn {

struct Box {
  std::array<double, 3> low{0, 0, 0}, high{1, 1, 1};
};

struct Detection {
  Box box;
  int label = 0;
  double score = 0;  // 0 to 1
};

double volume(const Box& box);  // voxels; 0 where a side is not positive

// The volume that two boxes share over what they cover together; 0 for empty ones.
double overlap(const Box& a, const Box& b);

// Shapes of the anchors at every place of a level, centred on it.
struct AnchorOptions {
  int dimensions = 2;
  double size =
      4;  // edge of the basic anchor, in places of the level (32 voxels at level 3: Lin et al. 2017)
  std::vector<double> scales{1, 1.259921049894873,
                             1.587401051968199};  // 2^0, 2^(1/3), 2^(2/3) (there, section 4)
  // Of y to x, the area being kept; in three dimensions the edge along z is the basic one.
  std::vector<double> ratios{0.5, 1, 2};
};

// The anchors of a level whose places are `stride` voxels apart: place after place (x fastest), at each place
// scale after scale within ratio after ratio, as torchvision orders them.
// (torchvision centres them on the first voxel of a place and rounds edges to whole voxels; here neither.)
std::vector<Box> anchors(const Shape& level, double stride, const AnchorOptions& options);

// A box as offsets from its anchor (Girshick et al. 2014, appendix C): for each axis the shift of the centre
// over the anchor's edge, and the logarithm of the ratio of edges; in the order of torchvision: shifts x, y,
// (z), then edges x, y, (z).
std::vector<double> encode(const Box& box, const Box& anchor, int dimensions);
// The inverse. Edges grow at most by 1000 / 16 (torchvision's bound), so that fresh networks give finite
// boxes.
Box decode(const std::vector<double>& offsets, const Box& anchor, int dimensions);

// The detections of one sample at one level: `scores` [1, anchors · classes, …] logits and `boxes` [1,
// anchors · 2 · dimensions, …] of `retinanet`, sorted by score, those of at least `lowest_score`.
std::vector<Detection> decode_level(const Tensor& scores, const Tensor& boxes, double stride,
                                    const AnchorOptions& options, int classes, double lowest_score);

// The detections of `centernet`'s outputs: places that no neighbour of the same class exceeds (Zhou et al.
// 2019, section 3.1), sorted by score.
std::vector<Detection> decode_points(const Tensor& heat, const Tensor& size, const Tensor& offset,
                                     double stride, double lowest_score);

// Keeps each detection, best first, unless it overlaps a kept one of its class by more than `most_overlap`.
// Equal scores stay in their order.
std::vector<Detection> suppress_overlaps(std::vector<Detection> detections, double most_overlap);

}  // namespace lobule::nn
