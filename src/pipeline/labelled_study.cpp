#include "pipeline/labelled_study.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "learn/study_samples.h"

namespace lobule::pipeline {
namespace fs = std::filesystem;

void check_study_folders(const fs::path& study, const std::string& images, const std::string& ending) {
  for (const char* part : {"images", "labels"})
    if (!fs::is_directory(study / part))
      throw Error("study " + study.filename().string(), std::string("it has no folder \"") + part + "\"", "",
                  "Put " + images +
                      " into its folder images, and their labels into its folder labels as <image>" + ending);
}

Mask whole_labels(const Image<float>& image, const std::string& name, std::size_t classes) {
  Mask labels(image.grid);
  for (std::size_t v = 0; v < labels.voxels.size(); ++v) {
    const float label = image.voxels[v];
    if (!(label >= 0) || label >= static_cast<float>(classes) || label != std::floor(label))
      throw Error(name, "it holds a label that the task does not have",
                  "labels are whole numbers from 0 to " + std::to_string(classes - 1));
    labels.voxels[v] = static_cast<std::uint8_t>(label);
  }
  return labels;
}

namespace {

// The one file in the folder itself and those in its folders, by name.
std::vector<fs::path> labels_of_all(const fs::path& folder, const std::string& name) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_directory() && fs::exists(entry.path() / name)) files.push_back(entry.path() / name);
  std::sort(files.begin(), files.end());
  if (fs::exists(folder / name)) files.insert(files.begin(), folder / name);
  return files;
}

// The samples of several batches as one batch.
learn::Sample joined(const std::vector<learn::Sample>& batches) {
  learn::Sample all = batches.front();
  const auto append = [](Tensor& to, const Tensor& from) {
    to.shape.front() += from.shape.front();
    to.values.insert(to.values.end(), from.values.begin(), from.values.end());
  };
  for (std::size_t b = 1; b < batches.size(); ++b) {
    for (std::size_t i = 0; i < all.inputs.size(); ++i) append(all.inputs[i], batches[b].inputs.at(i));
    for (auto& [name, target] : all.targets) append(target, batches[b].targets.at(name));
  }
  return all;
}

}  // namespace

void write_labelled_cases(const fs::path& study, const fs::path& samples,
                          const std::vector<std::string>& stems, const std::string& ending,
                          const std::function<learn::Sample(std::size_t, const fs::path& labels)>& case_of,
                          StudyData& data, Context& context) {
  context.progress.begin("prepare samples");
  for (std::size_t i = 0; i < stems.size(); ++i) {
    context.cancellation.check();
    context.progress.update(static_cast<double>(i) / static_cast<double>(stems.size()));
    const std::string& stem = stems[i];
    const std::vector<fs::path> files = labels_of_all(study / "labels", stem + ending);
    if (files.empty()) {
      data.findings.push_back({Severity::warning, stem, "no labels/" + stem + ending + " is there",
                               "the image is not learned from", ""});
      continue;
    }
    std::vector<learn::Sample> readings;
    for (const fs::path& file : files) {
      try {
        readings.push_back(case_of(i, file));
      } catch (const Error& error) {
        Finding finding = error.finding();
        const fs::path reader = fs::relative(file.parent_path(), study / "labels");
        finding.where = stem + (reader == "." ? "" : ", " + reader.string()) + ": " + finding.where;
        data.findings.push_back(std::move(finding));
      }
    }
    if (readings.empty()) continue;
    learn::write_case(samples / (stem + ".safetensors"), joined(readings));
    ++data.cases;
  }
  context.progress.finish();
  if (data.cases == 0)
    throw Error("study " + study.filename().string(), "none of its images has labels that fit",
                data.findings.empty() ? "it has no images" : sentence(data.findings.front()));
}

}  // namespace lobule::pipeline
