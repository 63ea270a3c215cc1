#pragma once
// What the tests of assembly share: a folder indexed, and its series with all their frames.

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "exam/index.h"
#include "exam/volume.h"
#include "io/dicom_tags.h"

namespace lobule::test {

inline exam::DicomIndex index_folder(const std::filesystem::path& folder) {
  std::vector<io::InputFile> files;
  for (const auto& item : std::filesystem::recursive_directory_iterator(folder))
    if (item.is_regular_file()) files.push_back({item.path(), item.path().filename().string()});
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  Progress progress;
  Cancellation cancellation;
  return exam::index_files(files, progress, cancellation);
}

inline std::vector<exam::Series> series_of(const exam::DicomIndex& index) {
  std::map<std::string, exam::Series> by_uid;
  for (std::size_t e = 0; e < index.entries.size(); ++e) {
    const io::DicomDataset& header = index.entries[e].header.dataset;
    exam::Series& series = by_uid[header.text(io::tag::SeriesInstanceUID)];
    series.series_uid = header.text(io::tag::SeriesInstanceUID);
    series.series_number = header.integer(io::tag::SeriesNumber).value_or(0);
    series.description = header.text(io::tag::SeriesDescription);
    for (int f = 0; f < header.integer(io::tag::NumberOfFrames).value_or(1); ++f)
      series.images.push_back({static_cast<int>(e), f});
  }
  std::vector<exam::Series> all;
  for (auto& [uid, series] : by_uid) all.push_back(std::move(series));
  return all;
}

// The plans of a folder that holds one series.
struct Planned {
  exam::DicomIndex index;
  exam::Series series;
  std::vector<exam::VolumePlan> plans;
  Findings findings;
};

inline Planned plan_folder(const std::filesystem::path& folder, const exam::AssemblyOptions& options = {}) {
  Planned result;
  result.index = index_folder(folder);
  result.series = series_of(result.index).at(0);
  result.plans = exam::plan_volumes(result.index, result.series, options, result.findings);
  return result;
}

inline std::vector<std::string> sentences(const Findings& findings) {
  std::vector<std::string> all;
  for (const Finding& finding : findings) all.push_back(sentence(finding));
  return all;
}

}  // namespace lobule::test
