// Networks that outline: labels on each image's own grid.

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>

#include "core/error.h"
#include "core/text.h"
#include "io/files.h"
#include "io/inputs.h"
#include "io/nifti.h"
#include "io/picture_read.h"
#include "io/png.h"
#include "learn/segment.h"
#include "nn/engine.h"
#include "nn/sliding_window.h"
#include "pipeline/convert.h"
#include "pipeline/predict.h"
#include "pipeline/study_data.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

// What a network sees at once: a file a channel.
struct Case {
  std::string stem;
  std::vector<io::InputFile> channels;
  bool picture = false;
};

struct Cases {
  std::vector<Case> cases;
  Findings findings;
};

bool holds_picture(const fs::path& path) {
  std::array<char, 16> start{};
  std::ifstream file(path, std::ios::binary);
  file.read(start.data(), start.size());
  return io::is_picture(
      {reinterpret_cast<const std::uint8_t*>(start.data()), static_cast<std::size_t>(file.gcount())});
}

// "case" of "case_0001", where files of one case are told apart as nnU-Net does it.
std::string without_channel(const std::string& stem) {
  const bool numbered = stem.size() > 5 && stem[stem.size() - 5] == '_' &&
                        std::all_of(stem.end() - 4, stem.end(), [](char c) { return c >= '0' && c <= '9'; });
  return numbered ? stem.substr(0, stem.size() - 5) : stem;
}

// Volumes of one case lie side by side as <case>_0000, <case>_0001, … when the network takes several.
std::vector<Case> grouped(const std::vector<io::InputFile>& volumes, std::size_t channels,
                          Findings& findings) {
  std::map<std::string, std::vector<io::InputFile>> groups;
  for (const io::InputFile& file : volumes) {
    const fs::path name = file.name;
    const std::string stem = io::image_stem(name);
    groups[(name.parent_path() / (channels > 1 ? without_channel(stem) : stem)).string()].push_back(file);
  }
  std::vector<Case> cases;
  for (const auto& [name, files] : groups) {
    const std::string stem = fs::path(name).filename().string();
    if (files.size() == channels)
      cases.push_back({stem, files});
    else
      findings.push_back({Severity::error, stem,
                          std::to_string(files.size()) +
                              " images of this case are there, the network takes " + std::to_string(channels),
                          "", "Name them " + stem + "_0000.nii.gz, " + stem + "_0001.nii.gz and so on"});
  }
  return cases;
}

// NIfTI files and pictures as they are; everything else is taken for DICOM and becomes volumes below
// `scratch`.
Cases find_cases(const std::vector<std::string>& inputs, const fs::path& scratch, std::size_t channels,
                 Context& context) {
  const io::Inputs found =
      io::collect_inputs({inputs.begin(), inputs.end()}, scratch / "unpacked", {}, context.cancellation);
  Cases result{{}, found.findings};
  std::vector<io::InputFile> volumes;
  std::vector<Case> pictures;
  std::vector<std::string> dicom;
  for (const io::InputFile& file : found.files) {
    if (io::is_nifti(file.path))
      volumes.push_back(file);
    else if (holds_picture(file.path))
      pictures.push_back({io::image_stem(file.name), {file}, true});
    else
      dicom.push_back(file.path.string());
  }
  if (!dicom.empty()) {
    ConvertOptions options;
    options.output = (scratch / "volumes").string();
    ConvertOutcome converted = convert_inputs(dicom, options, context);
    for (const fs::path& file : converted.files) volumes.push_back({file, file.filename().string()});
    result.findings.insert(result.findings.end(), converted.findings.begin(), converted.findings.end());
  }
  result.cases = grouped(volumes, channels, result.findings);
  result.cases.insert(result.cases.end(), pictures.begin(), pictures.end());
  return result;
}

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
  for (std::size_t i = 0; i < image.voxels.size(); ++i) {
    const float* pixel = &picture.values[i * static_cast<std::size_t>(picture.channels)];
    image.voxels[i] =
        picture.channels == 1 ? pixel[0] : 0.299F * pixel[0] + 0.587F * pixel[1] + 0.114F * pixel[2];
  }
  return image;
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
  Windows(const std::vector<nn::Model>& models, const PredictOptions& options)
      : model_(models.front()), memory_bytes_(memory_bytes(options.memory)), mirror_(options.mirror) {
    const nn::Precision precision = precision_of(options.precision);
    for (const nn::Model& model : models)
      engines_.emplace_back(model.graph, model.weights, nn::EngineOptions{.precision = precision});
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

PredictOutcome predict_segmentation(const std::vector<nn::Model>& models, int classes,
                                    const std::vector<std::string>& inputs, const PredictOptions& options,
                                    Context& context) {
  const nn::Model& model = models.front();
  const Windows windows(models, options);
  io::prepare_output_folder(options.output);
  const io::TemporaryFolder scratch;
  const Cases found =
      find_cases(inputs, scratch.path(), static_cast<std::size_t>(model.preprocessing.channels), context);
  PredictOutcome outcome;
  outcome.findings = found.findings;
  context.progress.begin("outline");
  for (std::size_t n = 0; n < found.cases.size(); ++n) {
    context.cancellation.check();
    context.progress.update(static_cast<double>(n) / static_cast<double>(found.cases.size()));
    const Case& one = found.cases[n];
    try {
      std::vector<Image<float>> images;
      for (const io::InputFile& file : one.channels)
        images.push_back(one.picture ? picture_image(file, model.preprocessing) : io::read_nifti(file.path));
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
      if (finding.where.find(one.stem) == std::string::npos) finding.where = one.stem + ": " + finding.where;
      outcome.findings.push_back(std::move(finding));
    }
  }
  context.progress.finish();
  return outcome;
}

}  // namespace lobule::pipeline
