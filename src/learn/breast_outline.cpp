#include "learn/breast_outline.h"

#include "learn/augment.h"
#include "learn/segmentation_figures.h"
#include "learn/slice_source.h"
#include "learn/study_samples.h"
#include "nn/networks/unet.h"

namespace lobule::learn {
namespace {

// Slices of 96² pixels of 4 mm hold the whole trunk at the level of the breasts.
constexpr int kPixels = 96;
constexpr double kPixel_mm = 4;
// What is bright in an image is about 1, whatever a few vessels or the heart do.
constexpr double kTopPercentile = 99;
// Of a study's samples this share lies around annotated voxels, as in nnU-Net (Isensee et al. 2021).
constexpr double kAnnotated = 0.33;
constexpr std::uint64_t kValidationSlices = 96;

phantom::MriPatchOptions patches(std::uint64_t seed) {
  phantom::MriPatchOptions options;
  options.seed = seed;
  options.size = {kPixels, kPixels, kPixels};
  options.spacing_mm = kPixel_mm;
  options.channels = {{phantom::MriContrast::t1, 0, 0}, {phantom::MriContrast::t1_fatsat, 0, 0}};
  options.patient_spacing_mm = 3;
  options.uses_per_patient = 20;
  options.inserted_lesions = 0.2;
  return options;
}

nn::Graph network() {
  nn::UNetOptions options;
  options.dimensions = 2;
  options.in_channels = 1;
  options.levels = nn::unet_levels({16, 32, 64, 128});
  options.decoders = {{.name = "decoder", .outputs = {{"logits", 2}}}};
  return nn::unet(options);
}

}  // namespace

Task breast_outline(const TaskOptions& options) {
  Task task;
  task.name = "breast_outline";
  task.summary = "outlines the breasts on transversal T1 slices, with or without fat saturation";
  task.graph = network();
  task.preprocessing.spacing_mm = {kPixel_mm, kPixel_mm, 0};
  task.preprocessing.window = {kPixels, kPixels, 1};
  task.preprocessing.multiple = {8, 8, 1};
  task.preprocessing.intensity = nn::IntensityRule::percentiles;
  task.preprocessing.high_percentile = kTopPercentile;
  task.labels = {"background", "breast"};
  task.loss.losses = {
      {.name = "breast", .kind = nn::DiceCrossEntropy{}, .output = "logits", .target = "breast"}};
  if (options.data.empty()) {
    task.training = breast_slices({.patch = patches(options.seed)}, kTopPercentile);
    // Other patients: the seed differs, whatever the user's.
    task.validation = breast_slices(
        {.patch = patches(~options.seed), .slices_per_patch = 4, .size = kValidationSlices}, kTopPercentile);
    task.trained_on =
        "random patches of digital patients of the first family (docs/methods/phantom-sampler.md)";
  } else {
    StudySources sources = study_sources({.folder = options.data,
                                          .preprocessing = task.preprocessing,
                                          .seed = options.seed,
                                          .balanced_share = kAnnotated,
                                          .balanced_by = "breast"});
    task.training = augmented(std::move(sources.training), {}, options.seed);
    task.validation = std::move(sources.validation);
    task.trained_on = std::to_string(sources.training_cases) +
                      " images of a study of the user's own; judged by " +
                      std::to_string(sources.validation_cases) + " images of other exams of it";
  }
  task.judge = [](const Sample& sample, const std::vector<Tensor>& outputs) {
    return dice_figures(sample.targets.at("breast"), outputs.at(0), {"background", "breast"});
  };
  task.headline = "dice_breast";
  task.limits = {
      "Made to show the way from digital patients to a mask; exams are outlined by lobule analyze.",
      "Not tried on implants, after mastectomy, or on one breast alone."};
  task.recipe.steps = 800;
  task.recipe.batch = 16;
  task.recipe.learning_rate = 5e-3;
  task.recipe.average_decay = 0.98;
  return task;
}

}  // namespace lobule::learn
