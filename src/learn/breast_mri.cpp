#include "learn/breast_mri.h"

#include "learn/segmentation_figures.h"
#include "learn/slab_source.h"
#include "nn/networks/unet.h"

namespace lobule::learn {
namespace {

// Strands of gland are a few millimetres thick; where a breast ends to the back and to the side is told by
// the chest, so that a window holds nearly the whole section.
constexpr double kVoxel_mm = 1.5;
constexpr int kColumns = 224, kRows = 160, kSlices = 8;
const std::vector<int> kNeighbours{-2, 0, 2};
constexpr double kTopPercentile = 99;
constexpr std::uint64_t kValidationSlices = 160;

const std::vector<std::string> kLabels{"background", "breast", "fibroglandular", "vessel",
                                       "muscle",     "heart",  "nipple"};

phantom::MriPatchOptions patches(std::uint64_t seed) {
  using phantom::MriContrast;
  phantom::MriPatchOptions options;
  options.seed = seed;
  options.size = {kColumns, kRows, kSlices};
  options.spacing_mm = kVoxel_mm;
  options.channels = {{MriContrast::t1, 0, 0},
                      {MriContrast::dce, 0, 0},
                      {MriContrast::t1_fatsat, 0, 0},
                      {MriContrast::dce, 2, 0}};
  // What lies behind and beside the breasts is shown often: a network that never saw it calls it breast.
  options.whole_trunk = true;
  options.patient_spacing_mm = kVoxel_mm;
  options.focus_weights = {0.05, 0.3, 0.25, 0.3, 0.1};
  options.uses_per_patient = 60;
  options.implants = 0.08, options.lone_breasts = 0.08, options.denser = 0.25;
  return options;
}

// Slices with two neighbours rather than volumes: a network of three dimensions costs a hundred times as much
// a patient, and after 1000 steps of it breasts had a Dice of 0.69 (docs/results/outlines.md). Levels,
// strides and upsampling are those of `density`.
nn::Graph network() {
  nn::UNetOptions options;
  options.dimensions = 2;
  options.in_channels = static_cast<int>(kNeighbours.size());
  options.levels = nn::unet_levels({16, 32, 64, 96, 128, 160});
  options.linear_up = true;
  options.decoders = {
      {.name = "decoder", .outputs = {{"logits", kSlabTissueCount}, {"inside", 1}, {"gland", 1}}}};
  return nn::unet(options);
}

// Dice of each tissue and of "inside", as figures that add up over slices.
Figures judged(const Sample& sample, const std::vector<Tensor>& outputs) {
  Figures figures = dice_figures(sample.targets.at("tissue"), outputs.at(0), kLabels);
  const std::vector<float>& logit = outputs.at(1).values;
  const std::vector<float>& truth = sample.targets.at("inside").values;
  Figure& inside = figures["dice_inside"];
  for (std::size_t v = 0; v < truth.size(); ++v) {
    inside.sum += logit[v] > 0 && truth[v] > 0 ? 2 : 0;
    inside.weight += (logit[v] > 0 ? 1 : 0) + (truth[v] > 0 ? 1 : 0);
  }
  if (inside.weight == 0) figures.erase("dice_inside");
  return figures;
}

}  // namespace

Task breast_mri(const TaskOptions& options) {
  Task task;
  task.name = "breast_mri";
  task.summary =
      "outlines breasts, fibroglandular tissue, vessels, muscle, heart and nipples on T1-weighted volumes";
  task.graph = network();
  task.preprocessing.channels = static_cast<int>(kNeighbours.size());
  task.preprocessing.neighbours = kNeighbours;
  task.preprocessing.spacing_mm = {kVoxel_mm, kVoxel_mm, kVoxel_mm};
  task.preprocessing.window = {kColumns, kRows, 1};
  task.preprocessing.multiple = {32, 32, 1};
  task.preprocessing.intensity = nn::IntensityRule::percentiles;
  task.preprocessing.high_percentile = kTopPercentile;
  task.labels = kLabels;
  // Vessels and nipples are absent from many slices: their Dice is taken over the batch.
  task.loss.losses = {
      {.name = "tissue", .kind = nn::DiceCrossEntropy{.batch = true}, .output = "logits", .target = "tissue"},
      {.name = "inside", .kind = nn::DiceCrossEntropy{.batch = true}, .output = "inside", .target = "inside"},
      {.name = "gland", .kind = nn::BinaryCrossEntropy{}, .output = "gland", .target = "gland"}};
  SlabSourceOptions slabs{
      .patch = patches(options.seed), .neighbours = kNeighbours, .top_percentile = kTopPercentile};
  task.training = mri_slabs(slabs);
  // Other patients: the seed differs, whatever the user's.
  slabs.patch.seed = ~options.seed;
  // All of them are kept: making them costs more than judging.
  slabs.patch.pool = 8, slabs.patch.uses_per_patient = kValidationSlices / slabs.patch.pool;
  slabs.samples_per_slab = 1, slabs.size = kValidationSlices;
  task.validation = mri_slabs(slabs);
  task.trained_on = "random slabs of digital patients of the first family (docs/methods/phantom-sampler.md)";
  task.study = Study::none;
  task.judge = judged;
  task.headline = "dice_fibroglandular";
  task.limits = {"Implants are taken for breast and for gland; of a breast without a chest a third is lost.",
                 "Not tried after mastectomy."};
  task.recipe.steps = 4000;
  task.recipe.batch = 8;
  task.recipe.learning_rate = 2e-3;
  task.recipe.validate_every = 500;
  return task;
}

}  // namespace lobule::learn
