// lobule_candidates N [FIRST]: analyses N digital patients with a lesion and N without, seeds from FIRST on,
// and prints a row a patient: the score of the candidate at the lesion, and the scores of all others. From
// them, the sensitivity and the false alarms an exam at each threshold: the table behind
// CandidateOptions::suspicious_score in docs/results.md.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "pipeline/analyze_stages.h"
#include "pipeline/phantom_images.h"

namespace {

using namespace lobule;

// A hit lies within the lesion's radius plus this, about one voxel of the dynamic series and the error of
// a centre of gravity.
constexpr double kHitMargin_mm = 4;

struct PatientScores {
  double lesion = -1;  // score of the candidate at the lesion; −1 when there is none
  std::vector<double> others;
};

PatientScores score_patient(std::uint64_t seed, bool with_lesion) {
  phantom::Exam exam = phantom::make_exam(phantom::random_options(seed, with_lesion));
  const auto lesion = exam.truth.lesion;
  Context context;
  const pipeline::AnalyzeOptions options;
  exam::Analysis analysis;
  analysis.exam_number = 1;
  pipeline::analyze_images(pipeline::images_of(std::move(exam)), analysis, {1, "", options, context});
  PatientScores scores;
  for (const exam::Candidate& candidate : analysis.candidates) {
    const bool hit = lesion && norm(candidate.center_mm - lesion->center_mm) <=
                                   lesion->longest_diameter_mm / 2 + kHitMargin_mm;
    if (hit)
      scores.lesion = std::max(scores.lesion, candidate.score);
    else
      scores.others.push_back(candidate.score);
  }
  if (lesion)
    std::printf("seed %3llu lesion %5.1f mm uptake %.2f score %6.3f, others",
                static_cast<unsigned long long>(seed), lesion->longest_diameter_mm, lesion->uptake_scale,
                scores.lesion);
  else
    std::printf("seed %3llu no lesion, others", static_cast<unsigned long long>(seed));
  for (const double score : scores.others) std::printf(" %.3f", score);
  std::printf("\n");
  std::fflush(stdout);
  return scores;
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 20;
  const int first = argc > 2 ? std::atoi(argv[2]) : 1000;
  std::vector<PatientScores> with, without;
  for (int i = 0; i < count; ++i) {
    with.push_back(score_patient(static_cast<std::uint64_t>(first + i), true));
    without.push_back(score_patient(static_cast<std::uint64_t>(first + count + i), false));
  }
  std::printf("threshold  sensitivity  false alarms an exam with a lesion, without\n");
  for (int t = 1; t < 20; ++t) {
    const double threshold = 0.05 * t;
    int hits = 0;
    double alarms_with = 0, alarms_without = 0;
    const auto above = [&](const PatientScores& p) {
      return std::count_if(p.others.begin(), p.others.end(), [&](double s) { return s >= threshold; });
    };
    for (const PatientScores& patient : with) {
      hits += patient.lesion >= threshold ? 1 : 0;
      alarms_with += static_cast<double>(above(patient));
    }
    for (const PatientScores& patient : without) alarms_without += static_cast<double>(above(patient));
    std::printf("%.2f  %.3f  %.2f  %.2f\n", threshold, hits / double(count), alarms_with / count,
                alarms_without / count);
  }
  return 0;
}
