#include "pipeline/predict_cases.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <set>

#include "io/files.h"
#include "io/nifti.h"
#include "io/picture_read.h"
#include "pipeline/convert.h"
#include "pipeline/sorted_inputs.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

bool holds_picture(const fs::path& path) {
  std::array<char, io::kPictureStart> start{};
  std::ifstream file(path, std::ios::binary);
  file.read(start.data(), start.size());
  return io::is_picture(
      {reinterpret_cast<const std::uint8_t*>(start.data()), static_cast<std::size_t>(file.gcount())});
}

// Without the archive that it lay in.
fs::path own_name(const io::InputFile& file) {
  const bool unpacked = file.path.string() != file.name;
  return unpacked ? file.name.substr(file.name.rfind(':') + 1) : file.name;
}

std::string channel_ending(std::size_t channel) {
  const std::string number = std::to_string(channel);
  return "_" + std::string(number.size() < 4 ? 4 - number.size() : 0, '0') + number;
}

// "case" of "case_0001".
std::string without_channel(const std::string& stem) {
  const bool numbered = stem.size() > 5 && stem[stem.size() - 5] == '_' &&
                        std::all_of(stem.end() - 4, stem.end(), [](char c) { return c >= '0' && c <= '9'; });
  return numbered ? stem.substr(0, stem.size() - 5) : stem;
}

bool has_each_channel(const std::string& stem, const std::vector<io::InputFile>& files,
                      std::size_t channels) {
  if (files.size() != channels) return false;
  for (std::size_t c = 0; c < channels; ++c)
    if (io::image_stem(own_name(files[c])) != stem + channel_ending(c)) return false;
  return true;
}

// `volumes` are sorted by name, so that channels of a case come in their order.
std::vector<PredictCase> grouped(const std::vector<io::InputFile>& volumes, std::size_t channels,
                                 Findings& findings) {
  std::vector<PredictCase> cases;
  if (channels == 1) {
    for (const io::InputFile& file : volumes) cases.push_back({io::image_stem(own_name(file)), {file}});
    return cases;
  }
  std::map<fs::path, std::vector<io::InputFile>> groups;
  for (const io::InputFile& file : volumes)
    groups[fs::path(file.name).parent_path() / without_channel(io::image_stem(own_name(file)))].push_back(
        file);
  for (const auto& [name, files] : groups) {
    const std::string stem = name.filename().string();
    if (has_each_channel(stem, files, channels))
      cases.push_back({stem, files});
    else
      findings.push_back({Severity::error, stem,
                          "the " + std::to_string(channels) + " images that the network takes are not there",
                          "", "Name them " + stem + "_0000.nii.gz, " + stem + "_0001.nii.gz and so on"});
  }
  return cases;
}

std::vector<io::InputFile> volumes_of(const std::vector<io::InputFile>& files, const fs::path& folder,
                                      Findings& findings, Context& context) {
  const SortedInputs sorted = sort_files(files, {}, context);
  findings.insert(findings.end(), sorted.findings.begin(), sorted.findings.end());
  if (sorted.index.files_not_dicom > 0)
    findings.push_back({Severity::warning, std::to_string(sorted.index.files_not_dicom) + " files",
                        "they are neither NIfTI, nor pictures, nor DICOM", "they are left out", ""});
  ConvertOptions options;
  options.output = folder.string();
  io::prepare_output_folder(folder);
  const ConvertOutcome converted = convert_exams(sorted.index, sorted.exams, options, context);
  findings.insert(findings.end(), converted.findings.begin(), converted.findings.end());
  std::vector<io::InputFile> volumes;
  for (const fs::path& file : converted.files) volumes.push_back({file, file.string()});
  return volumes;
}

void make_stems_unique(std::vector<PredictCase>& cases) {
  std::set<std::string> taken;
  for (PredictCase& one : cases) {
    const std::string stem = one.stem;
    for (int n = 2; !taken.insert(one.stem).second; ++n) one.stem = stem + "_" + std::to_string(n);
  }
}

}  // namespace

PredictCases find_cases(const std::vector<std::string>& inputs, const fs::path& output,
                        const fs::path& scratch, int channels, Context& context) {
  io::Inputs found =
      io::collect_inputs({inputs.begin(), inputs.end()}, scratch / "unpacked", {}, context.cancellation);
  leave_out_results(found.files, output);
  PredictCases result{{}, found.findings};
  std::vector<io::InputFile> volumes, others;
  std::vector<PredictCase> pictures;
  for (const io::InputFile& file : found.files) {
    if (io::is_nifti(own_name(file)))
      volumes.push_back(file);
    else if (holds_picture(file.path))
      pictures.push_back({io::image_stem(own_name(file)), {file}, true});
    else
      others.push_back(file);
  }
  if (!others.empty()) {
    const std::vector<io::InputFile> converted =
        volumes_of(others, scratch / "volumes", result.findings, context);
    volumes.insert(volumes.end(), converted.begin(), converted.end());
  }
  result.cases = grouped(volumes, static_cast<std::size_t>(channels), result.findings);
  result.cases.insert(result.cases.end(), pictures.begin(), pictures.end());
  make_stems_unique(result.cases);
  return result;
}

}  // namespace lobule::pipeline
