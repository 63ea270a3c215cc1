#include "learn/density.h"

#include <algorithm>
#include <cmath>

#include "learn/augment.h"
#include "learn/mammogram_source.h"
#include "learn/segmentation_figures.h"
#include "learn/study_samples.h"
#include "nn/networks/unet.h"

namespace lobule::learn {
namespace {

// Where pixels have no size in mm, the picture's extents are all that is known: the network sees the whole
// picture, once as it is and once cut to the breast.
constexpr int kColumns = 128, kRows = 224;
constexpr double kLowPercentile = 0.5, kHighPercentile = 99.5;
// Readers outline regions of dense tissue, not strands: shares are averaged over this Gaussian.
constexpr double kRegion_mm = 4;
// At the readers' outlines of digitiser D of ddsm_tissue the picture is brighter than air by 5 to 17 % of its
// range, by 10 % in the middle of the 20 images. Phantoms' rims are labelled as far as that.
constexpr double kVisible = 0.09;
constexpr std::uint64_t kValidationPictures = 200;
// A few dozen labelled images are learned by heart soon, and fewer the sooner: with less than these, fewer
// and smaller steps. Chosen on digitiser D of ddsm_tissue (docs/results/density.md).
constexpr int kEnoughImages = 40, kFineTuningSteps = 200;
constexpr double kFineTuningRate = 1e-3, kLeastRateShare = 0.2;

const std::vector<std::string> kLabels{"background", "adipose", "dense", "pectoral"};

phantom::MammogramSamplerOptions pictures(std::uint64_t seed) {
  phantom::MammogramSamplerOptions options;
  options.seed = seed;
  options.columns = kColumns, options.rows = kRows;
  options.style_weights = {0.45, 0.1, 0.05, 0.4};
  options.inverted = 0;  // standard form
  options.wall_left = true;
  options.drawn = 0.75;
  options.close = 0.75;
  options.region_mm = kRegion_mm, options.visible = kVisible;
  options.pool = 16;
  return options;
}

// Standard pictures are never mirrored; their grey values come from anywhere.
AugmentationOptions picture_augmentation() {
  AugmentationOptions options;
  options.mirror = {false, false, false};
  options.rotation_rad[0] = {0.5, -0.12, 0.12};
  options.scale = {0.5, 0.85, 1.15};
  options.elastic_voxels = {0.5, 0, 3};
  options.noise = {0.15, 0, 0.05};
  return options;
}

// Departures from the plain U-Net (Ronneberger et al. 2015), and why: the coarsest of six levels sees the
// picture in 7 × 4 places, since whether grey is dense depends on the rest of the breast; strides in place
// of pooling and instance norms, as nnU-Net; linear
// upsampling, since transposed convolutions leave a checkerboard where the network is unsure; a second output
// learns the share of dense tissue along each ray, which a picture's grey follows more closely than labels
// do.
nn::Graph network() {
  nn::UNetOptions options;
  options.dimensions = 2;
  options.in_channels = 1;
  options.levels = nn::unet_levels({16, 32, 64, 96, 128, 160});
  options.linear_up = true;
  options.decoders = {{.name = "decoder", .outputs = {{"logits", 4}, {"share", 1}}}};
  return nn::unet(options);
}

// The plain U-Net (Ronneberger et al. 2015) of about as many numbers: five levels whose channels double,
// pooling, transposed convolutions, batch norms and rectifiers, one output.
nn::Graph plain_network() {
  nn::UNetOptions options;
  options.dimensions = 2;
  options.in_channels = 1;
  options.levels = nn::unet_levels({16, 32, 64, 128, 256});
  options.style.normalization.kind = nn::NormalizationKind::batch;
  options.style.activation = {.kind = nn::ActivationKind::relu};
  options.max_pool_down = true;
  options.decoders = {{.name = "decoder", .outputs = {{"logits", 4}}}};
  return nn::unet(options);
}

// Dice of each tissue and of the breast without the muscle; the error of percent density, in points.
Figures judged(const Sample& sample, const std::vector<Tensor>& outputs) {
  const Tensor& truth = sample.targets.at("tissue");
  Figures figures = dice_figures(truth, outputs.at(0), kLabels);
  const std::vector<std::uint8_t> found = largest_class(outputs.at(0));
  double both = 0, breast[2] = {}, dense[2] = {};
  for (std::size_t i = 0; i < found.size(); ++i) {
    const bool here = found[i] == 1 || found[i] == 2, truly = truth.values[i] == 1 || truth.values[i] == 2;
    both += here && truly, breast[0] += here, breast[1] += truly;
    dense[0] += found[i] == 2, dense[1] += truth.values[i] == 2;
  }
  if (breast[0] + breast[1] > 0) figures["dice_breast"] = {2 * both, breast[0] + breast[1]};
  if (breast[0] > 0 && breast[1] > 0)
    figures["density_error_points"] = {100 * std::abs(dense[0] / breast[0] - dense[1] / breast[1]), 1};
  return figures;
}

}  // namespace

Task density(const TaskOptions& options) {
  Task task;
  task.name = "density";
  task.summary = "outlines the breast, dense tissue and pectoral muscle on mammograms in standard form";
  const bool plain = options.network == "plain";
  task.graph = plain ? plain_network() : network();
  task.preprocessing.window = {kColumns, kRows, 1};
  task.preprocessing.multiple = {32, 32, 1};
  task.preprocessing.intensity = nn::IntensityRule::percentiles;
  task.preprocessing.low_percentile = kLowPercentile;
  task.preprocessing.high_percentile = kHighPercentile;
  task.labels = kLabels;
  task.recipe.steps = 4000;
  task.recipe.batch = 8;
  task.recipe.learning_rate = 1e-3;
  task.recipe.validate_every = 200;
  task.loss.losses = {{.name = "tissue",
                       .kind = nn::DiceCrossEntropy{.batch = true},
                       .output = "logits",
                       .target = "tissue"}};
  if (options.data.empty()) {
    if (!plain)
      task.loss.losses.push_back({.name = "share",
                                  .kind = nn::BinaryCrossEntropy{},
                                  .output = "share",
                                  .target = "share",
                                  .weight = 0.5});
    task.training = mammograms({.mammogram = pictures(options.seed),
                                .low_percentile = kLowPercentile,
                                .high_percentile = kHighPercentile});
    // Other patients and other drawings: the seed differs, whatever the user's.
    task.validation = mammograms({.mammogram = pictures(~options.seed),
                                  .low_percentile = kLowPercentile,
                                  .high_percentile = kHighPercentile,
                                  .size = kValidationPictures});
    task.trained_on =
        "random mammograms, drawn and of digital patients of the first family "
        "(docs/methods/phantom-sampler.md)";
  } else {
    // Readers draw no shares: that output keeps what it learned from phantoms.
    StudySources sources =
        study_sources({.folder = options.data, .preprocessing = task.preprocessing, .seed = options.seed});
    task.training = augmented(std::move(sources.training), picture_augmentation(), options.seed);
    task.validation = std::move(sources.validation);
    task.trained_on = std::to_string(sources.training_cases) +
                      " mammograms of a study of the user's own; judged by " +
                      std::to_string(sources.validation_cases) + " of other exams of it";
    const auto images = static_cast<double>(sources.training_cases + sources.validation_cases);
    const double share = std::min(1.0, images / kEnoughImages);
    task.recipe.steps = static_cast<int>(std::ceil(kFineTuningSteps * share));
    task.recipe.learning_rate = kFineTuningRate * std::max(kLeastRateShare, share);
    task.recipe.validate_every = 50;
    task.recipe.average_decay = 0.98;
  }
  task.study = Study::labelled_mammograms;
  task.judge = judged;
  task.headline = "dice_dense";
  task.limits = {"Film scans and digital mammograms in standard form; not magnified, spot or biopsy views.",
                 "Labels are those of phantoms; a site's readers may draw tighter or wider outlines."};
  return task;
}

}  // namespace lobule::learn
