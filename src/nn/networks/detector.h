#pragma once
// Detectors of one stage, in two and three dimensions: a residual network, a pyramid of its features, and
// heads that say at every place what is there.

#include <string>
#include <vector>

#include "nn/networks/resnet.h"

namespace lobule::nn {

// RetinaNet (Lin et al. 2017): at every level of a feature pyramid, two heads with shared weights score
// anchors and move them. Names of parameters are torchvision's retinanet_resnet50_fpn.
struct RetinaNetOptions {
  ResNetOptions backbone{.depth = 50};  // its classes are not used
  int classes = 91;
  int anchors = 9;     // at each place
  int channels = 256;  // of the pyramid and of the heads
  int depth = 4;       // convolutions of a head ahead of its last one
  double prior =
      0.01;  // how probable each class is at first: the bias of the last layer (there, section 4.1)
};

// Outputs "scores.LEVEL" (logits, [batch, anchors · classes, …]) and "boxes.LEVEL" ([batch, anchors · 2 ·
// dimensions, …]; anchors.h decodes them) for levels 3 to 7, a level being 2^LEVEL times coarser than the
// image. Extents have to be multiples of 32; those of level 7 are rounded up.
Graph retinanet(const RetinaNetOptions& options);

// What the heads of a level see: the pyramid of levels 3 to 7 (Lin et al. 2017, "Feature Pyramid Networks"; 6
// and 7 by stride from level 5's result).
std::vector<Value> feature_pyramid(Builder& b, const std::string& name, const std::vector<Value>& features,
                                   int channels);

// Objects as points (Zhou et al. 2019, arXiv:1904.07850): the features go back up to a quarter of the image's
// extents, where one head gives a heat map for each class, one the extents of the object whose centre lies
// there, and one where within the place its centre is.
struct CenterNetOptions {
  ResNetOptions backbone{.depth = 18};
  int classes = 1;
  int up_channels = 64;    // of the three steps up
  int head_channels = 64;  // of each head's first convolution
  double prior = 0.1;      // of a heat map: bias −2.19 (there, section 5)
};

// Outputs "heat" (logits, [batch, classes, …]), "size" and "offset" ([batch, dimensions, …] in the order of
// the axes; sizes in voxels of the image, offsets in places of the map). Extents have to be multiples of 32.
Graph centernet(const CenterNetOptions& options);

// −log((1 − p) / p): the bias whose sigmoid is p.
double prior_bias(double probability);

}  // namespace lobule::nn
