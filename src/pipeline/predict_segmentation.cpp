// Networks that outline: labels on each image's own grid.

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "io/files.h"
#include "io/nifti.h"
#include "io/picture_read.h"
#include "io/png.h"
#include "learn/segment.h"
#include "nn/engine.h"
#include "nn/sliding_window.h"
#include "pipeline/precision.h"
#include "pipeline/predict.h"
#include "pipeline/predict_cases.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

// A picture has no spacing: a network that asks for millimetres cannot take it.
Image<float> picture_image(const io::InputFile& file, const nn::Preprocessing& preprocessing) {
  if (preprocessing.spacing_mm[0] > 0)
    throw Error(file.name, "a picture does not say how large its pixels are",
                "the network was trained on pixels of " + format_number(preprocessing.spacing_mm[0]) + " mm",
                "Give it the DICOM or NIfTI image");
  const io::PictureValues picture = io::read_picture(file.path);
  Grid grid;
  grid.size = {picture.width, picture.height, 1};
  Image<float> image(grid);
  image.voxels = io::grey(picture);
  return image;
}

// Members of archives lie under other names.
Image<float> volume(const io::InputFile& file) {
  const std::string bytes = io::read_file(file.path);
  return io::read_nifti({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, file.name);
}

void write_labels(const fs::path& base, const Mask& labels, bool picture, std::vector<fs::path>& files) {
  if (picture) {
    files.push_back(base.string() + ".png");
    io::write_file(files.back(),
                   io::encode_png({labels.grid.size[0], labels.grid.size[1], 1, labels.voxels}));
  } else {
    files.push_back(base.string() + ".nii.gz");
    io::write_nifti(files.back(), labels);
  }
}

// Runs in windows of the first model's, within the memory, the mean over all models; probabilities become
// logits again.
class Windows {
 public:
  // Takes the weights out of the models: engines have their own copies, and they share what they work in.
  Windows(std::vector<nn::Model>& models, const PredictOptions& options)
      : model_(models.front()), memory_bytes_(memory_bytes(options.memory)), mirror_(options.mirror) {
    const nn::EngineOptions engine{choose_precision(options.precision, models), nn::make_engine_memory()};
    for (nn::Model& model : models)
      engines_.emplace_back(model.graph, std::exchange(model.weights, {}), engine);
  }

  Tensor operator()(const Tensor& image, Context& context) const {
    nn::SlidingWindowOptions sliding;
    const int axes = model_.graph.dimensions;
    for (int a = 0; a < axes; ++a) {
      const int window = model_.preprocessing.window[static_cast<std::size_t>(axes - 1 - a)];
      sliding.window.push_back(window > 0 ? window
                                          : static_cast<int>(image.shape[static_cast<std::size_t>(a + 2)]));
    }
    if (mirror_) sliding.mirror.assign(static_cast<std::size_t>(axes), true);
    sliding.memory_bytes = memory_bytes_;
    sliding.after_window = [&](std::size_t, std::size_t) { context.cancellation.check(); };
    std::vector<nn::WindowModel> models;
    for (const nn::Engine& engine : engines_) models.push_back(nn::window_model(engine, sliding.window, {0}));
    std::vector<Tensor> outputs = nn::slide_window(models, image, sliding);
    if (ends_in_softmax(model_.graph))
      for (float& value : outputs[0].values) value = std::log(std::max(value, 1e-30F));
    return std::move(outputs[0]);
  }

 private:
  const nn::Model& model_;
  std::vector<nn::Engine> engines_;
  std::size_t memory_bytes_;
  bool mirror_;
};

}  // namespace

PredictOutcome predict_segmentation(std::vector<nn::Model> models, int classes,
                                    const std::vector<std::string>& inputs, const PredictOptions& options,
                                    Context& context) {
  const nn::Model& model = models.front();
  const Windows windows(models, options);
  io::prepare_output_folder(options.output);
  const io::TemporaryFolder scratch;
  const PredictCases found =
      find_cases(inputs, options.output, scratch.path(), model.preprocessing.images(), context);
  PredictOutcome outcome;
  outcome.findings = found.findings;
  context.progress.begin("outline");
  for (std::size_t n = 0; n < found.cases.size(); ++n) {
    context.cancellation.check();
    context.progress.update(static_cast<double>(n) / static_cast<double>(found.cases.size()));
    const PredictCase& one = found.cases[n];
    try {
      std::vector<Image<float>> images;
      for (const io::InputFile& file : one.channels)
        images.push_back(one.picture ? picture_image(file, model.preprocessing) : volume(file));
      std::vector<const Image<float>*> channels;
      for (const Image<float>& image : images) channels.push_back(&image);
      const learn::Segmentation result =
          learn::segment_image(channels, model.preprocessing, model.graph.dimensions, classes,
                               [&](const Tensor& image) { return windows(image, context); });
      write_labels(fs::path(options.output) / (one.stem + "_labels"), result.labels, one.picture,
                   outcome.files);
      ++outcome.images;
    } catch (const Error& error) {
      Finding finding = error.finding();
      if (!finding.where.starts_with(one.stem) && finding.where != one.channels[0].name)
        finding.where = one.stem + ": " + finding.where;
      outcome.findings.push_back(std::move(finding));
    }
  }
  context.progress.finish();
  return outcome;
}

}  // namespace lobule::pipeline
