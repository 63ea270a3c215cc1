#include "pipeline/study_data.h"

#include <algorithm>

#include "core/error.h"
#include "io/nifti.h"
#include "learn/study_samples.h"
#include "pipeline/convert.h"
#include "pipeline/labelled_study.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

std::vector<fs::path> study_images(const fs::path& study, const fs::path& converted, Findings& findings,
                                   Context& context) {
  std::vector<fs::path> images = nifti_files(study / "images");
  if (!images.empty()) return images;
  ConvertOptions options;
  options.output = converted.string();
  ConvertOutcome outcome = convert_inputs({(study / "images").string()}, options, context);
  findings.insert(findings.end(), outcome.findings.begin(), outcome.findings.end());
  return outcome.files;
}

}  // namespace

std::vector<fs::path> nifti_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && io::is_nifti(entry.path())) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

StudyData prepare_study(const fs::path& study, const fs::path& samples, const learn::Task& task,
                        Context& context) {
  const std::string ending = "_labels.nii.gz";
  check_study_folders(study, "images", ending);
  StudyData data;
  const std::vector<fs::path> images =
      study_images(study, samples.parent_path() / "images", data.findings, context);
  std::vector<std::string> stems;
  for (const fs::path& image : images) stems.push_back(io::image_stem(image));
  const auto case_of = [&](std::size_t image, const fs::path& labels) {
    const Image<float> values = io::read_nifti(labels);
    return learn::case_of(io::read_nifti(images[image]),
                          whole_labels(values, labels.filename().string(), task.labels.size()),
                          task.loss.losses.front().target, task.preprocessing, task.graph.dimensions);
  };
  write_labelled_cases(study, samples, stems, ending, case_of, data, context);
  return data;
}

}  // namespace lobule::pipeline
