// The one real breast MRI exam through the whole program: roles, subtractions, projections and ADC against
// the scanner's own, motion, DICOM objects, left and right. Lines "figure: NAME VALUE" are what
// docs/results.md copies.

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/table.h"
#include "core/text.h"
#include "exam/sort.h"
#include "exam/volume.h"
#include "io/dicom_pixels.h"
#include "io/dicom_tags.h"
#include "io/files.h"
#include "io/inputs.h"
#include "io/nifti.h"
#include "support/test_support.h"

namespace lobule {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;

// What Siemens adds to a subtraction before it clamps at 0.
constexpr float kSubtractionOffset = 100;
// Below it lie fat and noise (docs/methods/assembly.md).
constexpr double kTissueAdc_um2_per_s = 300;

void figure(const std::string& name, double value, const std::string& unit = "") {
  std::printf("figure: %s %.6g%s%s\n", name.c_str(), value, unit.empty() ? "" : " ", unit.c_str());
}

// --- the scanner's own images ------------------------------------------------------------------------

struct ScannerExam {
  exam::DicomIndex index;
  exam::Exam mri;
};

ScannerExam read_scanner_exam(const fs::path& archive, const fs::path& scratch) {
  const Cancellation cancellation;
  Progress progress;
  const io::Inputs inputs = io::collect_inputs({archive}, scratch, {}, cancellation);
  ScannerExam result;
  result.index = exam::index_files(inputs.files, progress, cancellation);
  exam::SortOptions headers_only;
  headers_only.use_pixels = false;
  for (exam::Exam& exam : exam::sort_exams(result.index, headers_only, progress, cancellation))
    if (exam.modality == "MR") result.mri = std::move(exam);
  return result;
}

const exam::Series& series_numbered(const exam::Exam& exam, int number) {
  const auto found = std::find_if(exam.series.begin(), exam.series.end(),
                                  [&](const exam::Series& series) { return series.series_number == number; });
  if (found == exam.series.end()) throw Error("series " + std::to_string(number), "is not there");
  return *found;
}

Image<float> volume_of(const ScannerExam& scanner, int series_number) {
  Findings findings;
  const exam::Series& series = series_numbered(scanner.mri, series_number);
  const auto plans = exam::plan_volumes(scanner.index, series, {}, findings);
  if (plans.size() != 1) throw Error(exam::describe(series), "is not one volume");
  return exam::read_volume(scanner.index, series, plans.front()).image;
}

// The image of a projection series that shows a phase: they are numbered in the order of phases.
std::vector<float> projection_of(const ScannerExam& scanner, int series_number, int phase) {
  for (const exam::FrameRef image : series_numbered(scanner.mri, series_number).images) {
    const exam::IndexEntry& entry = scanner.index.entries[static_cast<std::size_t>(image.entry)];
    if (entry.header.dataset.integer(io::tag::InstanceNumber) == phase)
      return io::read_frames_as_float(entry.file.path, entry.header, entry.file.name);
  }
  throw Error("series " + std::to_string(series_number), "does not show phase " + std::to_string(phase));
}

// --- checks ------------------------------------------------------------------------------------------

std::string cell_text(const json& value) {
  return value.is_null() ? "" : value.dump();
}

void check_roles(const json& exams, const fs::path& table_file) {
  const Table expected = from_csv(io::read_file(table_file), "roles.csv");
  std::size_t right = 0, found = 0;
  for (const json& exam : exams["exams"]) {
    if (exam["modality"] == "MR") {
      EXPECT_EQ(exam["early_phase_index"], 1);
    }
    for (const json& series : exam["series"])
      for (std::size_t row = 0; row < expected.rows.size(); ++row) {
        if (expected.cell(row, "series_uid") != series["series_uid"].get<std::string>()) continue;
        ++found;
        std::vector<std::string> b_values;
        for (const double b : series["b_values"]) b_values.push_back(format_number(b));
        const std::vector<std::string> is = {series["role"].get<std::string>(),
                                             cell_text(series["phase_index"]), join(b_values, ";"),
                                             cell_text(series["n_images"])};
        const std::vector<std::string> should = {
            expected.cell(row, "role"), expected.cell(row, "phase_index"), expected.cell(row, "b_values"),
            expected.cell(row, "n_images")};
        EXPECT_EQ(is, should) << "series " << series["series_number"];
        right += is == should;
      }
  }
  EXPECT_EQ(found, expected.rows.size());
  figure("series_with_right_role_phase_b_values_and_count", static_cast<double>(right));
  figure("series_expected", static_cast<double>(expected.rows.size()));
}

float as_scanner_stores(float difference) {
  return std::max(0.0F, difference + kSubtractionOffset);
}

// Our subtraction against the scanner's, on the slices that it left.
void check_subtraction(const Image<float>& ours, const Image<float>& scanners) {
  const Vec3 first = index_from_point(ours.grid, scanners.grid.origin_mm);
  const int shift = static_cast<int>(std::lround(first.z));
  EXPECT_NEAR(norm(first - Vec3{0, 0, static_cast<double>(shift)}), 0, 1e-3);
  ASSERT_EQ(scanners.grid.size[0], ours.grid.size[0]);
  ASSERT_EQ(scanners.grid.size[1], ours.grid.size[1]);
  std::size_t different = 0;
  for (int k = 0; k < scanners.grid.size[2]; ++k)
    for (int j = 0; j < scanners.grid.size[1]; ++j)
      for (int i = 0; i < scanners.grid.size[0]; ++i)
        different += as_scanner_stores(ours.at(i, j, k + shift)) != scanners.at(i, j, k);
  EXPECT_EQ(different, 0U);
  figure("sub_1_raw_voxels_compared", static_cast<double>(scanners.voxels.size()));
  figure("sub_1_raw_voxels_different", static_cast<double>(different));
}

void check_projection(const std::string& name, const Image<float>& ours, const std::vector<float>& scanners) {
  ASSERT_EQ(ours.voxels.size(), scanners.size()) << name;
  std::size_t different = 0;
  for (std::size_t i = 0; i < scanners.size(); ++i)
    different += as_scanner_stores(ours.voxels[i]) != scanners[i];
  EXPECT_EQ(different, 0U) << name;
  figure(name + "_pixels_different", static_cast<double>(different));
}

double median_of(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  double mean_a = 0, mean_b = 0, saa = 0, sbb = 0, sab = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    mean_a += a[i] / static_cast<double>(a.size()), mean_b += b[i] / static_cast<double>(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    saa += (a[i] - mean_a) * (a[i] - mean_a);
    sbb += (b[i] - mean_b) * (b[i] - mean_b);
    sab += (a[i] - mean_a) * (b[i] - mean_b);
  }
  return sab / std::sqrt(saa * sbb);
}

// Our ADC against the scanner's where the middle of a voxel lies in a breast: a plainer choice of voxels than
// the program's own (half of the voxel), so that the figures do not hang on it.
void check_adc(const Image<float>& ours, const Image<float>& scanners, const Image<float>& breast) {
  ASSERT_TRUE(same_grid(ours.grid, scanners.grid, 0.01));
  std::vector<double> a, b, ratios;
  for (int k = 0; k < ours.grid.size[2]; ++k)
    for (int j = 0; j < ours.grid.size[1]; ++j)
      for (int i = 0; i < ours.grid.size[0]; ++i) {
        const Vec3 point = point_from_index(
            ours.grid, {static_cast<double>(i), static_cast<double>(j), static_cast<double>(k)});
        const Vec3 at = index_from_point(breast.grid, point);
        const int x = static_cast<int>(std::lround(at.x)), y = static_cast<int>(std::lround(at.y)),
                  z = static_cast<int>(std::lround(at.z));
        if (!breast.grid.contains(x, y, z) || breast.at(x, y, z) == 0) continue;
        if (!(scanners.at(i, j, k) > kTissueAdc_um2_per_s) || !(ours.at(i, j, k) > 0)) continue;
        a.push_back(ours.at(i, j, k));
        b.push_back(scanners.at(i, j, k));
        ratios.push_back(a.back() / b.back());
      }
  ASSERT_GT(a.size(), 1000U);
  figure("adc_voxels_compared", static_cast<double>(a.size()));
  figure("adc_r", correlation(a, b));
  figure("adc_ratio_median", median_of(ratios));
  EXPECT_GE(correlation(a, b), 0.999);
  EXPECT_GE(median_of(ratios), 0.97);
  EXPECT_LE(median_of(ratios), 1.03);
}

double measurement(const Table& table, const std::string& name, const std::string& side) {
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    if (table.cell(row, "name") == name && table.cell(row, "side") == side)
      return parse_number(table.cell(row, "value")).value_or(std::nan(""));
  ADD_FAILURE() << name << " of side " << side << " is missing";
  return std::nan("");
}

void check_measurements(const Table& table) {
  const double r = measurement(table, "adc_scanner_correlation", "both");
  const double ratio = measurement(table, "adc_scanner_ratio_median", "both");
  figure("measurements_adc_scanner_correlation", r);
  figure("measurements_adc_scanner_ratio_median", ratio);
  EXPECT_GE(r, 0.999);
  EXPECT_GE(ratio, 0.97);
  EXPECT_LE(ratio, 1.03);
  for (const char* side : {"R", "L"}) {
    for (const char* name : {"motion_before", "motion_after"})
      figure(std::string(name) + "_" + side, measurement(table, name, side), "mm");
    for (const char* name : {"breast_volume", "fgt_volume"})
      figure(std::string(name) + "_" + side, measurement(table, name, side), "ml");
  }
  EXPECT_LT(measurement(table, "motion_after", "L"), measurement(table, "motion_before", "L"));
}

void check_sides(const Image<float>& breast) {
  std::array<double, 3> x{}, count{};
  for (int k = 0; k < breast.grid.size[2]; ++k)
    for (int j = 0; j < breast.grid.size[1]; ++j)
      for (int i = 0; i < breast.grid.size[0]; ++i) {
        const auto label = static_cast<std::size_t>(breast.at(i, j, k));
        ASSERT_LT(label, 3U);
        x[label] += point_from_index(breast.grid, {double(i), double(j), double(k)}).x;
        ++count[label];
      }
  figure("breast_right_mean_x", x[1] / count[1], "mm");
  figure("breast_left_mean_x", x[2] / count[2], "mm");
  EXPECT_LT(x[1] / count[1], 0);  // +x is the patient's left
  EXPECT_GT(x[2] / count[2], 0);
}

void check_dicom_objects(const fs::path& folder) {
  if (test::run_program({"sh", "-c", "command -v dciodvfy"}).exit_code != 0) {
    std::printf("dciodvfy is not installed: DICOM objects are not checked\n");
    return;
  }
  std::size_t passed = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".dcm") continue;
    const std::string verdict = test::run_program({"dciodvfy", entry.path().string()}).output;
    EXPECT_FALSE(contains(verdict, "Error")) << entry.path().filename() << "\n" << verdict;
    passed += !contains(verdict, "Error");
  }
  figure("dicom_objects_without_error", static_cast<double>(passed));
  EXPECT_GE(passed, 3U);
}

// What the run took: of the whole program (the largest of this test's children), and of the stages alone.
void print_cost(const json& provenance, double wall_seconds) {
  rusage children{};
  getrusage(RUSAGE_CHILDREN, &children);
  double stages = 0;
  for (const json& stage : provenance["stages"]) stages += stage["seconds"].get<double>();
  figure("analyze_wall", wall_seconds, "s");
  figure("analyze_cpu",
         static_cast<double>(children.ru_utime.tv_sec) + static_cast<double>(children.ru_stime.tv_sec), "s");
  figure("analyze_stages", stages, "s");
  figure("analyze_peak_memory", static_cast<double>(children.ru_maxrss) / 1024, "MiB");
}

TEST(RealExam, AgreesWithTheTableAndWithTheScanner) {
  LOBULE_NEEDS_DATA(archive, "breast_mri_exam/exam.tar.xz");
  const test::ScratchFolder scratch;
  const auto start = std::chrono::steady_clock::now();
  const auto run =
      test::run_program({test::lobule_program(), "analyze", archive.string(), "-o", scratch / "out"});
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(run.exit_code, 0) << run.output;
  const json exams = json::parse(io::read_file(scratch / "out/exams.json"));
  check_roles(exams, archive.parent_path() / "roles.csv");

  fs::path results;
  for (const json& exam : exams["exams"])
    if (exam["modality"] == "MR")
      results =
          scratch / "out" / exam["patient_id"].get<std::string>() / exam["study_uid"].get<std::string>();
  ASSERT_TRUE(fs::exists(results / "report.html")) << run.output;
  const auto image = [&](const std::string& name) { return io::read_nifti(results / (name + ".nii.gz")); };
  const ScannerExam scanner = read_scanner_exam(archive, scratch / "unpacked");
  const Image<float> breast = image("masks/breast");

  check_subtraction(image("maps/sub_1_raw"), volume_of(scanner, 10));
  check_projection("mip_sub_1_raw", image("maps/mip_sub_1_raw"), projection_of(scanner, 12, 1));
  check_projection("mip_sub_5_raw", image("maps/mip_sub_5_raw"), projection_of(scanner, 12, 5));
  check_adc(image("maps/adc"), volume_of(scanner, 7), breast);
  check_measurements(from_csv(io::read_file(results / "measurements.csv"), "measurements.csv"));
  check_sides(breast);
  check_dicom_objects(results / "dicom");
  print_cost(json::parse(io::read_file(results / "provenance.json")), wall.count());
}

}  // namespace
}  // namespace lobule
