// lobule_candidates N [FIRST] [no-adc]: analyses N digital patients, seeds from FIRST on (every fourth
// without a lesion), and prints a row a patient: the score of the candidate at the lesion, and the best of
// all others. From them the table of docs/results/candidates.md: sensitivity and false alarms by threshold.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

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

struct PatientScores {
  std::optional<phantom::LesionTruth> lesion;
  double found = -1;  // score of the candidate at the lesion; −1 when there is none
  std::vector<double> others;
};

PatientScores score_patient(std::uint64_t seed, bool with_lesion, bool with_adc) {
  phantom::ExamOptions patient = phantom::random_options(seed, with_lesion);
  patient.brief = true;
  patient.truth_spacing_mm = kTruthSpacingMm;
  patient.only_dynamic = !with_adc;
  phantom::Exam exam = phantom::make_exam(patient);
  PatientScores scores;
  if (!exam.truth.lesions.empty()) scores.lesion = exam.truth.lesions[0];
  Context context;
  const pipeline::AnalyzeOptions options;
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
  }
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
  const bool with_adc = !(argc > 3 && std::string(argv[3]) == "no-adc");
  std::vector<PatientScores> patients;
  for (int i = 0; i < count; ++i) {
    const auto seed = static_cast<std::uint64_t>(first + i);
    patients.push_back(score_patient(seed, seed % 4 != 3, with_adc));
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
