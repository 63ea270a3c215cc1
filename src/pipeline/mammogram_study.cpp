#include "pipeline/mammogram_study.h"

#include <algorithm>

#include "core/error.h"
#include "exam/mammogram_picture.h"
#include "io/files.h"
#include "io/inputs.h"
#include "io/picture_read.h"
#include "pipeline/labelled_study.h"
#include "pipeline/mammogram_inputs.h"
#include "pipeline/mammogram_window.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

Mask labels_of(const fs::path& file, std::size_t classes) {
  const io::PictureValues picture = io::read_picture(file);
  Image<float> image;
  image.grid.size = {picture.width, picture.height, 1};
  image.voxels = io::grey(picture);
  return whole_labels(image, file.filename().string(), classes);
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

StudyData prepare_mammogram_study(const fs::path& study, const fs::path& samples, const learn::Task& task,
                                  Context& context) {
  const std::string ending = "_labels.png";
  check_study_folders(study, "mammograms", ending);
  StudyData data;
  const io::TemporaryFolder scratch;
  const io::Inputs inputs = io::collect_inputs({study / "images"}, scratch.path(), {}, context.cancellation);
  data.findings = inputs.findings;
  std::vector<std::string> stems;
  for (const io::InputFile& file : inputs.files) stems.push_back(mammogram_stem(file.name));
  write_labelled_cases(
      study, samples, stems, ending,
      [&](std::size_t image, const fs::path& labels) { return case_of(inputs.files[image], labels, task); },
      data, context);
  return data;
}

}  // namespace lobule::pipeline
