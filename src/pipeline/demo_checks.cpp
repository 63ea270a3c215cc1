// What the demo asks of a result, and how much error it allows.

#include <algorithm>
#include <cmath>

#include "core/resample.h"
#include "core/table.h"
#include "core/text.h"
#include "io/files.h"
#include "io/nifti.h"
#include "pipeline/demo.h"
#include "pipeline/phantom_truth.h"

namespace lobule::pipeline {
namespace {

namespace fs = std::filesystem;
using phantom::Tissue;

// Bounds. Volumes (where the border of a breast lies on the chest is in part a matter of definition): what
// classical segmentation of breasts and gland reaches against readers (Gubern-Mérida et al., IEEE J Biomed
// Health Inform 19:349, 2015: Dice 0.94 breast, 0.80 gland). Places: about a lesion's radius. Diffusion and
// enhancement: a few noise standard deviations and the blur of interpolation. Motion: a quarter of a voxel of
// 1.6 mm. What uses it up is how registration answers to the skin's uptake of contrast agent: without any
// motion the skin is measured to lie within 0.03 mm before registration and 0.29 mm after it (0.04 mm where
// the skin takes up no agent; with motion 0.39 and 0.07 mm). The images' motion itself is right: undoing the
// true displacement leaves 0.13 mm by cubic and 0.07 mm by sinc interpolation.
constexpr double kBreastVolumePercent = 25, kFgtVolumePercent = 30, kDensityPoints = 6;
constexpr double kBreastDice = 0.85, kFgtDice = 0.70;
constexpr double kLesionDistanceMm = 6, kLesionVolumePercent = 60, kLesionRank = 3;
constexpr double kAdcPercent = 6, kGlandEnhancementPoints = 4, kLesionEnhancementPercent = 15;
constexpr double kMotionMm = 0.4;

constexpr double kPure = 0.98;  // share of one tissue that makes a voxel pure

double relative_percent(double found, double truth) {
  return 100 * (found - truth) / truth;
}

DemoCheck relative_check(std::string name, std::string unit, double truth, double found, double allowed) {
  return {std::move(name), std::move(unit), truth, found, relative_percent(found, truth), "%", allowed};
}

DemoCheck difference_check(std::string name, std::string unit, double truth, double found, double allowed) {
  return {std::move(name), unit, truth, found, found - truth, unit, allowed};
}

// A file's content by `read`, or nothing where it cannot be read: its checks then fail by themselves.
template <class Read>
auto read_or_empty(const fs::path& path, const Read& read) -> decltype(read(path)) {
  try {
    return read(path);
  } catch (const Error&) {
    return {};
  }
}

Table read_table(const fs::path& path) {
  return read_or_empty(path,
                       [](const fs::path& p) { return from_csv(io::read_file(p), p.filename().string()); });
}

Image<float> read_image(const fs::path& path) {
  return read_or_empty(path, [](const fs::path& p) { return io::read_nifti(p); });
}

double measurement(const Table& table, const std::string& side, const std::string& name) {
  for (std::size_t r = 0; r < table.rows.size(); ++r)
    if (table.cell(r, "name") == name && table.cell(r, "side") == side)
      return parse_number(table.cell(r, "value")).value_or(std::nan(""));
  return std::nan("");
}

double median(std::vector<double> values) {
  if (values.empty()) return std::nan("");
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The median of an image over the voxels where the tissue, sampled around the voxel's centre, is pure.
double median_in_pure(const Image<float>& image, const phantom::Anatomy& anatomy, Tissue tissue, Vec3 low,
                      Vec3 high) {
  std::vector<double> values;
  const Grid& grid = image.grid;
  const Vec3 half = 0.35 * grid.spacing_mm.z * grid.direction.column[2];
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        const Vec3 p = point_from_index(grid, Vec3{double(i), double(j), double(k)});
        const float value = image.at(i, j, k);
        if (p.x < low.x || p.y < low.y || p.z < low.z || p.x > high.x || p.y > high.y || p.z > high.z)
          continue;
        if (std::isnan(value)) continue;
        bool pure = true;
        for (const Vec3& at : {p - half, p, p + half})
          pure = pure && phantom::share(anatomy.at(at, grid.spacing_mm.x), tissue) >= kPure;
        if (pure) values.push_back(value);
      }
  return median(std::move(values));
}

// The box that holds both breasts.
constexpr Vec3 kBreastsLow{-150, -110, -75}, kBreastsHigh{150, 20, 75};

// The files may hold the same places in another order, as scanners that turn the patient write them.
double dice(const Image<float>& found, const Mask& exact) {
  if (found.empty()) return std::nan("");
  const Mask truth = resample_mask(exact, found.grid);
  double both = 0, sum = 0;
  for (std::size_t i = 0; i < truth.voxels.size(); ++i) {
    const bool a = found.voxels[i] == static_cast<float>(truth.voxels[i]);
    both += truth.voxels[i] != 0 && a ? 1 : 0;
    sum += (truth.voxels[i] != 0 ? 1 : 0) + (found.voxels[i] != 0 ? 1 : 0);
  }
  return sum > 0 ? 2 * both / sum : std::nan("");
}

void check_volumes(const phantom::Exam& exam, const fs::path& result, const Table& table,
                   std::vector<DemoCheck>& checks) {
  for (const phantom::BreastTruth& b : exam.truth.breasts) {
    const bool right = b.side == phantom::BreastSide::right;
    const std::string side = right ? "R" : "L", word = right ? "right" : "left";
    checks.push_back(relative_check("breast volume, " + word, "ml", b.breast_ml,
                                    measurement(table, side, "breast_volume"), kBreastVolumePercent));
    checks.push_back(relative_check("FGT volume, " + word, "ml", b.fgt_ml,
                                    measurement(table, side, "fgt_volume"), kFgtVolumePercent));
    checks.push_back(difference_check("percent density, " + word, "%", b.percent_density,
                                      measurement(table, side, "percent_density"), kDensityPoints));
  }
  checks.push_back(difference_check("overlap of breasts (Dice)", "", 1,
                                    dice(read_image(result / "masks/breast.nii.gz"), exam.truth.breast),
                                    1 - kBreastDice));
  checks.push_back(difference_check("overlap of FGT (Dice)", "", 1,
                                    dice(read_image(result / "masks/fgt.nii.gz"), true_fgt_mask(exam.truth)),
                                    1 - kFgtDice));
}

void check_lesion(const phantom::Exam& exam, const Table& candidates, std::vector<DemoCheck>& checks) {
  const phantom::LesionTruth& lesion = exam.truth.lesions[0];
  double distance = std::nan(""), rank = std::nan(""), volume = std::nan(""), suspicious = std::nan("");
  for (std::size_t r = 0; r < candidates.rows.size(); ++r) {
    const auto number = [&](const char* column) {
      return parse_number(candidates.cell(r, column)).value_or(std::nan(""));
    };
    const double d = norm(Vec3{number("x_mm"), number("y_mm"), number("z_mm")} - lesion.center_mm);
    if (!(d < distance) && !std::isnan(distance)) continue;
    distance = d, rank = number("rank"), volume = number("volume_ml");
    suspicious = candidates.cell(r, "suspicious") == "true" ? 1 : 0;
  }
  checks.push_back({"lesion found at", "mm", 0, distance, distance, "mm", kLesionDistanceMm});
  checks.push_back({"rank of the lesion", "", 1, rank, rank - 1, "", kLesionRank - 1});
  checks.push_back(difference_check("lesion is called suspicious", "", 1, suspicious, 0));
  checks.push_back(relative_check("lesion volume", "ml", lesion.volume_ml, volume, kLesionVolumePercent));
}

void check_enhancement(const phantom::Exam& exam, const fs::path& result, std::vector<DemoCheck>& checks) {
  const Image<float> pe = read_image(result / "maps/pe_1.nii.gz");
  const auto truth = [&](Tissue t) { return exam.truth.percent_enhancement[1][static_cast<std::size_t>(t)]; };
  checks.push_back(difference_check(
      "enhancement of gland, post 1", "%", truth(Tissue::gland),
      median_in_pure(pe, *exam.anatomy, Tissue::gland, kBreastsLow, kBreastsHigh), kGlandEnhancementPoints));
  if (!exam.truth.lesions.empty())
    checks.push_back(
        relative_check("enhancement of the lesion, post 1", "%", truth(Tissue::lesion),
                       median_in_pure(pe, *exam.anatomy, Tissue::lesion, kBreastsLow, kBreastsHigh),
                       kLesionEnhancementPercent));
}

// The median distance, along the normal, that the skin in front of the breasts moves between the pre-contrast
// and the last phase; normals from the anatomy itself.
double true_skin_motion(const phantom::Exam& exam) {
  const auto air = [&](Vec3 p) { return double(phantom::share(exam.anatomy->at(p, 4), Tissue::air)); };
  const Grid& grid = exam.truth.breast.grid;
  std::vector<double> lengths;
  for (int k = 0; k < grid.size[2]; k += 2)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; i += 2) {
        const Vec3 p = point_from_index(grid, Vec3{double(i), double(j), double(k)});
        if (p.y > kBreastsHigh.y || std::abs(air(p) - 0.5) > 0.2) continue;
        Vec3 normal{air(p + Vec3{1, 0, 0}) - air(p - Vec3{1, 0, 0}),
                    air(p + Vec3{0, 1, 0}) - air(p - Vec3{0, 1, 0}),
                    air(p + Vec3{0, 0, 1}) - air(p - Vec3{0, 0, 1})};
        const double length = norm(normal);
        if (length < 0.1) continue;
        normal = (1 / length) * normal;
        if (-normal.y < 0.5) continue;
        lengths.push_back(std::abs(dot(normal, exam.phases.back().motion.displacement_mm(p))));
      }
  return median(std::move(lengths));
}

void check_motion(const phantom::Exam& exam, const Table& table, std::vector<DemoCheck>& checks) {
  const double before = measurement(table, "both", "motion_before"),
               after = measurement(table, "both", "motion_after");
  checks.push_back(
      difference_check("motion of the skin before", "mm", true_skin_motion(exam), before, kMotionMm));
  checks.push_back(difference_check("motion of the skin after", "mm", 0, after, kMotionMm));
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string blanks(width > text.size() ? width - text.size() : 0, ' ');
  return right ? blanks + text : text + blanks;
}

std::string number_text(double value, const std::string& unit) {
  if (std::isnan(value)) return "none";
  const int decimals = std::abs(value) >= 100 ? 0 : std::abs(value) >= 10 ? 1 : 2;
  return format_fixed(value, decimals) + (unit.empty() ? "" : " " + unit);
}

}  // namespace

std::vector<DemoCheck> compare_with_truth(const phantom::Exam& exam, const fs::path& result) {
  const Table measurements = read_table(result / "measurements.csv");
  std::vector<DemoCheck> checks;
  check_volumes(exam, result, measurements, checks);
  if (!exam.truth.lesions.empty()) check_lesion(exam, read_table(result / "candidates.csv"), checks);
  const double adc = median_in_pure(read_image(result / "maps/adc.nii.gz"), *exam.anatomy, Tissue::gland,
                                    kBreastsLow, kBreastsHigh);
  checks.push_back(relative_check("ADC of gland", "um2/s", phantom::properties(Tissue::gland).adc_um2_per_s,
                                  adc, kAdcPercent));
  check_enhancement(exam, result, checks);
  check_motion(exam, measurements, checks);
  return checks;
}

bool DemoCheck::passed() const {
  return std::abs(error) <= allowed;  // false for NaN
}

std::string checks_table(const std::vector<DemoCheck>& checks) {
  std::vector<std::vector<std::string>> rows = {{"", "true", "found", "error", "allowed", ""}};
  for (const DemoCheck& c : checks)
    rows.push_back({c.name, number_text(c.truth, c.unit), number_text(c.found, c.unit),
                    number_text(c.error, c.error_unit), number_text(c.allowed, c.error_unit),
                    c.passed() ? "ok" : "FAILED"});
  std::vector<std::size_t> width(rows[0].size(), 0);
  for (const auto& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) width[c] = std::max(width[c], row[c].size());
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c)
      line += (c ? "  " : "") + padded(row[c], width[c], c > 0 && c < 5);
    while (!line.empty() && line.back() == ' ') line.pop_back();
    text += line + "\n";
  }
  return text;
}

}  // namespace lobule::pipeline
