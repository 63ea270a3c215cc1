// The tree of links by role.

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "core/error.h"
#include "io/dicom_tags.h"
#include "pipeline/sort.h"

namespace lobule::pipeline {
namespace {

namespace fs = std::filesystem;

std::string folder_name(const exam::Series& series, bool role_is_unique) {
  std::string name = exam::to_text(series.role);
  if (series.role == exam::Role::dce_post && series.phase_index >= 0)
    return name + "_" + std::to_string(series.phase_index);
  return role_is_unique ? name : name + "_series_" + std::to_string(series.series_number);
}

std::string file_name(std::size_t number) {
  std::string digits = std::to_string(number);
  return std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits + ".dcm";
}

// The objects of a list of frames, each once, by instance number.
std::vector<int> objects_of(const exam::DicomIndex& index, const std::vector<exam::FrameRef>& images) {
  std::set<int> seen;
  std::vector<int> entries;
  for (const exam::FrameRef& ref : images)
    if (seen.insert(ref.entry).second) entries.push_back(ref.entry);
  const auto number = [&](int entry) {
    return index.entries[static_cast<std::size_t>(entry)]
        .header.dataset.integer(io::tag::InstanceNumber)
        .value_or(0);
  };
  std::stable_sort(entries.begin(), entries.end(), [&](int a, int b) { return number(a) < number(b); });
  return entries;
}

bool lies_below(const fs::path& file, const fs::path& folder) {
  const auto [folder_end, ignored] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  return folder_end == folder.end();
}

void place(const exam::DicomIndex& index, const std::vector<exam::FrameRef>& images, const fs::path& folder,
           const fs::path& scratch) {
  fs::create_directories(folder);
  std::size_t number = 0;
  for (const int entry : objects_of(index, images)) {
    const fs::path source = fs::absolute(index.entries[static_cast<std::size_t>(entry)].file.path);
    const fs::path target = folder / file_name(++number);
    if (lies_below(source.lexically_normal(), fs::absolute(scratch).lexically_normal()))
      fs::copy_file(source, target);
    else
      fs::create_symlink(source, target);
  }
}

void place_exam(const exam::DicomIndex& index, const exam::Exam& exam, const fs::path& folder,
                const fs::path& scratch) {
  std::map<exam::Role, int> count;
  for (const exam::Series& series : exam.series) ++count[series.role];
  std::set<std::string> taken;
  for (const exam::Series& series : exam.series) {
    std::string name = folder_name(series, count[series.role] == 1);
    for (int again = 2; !taken.insert(name).second; ++again)
      name = folder_name(series, false) + "_" + std::to_string(again);
    // The phases of one series lie in folders of their own when its objects do not hold several.
    if (series.phases.empty() || objects_of(index, series.images).size() < series.phases.size()) {
      place(index, series.images, folder / name, scratch);
      continue;
    }
    for (const exam::Phase& phase : series.phases)
      place(index, phase.images,
            folder / name / (exam::to_text(phase.role) + "_" + std::to_string(phase.phase_index)), scratch);
  }
}

}  // namespace

void link_by_role(const exam::DicomIndex& index, const std::vector<exam::Exam>& exams,
                  const std::string& folder, const std::string& scratch) {
  try {
    fs::remove_all(folder);
    for (std::size_t e = 0; e < exams.size(); ++e)
      place_exam(index, exams[e], fs::path(folder) / ("exam_" + std::to_string(e + 1)), scratch);
  } catch (const fs::filesystem_error& error) {
    throw Error(folder, "the links cannot be made", error.code().message(), "Choose another output folder");
  }
}

}  // namespace lobule::pipeline
