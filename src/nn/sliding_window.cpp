#include "nn/sliding_window.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>

#include "core/error.h"
#include "core/parallel.h"

namespace lobule::nn {
namespace {

using Axes = std::array<std::int64_t, 3>;  // of two dimensions: y, 1, x

std::size_t index(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

// One axis: where windows begin, in places of the image, and how much each counts at each of its places.
struct Axis {
  std::int64_t extent = 1, window = 1;
  std::vector<std::int64_t> starts;        // below zero where the image is smaller than the window
  std::vector<std::vector<float>> shares;  // of each start, place by place; they add up to 1 in the image
  bool mirrors = false;
};

Axis make_axis(std::int64_t extent, int window, bool mirrors, const SlidingWindowOptions& options) {
  Axis axis{extent, window, {}, {}, mirrors};
  const std::int64_t before = std::max<std::int64_t>(0, (window - extent) / 2);
  for (const int start : window_starts(extent, window, options.overlap))
    axis.starts.push_back(start - before);
  std::vector<double> weight(index(window), 1), sum(index(extent), 0);
  const double center = (window - 1) / 2.0, deviation = options.deviation * window;
  for (int i = 0; i < window && options.gaussian; ++i)
    weight[index(i)] = std::exp(-0.5 * (i - center) * (i - center) / (deviation * deviation));
  const auto inside = [&](std::int64_t place) { return place >= 0 && place < extent; };
  for (const std::int64_t start : axis.starts)
    for (int i = 0; i < window; ++i)
      if (inside(start + i)) sum[index(start + i)] += weight[index(i)];
  for (const std::int64_t start : axis.starts) {
    std::vector<float>& share = axis.shares.emplace_back(index(window), 0.0F);
    for (int i = 0; i < window; ++i)
      if (inside(start + i)) share[index(i)] = static_cast<float>(weight[index(i)] / sum[index(start + i)]);
  }
  return axis;
}

void check_options(const Shape& image, const SlidingWindowOptions& options) {
  const std::size_t axes = image.size() - std::min<std::size_t>(2, image.size());
  if (axes != 2 && axes != 3)
    throw Error("sliding window", "an image of shape " + describe(image) + " is given",
                "it takes batch, channels and 2 or 3 extents");
  if (image[0] != 1)
    throw Error("sliding window", "a batch of " + std::to_string(image[0]) + " images is given",
                "it takes one");
  if (value_count(image) == 0) throw Error("sliding window", "the image is empty");
  if (options.window.size() != axes)
    throw Error("sliding window", "the window has " + std::to_string(options.window.size()) + " extents",
                "the image has " + std::to_string(axes));
  for (const int extent : options.window)
    if (extent < 1) throw Error("sliding window", "the window has an extent of " + std::to_string(extent));
  if (!(options.overlap >= 0 && options.overlap <= 0.95))
    throw Error("sliding window", "the overlap does not lie between 0 and 0.95");
  if (!(options.deviation > 0.01 && options.deviation <= 10))
    throw Error("sliding window", "the Gaussian's deviation does not lie between 0.01 and 10 windows");
  if (!options.mirror.empty() && options.mirror.size() != axes)
    throw Error("sliding window",
                "mirrored axes are named for " + std::to_string(options.mirror.size()) + " axes",
                "the image has " + std::to_string(axes));
}

struct Grid {
  std::array<Axis, 3> axes;
  int channels = 1;

  Grid(const Shape& image, const SlidingWindowOptions& options) : channels(static_cast<int>(image[1])) {
    const bool flat = image.size() == 4;
    for (std::size_t a = 0; a < 3; ++a) {
      if (flat && a == 1) {
        axes[a] = make_axis(1, 1, false, options);
        continue;
      }
      const std::size_t of = flat ? a / 2 : a;
      axes[a] = make_axis(image[2 + of], options.window[of], !options.mirror.empty() && options.mirror[of],
                          options);
    }
  }
  std::int64_t plane() const { return axes[1].extent * axes[2].extent; }
  std::int64_t window_places() const { return axes[0].window * axes[1].window * axes[2].window; }
  std::int64_t held_planes() const { return std::min(axes[0].window, axes[0].extent); }
};

Shape image_shape(std::size_t dimensions, std::int64_t channels, const Axes& extents) {
  if (dimensions == 2) return {1, channels, extents[0], extents[2]};
  return {1, channels, extents[0], extents[1], extents[2]};
}

// `from` with the axes of `mask` (bit 0: z) in reverse, in `to`.
void mirror(const Tensor& from, const Axes& extents, unsigned mask, Tensor& to) {
  to.shape = from.shape;
  to.values.resize(from.values.size());
  const std::size_t rows = from.values.size() / index(extents[2]);
  parallel_for_ranges(rows, 512, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      const auto r = static_cast<std::int64_t>(row);
      std::int64_t y = r % extents[1], z = r / extents[1] % extents[0];
      const std::int64_t channel = r / extents[1] / extents[0];
      if (mask & 1U) z = extents[0] - 1 - z;
      if (mask & 2U) y = extents[1] - 1 - y;
      const float* read = from.values.data() + ((channel * extents[0] + z) * extents[1] + y) * extents[2];
      float* write = to.values.data() + r * extents[2];
      if (mask & 4U)
        std::reverse_copy(read, read + extents[2], write);
      else
        std::copy(read, read + extents[2], write);
    }
  });
}

class Slider {
 public:
  Slider(const std::vector<WindowModel>& models, const Shape& image, const SlidingWindowOptions& options)
      : models_(models), options_(options), dimensions_(image.size() - 2), grid_(image, options) {
    window_ = {grid_.axes[0].window, grid_.axes[1].window, grid_.axes[2].window};
    for (const Axis& axis : grid_.axes) fits_ = fits_ && axis.window <= axis.extent;
    for (const int channels : models[0].output_channels)
      sums_.emplace_back(image_shape(dimensions_, channels,
                                     {grid_.held_planes(), grid_.axes[1].extent, grid_.axes[2].extent}));
  }

  void run(const PlaneSource& source, const PlaneSink& sink) {
    const Axis& z = grid_.axes[0];
    std::size_t done = 0;
    for (std::size_t row = 0; row < z.starts.size(); ++row) {
      first_ = std::max<std::int64_t>(0, z.starts[row]);
      const std::int64_t count = std::min(z.extent, z.starts[row] + z.window) - first_;
      const Tensor slab = source(first_, count);
      check_slab(slab, count);
      for (std::size_t y = 0; y < grid_.axes[1].starts.size(); ++y)
        for (std::size_t x = 0; x < grid_.axes[2].starts.size(); ++x) {
          cut(slab, {row, y, x});
          run_models();
          add_window({row, y, x});
          ++done;
          if (options_.after_window) options_.after_window(done, windows());
        }
      const bool last = row + 1 == z.starts.size();
      hand_over((last ? z.extent : z.starts[row + 1]) - first_, sink);
    }
  }

 private:
  std::size_t windows() const {
    return grid_.axes[0].starts.size() * grid_.axes[1].starts.size() * grid_.axes[2].starts.size();
  }

  void check_slab(const Tensor& slab, std::int64_t count) const {
    const Shape wanted =
        image_shape(dimensions_, grid_.channels, {count, grid_.axes[1].extent, grid_.axes[2].extent});
    if (slab.shape != wanted || slab.values.size() != value_count(wanted))
      throw Error("sliding window", "planes of shape " + describe(slab.shape) + " are given",
                  "the image's are " + describe(wanted));
  }

  // Calls body(row of the window, row of the planes held, places before the image begins, places of the
  // image) for every row of the window at starts `at` that the image has.
  template <class Body>
  void for_each_row(const std::array<std::size_t, 3>& at, int channels, const Body& body) const {
    const Axis& az = grid_.axes[0];
    const Axis& ay = grid_.axes[1];
    const Axis& ax = grid_.axes[2];
    const std::int64_t sx = ax.starts[at[2]], skip = std::max<std::int64_t>(0, -sx);
    const std::int64_t length = std::min(ax.extent, sx + ax.window) - sx - skip;
    parallel_for_ranges(index(channels * window_[0]), 8, [&](std::size_t begin, std::size_t end) {
      for (std::size_t plane = begin; plane < end; ++plane) {
        const std::int64_t channel = static_cast<std::int64_t>(plane) / window_[0];
        const std::int64_t wz = static_cast<std::int64_t>(plane) % window_[0];
        const std::int64_t z = az.starts[at[0]] + wz;
        if (z < 0 || z >= az.extent) continue;
        for (std::int64_t wy = 0; wy < window_[1]; ++wy) {
          const std::int64_t y = ay.starts[at[1]] + wy;
          if (y < 0 || y >= ay.extent) continue;
          body(channel, wz, wy, z - first_, y, skip, length);
        }
      }
    });
  }

  // The window at starts `at`, with zeros around the image.
  void cut(const Tensor& slab, const std::array<std::size_t, 3>& at) {
    cut_.shape = image_shape(dimensions_, grid_.channels, window_);
    cut_.values.resize(value_count(cut_.shape));
    if (!fits_) std::fill(cut_.values.begin(), cut_.values.end(), 0.0F);
    const std::int64_t planes = slab.shape[2], rows = grid_.axes[1].extent, places = grid_.axes[2].extent;
    for_each_row(
        at, grid_.channels,
        [&](std::int64_t channel, std::int64_t wz, std::int64_t wy, std::int64_t z, std::int64_t y,
            std::int64_t skip, std::int64_t length) {
          const std::int64_t from =
              ((channel * planes + z) * rows + y) * places + grid_.axes[2].starts[at[2]] + skip;
          const std::int64_t to = ((channel * window_[0] + wz) * window_[1] + wy) * window_[2] + skip;
          std::memcpy(cut_.values.data() + to, slab.values.data() + from, index(length) * sizeof(float));
        });
  }

  // The mean over models and mirrorings, in their order, in mean_.
  void run_models() {
    unsigned mirrored = 0;
    for (std::size_t a = 0; a < 3; ++a)
      if (grid_.axes[a].mirrors) mirrored |= 1U << a;
    float count = 0;
    for (const WindowModel& model : models_)
      for (unsigned mask = 0; mask < 8; ++mask) {
        if ((mask & ~mirrored) != 0) continue;
        std::vector<Tensor>& outputs = count == 0 && mask == 0 ? mean_ : outputs_;
        run_mirrored(model, mask, outputs);
        if (count > 0)
          for (std::size_t o = 0; o < mean_.size(); ++o) add(mean_[o], outputs[o]);
        ++count;
      }
    if (count == 1) return;
    for (Tensor& mean : mean_)
      parallel_for_ranges(mean.values.size(), 1 << 16, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) mean.values[i] /= count;
      });
  }

  void run_mirrored(const WindowModel& model, unsigned mask, std::vector<Tensor>& outputs) {
    if (mask != 0) mirror(cut_, window_, mask, turned_);
    model.run(mask == 0 ? cut_ : turned_, outputs);
    if (outputs.size() != sums_.size())
      throw Error("sliding window", "a model gives " + std::to_string(outputs.size()) + " images",
                  "it said " + std::to_string(sums_.size()));
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      const Shape wanted = image_shape(dimensions_, sums_[o].shape[1], window_);
      if (outputs[o].shape != wanted)
        throw Error("sliding window", "a model gives an image of shape " + describe(outputs[o].shape),
                    "for the window it should be " + describe(wanted));
      if (mask == 0) continue;
      mirror(outputs[o], window_, mask, turned_back_);
      std::swap(outputs[o], turned_back_);
    }
  }

  static void add(Tensor& sum, const Tensor& term) {
    parallel_for_ranges(sum.values.size(), 1 << 16, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) sum.values[i] += term.values[i];
    });
  }

  void add_window(const std::array<std::size_t, 3>& at) {
    const std::vector<Tensor>& outputs = mean_;
    const std::int64_t planes = grid_.held_planes(), rows = grid_.axes[1].extent,
                       places = grid_.axes[2].extent;
    const std::vector<float>& along_x = grid_.axes[2].shares[at[2]];
    for (std::size_t o = 0; o < outputs.size(); ++o)
      for_each_row(at, static_cast<int>(outputs[o].shape[1]),
                   [&](std::int64_t channel, std::int64_t wz, std::int64_t wy, std::int64_t z, std::int64_t y,
                       std::int64_t skip, std::int64_t length) {
                     const float share =
                         grid_.axes[0].shares[at[0]][index(wz)] * grid_.axes[1].shares[at[1]][index(wy)];
                     const float* from = outputs[o].values.data() +
                                         ((channel * window_[0] + wz) * window_[1] + wy) * window_[2] + skip;
                     float* to = sums_[o].values.data() + ((channel * planes + z) * rows + y) * places +
                                 grid_.axes[2].starts[at[2]] + skip;
                     const float* shares = along_x.data() + skip;
                     for (std::int64_t i = 0; i < length; ++i) to[i] += share * shares[i] * from[i];
                   });
  }

  // Gives the first `count` planes away and moves up the others.
  void hand_over(std::int64_t count, const PlaneSink& sink) {
    const std::size_t plane = index(grid_.plane());
    const std::size_t held = index(grid_.held_planes()), gone = index(count);
    std::vector<Tensor> finished;
    for (Tensor& sum : sums_) {
      Tensor& out = finished.emplace_back(
          image_shape(dimensions_, sum.shape[1], {count, grid_.axes[1].extent, grid_.axes[2].extent}));
      for (std::size_t channel = 0; channel < index(sum.shape[1]); ++channel) {
        float* begin = sum.values.data() + channel * held * plane;
        std::copy(begin, begin + gone * plane, out.values.data() + channel * gone * plane);
        std::copy(begin + gone * plane, begin + held * plane, begin);
        std::fill(begin + (held - gone) * plane, begin + held * plane, 0.0F);
      }
    }
    sink(first_, finished);
  }

  const std::vector<WindowModel>& models_;
  const SlidingWindowOptions& options_;
  const std::size_t dimensions_;
  const Grid grid_;
  Axes window_{};
  std::int64_t first_ = 0;    // of the planes held
  std::vector<Tensor> sums_;  // of each output, on the planes held
  bool fits_ = true;          // the window is nowhere larger than the image
  Tensor cut_, turned_, turned_back_;
  std::vector<Tensor> mean_, outputs_;  // of a window
};

void check_models(const std::vector<WindowModel>& models) {
  if (models.empty()) throw Error("sliding window", "no model is given");
  for (const WindowModel& model : models)
    if (model.output_channels != models[0].output_channels)
      throw Error("sliding window", "the models give images of different channels",
                  "they cannot be averaged");
}

}  // namespace

std::vector<int> window_starts(std::int64_t extent, int window, double overlap) {
  if (extent <= window) return {0};
  const auto room = static_cast<double>(extent - window);
  const double step = std::max(1.0, window * (1 - overlap));
  const int steps = static_cast<int>(std::ceil(room / step - 1e-9));
  std::vector<int> starts;
  for (int i = 0; i <= steps; ++i) starts.push_back(static_cast<int>(std::lround(room * i / steps)));
  return starts;
}

std::size_t sliding_window_bytes(const std::vector<WindowModel>& models, const Shape& image,
                                 const SlidingWindowOptions& options) {
  check_models(models);
  check_options(image, options);
  const Grid grid(image, options);
  std::size_t channels = 0, model_bytes = 0;
  for (const int count : models[0].output_channels) channels += index(count);
  std::map<const EngineMemory*, std::size_t> shared;
  for (const WindowModel& model : models) {
    model_bytes += model.bytes;
    shared[model.memory] = std::max(shared[model.memory], model.shared_bytes);
  }
  for (const auto& [memory, bytes] : shared) model_bytes += bytes;
  const std::size_t inputs = index(grid.channels);
  // Sums, finished planes and planes of the image. The window, turned, and as an engine keeps it; the mean, a
  // model's outputs, what turning them takes, and what the engine keeps.
  const std::size_t planes = index(grid.held_planes() * grid.plane()) * (2 * channels + inputs);
  const std::size_t windows = index(grid.window_places()) * (3 * inputs + 4 * channels);
  return model_bytes + (planes + windows) * sizeof(float);
}

void slide_window(const std::vector<WindowModel>& models, const Shape& image, const PlaneSource& source,
                  const SlidingWindowOptions& options, const PlaneSink& sink) {
  const std::size_t needed = sliding_window_bytes(models, image, options);
  if (options.memory_bytes > 0 && needed > options.memory_bytes) {
    const auto in_mib = [](std::size_t bytes) {
      return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB";
    };
    throw Error("sliding window", "it needs " + in_mib(needed),
                "no more than " + in_mib(options.memory_bytes) + " are allowed",
                "Allow more memory or choose a smaller window");
  }
  Slider(models, image, options).run(source, sink);
}

std::vector<Tensor> slide_window(const std::vector<WindowModel>& models, const Tensor& image,
                                 const SlidingWindowOptions& options) {
  check_models(models);
  check_options(image.shape, options);
  const std::size_t plane = value_count(image.shape) / index(image.shape[1] * image.shape[2]);
  const std::size_t planes = index(image.shape[2]);
  std::vector<Tensor> results;
  for (const int channels : models[0].output_channels) {
    Shape shape = image.shape;
    shape[1] = channels;
    results.emplace_back(shape);
  }
  const auto source = [&](std::int64_t first, std::int64_t count) {
    Shape shape = image.shape;
    shape[2] = count;
    Tensor slab(shape);
    for (std::size_t channel = 0; channel < index(shape[1]); ++channel) {
      const float* from = image.values.data() + (channel * planes + index(first)) * plane;
      std::copy(from, from + index(count) * plane, slab.values.data() + channel * index(count) * plane);
    }
    return slab;
  };
  slide_window(models, image.shape, source, options,
               [&](std::int64_t first, const std::vector<Tensor>& finished) {
                 for (std::size_t o = 0; o < results.size(); ++o) {
                   const std::size_t count = index(finished[o].shape[2]);
                   for (std::size_t channel = 0; channel < index(finished[o].shape[1]); ++channel) {
                     const float* from = finished[o].values.data() + channel * count * plane;
                     std::copy(from, from + count * plane,
                               results[o].values.data() + (channel * planes + index(first)) * plane);
                   }
                 }
               });
  return results;
}

WindowModel window_model(const Engine& engine, const std::vector<int>& window,
                         const std::vector<std::size_t>& outputs) {
  const Graph& graph = engine.graph();
  Shape shape{1, 1};
  shape.insert(shape.end(), window.begin(), window.end());
  int inputs = 0;
  for (const Node& node : graph.nodes)
    if (const auto* input = std::get_if<Input>(&node.layer)) {
      shape[1] = input->channels;
      ++inputs;
    }
  if (inputs != 1)
    throw Error("sliding window", "the network takes " + std::to_string(inputs) + " images",
                "it has to take one");
  const std::vector<Shape> shapes = infer_shapes(graph, {shape});
  std::vector<std::size_t> chosen = outputs;
  if (chosen.empty())
    for (std::size_t o = 0; o < graph.outputs.size(); ++o) chosen.push_back(o);
  WindowModel model;
  for (const std::size_t o : chosen) {
    if (o >= graph.outputs.size())
      throw Error("sliding window", "the network has no output " + std::to_string(o));
    const Shape& given = shapes[index(graph.outputs[o].node)];
    if (!std::equal(given.begin() + 2, given.end(), shape.begin() + 2, shape.end()))
      throw Error("sliding window", "the output " + graph.outputs[o].name + " is " + describe(given),
                  "it has to have the extents of the window, " + describe(shape));
    model.output_channels.push_back(static_cast<int>(given[1]));
  }
  model.shared_bytes = engine.shared_bytes({shape});
  model.bytes = engine.memory_bytes({shape}) - model.shared_bytes;
  model.memory = engine.memory();
  model.run = [&engine, chosen, images = std::vector<Tensor>(1), all = std::vector<Tensor>()](
                  const Tensor& image, std::vector<Tensor>& given) mutable {
    images[0] = image;
    engine.run(images, all);
    given.resize(chosen.size());
    for (std::size_t i = 0; i < chosen.size(); ++i) std::swap(given[i], all[chosen[i]]);
  };
  return model;
}

}  // namespace lobule::nn
