#include "pipeline/study_data.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "io/nifti.h"
#include "learn/study_samples.h"
#include "pipeline/convert.h"

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

Mask labels_of(const fs::path& file, std::size_t classes) {
  const Image<float> image = io::read_nifti(file);
  Mask labels(image.grid);
  for (std::size_t v = 0; v < labels.voxels.size(); ++v) {
    const float label = image.voxels[v];
    if (!(label >= 0) || label >= static_cast<float>(classes) || label != std::floor(label))
      throw Error(file.filename().string(), "it holds a label that the task does not have",
                  "labels are whole numbers from 0 to " + std::to_string(classes - 1));
    labels.voxels[v] = static_cast<std::uint8_t>(label);
  }
  return labels;
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
  for (const char* part : {"images", "labels"})
    if (!fs::is_directory(study / part))
      throw Error("study " + study.filename().string(), std::string("it has no folder \"") + part + "\"", "",
                  "Put images into its folder images, and their labels into its folder labels as "
                  "<image>_labels.nii.gz");
  StudyData data;
  const std::vector<fs::path> images =
      study_images(study, samples.parent_path() / "images", data.findings, context);
  context.progress.begin("prepare samples");
  for (std::size_t i = 0; i < images.size(); ++i) {
    context.cancellation.check();
    context.progress.update(static_cast<double>(i) / static_cast<double>(images.size()));
    const std::string stem = io::image_stem(images[i]);
    const fs::path labels = study / "labels" / (stem + "_labels.nii.gz");
    if (!fs::exists(labels)) {
      data.findings.push_back({Severity::warning, stem, "no labels/" + stem + "_labels.nii.gz is there",
                               "the image is not learned from", ""});
      continue;
    }
    try {
      const learn::Sample sample =
          learn::case_of(io::read_nifti(images[i]), labels_of(labels, task.labels.size()),
                         task.loss.losses.front().target, task.preprocessing, task.graph.dimensions);
      learn::write_case(samples / (stem + ".safetensors"), sample);
      ++data.cases;
    } catch (const Error& error) {
      Finding finding = error.finding();
      finding.where = stem + ": " + finding.where;
      data.findings.push_back(std::move(finding));
    }
  }
  context.progress.finish();
  if (data.cases == 0)
    throw Error("study " + study.filename().string(), "none of its images has labels that fit",
                data.findings.empty() ? "it has no images" : sentence(data.findings.front()));
  return data;
}

}  // namespace lobule::pipeline
