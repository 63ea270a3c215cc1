// Analyses digital patients as each vendor writes them and prints what comes out against the truth, a row an
// exam: lobule_phantom_analyze [spacing in mm] [first patient's seed] [words of the only variants].
// docs/results/phantoms.md has its output.

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "core/text.h"
#include "io/files.h"
#include "pipeline/analyze.h"
#include "pipeline/demo.h"
#include "pipeline/phantom_patient.h"
#include "pipeline/phantom_vendor.h"

namespace {

using namespace lobule;

const pipeline::DemoCheck* find(const std::vector<pipeline::DemoCheck>& checks, const std::string& name) {
  for (const pipeline::DemoCheck& check : checks)
    if (check.name == name) return &check;
  return nullptr;
}

// The errors of both breasts, right and left; a dash where the result lacks one.
std::string error_text(const std::vector<pipeline::DemoCheck>& checks, const std::string& name) {
  std::string text;
  for (const char* side : {"right", "left"}) {
    const pipeline::DemoCheck* check = find(checks, name + ", " + side);
    char number[32] = "–";
    if (check != nullptr && !std::isnan(check->error))
      std::snprintf(number, sizeof number, "%+.0f", check->error);
    text += (text.empty() ? "" : ", ") + std::string(number);
  }
  return text;
}

std::string found_text(const std::vector<pipeline::DemoCheck>& checks, const std::string& name,
                       const char* format) {
  const pipeline::DemoCheck* check = find(checks, name);
  if (check == nullptr || std::isnan(check->found)) return "–";
  char number[32];
  std::snprintf(number, sizeof number, format, check->found);
  return number;
}

void print_exam(const std::string& vendor, const std::string& variant, const std::string& headers,
                pipeline::PatientPlan plan) {
  const phantom::Exam exam = phantom::make_exam(plan.exam);
  const io::TemporaryFolder folder;
  pipeline::write_phantom_dicom(exam, folder.path() / "dicom", plan.mri);
  pipeline::AnalyzeOptions options;
  options.output = (folder.path() / "result").string();
  Context context;
  const pipeline::AnalyzeOutcome outcome =
      pipeline::analyze_inputs({(folder.path() / "dicom").string()}, options, context);
  std::printf("| %s | %s | %s | ", vendor.c_str(), variant.c_str(), headers.c_str());
  if (outcome.exams.size() != 1 || outcome.exams[0].folder.empty()) {
    std::printf("%s | | | | | | | |\n", outcome.exams.empty()             ? "no exam"
                                        : outcome.exams[0].reason.empty() ? outcome.exams[0].status.c_str()
                                                                          : outcome.exams[0].reason.c_str());
    return;
  }
  const auto checks = pipeline::compare_with_truth(exam, folder.path() / "result" / outcome.exams[0].folder);
  const auto& breasts = exam.truth.breasts;
  std::printf("%s | %.0f, %.0f | %s | %s | %s | %s, %s | %.0f mm: %s mm, rank %s%s | %s |\n",
              outcome.exams[0].status.c_str(), breasts[0].breast_ml, breasts[1].breast_ml,
              error_text(checks, "breast volume").c_str(), error_text(checks, "FGT volume").c_str(),
              error_text(checks, "percent density").c_str(),
              found_text(checks, "overlap of breasts (Dice)", "%.2f").c_str(),
              found_text(checks, "overlap of FGT (Dice)", "%.2f").c_str(),
              exam.truth.lesions.at(0).longest_diameter_mm,
              found_text(checks, "lesion found at", "%.1f").c_str(),
              found_text(checks, "rank of the lesion", "%.0f").c_str(),
              found_text(checks, "lesion is called suspicious", "%.0f") == "1" ? ", suspicious" : "",
              found_text(checks, "ADC of gland", "%.0f").c_str());
}

}  // namespace

int main(int argc, char** argv) {
  const double spacing_mm = argc > 1 ? std::atof(argv[1]) : 2;
  int seed = argc > 2 ? std::atoi(argv[2]) : 500;
  const std::string only = argc > 3 ? argv[3] : "";
  std::printf(
      "| vendor | variant | headers | analysis | breasts, ml (R, L) | breast volume, error %% | FGT volume, "
      "error "
      "%% | percent density, error in points | Dice (breast, FGT) | lesion: found at | ADC of gland, um²/s "
      "|\n|---|---|---|---|---|---|---|---|---|---|---|\n");
  for (const std::string& vendor : pipeline::mri_vendors())
    for (const char* headers : {"honest", "lazy"}) {
      const auto& variants = pipeline::mr_habits(vendor);
      for (std::size_t variant = 0; variant < variants.size(); ++variant) {
        pipeline::PhantomOptions options;
        options.vendor = vendor, options.headers = headers, options.lesion = "mass";
        options.spacing_mm = spacing_mm, options.seed = seed++;
        if (!contains(variants[variant].variant, only)) continue;
        pipeline::PatientPlan plan = pipeline::plan_patient(options, 1);
        plan.mri.variant = static_cast<int>(variant);
        print_exam(vendor, variants[variant].variant, headers, std::move(plan));
        std::fflush(stdout);
      }
    }
}
