#include "learn/breast_mri.h"

#include "learn/patch_source.h"
#include "learn/segmentation_figures.h"
#include "nn/networks/unet.h"

namespace lobule::learn {
namespace {

// Strands of gland are a few millimetres thick; the back of a breast is told by the chest wall, so that a
// window has to hold both.
constexpr double kVoxel_mm = 1.5;
constexpr int kWindow = 80;
constexpr double kTopPercentile = 99;
constexpr double kThinSlabs = 0.12;
constexpr std::uint64_t kValidationPatches = 24;

const std::vector<std::string> kLabels{"background", "breast", "fibroglandular", "vessel",
                                       "muscle",     "heart",  "nipple"};

phantom::MriPatchOptions patches(std::uint64_t seed) {
  using phantom::MriContrast;
  phantom::MriPatchOptions options;
  options.seed = seed;
  options.size = kWindow;
  options.spacing_mm = kVoxel_mm;
  options.channels = {{MriContrast::t1, 0, 0},
                      {MriContrast::dce, 0, 0},
                      {MriContrast::t1_fatsat, 0, 0},
                      {MriContrast::dce, 2, 0}};
  // What lies behind and beside the breasts is shown often: a network that never saw it calls it breast.
  options.whole_trunk = true;
  options.patient_spacing_mm = kVoxel_mm;
  options.focus_weights = {0.1, 0.25, 0.2, 0.35, 0.1};
  options.uses_per_patient = 100;
  return options;
}

nn::Graph network() {
  nn::UNetOptions options;
  options.dimensions = 3;
  options.in_channels = 1;
  options.levels = nn::unet_levels({16, 32, 64, 128, 192});
  options.decoders = {
      {.name = "decoder", .outputs = {{"logits", kPatchTissueCount}, {"inside", 1}, {"gland", 1}}}};
  return nn::unet(options);
}

// Dice of each tissue and of "inside", as figures that add up over patches.
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
  task.preprocessing.spacing_mm = {kVoxel_mm, kVoxel_mm, kVoxel_mm};
  task.preprocessing.window = {kWindow, kWindow, kWindow};
  task.preprocessing.multiple = {16, 16, 16};
  task.preprocessing.intensity = nn::IntensityRule::percentiles;
  task.preprocessing.high_percentile = kTopPercentile;
  task.labels = kLabels;
  // Vessels and nipples are absent from many patches: their Dice is taken over the batch.
  task.loss.losses = {
      {.name = "tissue", .kind = nn::DiceCrossEntropy{.batch = true}, .output = "logits", .target = "tissue"},
      {.name = "inside", .kind = nn::DiceCrossEntropy{.batch = true}, .output = "inside", .target = "inside"},
      {.name = "gland", .kind = nn::BinaryCrossEntropy{}, .output = "gland", .target = "gland"}};
  task.training = mri_patches(
      {.patch = patches(options.seed), .top_percentile = kTopPercentile, .thin_slabs = kThinSlabs});
  // Other patients: the seed differs, whatever the user's.
  task.validation = mri_patches({.patch = patches(~options.seed),
                                 .samples_per_patch = 1,
                                 .top_percentile = kTopPercentile,
                                 .size = kValidationPatches});
  task.trained_on =
      "random patches of digital patients of the first family (docs/methods/phantom-sampler.md)";
  task.study = Study::none;
  task.judge = judged;
  task.headline = "dice_fibroglandular";
  task.limits = {"Not tried on implants, after mastectomy, or on one breast alone."};
  task.recipe.steps = 3000;
  task.recipe.batch = 2;
  task.recipe.learning_rate = 2e-3;
  task.recipe.validate_every = 250;
  return task;
}

}  // namespace lobule::learn
