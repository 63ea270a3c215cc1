#include "pipeline/density_network.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"
#include "learn/model_folder.h"
#include "measure/breast_density.h"
#include "measure/mammogram_breast.h"
#include "measure/morphology.h"
#include "nn/engine.h"
#include "nn/softmax.h"
#include "pipeline/mammogram_window.h"
#include "pipeline/models.h"
#include "pipeline/precision.h"

namespace lobule::pipeline {
namespace {

constexpr std::size_t kLabels = 4;

// What a copy of the picture differs in from the one that is judged.
struct Variant {
  bool upside_down = false;
  double scale = 1, gamma = 1;
};
constexpr std::array<Variant, 6> kVariants{
    {{}, {.upside_down = true}, {.scale = 0.9}, {.scale = 1.1}, {.gamma = 0.85}, {.gamma = 1.15}}};

// Probabilities of the four labels on a small picture: [label][row][column].
struct Probabilities {
  int width = 0, height = 0;
  std::array<std::vector<float>, kLabels> of;

  Probabilities(int w, int h) : width(w), height(h) {
    for (std::vector<float>& plane : of)
      plane.assign(static_cast<std::size_t>(w) * static_cast<std::size_t>(h), 0);
  }
  float at(std::size_t label, int x, int y) const {
    return of[label]
             [static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
  }
  // Linear between pixels' centres; beyond the outermost ones theirs.
  std::array<float, kLabels> between(double x, double y) const {
    const double u = std::clamp(x, 0.0, width - 1.0), v = std::clamp(y, 0.0, height - 1.0);
    const int i = std::min(static_cast<int>(u), std::max(0, width - 2)),
              j = std::min(static_cast<int>(v), std::max(0, height - 2));
    const auto fu = static_cast<float>(u - i), fv = static_cast<float>(v - j);
    const int i2 = std::min(i + 1, width - 1), j2 = std::min(j + 1, height - 1);
    std::array<float, kLabels> p{};
    for (std::size_t l = 0; l < kLabels; ++l)
      p[l] = (1 - fv) * ((1 - fu) * at(l, i, j) + fu * at(l, i2, j)) +
             fv * ((1 - fu) * at(l, i, j2) + fu * at(l, i2, j2));
    return p;
  }
};

// The breast, whose two tissues count together, against all else; then the one of the two.
std::uint8_t label_of(const std::array<float, kLabels>& p) {
  using namespace measure;
  const float breast = p[kAdipose] + p[kDense];
  if (p[kPectoral] >= breast && p[kPectoral] > p[kBackground]) return kPectoral;
  if (breast <= p[kBackground]) return kBackground;
  return p[kDense] > p[kAdipose] ? kDense : kAdipose;
}

// The largest piece of tissue, and a pixel around it.
Mask kept(const Probabilities& p) {
  Grid grid;
  grid.size = {p.width, p.height, 1};
  Mask tissue(grid);
  for (int y = 0; y < p.height; ++y)
    for (int x = 0; x < p.width; ++x)
      tissue.at(x, y, 0) = label_of(p.between(x, y)) != measure::kBackground ? 1 : 0;
  return measure::dilate(measure::largest_component(tissue, measure::Connectivity::faces), 1);
}

// Labels on a part's own pixels, put into the whole picture.
void write_labels(const Probabilities& p, const PicturePart& part, Mask& labels) {
  const Mask keep = kept(p);
  const double to_x = static_cast<double>(p.width) / part.width,
               to_y = static_cast<double>(p.height) / part.height;
  parallel_for(static_cast<std::size_t>(part.height), [&](std::size_t row) {
    const int y = static_cast<int>(row);
    for (int x = 0; x < part.width; ++x) {
      const int i = std::min(static_cast<int>((x + 0.5) * to_x), p.width - 1),
                j = std::min(static_cast<int>((y + 0.5) * to_y), p.height - 1);
      if (keep.at(i, j, 0) != 0 && labels.grid.contains(part.x + x, part.y + y, 0))
        labels.at(part.x + x, part.y + y, 0) =
            label_of(p.between((x + 0.5) * to_x - 0.5, (y + 0.5) * to_y - 0.5));
    }
  });
}

double percent_of(const Probabilities& p) {
  const Mask keep = kept(p);
  double adipose = 0, dense = 0;
  for (int y = 0; y < p.height; ++y)
    for (int x = 0; x < p.width; ++x) {
      const std::uint8_t label = keep.at(x, y, 0) != 0 ? label_of(p.between(x, y)) : 0;
      adipose += label == measure::kAdipose ? 1 : 0;
      dense += label == measure::kDense ? 1 : 0;
    }
  return adipose + dense > 0 ? 100 * dense / (adipose + dense) : 0;
}

// Around what was found, with a margin; all of the picture where nothing was.
PicturePart around(const Probabilities& p, const Grid& picture) {
  return part_around(kept(p), picture);
}

void turn_rows(std::vector<float>& plane, int width, int height) {
  for (int y = 0; y < height / 2; ++y)
    std::swap_ranges(plane.begin() + static_cast<std::ptrdiff_t>(y) * width,
                     plane.begin() + static_cast<std::ptrdiff_t>(y + 1) * width,
                     plane.begin() + static_cast<std::ptrdiff_t>(height - 1 - y) * width);
}

}  // namespace

struct DensityNetwork::Parts {
  nn::Model model;
  std::string sha256;
  nn::Engine engine;

  Parts(nn::Model m, std::string hash)
      : model(std::move(m)),
        sha256(std::move(hash)),
        engine(model.graph, model.weights, {choose_precision("auto", {&model, 1})}) {
    const std::vector<std::string> labels{"background", "adipose", "dense", "pectoral"};
    if (model.graph.dimensions != 2 || model.preprocessing.channels != 1 || model.labels != labels)
      throw Error("model " + model.name, "it does not tell background, adipose, dense and pectoral apart",
                  "it is no model of the task density");
    check_mammogram_window(model.preprocessing, "model " + model.name);
  }

  // The picture fitted into the window with its proportions kept, air to the right of it and below.
  Probabilities run(const Image<float>& picture, const Variant& variant) const {
    Image<float> small = fitted_picture(picture, model.preprocessing, variant.scale);
    const int width = small.grid.size[0], height = small.grid.size[1];
    if (variant.gamma != 1)
      for (float& v : small.voxels) v = std::pow(v, static_cast<float>(variant.gamma));
    if (variant.upside_down) turn_rows(small.voxels, width, height);
    const Tensor input = window_of(small, model.preprocessing);
    const std::int64_t rows = input.shape[2], columns = input.shape[3];
    const Tensor logits = engine.run({input}).front();
    Probabilities p(width, height);
    const std::size_t plane = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
    parallel_for(static_cast<std::size_t>(height), [&](std::size_t y) {
      std::vector<float> values(kLabels);
      for (std::size_t x = 0; x < static_cast<std::size_t>(width); ++x) {
        for (std::size_t l = 0; l < kLabels; ++l)
          values[l] = logits.values[l * plane + y * static_cast<std::size_t>(columns) + x];
        const std::vector<double> soft = nn::softmax(values);
        for (std::size_t l = 0; l < kLabels; ++l)
          p.of[l][y * static_cast<std::size_t>(width) + x] = static_cast<float>(soft[l]);
      }
    });
    if (variant.upside_down)
      for (std::vector<float>& of_label : p.of) turn_rows(of_label, width, height);
    return p;
  }
};

DensityNetwork DensityNetwork::open(const std::string& name_or_folder) {
  const std::filesystem::path folder = find_model(name_or_folder);
  std::string hash = learn::read_model_document(folder).weights.sha256;
  return DensityNetwork(std::make_shared<const Parts>(learn::read_model(folder), std::move(hash)));
}

DensityLabels DensityNetwork::label(const Image<float>& picture, Context& context) const {
  context.cancellation.check();
  const Probabilities first = parts_->run(picture, {});
  const PicturePart part = around(first, picture.grid);
  const Image<float> breast = part_of(picture, part);
  DensityLabels result;
  result.labels = Mask(picture.grid);
  Probabilities mean(1, 1);
  for (const Variant& variant : kVariants) {
    context.cancellation.check();
    const Probabilities p = parts_->run(breast, variant);
    const double percent = percent_of(p);
    if (&variant == &kVariants.front()) {
      mean = Probabilities(p.width, p.height);
      result.lowest_percent = result.highest_percent = percent;
    }
    result.lowest_percent = std::min(result.lowest_percent, percent);
    result.highest_percent = std::max(result.highest_percent, percent);
    const double to_x = static_cast<double>(p.width) / mean.width,
                 to_y = static_cast<double>(p.height) / mean.height;
    for (int y = 0; y < mean.height; ++y)
      for (int x = 0; x < mean.width; ++x) {
        const auto add = p.between((x + 0.5) * to_x - 0.5, (y + 0.5) * to_y - 0.5);
        for (std::size_t l = 0; l < kLabels; ++l)
          mean.of[l][static_cast<std::size_t>(y) * static_cast<std::size_t>(mean.width) +
                     static_cast<std::size_t>(x)] += add[l] / static_cast<float>(kVariants.size());
      }
  }
  write_labels(mean, part, result.labels);
  return result;
}

const std::string& DensityNetwork::name() const {
  return parts_->model.name;
}

const std::string& DensityNetwork::sha256() const {
  return parts_->sha256;
}

}  // namespace lobule::pipeline
