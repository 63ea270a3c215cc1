#include "pipeline/region_network.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "learn/model_folder.h"
#include "learn/region_source.h"
#include "measure/breast_density.h"
#include "measure/heat_regions.h"
#include "nn/engine.h"
#include "nn/softmax.h"
#include "phantom/sampler_fields.h"
#include "pipeline/mammogram_window.h"
#include "pipeline/models.h"
#include "pipeline/precision.h"

namespace lobule::pipeline {
namespace {

const std::vector<std::string> kLabels{"background", "mass", "calcifications", "distortion"};
// A summit is the mean over a few places, which single places with chance values are not: the standard
// deviation of a Gaussian, in places.
constexpr double kSmooth = 1.5;

// What the network says on its places: logits of each label, then of malignancy.
struct Answer {
  Grid grid;
  std::vector<std::vector<float>> planes;
};

double chance(float logit) {
  return 1 / (1 + std::exp(-static_cast<double>(logit)));
}

// Softmax values of each label but the background.
std::vector<Image<float>> heats_of(const std::vector<std::vector<float>>& logits, const Grid& grid) {
  std::vector<Image<float>> heats(kLabels.size() - 1, Image<float>(grid));
  std::vector<float> values(kLabels.size());
  for (std::size_t i = 0; i < grid.voxel_count(); ++i) {
    for (std::size_t l = 0; l < kLabels.size(); ++l) values[l] = logits[l][i];
    const std::vector<double> soft = nn::softmax(values);
    for (std::size_t l = 1; l < kLabels.size(); ++l) heats[l - 1].voxels[i] = static_cast<float>(soft[l]);
  }
  return heats;
}

// Whether the middle of each place is breast.
Mask breast_places(const Mask& labels, const PicturePart& part, const Grid& places) {
  Mask inside(places);
  for (int y = 0; y < places.size[1]; ++y)
    for (int x = 0; x < places.size[0]; ++x) {
      const int i = part.x + static_cast<int>((x + 0.5) * part.width / places.size[0]),
                j = part.y + static_cast<int>((y + 0.5) * part.height / places.size[1]);
      if (!labels.grid.contains(i, j, 0)) continue;
      const std::uint8_t label = labels.at(i, j, 0);
      inside.at(x, y, 0) = label == measure::kAdipose || label == measure::kDense ? 1 : 0;
    }
  return inside;
}

}  // namespace

struct RegionNetwork::Parts {
  nn::Model model;
  std::string sha256;
  nn::Engine engine;

  Parts(nn::Model m, std::string hash)
      : model(std::move(m)),
        sha256(std::move(hash)),
        engine(model.graph, model.weights, {choose_precision("auto", {&model, 1})}) {
    if (model.graph.dimensions != 2 || model.preprocessing.channels != 1 || model.labels != kLabels ||
        model.graph.outputs.size() != 2)
      throw Error("model " + model.name, "it does not find masses, calcifications and distortions",
                  "it is no model of the task regions");
    check_mammogram_window(model.preprocessing, "model " + model.name);
  }

  // Logits on places that cover the fitted picture, seen as it is or upside down.
  Answer run(const Image<float>& fitted, bool upside_down) const {
    Image<float> seen = fitted;
    const int width = seen.grid.size[0], height = seen.grid.size[1];
    if (upside_down)
      for (int y = 0; y < height; ++y)
        std::copy_n(
            &fitted.voxels[static_cast<std::size_t>(height - 1 - y) * static_cast<std::size_t>(width)], width,
            &seen.voxels[static_cast<std::size_t>(y) * static_cast<std::size_t>(width)]);
    const Tensor input = window_of(seen, model.preprocessing);
    const std::vector<Tensor> outputs = engine.run({input});
    const auto columns = static_cast<int>(outputs[0].shape[3]), rows = static_cast<int>(outputs[0].shape[2]);
    const int stride = static_cast<int>(input.shape[3]) / columns;
    Answer answer;
    // Turned pictures lie at the window's top: the last places of both ways are the same only where the
    // height is a multiple of the stride, to which `find` fits it.
    answer.grid.size = {std::max(1, width / stride), std::max(1, height / stride), 1};
    const int across = answer.grid.size[0], down = answer.grid.size[1];
    for (const Tensor& output : outputs)
      for (std::int64_t c = 0; c < output.shape[1]; ++c) {
        std::vector<float> plane(static_cast<std::size_t>(across) * static_cast<std::size_t>(down));
        for (int y = 0; y < down; ++y)
          std::copy_n(
              &output
                   .values[static_cast<std::size_t>((c * rows + (upside_down ? down - 1 - y : y)) * columns)],
              across, &plane[static_cast<std::size_t>(y * across)]);
        answer.planes.push_back(std::move(plane));
      }
    return answer;
  }
};

RegionNetwork RegionNetwork::open(const std::string& name_or_folder) {
  const std::filesystem::path folder = find_model(name_or_folder);
  std::string hash = learn::read_model_document(folder).weights.sha256;
  return RegionNetwork(std::make_shared<const Parts>(learn::read_model(folder), std::move(hash)));
}

FoundRegions RegionNetwork::find(const Image<float>& picture, const Mask& labels, Context& context) const {
  FoundRegions found;
  if (std::all_of(labels.voxels.begin(), labels.voxels.end(), [](std::uint8_t l) { return l == 0; }))
    return found;
  const PicturePart part = part_around(labels, picture.grid);
  const Image<float> fitted =
      fitted_picture(part_of(picture, part), parts_->model.preprocessing, 1, learn::kRegionStride);
  context.cancellation.check();
  const Answer upright = parts_->run(fitted, false);
  context.cancellation.check();
  const Answer turned = parts_->run(fitted, true);
  const int columns = upright.grid.size[0], rows = upright.grid.size[1];
  std::vector<std::vector<float>> logits;
  for (std::size_t p = 0; p < upright.planes.size(); ++p) {
    std::vector<float> mean = upright.planes[p];
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = (mean[i] + turned.planes[p][i]) / 2;
    phantom::smooth_slice(mean, columns, rows, kSmooth);
    logits.push_back(std::move(mean));
  }
  const std::vector<Image<float>> heats = heats_of(logits, upright.grid);
  const Mask inside = breast_places(labels, part, upright.grid);
  const double to_x = static_cast<double>(part.width) / columns,
               to_y = static_cast<double>(part.height) / rows;
  for (const auto& [kind, region] : measure::heat_regions(heats, &inside)) {
    double sum = 0;
    for (const std::size_t at : region.pixels) sum += chance(logits.back()[at]);
    found.regions.push_back({region.score, kLabels[kind + 1], sum / static_cast<double>(region.pixels.size()),
                             part.x + to_x * region.left, part.y + to_y * region.top, to_x * region.width,
                             to_y * region.height});
  }
  found.heat = Image<float>(upright.grid);
  for (const Image<float>& heat : heats)
    for (std::size_t i = 0; i < inside.voxels.size(); ++i)
      if (inside.voxels[i] != 0) found.heat.voxels[i] = std::max(found.heat.voxels[i], heat.voxels[i]);
  found.x = part.x, found.y = part.y, found.width = part.width, found.height = part.height;
  return found;
}

const std::string& RegionNetwork::name() const {
  return parts_->model.name;
}

const std::string& RegionNetwork::sha256() const {
  return parts_->sha256;
}

}  // namespace lobule::pipeline
