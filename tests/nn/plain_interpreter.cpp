#include "nn/plain_interpreter.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lobule::nn::plain {
namespace {

// An image as [batch][channel][z][y][x]; networks of two dimensions have one z.
struct Volume {
  int batch = 1, channels = 1;
  Extent extent{1, 1, 1};
  std::vector<double> values;

  Volume() = default;
  Volume(int b, int c, Extent e)
      : batch(b), channels(c), extent(e), values(static_cast<std::size_t>(b) * c * e[0] * e[1] * e[2]) {}

  std::size_t offset(int b, int c, int z, int y, int x) const {
    return (((static_cast<std::size_t>(b) * channels + c) * extent[0] + z) * extent[1] + y) * extent[2] + x;
  }
  double& at(int b, int c, int z, int y, int x) { return values[offset(b, c, z, y, x)]; }
  double at(int b, int c, int z, int y, int x) const { return values[offset(b, c, z, y, x)]; }
  bool inside(int z, int y, int x) const {
    return z >= 0 && y >= 0 && x >= 0 && z < extent[0] && y < extent[1] && x < extent[2];
  }
};

Volume volume_of_shape(const Shape& shape) {
  const auto axis = [&](std::size_t from_end) { return static_cast<int>(shape[shape.size() - from_end]); };
  const Extent extent{shape.size() == 5 ? axis(3) : 1, axis(2), axis(1)};
  return {static_cast<int>(shape[0]), static_cast<int>(shape[1]), extent};
}

template <class Body>
void for_each_place(const Volume& volume, const Body& body) {
  for (int b = 0; b < volume.batch; ++b)
    for (int c = 0; c < volume.channels; ++c)
      for (int z = 0; z < volume.extent[0]; ++z)
        for (int y = 0; y < volume.extent[1]; ++y)
          for (int x = 0; x < volume.extent[2]; ++x) body(b, c, z, y, x);
}

template <class Body>
void for_each_tap(const Extent& kernel, const Body& body) {
  for (int z = 0; z < kernel[0]; ++z)
    for (int y = 0; y < kernel[1]; ++y)
      for (int x = 0; x < kernel[2]; ++x) body(z, y, x);
}

struct Run {
  const std::string& name;
  const TensorMap& weights;
  const std::vector<const Volume*>& inputs;
  Volume out;  // of the right shape

  const Volume& x() const { return *inputs[0]; }
  double weight(const char* word, std::size_t index) const {
    return weights.at(name + "." + word).values[index];
  }

  void operator()(const Input&) { out = x(); }
  void operator()(const Convolution& layer) {
    const int in_of_group = layer.in_channels / layer.groups,
              out_of_group = layer.out_channels / layer.groups;
    const int taps = layer.kernel[0] * layer.kernel[1] * layer.kernel[2];
    const std::vector<float>& kernels = weights.at(name + ".weight").values;
    if (layer.bias)
      for_each_place(out,
                     [&](int b, int c, int z, int y, int i) { out.at(b, c, z, y, i) = weight("bias", c); });
    // Every pair of an input and an output place that a tap joins, in either direction.
    const Volume& few = layer.transposed ? x() : out;
    const Volume& many = layer.transposed ? out : x();
    for (int b = 0; b < out.batch; ++b)
      for (int o = 0; o < layer.out_channels; ++o)
        for (int i = 0; i < in_of_group; ++i) {
          const int group = o / out_of_group, in = group * in_of_group + i;
          const std::size_t row = layer.transposed
                                      ? static_cast<std::size_t>(in) * out_of_group + o % out_of_group
                                      : static_cast<std::size_t>(o) * in_of_group + i;
          for (int z = 0; z < few.extent[0]; ++z)
            for (int y = 0; y < few.extent[1]; ++y)
              for (int c = 0; c < few.extent[2]; ++c)
                for_each_tap(layer.kernel, [&](int kz, int ky, int kx) {
                  const int fz = z * layer.stride[0] - layer.padding[0] + kz * layer.dilation[0];
                  const int fy = y * layer.stride[1] - layer.padding[1] + ky * layer.dilation[1];
                  const int fx = c * layer.stride[2] - layer.padding[2] + kx * layer.dilation[2];
                  if (!many.inside(fz, fy, fx)) return;
                  const double w = kernels[row * taps + (kz * layer.kernel[1] + ky) * layer.kernel[2] + kx];
                  if (layer.transposed)
                    out.at(b, o, fz, fy, fx) += w * x().at(b, in, z, y, c);
                  else
                    out.at(b, o, z, y, c) += w * x().at(b, in, fz, fy, fx);
                });
        }
  }
  void operator()(const Normalization& layer) {
    const int groups = layer.kind == NormalizationKind::group ? layer.groups : layer.channels;
    const int per_group = layer.channels / groups;
    const std::size_t places = static_cast<std::size_t>(x().extent[0]) * x().extent[1] * x().extent[2];
    for (int b = 0; b < x().batch; ++b)
      for (int g = 0; g < groups; ++g) {
        double mean = 0, variance = 0;
        const double* from = x().values.data() + x().offset(b, g * per_group, 0, 0, 0);
        const std::size_t count = places * per_group;
        for (std::size_t i = 0; i < count; ++i) mean += from[i] / static_cast<double>(count);
        for (std::size_t i = 0; i < count; ++i)
          variance += (from[i] - mean) * (from[i] - mean) / static_cast<double>(count);
        for (int c = g * per_group; c < (g + 1) * per_group; ++c) {
          if (layer.kind == NormalizationKind::batch) {
            mean = weight("running_mean", c);
            variance = weight("running_var", c);
          }
          const double scale = (layer.affine ? weight("weight", c) : 1) / std::sqrt(variance + layer.epsilon);
          const double shift = layer.affine ? weight("bias", c) : 0;
          for (std::size_t i = 0; i < places; ++i) {
            const std::size_t at = x().offset(b, c, 0, 0, 0) + i;
            out.values[at] = (x().values[at] - mean) * scale + shift;
          }
        }
      }
  }
  void operator()(const Activation& layer) {
    for_each_place(out, [&](int b, int c, int z, int y, int i) {
      const double v = x().at(b, c, z, y, i);
      double r = v;
      switch (layer.kind) {
        case ActivationKind::relu: r = std::max(v, 0.0); break;
        case ActivationKind::leaky_relu: r = v > 0 ? v : layer.slope * v; break;
        case ActivationKind::prelu: r = v > 0 ? v : weight("weight", layer.channels > 1 ? c : 0) * v; break;
        case ActivationKind::elu: r = v > 0 ? v : layer.slope * std::expm1(v); break;
        case ActivationKind::silu: r = v / (1 + std::exp(-v)); break;
        case ActivationKind::gelu: r = v * 0.5 * std::erfc(-v / std::sqrt(2.0)); break;
        case ActivationKind::sigmoid: r = 1 / (1 + std::exp(-v)); break;
        case ActivationKind::tanh: r = std::tanh(v); break;
      }
      out.at(b, c, z, y, i) = r;
    });
  }
  void operator()(const Pool& layer) {
    for_each_place(out, [&](int b, int c, int z, int y, int i) {
      double largest = -std::numeric_limits<double>::infinity(), sum = 0;
      int count = 0;
      for_each_tap(layer.kernel, [&](int kz, int ky, int kx) {
        const int fz = z * layer.stride[0] - layer.padding[0] + kz;
        const int fy = y * layer.stride[1] - layer.padding[1] + ky;
        const int fx = i * layer.stride[2] - layer.padding[2] + kx;
        // What a partial window (ceil) covers beyond the trailing padding does not count.
        if (fz < x().extent[0] + layer.padding[0] && fy < x().extent[1] + layer.padding[1] &&
            fx < x().extent[2] + layer.padding[2])
          ++count;
        if (!x().inside(fz, fy, fx)) return;
        largest = std::max(largest, x().at(b, c, fz, fy, fx));
        sum += x().at(b, c, fz, fy, fx);
      });
      out.at(b, c, z, y, i) = layer.maximum ? largest : sum / count;
    });
  }
  void operator()(const GlobalAveragePool&) {
    const double places = 1.0 * x().extent[0] * x().extent[1] * x().extent[2];
    for_each_place(x(), [&](int b, int c, int z, int y, int i) {
      out.at(b, c, 0, 0, 0) += x().at(b, c, z, y, i) / places;
    });
  }
  void operator()(const Upsample& layer) {
    for_each_place(out, [&](int b, int c, int z, int y, int i) {
      const Extent place{z, y, i};
      if (!layer.linear) {
        out.at(b, c, z, y, i) = x().at(b, c, z / layer.factor[0], y / layer.factor[1], i / layer.factor[2]);
        return;
      }
      Extent low{}, high{};
      std::array<double, 3> share{};
      for (std::size_t a = 0; a < 3; ++a) {
        const double from = std::max(0.0, (place[a] + 0.5) / layer.factor[a] - 0.5);
        low[a] = static_cast<int>(from);
        high[a] = std::min(low[a] + 1, x().extent[a] - 1);
        share[a] = from - low[a];
      }
      double sum = 0;
      for (int corner = 0; corner < 8; ++corner) {
        double w = 1;
        Extent at{};
        for (std::size_t a = 0; a < 3; ++a) {
          const bool far = (corner >> a) & 1;
          w *= far ? share[a] : 1 - share[a];
          at[a] = far ? high[a] : low[a];
        }
        sum += w * x().at(b, c, at[0], at[1], at[2]);
      }
      out.at(b, c, z, y, i) = sum;
    });
  }
  void operator()(const Linear& layer) {
    const std::vector<float>& matrix = weights.at(name + ".weight").values;
    for (int b = 0; b < out.batch; ++b)
      for (int o = 0; o < layer.out_channels; ++o) {
        double sum = layer.bias ? weight("bias", o) : 0;
        for (int i = 0; i < layer.in_channels; ++i)
          sum += static_cast<double>(matrix[static_cast<std::size_t>(o) * layer.in_channels + i]) *
                 x().at(b, i, 0, 0, 0);
        out.at(b, o, 0, 0, 0) = sum;
      }
  }
  void operator()(const Add&) {
    for (const Volume* input : inputs)
      for (std::size_t i = 0; i < out.values.size(); ++i) out.values[i] += input->values[i];
  }
  void operator()(const Multiply&) {
    const Volume& by = *inputs[1];
    for_each_place(out, [&](int b, int c, int z, int y, int i) {
      const auto pick = [](int place, int extent) { return extent == 1 ? 0 : place; };
      out.at(b, c, z, y, i) =
          x().at(b, c, z, y, i) * by.at(pick(b, by.batch), pick(c, by.channels), pick(z, by.extent[0]),
                                        pick(y, by.extent[1]), pick(i, by.extent[2]));
    });
  }
  void operator()(const Concatenate&) {
    int first = 0;
    for (const Volume* input : inputs) {
      for_each_place(*input, [&](int b, int c, int z, int y, int i) {
        out.at(b, first + c, z, y, i) = input->at(b, c, z, y, i);
      });
      first += input->channels;
    }
  }
  void operator()(const Softmax&) {
    for (int b = 0; b < out.batch; ++b)
      for (int z = 0; z < out.extent[0]; ++z)
        for (int y = 0; y < out.extent[1]; ++y)
          for (int i = 0; i < out.extent[2]; ++i) {
            double largest = x().at(b, 0, z, y, i), sum = 0;
            for (int c = 0; c < out.channels; ++c) largest = std::max(largest, x().at(b, c, z, y, i));
            for (int c = 0; c < out.channels; ++c) sum += std::exp(x().at(b, c, z, y, i) - largest);
            for (int c = 0; c < out.channels; ++c)
              out.at(b, c, z, y, i) = std::exp(x().at(b, c, z, y, i) - largest) / sum;
          }
  }
  void operator()(const Dropout&) { out = x(); }
};

}  // namespace

std::vector<Tensor> run(const Graph& graph, const TensorMap& weights, const std::vector<Tensor>& inputs) {
  std::vector<Shape> shapes_in;
  for (const Tensor& input : inputs) shapes_in.push_back(input.shape);
  const std::vector<Shape> shapes = infer_shapes(graph, shapes_in);
  std::vector<Volume> results;
  std::vector<Tensor> tensors;
  std::size_t next = 0;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    Volume entered;
    std::vector<const Volume*> of_inputs;
    for (const int input : node.inputs) of_inputs.push_back(&results[static_cast<std::size_t>(input)]);
    if (std::holds_alternative<Input>(node.layer)) {
      entered = volume_of_shape(inputs[next].shape);
      entered.values.assign(inputs[next].values.begin(), inputs[next].values.end());
      ++next;
      of_inputs.push_back(&entered);
    }
    Run runner{weights_name(node), weights, of_inputs, volume_of_shape(shapes[n])};
    std::visit(runner, node.layer);
    tensors.emplace_back(shapes[n], std::vector<float>(runner.out.values.begin(), runner.out.values.end()));
    results.push_back(std::move(runner.out));
  }
  return tensors;
}

}  // namespace lobule::nn::plain
