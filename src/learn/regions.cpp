#include "learn/regions.h"

#include <algorithm>
#include <cmath>

#include "learn/region_source.h"
#include "learn/segmentation_figures.h"
#include "nn/networks/unet.h"

namespace lobule::learn {
namespace {

// A breast fills this window: its pixels are then of 0.2 mm, between 0.12 of small breasts and 0.35 of large
// ones. That is as coarse as clusters of calcifications bear, and the most that a processor bears.
constexpr int kColumns = 640, kRows = 960, kTile = 192;
constexpr double kLowPercentile = 0.5, kHighPercentile = 99.5;
constexpr std::uint64_t kValidationTiles = 240;

const std::vector<std::string> kLabels{"background", "mass", "calcifications", "distortion"};

RegionSourceOptions tiles(std::uint64_t seed) {
  RegionSourceOptions options;
  phantom::MammogramSamplerOptions& m = options.mammogram;
  m.seed = seed;
  m.columns = kColumns, m.rows = kRows;
  m.style_weights = {0.4, 0.1, 0.05, 0.45};
  m.inverted = 0;  // standard form
  m.wall_left = true;
  m.drawn = 1;
  m.close = 1;
  m.regions = 0.85;
  m.noise = 0.5;  // pixels as small as these were taken with more quanta each than the sampler expects
  options.low_percentile = kLowPercentile, options.high_percentile = kHighPercentile;
  options.tile = kTile;
  return options;
}

// A U-Net whose finest level is a quarter of the image: regions are larger than that, and only the two
// convolutions ahead of it have to see single specks. One network for masses and calcifications, since both
// are told from what resembles them by their surroundings. Batch norms and not instance norms, so that a
// place's answer does not depend on how much of the breast is seen with it.
nn::Graph network() {
  const nn::BlockStyle style{.normalization = {.kind = nn::NormalizationKind::batch}};
  nn::UNetOptions options;
  options.dimensions = 2;
  options.levels = nn::unet_levels({32, 48, 64, 96, 128});
  options.levels.front().stride = 2;
  options.style = style;
  options.linear_up = true;
  nn::Builder b(2);
  nn::Value x = b.input(1);
  x = nn::convolution_unit(b, "specks.0", x, {.channels = 16, .kernel = 5, .stride = 2}, style);
  x = nn::convolution_unit(b, "specks.1", x, {.channels = 16, .kernel = 3}, style);
  const nn::Value seen = nn::unet_decoder(b, "decoder", nn::unet_encoder(b, x, options), options).front();
  return b.finish({{"logits", b.convolution("logits", seen, 1 + kRegionKinds, {.kernel = 1})},
                   {"malignant", b.convolution("malignant", seen, 1, {.kernel = 1})}});
}

// Dice of places of each kind and of all together; the share of tiles with a kind whose warmest place for it
// lies in one; the share of regions' places that are rightly called malignant or not.
Figures judged(const Sample& sample, const std::vector<Tensor>& outputs) {
  const Tensor &truth = sample.targets.at("region"), &logits = outputs.at(0);
  const std::size_t plane = truth.values.size();
  // Where nobody could say there is neither.
  Tensor known = truth, sure = logits;
  for (std::size_t i = 0; i < plane; ++i)
    if (truth.values[i] == kUnsureRegion) known.values[i] = 0, sure.values[i] = 1e9F;
  Figures figures = dice_figures(known, sure, kLabels);
  Figure all;
  for (const auto& [name, figure] : figures) all += figure;
  if (all.weight > 0) figures["dice"] = all;
  for (std::size_t k = 1; k < kLabels.size(); ++k) {
    float inside = -1e9F, outside = -1e9F;
    for (std::size_t i = 0; i < plane; ++i) {
      if (truth.values[i] == kUnsureRegion) continue;
      float& warmest = truth.values[i] == static_cast<float>(k) ? inside : outside;
      warmest = std::max(warmest, logits.values[k * plane + i] - logits.values[i]);
    }
    if (inside > -1e9F) figures["found_" + kLabels[k]] = {inside > outside ? 1.0 : 0.0, 1};
  }
  const Tensor& malignant = sample.targets.at("malignant");
  Figure right;
  for (std::size_t i = 0; i < plane; ++i)
    if (!std::isnan(malignant.values[i]))
      right += {(outputs.at(1).values[i] > 0) == (malignant.values[i] > 0) ? 1.0 : 0.0, 1};
  if (right.weight > 0) figures["malignancy_right"] = right;
  return figures;
}

}  // namespace

Task regions(const TaskOptions& options) {
  Task task;
  task.name = "regions";
  task.summary = "finds masses, clusters of calcifications and distortions on mammograms in standard form";
  task.graph = network();
  task.preprocessing.window = {kColumns, kRows, 1};
  task.preprocessing.multiple = {64, 64, 1};
  task.preprocessing.intensity = nn::IntensityRule::percentiles;
  task.preprocessing.low_percentile = kLowPercentile;
  task.preprocessing.high_percentile = kHighPercentile;
  task.labels = kLabels;
  task.recipe.steps = 3000;
  task.recipe.batch = 16;
  task.recipe.learning_rate = 2e-3;
  task.recipe.validate_every = 250;
  // Most tiles lack a kind: Dice is taken over the batch.
  task.loss.losses = {{.name = "region",
                       .kind = nn::DiceCrossEntropy{.batch = true},
                       .output = "logits",
                       .target = "region",
                       .weight_map = "weight",
                       .ignore_label = kUnsureRegion},
                      {.name = "malignant",
                       .kind = nn::BinaryCrossEntropy{},
                       .output = "malignant",
                       .target = "malignant",
                       .weight = 0.1,
                       .weight_map = "weight"}};
  task.training = mammogram_tiles(tiles(options.seed));
  RegionSourceOptions unseen = tiles(~options.seed);
  unseen.size = kValidationTiles;
  // Each tile of another picture.
  unseen.tiles_per_picture = 1;
  task.validation = mammogram_tiles(unseen);
  task.trained_on =
      "random mammograms, drawn and of digital patients of the first family, with regions of "
      "interest put into them (docs/methods/phantom-sampler.md)";
  task.study = Study::none;
  task.judge = judged;
  task.headline = "dice";
  task.limits = {"For research: it must not decide whether a woman is recalled.",
                 "Film scans and digital mammograms in standard form; not magnified, spot or biopsy views.",
                 "It has seen phantoms' lesions only; scores are no probabilities of cancer."};
  return task;
}

}  // namespace lobule::learn
