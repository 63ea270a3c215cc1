#pragma once
// SqueezeNet (Iandola et al. 2016, arXiv:1602.07360) with the names of parameters of torchvision
// ("features.3.squeeze.weight", "classifier.1.weight"): small classifiers of photographs, whose weights are
// small enough for tests.

#include "nn/graph.h"

namespace lobule::nn {

// Output "logits", none of them negative: the classifier ends in a ReLU ahead of the mean over places. Takes
// images of any extents from 21 voxels (1.1: 17).
Graph squeezenet1_0(int in_channels = 3, int classes = 1000);
Graph squeezenet1_1(int in_channels = 3, int classes = 1000);

}  // namespace lobule::nn
