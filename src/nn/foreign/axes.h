#pragma once
// Networks of other programs see the axes of an image in an order of their own. Exchanging the axes of every
// kernel and stride gives the network that does the same to an image in our order, z, y, x.

#include <array>

#include "core/tensor.h"
#include "nn/graph.h"

namespace lobule::nn {

// order[a]: which of our axes (0 = z, 1 = y, 2 = x; in two dimensions 0 = y, 1 = x) the network's axis a is.
using AxisOrder = std::array<int, 3>;
inline constexpr AxisOrder kOurAxes{0, 1, 2};

// A list of the network's axes, in our order.
template <class List>
List in_our_order(const List& theirs, const AxisOrder& order) {
  List ours = theirs;
  for (std::size_t a = 0; a < theirs.size(); ++a) ours[static_cast<std::size_t>(order[a])] = theirs[a];
  return ours;
}

// The extents of every layer's kernel, stride and so on.
Graph in_our_axes(Graph graph, const AxisOrder& order);

// Kernels with their spatial axes (those behind the first two) exchanged; other tensors as they are.
TensorMap in_our_axes(const TensorMap& weights, const AxisOrder& order);

}  // namespace lobule::nn
