#pragma once
// Runs networks over an image that is larger than they take at once: in windows that overlap, blended with
// weights that fall towards a window's border (Isensee et al. 2021, nnU-Net), mirrored and averaged, over one
// network or several. Results are made plane by plane along the first axis of the image (z, or y in two
// dimensions), and only the planes that windows in work cover are held, so that memory has a bound that does
// not grow with the number of planes.

#include <cstddef>
#include <functional>
#include <vector>

#include "nn/engine.h"

namespace lobule::nn {

struct SlidingWindowOptions {
  std::vector<int> window;   // extents, in the image's order of axes: (z,) y, x
  double overlap = 0.5;      // share of a window that the next one covers again, at least; 0 to 0.95
  bool gaussian = true;      // else all voxels of a window weigh the same
  double deviation = 0.125;  // of the Gaussian, in windows
  std::vector<bool> mirror;  // axes along which mirrored windows run, too; empty: none
  std::size_t memory_bytes =
      0;  // the most that may be held, beside what the caller gives and takes; 0: no bound
  // Called after each window; may throw to end the work.
  std::function<void(std::size_t done, std::size_t all)> after_window;
};

// What runs on a window: gives images of the window's extents, as many channels as it says. It may use the
// memory of the outputs that it is given, which are those of an earlier window, or of none.
struct WindowModel {
  std::function<void(const Tensor& window, std::vector<Tensor>& outputs)> run;
  std::vector<int> output_channels;
  std::size_t bytes = 0;  // that it holds while it runs, of its own
  // That it works in besides, in memory that all models of the same `memory` hold once.
  std::size_t shared_bytes = 0;
  const EngineMemory* memory = nullptr;
};

// An engine as such a model; it has to outlive it. `outputs`: which of the graph's, empty: all. Throws Error
// where an output is not of the window's extents.
WindowModel window_model(const Engine& engine, const std::vector<int>& window,
                         const std::vector<std::size_t>& outputs = {});

// Planes [first, first + count) of the image, as [1, channels, count, (y,) x].
using PlaneSource = std::function<Tensor(std::int64_t first, std::int64_t count)>;
// Takes finished planes of each output, from `first`, in their order.
using PlaneSink = std::function<void(std::int64_t first, const std::vector<Tensor>& planes)>;

// The mean over models, mirrorings and windows at every voxel of what the models give. Images that are
// smaller than a window are surrounded by zeros. The same bytes for any number of threads. Throws Error where
// shapes do not fit or options are out of range, and where the memory cannot be kept to: it says how much is
// needed.
void slide_window(const std::vector<WindowModel>& models, const Shape& image, const PlaneSource& source,
                  const SlidingWindowOptions& options, const PlaneSink& sink);

// The same for an image in memory: the outputs as a whole.
std::vector<Tensor> slide_window(const std::vector<WindowModel>& models, const Tensor& image,
                                 const SlidingWindowOptions& options);

// Bytes that it holds at most for images of this shape, beside what the caller gives and takes.
std::size_t sliding_window_bytes(const std::vector<WindowModel>& models, const Shape& image,
                                 const SlidingWindowOptions& options);

// Where windows begin along an axis: evenly spaced, the last one at the end (nnU-Net's
// compute_steps_for_sliding_window). One window where the image is no larger.
std::vector<int> window_starts(std::int64_t extent, int window, double overlap);

}  // namespace lobule::nn
