#include <filesystem>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "core/table.h"
#include "core/text.h"
#include "io/files.h"
#include "process.h"
#include "row.h"

namespace lobule::benchmark {
namespace {
namespace fs = std::filesystem;

constexpr double kSortGoal_s = 3, kAnalyzeGoal_s = 150, kDensityGoal_s = 15, kStartUpGoal_s = 0.05;

struct ExamFolder {
  std::string folder;
  std::string truth;  // roles.csv of the real exam; "" for the demo's
  std::string what;
};

// The real exam where its archive is at hand, else the demo's digital patient.
ExamFolder exam_folder(const Setting& setting) {
  const fs::path real = fs::path(setting.data) / "breast_mri_exam";
  const std::string folder = setting.scratch + "/exam";
  if (!setting.data.empty() && fs::exists(real / "exam.tar.xz")) {
    if (!fs::exists(folder)) {
      fs::create_directories(folder);
      run({"tar", "-xf", (real / "exam.tar.xz").string(), "-C", folder});
    }
    return {folder, (real / "roles.csv").string(), "real exam of 885 files, 214 MB, warm"};
  }
  if (!fs::exists(folder)) run({setting.lobule, "demo", "-o", folder});
  return {folder + "/dicom", "", "the demo's digital patient, warm"};
}

// Reading every byte of the exam once, from the page cache.
double seconds_to_read(const std::string& folder) {
  return median_run({"sh", "-c", "find '" + folder + "' -type f -exec cat {} + >/dev/null"}, 3).seconds;
}

bool roles_agree(const std::string& exams_json, const std::string& truth) {
  const auto exams = nlohmann::json::parse(io::read_file(exams_json));
  if (truth.empty()) return !exams["exams"].empty();
  const Table roles = from_csv(io::read_file(truth), truth);
  std::size_t right = 0;
  for (std::size_t r = 0; r < roles.rows.size(); ++r)
    for (const auto& exam : exams["exams"])
      for (const auto& series : exam["series"])
        if (series["series_uid"] == roles.cell(r, "series_uid") && series["role"] == roles.cell(r, "role"))
          ++right;
  return right == roles.rows.size();
}

bool analysis_is_complete(const std::string& out) {
  for (const auto& entry : fs::recursive_directory_iterator(out))
    if (entry.path().filename() == "measurements.csv")
      return from_csv(io::read_file(entry.path()), "measurements.csv").rows.size() > 9 &&
             fs::exists(entry.path().parent_path() / "report.html");
  return false;
}

bool all_views_are_measured(const std::string& density_csv) {
  const Table table = from_csv(io::read_file(density_csv), density_csv);
  std::size_t measured = 0;
  for (std::size_t r = 0; r < table.rows.size(); ++r)
    measured += table.cell(r, "status") != "refused" && !table.cell(r, "pd").empty();
  return measured >= 4 && measured == table.rows.size();
}

}  // namespace

Row sort_exam(const Setting& setting) {
  const ExamFolder exam = exam_folder(setting);
  const std::string out = setting.scratch + "/sorted";
  run({setting.lobule, "sort", exam.folder, "-o", out});
  fs::remove_all(out);
  const Measured ours = run({setting.lobule, "sort", exam.folder, "-o", out});
  Row row;
  row.name = "sort_exam";
  row.seconds = ours.seconds;
  row.peak_mib = ours.peak_mib;
  row.goal_seconds = kSortGoal_s;
  row.limit_seconds = seconds_to_read(exam.folder);
  row.ok = ours.exit_code == 0 && roles_agree(out + "/exams.json", exam.truth);
  row.note = exam.what + "; with pixels and the contact sheet; limit: every byte read once";
  if (installed("dcm2niix")) {
    const std::string peer_out = setting.scratch + "/sorted_dcm2niix";
    fs::create_directories(peer_out);
    row.peer = "dcm2niix -z n (converts, assigns no roles)";
    row.peer_seconds = run({"dcm2niix", "-z", "n", "-o", peer_out, exam.folder}).seconds;
  }
  return row;
}

Row analyze_exam(const Setting& setting) {
  const ExamFolder exam = exam_folder(setting);
  const std::string out = setting.scratch + "/analyzed";
  const Measured ours = run({setting.lobule, "analyze", exam.folder, "-o", out});
  Row row;
  row.name = "analyze_exam";
  row.seconds = ours.seconds;
  row.peak_mib = ours.peak_mib;
  row.goal_seconds = kAnalyzeGoal_s;
  row.limit_seconds = seconds_to_read(exam.folder);
  row.ok = ours.exit_code <= 1 && analysis_is_complete(out);
  row.note = exam.what + "; limit: every byte read once; no peer does the whole of it";
  return row;
}

Row density_four_views(const Setting& setting) {
  const std::string patient = setting.scratch + "/mammograms", out = setting.scratch + "/density";
  run({setting.lobule, "phantom", "--modality", "mg", "--vendor", "ge", "-o", patient});
  const Measured ours = run({setting.lobule, "density", patient + "/dicom", "-o", out});
  Row row;
  row.name = "density_four_views";
  row.seconds = ours.seconds;
  row.peak_mib = ours.peak_mib;
  row.goal_seconds = kDensityGoal_s;
  row.limit_seconds = seconds_to_read(patient + "/dicom");
  row.ok = ours.exit_code == 0 && all_views_are_measured(out + "/density.csv");
  row.note =
      "a digital patient's four views at full resolution, shown and raw, with regions where their model "
      "ships; limit: every byte read once; no peer here: what is open needs MATLAB";
  return row;
}

Row start_up(const Setting& setting) {
  const Measured ours = median_run({setting.lobule, "--version"}, 21);
  Row row;
  row.name = "start_up";
  row.seconds = ours.seconds;
  row.peak_mib = ours.peak_mib;
  row.goal_seconds = kStartUpGoal_s;
  row.limit_seconds = median_run({"true"}, 21).seconds;
  row.ok = ours.exit_code == 0 && ours.output.starts_with("lobule ");
  row.note = "median of 21; limit: the program `true`";
  if (installed("dcmdump")) {
    row.peer = "dcmdump --version";
    row.peer_seconds = median_run({"dcmdump", "--version"}, 21).seconds;
  }
  return row;
}

}  // namespace lobule::benchmark
