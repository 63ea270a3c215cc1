// lobule_candidates N [FIRST] [no-adc] [classical]: analyses N digital patients, seeds from FIRST on (every fourth
// without a lesion), and prints a row a patient: the score of the candidate at the lesion, and the best of
// all others, with what speaks for and against them. From them the table of docs/results/candidates.md:
// sensitivity and false alarms by threshold.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "core/text.h"
#include "pipeline/analyze_stages.h"
#include "pipeline/phantom_images.h"

namespace {

using namespace lobule;

// A hit lies within the lesion's radius plus this, about one voxel of the dynamic series and the error of
// a centre of gravity.
constexpr double kHitMarginMm = 4;
// Sensitivity is stated for lesions of at least this longest diameter.
constexpr double kStatedMm = 8;
// A coarser grid for the counted truth: only the lesion's place and length matter here.
constexpr double kTruthSpacingMm = 3;
// Regions from here on are described, not only counted.
constexpr double kNotedScore = 0.2;

struct PatientScores {
  std::optional<phantom::LesionTruth> lesion;
  double found = -1;  // score of the candidate at the lesion; −1 when there is none
  std::vector<double> others;
  std::vector<std::string> notes;  // what speaks for and against the best candidates, for reading
};

std::string describe(const exam::Candidate& c) {
  char text[320];
  std::snprintf(text, sizeof text,
                "score %.3f at %.0f %.0f %.0f mm: %.2f ml, %.0f mm, %.0f %%, SER %.2f, %s, ADC %.0f; %s",
                c.score, c.center_mm.x, c.center_mm.y, c.center_mm.z, c.volume_ml, c.longest_diameter_mm,
                c.peak_enhancement_percent, c.mean_ser, c.curve_type.c_str(), c.adc_median_um2_per_s,
                c.remark.c_str());
  return text;
}

// What the images and masks hold where the lesion is.
std::string describe_place(const exam::Analysis& analysis, Vec3 center_mm) {
  const Grid& grid = analysis.breast.grid;
  const Vec3 index = index_from_point(grid, center_mm);
  const int i = static_cast<int>(std::lround(index.x)), j = static_cast<int>(std::lround(index.y)),
            k = static_cast<int>(std::lround(index.z));
  if (!grid.contains(i, j, k)) return "outside the image";
  std::string text = "at " + format_number(std::round(center_mm.x)) + " " +
                     format_number(std::round(center_mm.y)) + " " + format_number(std::round(center_mm.z)) +
                     " mm: breast " + std::to_string(analysis.breast.at(i, j, k)) + ", gland " +
                     std::to_string(analysis.fgt.at(i, j, k)) + ", vessel " +
                     std::to_string(analysis.vessels.empty() ? 0 : analysis.vessels.at(i, j, k));
  for (const exam::Volume& phase : analysis.corrected.phases)
    text += ", " + format_number(std::round(phase.image.at(i, j, k)));
  return text;
}

PatientScores score_patient(std::uint64_t seed, bool with_lesion, bool with_adc, bool classical) {
  phantom::ExamOptions patient = phantom::random_options(seed, with_lesion);
  patient.brief = true;
  patient.truth_spacing_mm = kTruthSpacingMm;
  patient.only_dynamic = !with_adc;
  phantom::Exam exam = phantom::make_exam(patient);
  PatientScores scores;
  if (!exam.truth.lesions.empty()) scores.lesion = exam.truth.lesions[0];
  Context context;
  pipeline::AnalyzeOptions options;
  options.classical = classical;
  exam::Analysis analysis;
  analysis.exam_number = 1;
  pipeline::analyze_images(pipeline::images_of(std::move(exam)), analysis, {1, "", options, context});
  for (const exam::Candidate& candidate : analysis.candidates) {
    const bool hit = scores.lesion && norm(candidate.center_mm - scores.lesion->center_mm) <=
                                          scores.lesion->longest_diameter_mm / 2 + kHitMarginMm;
    if (hit)
      scores.found = std::max(scores.found, candidate.score);
    else
      scores.others.push_back(candidate.score);
    if (hit || candidate.score > kNotedScore)
      scores.notes.push_back((hit ? "  lesion: " : "  other: ") + describe(candidate));
  }
  if (scores.lesion) scores.notes.push_back("  true: " + describe_place(analysis, scores.lesion->center_mm));
  for (const Finding& finding : analysis.findings)
    if (finding.severity != Severity::note) scores.notes.push_back("  " + sentence(finding));
  return scores;
}

void print_patient(std::uint64_t seed, const PatientScores& p) {
  const double other = p.others.empty() ? 0 : *std::max_element(p.others.begin(), p.others.end());
  std::printf("seed %llu ", static_cast<unsigned long long>(seed));
  if (p.lesion)
    std::printf("lesion %.1f mm, uptake %.2f: score %.3f; ", p.lesion->longest_diameter_mm,
                p.lesion->uptake_scale, p.found);
  else
    std::printf("no lesion; ");
  std::printf("best other %.3f\n", other);
  for (const std::string& note : p.notes) std::printf("%s\n", note.c_str());
  std::fflush(stdout);
}

void print_row(const std::vector<PatientScores>& patients, double threshold) {
  int lesions = 0, hits = 0, stated = 0, stated_hits = 0, with = 0, without = 0;
  long alarms_with = 0, alarms_without = 0;
  for (const PatientScores& p : patients) {
    const bool hit = p.found >= threshold;
    const long alarms =
        std::count_if(p.others.begin(), p.others.end(), [&](double s) { return s >= threshold; });
    (p.lesion ? with : without) += 1;
    (p.lesion ? alarms_with : alarms_without) += alarms;
    if (!p.lesion) continue;
    ++lesions;
    hits += hit;
    if (p.lesion->longest_diameter_mm < kStatedMm) continue;
    ++stated;
    stated_hits += hit;
  }
  std::printf("| %.2f | %d of %d | %d of %d | %.2f | %.2f |\n", threshold, hits, lesions, stated_hits, stated,
              alarms_with / std::max(1.0, double(with)), alarms_without / std::max(1.0, double(without)));
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 40;
  const int first = argc > 2 ? std::atoi(argv[2]) : 1000;
  bool with_adc = true, classical = false;
  for (int n = 3; n < argc; ++n) {
    with_adc = with_adc && std::string(argv[n]) != "no-adc";
    classical = classical || std::string(argv[n]) == "classical";
  }
  std::vector<PatientScores> patients;
  for (int i = 0; i < count; ++i) {
    const auto seed = static_cast<std::uint64_t>(first + i);
    patients.push_back(score_patient(seed, seed % 4 != 3, with_adc, classical));
    print_patient(seed, patients.back());
  }
  std::printf(
      "\n| threshold | lesions found | of those from %.0f mm on | false alarms an exam with a lesion | "
      "without "
      "|\n| --- | --- | --- | --- | --- |\n",
      kStatedMm);
  for (int t = 1; t < 20; ++t) print_row(patients, 0.05 * t);
  return 0;
}
