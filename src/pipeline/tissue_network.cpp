#include "pipeline/tissue_network.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <utility>

#include "core/error.h"
#include "core/parallel.h"
#include "core/resample.h"
#include "core/text.h"
#include "learn/model_folder.h"
#include "learn/output_maps.h"
#include "learn/prepare.h"
#include "nn/engine.h"
#include "nn/sliding_window.h"
#include "pipeline/models.h"
#include "pipeline/precision.h"

namespace lobule::pipeline {
namespace {

// Behind the frontmost skin; with the air before it, the rows of a window of breast_mri. Digital patients
// reach 300 mm deep (phantom/sampler_patients.cpp).
constexpr double kDepthKnownMm = 231;
constexpr double kAirMm = 9;     // around the body, so that its surface is not the image's edge
constexpr double kCutMm2 = 500;  // a fifth of a small breast's section
// Half of a window, as usual, costs three times the work and moves hardly a voxel (docs/results/outlines.md).
constexpr double kOverlap = 0.25;
// Voxels of digital patients are blurred to a few millimetres at most.
constexpr double kCoarsestMm = 4.5;

// The box of what is set, grown, within the grid; of size 0 where nothing is.
learn::Box box_around(const Mask& mask, double margin_mm, double depth_mm) {
  Index3 low = mask.grid.size, high{-1, -1, -1};
  for (int k = 0; k < mask.grid.size[2]; ++k)
    for (int j = 0; j < mask.grid.size[1]; ++j)
      for (int i = 0; i < mask.grid.size[0]; ++i) {
        if (mask.at(i, j, k) == 0) continue;
        const Index3 at{i, j, k};
        for (int a = 0; a < 3; ++a) low[a] = std::min(low[a], at[a]), high[a] = std::max(high[a], at[a]);
      }
  learn::Box box;
  if (high[0] < 0) return box;
  high[1] = std::min(high[1], low[1] + static_cast<int>(depth_mm / mask.grid.spacing_mm.y));
  for (int a = 0; a < 3; ++a) {
    const int margin = static_cast<int>(margin_mm / mask.grid.spacing_mm[a]);
    box.first[a] = std::max(0, low[a] - margin);
    box.size[a] = std::min(mask.grid.size[a], high[a] + margin + 1) - box.first[a];
  }
  return box;
}

// Whether breast reaches the front of a box: where fat is as dark as noise the body ends at the muscle, and
// the box that was made around it lies in the breasts.
bool cut_in_front(const Image<float>& inside) {
  const Grid& grid = inside.grid;
  std::size_t count = 0;
  for (int k = 0; k < grid.size[2]; ++k)
    for (int i = 0; i < grid.size[0]; ++i) count += inside.at(i, 0, k) >= 0.5F;
  return static_cast<double>(count) * grid.spacing_mm.x * grid.spacing_mm.z >= kCutMm2;
}

// The outputs [1, channels, z, y, x] of an image [1, 1, z, y, x], each thread's slices by an engine of its
// own: slices are so small that threads of one engine would wait for each other most of the time. Images that
// are smaller than a window are surrounded by air.
std::vector<Tensor> run_slices(const std::vector<nn::Engine>& engines, const Tensor& image,
                               const nn::Preprocessing& p, Context& context) {
  nn::SlidingWindowOptions sliding;
  sliding.window = {p.window[1], p.window[0]};
  sliding.overlap = kOverlap;
  const auto slice_outputs = [&](std::size_t engine, std::int64_t z) {
    return nn::slide_window({nn::window_model(engines[engine], sliding.window)},
                            learn::network_slice(image, z, p), sliding);
  };
  const std::int64_t slices = image.shape[2];
  std::vector<Tensor> outputs;
  for (const int channels : nn::window_model(engines[0], sliding.window).output_channels)
    outputs.emplace_back(Shape{1, channels, slices, image.shape[3], image.shape[4]});
  parallel_for(engines.size(), [&](std::size_t engine) {
    const auto count = static_cast<std::int64_t>(engines.size()), own = static_cast<std::int64_t>(engine);
    for (std::int64_t z = slices * own / count; z < slices * (own + 1) / count; ++z) {
      context.cancellation.check();
      if (engine == 0) context.progress.update(static_cast<double>(z * count) / static_cast<double>(slices));
      const std::vector<Tensor> here = slice_outputs(engine, z);
      for (std::size_t o = 0; o < here.size(); ++o) {
        const std::int64_t plane = here[o].shape[2] * here[o].shape[3];
        for (std::int64_t c = 0; c < here[o].shape[1]; ++c)
          std::copy_n(here[o].values.data() + c * plane, plane,
                      outputs[o].values.data() + (c * slices + z) * plane);
      }
    }
  });
  return outputs;
}

}  // namespace

struct TissueNetwork::Parts {
  nn::Model model;
  std::string sha256;
  std::vector<nn::Engine> engines;                // one a thread
  std::size_t logits = 0, inside = 0, gland = 0;  // which of the outputs
  std::size_t breast = 0, fibroglandular = 0, vessel = 0, muscle = 0, heart = 0,
              nipple = 0;  // which of the labels

  Parts(nn::Model m, std::string hash) : model(std::move(m)), sha256(std::move(hash)) {
    const nn::Precision precision = choose_precision("auto", {&model, 1});
    for (int n = 0; n < thread_count(); ++n)
      engines.emplace_back(model.graph, model.weights, nn::EngineOptions{precision});
    const auto place = [&](const auto& list, const std::string& name, const auto& name_of) {
      const auto found =
          std::find_if(list.begin(), list.end(), [&](const auto& entry) { return name_of(entry) == name; });
      if (found == list.end()) throw Error("model " + model.name, "it does not give \"" + name + "\"");
      return static_cast<std::size_t>(found - list.begin());
    };
    const auto output = [&](const std::string& name) {
      return place(model.graph.outputs, name, [](const auto& o) { return o.name; });
    };
    const auto label = [&](const std::string& name) {
      return place(model.labels, name, [](const std::string& l) { return l; });
    };
    if (model.graph.dimensions != 2 || model.preprocessing.images() != 1)
      throw Error("model " + model.name, "it does not outline the slices of one image");
    logits = output("logits"), inside = output("inside"), gland = output("gland");
    breast = label("breast"), fibroglandular = label("fibroglandular");
    vessel = label("vessel"), muscle = label("muscle"), heart = label("heart"), nipple = label("nipple");
  }
};

std::optional<TissueNetwork> TissueNetwork::shipped(const std::string& name) {
  const auto folder = shipped_model(name);
  if (!folder) return std::nullopt;
  std::string hash = learn::read_model_document(*folder).weights.sha256;
  return TissueNetwork(std::make_shared<const Parts>(learn::read_model(*folder), std::move(hash)));
}

std::string TissueNetwork::shipped_sha256(const std::string& name) {
  const auto folder = shipped_model(name);
  if (!folder) return {};
  try {
    return learn::read_model_document(*folder).weights.sha256;
  } catch (const Error&) {
    return {};
  }
}

measure::TissueMaps TissueNetwork::maps(const Image<float>& image, const Mask& body, Context& context) const {
  const nn::Preprocessing& p = parts_->model.preprocessing;
  const Grid grid = learn::network_grid(image.grid, p);
  learn::Box box = box_around(resample_mask(body, grid), kAirMm, kDepthKnownMm);
  if (box.size[0] == 0) box.size = {1, 1, 1};
  const auto run = [&] {
    return learn::output_maps(
        image, p, box, [&](const Tensor& input) { return run_slices(parts_->engines, input, p, context); });
  };
  auto outputs = run();
  if (box.first[1] > 0 && cut_in_front(outputs[parts_->inside][0])) {
    box.size[1] += std::exchange(box.first[1], 0);
    outputs = run();
  }
  auto& tissue = outputs[parts_->logits];
  Image<float>& gland = tissue[parts_->fibroglandular];
  for (std::size_t v = 0; v < gland.voxels.size(); ++v) {
    const float both = gland.voxels[v] + tissue[parts_->breast].voxels[v];
    gland.voxels[v] = both > 0 ? gland.voxels[v] / both : 0;
  }
  return {.inside = std::move(outputs[parts_->inside][0]),
          .gland = std::move(outputs[parts_->gland][0]),
          .mostly_gland = std::move(gland),
          .vessel = std::move(tissue[parts_->vessel]),
          .muscle = std::move(tissue[parts_->muscle]),
          .heart = std::move(tissue[parts_->heart]),
          .nipple = std::move(tissue[parts_->nipple])};
}

std::string TissueNetwork::unfit(const Grid& image) const {
  const Vec3& mm = image.spacing_mm;
  if (std::max({mm.x, mm.y, mm.z}) <= kCoarsestMm) return {};
  return "its voxels of " + format_fixed(mm.x, 1) + " × " + format_fixed(mm.y, 1) + " × " +
         format_fixed(mm.z, 1) + " mm are coarser than those that the network learned from";
}

const std::string& TissueNetwork::name() const {
  return parts_->model.name;
}

const std::string& TissueNetwork::sha256() const {
  return parts_->sha256;
}

}  // namespace lobule::pipeline
