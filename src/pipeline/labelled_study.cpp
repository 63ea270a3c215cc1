#include "pipeline/labelled_study.h"

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

void write_labelled_cases(const fs::path& study, const fs::path& samples,
                          const std::vector<std::string>& stems, const std::string& ending,
                          const std::function<learn::Sample(std::size_t, const fs::path& labels)>& case_of,
                          StudyData& data, Context& context) {
  context.progress.begin("prepare samples");
  for (std::size_t i = 0; i < stems.size(); ++i) {
    context.cancellation.check();
    context.progress.update(static_cast<double>(i) / static_cast<double>(stems.size()));
    const std::string& stem = stems[i];
    const fs::path labels = study / "labels" / (stem + ending);
    if (!fs::exists(labels)) {
      data.findings.push_back({Severity::warning, stem, "no labels/" + stem + ending + " is there",
                               "the image is not learned from", ""});
      continue;
    }
    try {
      learn::write_case(samples / (stem + ".safetensors"), case_of(i, labels));
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
}

}  // namespace lobule::pipeline
