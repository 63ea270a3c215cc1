// Shapes that follow from the shapes of the inputs, and the work that they mean.

#include "core/error.h"
#include "nn/graph.h"

namespace lobule::nn {
namespace {

[[noreturn]] void refuse(const Node& node, const std::string& what, const std::string& why = {}) {
  throw Error("layer " + node.name, what, why);
}

// Places along one axis that a window visits.
std::int64_t places(const Node& node, std::int64_t extent, int kernel, int stride, int padding, int dilation,
                    bool ceil) {
  const std::int64_t reach = static_cast<std::int64_t>(dilation) * (kernel - 1) + 1;
  const std::int64_t room = extent + 2 * padding - reach;
  if (room < 0)
    refuse(node, "an image of " + std::to_string(extent) + " along an axis is smaller than the window of " +
                     std::to_string(reach));
  std::int64_t count = (room + (ceil ? stride - 1 : 0)) / stride + 1;
  // A partial window has to begin inside the image or its leading padding.
  if (ceil && (count - 1) * stride >= extent + padding) --count;
  return count;
}

struct ShapeOf {
  const Graph& graph;
  const Node& node;
  const std::vector<Shape>& inputs;  // of this node

  const Shape& x() const { return inputs[0]; }
  // The axis of an Extent to which axis `a` of a shape belongs.
  std::size_t axis(std::size_t a) const { return a - 2 + 3 - static_cast<std::size_t>(graph.dimensions); }

  void expect_channels(int channels) const {
    if (x()[1] != channels)
      refuse(node, "it expects " + std::to_string(channels) + " channels and gets " + std::to_string(x()[1]));
  }
  Shape operator()(const Input&) const { return x(); }
  Shape operator()(const Convolution& layer) const {
    expect_channels(layer.in_channels);
    Shape shape = x();
    shape[1] = layer.out_channels;
    for (std::size_t a = 2; a < shape.size(); ++a) {
      const std::size_t e = axis(a);
      if (layer.transposed)
        shape[a] = (shape[a] - 1) * layer.stride[e] - 2 * layer.padding[e] +
                   layer.dilation[e] * (layer.kernel[e] - 1) + layer.output_padding[e] + 1;
      else
        shape[a] = places(node, shape[a], layer.kernel[e], layer.stride[e], layer.padding[e],
                          layer.dilation[e], false);
      if (shape[a] < 1) refuse(node, "nothing is left of the image");
    }
    return shape;
  }
  Shape operator()(const Normalization& layer) const {
    expect_channels(layer.channels);
    return x();
  }
  Shape operator()(const Activation& layer) const {
    if (layer.kind == ActivationKind::prelu && layer.channels > 1) expect_channels(layer.channels);
    return x();
  }
  Shape operator()(const Pool& layer) const {
    Shape shape = x();
    for (std::size_t a = 2; a < shape.size(); ++a)
      shape[a] = places(node, shape[a], layer.kernel[axis(a)], layer.stride[axis(a)], layer.padding[axis(a)],
                        1, layer.ceil);
    return shape;
  }
  Shape operator()(const GlobalAveragePool&) const {
    Shape shape = x();
    for (std::size_t a = 2; a < shape.size(); ++a) shape[a] = 1;
    return shape;
  }
  Shape operator()(const Upsample& layer) const {
    Shape shape = x();
    for (std::size_t a = 2; a < shape.size(); ++a) shape[a] *= layer.factor[axis(a)];
    return shape;
  }
  Shape operator()(const Linear& layer) const {
    expect_channels(layer.in_channels);
    Shape shape = x();
    for (std::size_t a = 2; a < shape.size(); ++a) {
      if (shape[a] != 1) refuse(node, "it needs an image of one place and gets " + describe(x()));
    }
    shape[1] = layer.out_channels;
    return shape;
  }
  Shape operator()(const Add&) const {
    for (const Shape& shape : inputs) {
      if (shape != x()) refuse(node, "it adds " + describe(x()) + " and " + describe(shape));
    }
    return x();
  }
  Shape operator()(const Multiply&) const {
    const Shape& by = inputs[1];
    for (std::size_t a = 0; a < x().size(); ++a) {
      if (by[a] != x()[a] && by[a] != 1)
        refuse(node, "it multiplies " + describe(x()) + " by " + describe(by));
    }
    return x();
  }
  Shape operator()(const Concatenate&) const {
    Shape shape = x();
    shape[1] = 0;
    for (const Shape& part : inputs) {
      for (std::size_t a = 0; a < shape.size(); ++a) {
        if (a != 1 && part[a] != shape[a])
          refuse(node, "it joins " + describe(x()) + " and " + describe(part),
                 "an image's extents have to be multiples of what the network divides them by");
      }
      shape[1] += part[1];
    }
    return shape;
  }
  Shape operator()(const Softmax&) const { return x(); }
  Shape operator()(const Dropout&) const { return x(); }
};

}  // namespace

std::vector<Shape> infer_shapes(const Graph& graph, const std::vector<Shape>& inputs) {
  std::vector<Shape> shapes;
  std::size_t next = 0;
  for (const Node& node : graph.nodes) {
    std::vector<Shape> of_inputs;
    for (const int input : node.inputs) of_inputs.push_back(shapes[static_cast<std::size_t>(input)]);
    if (const auto* input = std::get_if<Input>(&node.layer)) {
      if (next == inputs.size())
        throw Error("network", std::to_string(inputs.size()) + " images are given", "it takes more of them");
      const Shape& shape = inputs[next++];
      if (shape.size() != static_cast<std::size_t>(graph.dimensions) + 2)
        refuse(node, "an image of shape " + describe(shape) + " is given",
               "it takes batch, channels and " + std::to_string(graph.dimensions) + " extents");
      if (shape[1] != input->channels)
        refuse(node, "an image of " + std::to_string(shape[1]) + " channels is given",
               "it takes " + std::to_string(input->channels));
      if (value_count(shape) == 0) refuse(node, "the image is empty");
      of_inputs.push_back(shape);
    }
    shapes.push_back(std::visit(ShapeOf{graph, node, of_inputs}, node.layer));
  }
  if (next != inputs.size())
    throw Error("network", std::to_string(inputs.size()) + " images are given",
                "it takes " + std::to_string(next));
  return shapes;
}

double floating_point_operations(const Graph& graph, const std::vector<Shape>& inputs) {
  const std::vector<Shape> shapes = infer_shapes(graph, inputs);
  double total = 0;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    if (const auto* layer = std::get_if<Convolution>(&node.layer)) {
      const double taps = 1.0 * layer->kernel[0] * layer->kernel[1] * layer->kernel[2];
      // Each weight meets each place of the smaller of the two images: the input of a transposed one.
      const Shape& places = layer->transposed ? shapes[static_cast<std::size_t>(node.inputs[0])] : shapes[n];
      const int channels = layer->transposed ? layer->out_channels : layer->in_channels;
      total += 2 * taps * channels / layer->groups * static_cast<double>(value_count(places));
    } else if (const auto* linear = std::get_if<Linear>(&node.layer)) {
      total += 2.0 * linear->in_channels * static_cast<double>(value_count(shapes[n]));
    }
  }
  return total;
}

}  // namespace lobule::nn
