#include "pipeline/mammogram_study.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/text.h"
#include "exam/mammogram_picture.h"
#include "io/files.h"
#include "io/inputs.h"
#include "io/picture_read.h"
#include "learn/study_samples.h"
#include "pipeline/mammogram_window.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

Mask labels_of(const fs::path& file, std::size_t classes) {
  const io::PictureValues picture = io::read_picture(file);
  Grid grid;
  grid.size = {picture.width, picture.height, 1};
  Mask labels(grid);
  const std::vector<float> grey = io::grey(picture);
  for (std::size_t i = 0; i < grey.size(); ++i) {
    if (grey[i] >= static_cast<float>(classes) || grey[i] != std::floor(grey[i]))
      throw Error(file.filename().string(), "it holds a label that the task does not have",
                  "labels are whole numbers from 0 to " + std::to_string(classes - 1));
    labels.voxels[i] = static_cast<std::uint8_t>(grey[i]);
  }
  return labels;
}

// The part of the picture as the network sees it, with the labels of the nearest pixels.
learn::Sample sample_of(const Image<float>& picture, const Mask& labels, const PicturePart& part,
                        const learn::Task& task) {
  const Image<float> fitted = fitted_picture(part_of(picture, part), task.preprocessing);
  Tensor input = window_of(fitted, task.preprocessing);
  const std::int64_t rows = input.shape[2], columns = input.shape[3];
  Tensor target({1, rows, columns});
  const double to_x = static_cast<double>(part.width) / fitted.grid.size[0],
               to_y = static_cast<double>(part.height) / fitted.grid.size[1];
  for (int y = 0; y < fitted.grid.size[1]; ++y)
    for (int x = 0; x < fitted.grid.size[0]; ++x) {
      const int from_x = part.x + std::min(part.width - 1, static_cast<int>((x + 0.5) * to_x)),
                from_y = part.y + std::min(part.height - 1, static_cast<int>((y + 0.5) * to_y));
      if (labels.grid.contains(from_x, from_y, 0))
        target.values[static_cast<std::size_t>(y * columns + x)] = labels.at(from_x, from_y, 0);
    }
  input.shape = {1, rows, columns};
  learn::Sample sample;
  sample.inputs.push_back(std::move(input));
  sample.targets.emplace(task.loss.losses.front().target, std::move(target));
  return sample;
}

learn::Sample case_of(const io::InputFile& file, const fs::path& labels_file, const learn::Task& task) {
  const exam::MammogramPicture picture = exam::read_mammogram_picture(file);
  if (picture.refusal) throw Error(*picture.refusal);
  const Mask labels = exam::in_standard_form(picture, labels_of(labels_file, task.labels.size()));
  const Grid& grid = picture.image.grid;
  return learn::batch_of({sample_of(picture.image, labels, {0, 0, grid.size[0], grid.size[1]}, task),
                          sample_of(picture.image, labels, part_around(labels, grid), task)});
}

}  // namespace

std::string mammogram_stem(const std::string& file) {
  const std::string last = file.substr(file.find_last_of("/\\:") + 1);
  const auto dot = last.rfind('.');
  return escape_path_component(dot == std::string::npos || dot == 0 ? last : last.substr(0, dot));
}

StudyData prepare_mammogram_study(const fs::path& study, const fs::path& samples, const learn::Task& task,
                                  Context& context) {
  const std::string name = "study " + study.filename().string();
  for (const char* part : {"images", "labels"})
    if (!fs::is_directory(study / part))
      throw Error(name, std::string("it has no folder \"") + part + "\"", "",
                  "Put mammograms into its folder images, and their labels into its folder labels as "
                  "<image>_labels.png");
  StudyData data;
  const io::TemporaryFolder scratch;
  const io::Inputs inputs = io::collect_inputs({study / "images"}, scratch.path(), {}, context.cancellation);
  data.findings = inputs.findings;
  context.progress.begin("prepare samples");
  for (std::size_t i = 0; i < inputs.files.size(); ++i) {
    context.cancellation.check();
    context.progress.update(static_cast<double>(i) / static_cast<double>(inputs.files.size()));
    const std::string stem = mammogram_stem(inputs.files[i].name);
    const fs::path labels = study / "labels" / (stem + "_labels.png");
    if (!fs::exists(labels)) {
      data.findings.push_back({Severity::warning, stem, "no labels/" + stem + "_labels.png is there",
                               "the image is not learned from", ""});
      continue;
    }
    try {
      learn::write_case(samples / (stem + ".safetensors"), case_of(inputs.files[i], labels, task));
      ++data.cases;
    } catch (const Error& error) {
      Finding finding = error.finding();
      finding.where = stem + ": " + finding.where;
      data.findings.push_back(std::move(finding));
    }
  }
  context.progress.finish();
  if (data.cases == 0)
    throw Error(name, "none of its images has labels that fit",
                data.findings.empty() ? "it has no images" : sentence(data.findings.front()));
  return data;
}

}  // namespace lobule::pipeline
