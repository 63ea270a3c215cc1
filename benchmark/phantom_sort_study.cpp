// Sorts digital patients as each vendor writes them, with headers of each honesty, and prints how many roles
// are right: lobule_phantom_sort [patients of each vendor and mode] [spacing in mm]. docs/results/phantoms.md
// has its output.

#include <cstdio>
#include <cstdlib>

#include "core/text.h"
#include "exam/index.h"
#include "exam/sort.h"
#include "io/files.h"
#include "io/inputs.h"
#include "pipeline/phantom_patient.h"
#include "pipeline/phantom_vendor.h"

namespace {

using namespace lobule;

struct Count {
  int exams = 0, series = 0, roles = 0, breast = 0;
  int phases = 0, phases_right = 0, early_right = 0, b_series = 0, b_right = 0, conflicts = 0;
};

const pipeline::PhantomSeries* find(const pipeline::PhantomStudy& study, const std::string& uid) {
  for (const pipeline::PhantomSeries& s : study.series)
    if (s.series_uid == uid) return &s;
  return nullptr;
}

std::string found_words(const exam::Series& s) {
  std::string text = exam::to_text(s.role);
  if (s.phase_index >= 0) text += " " + std::to_string(s.phase_index);
  if (!s.phases.empty()) text += " of " + std::to_string(s.phases.size());
  return text;
}

// The planted phase of an image of a series that holds several: files and frames were written in order.
int planted_phase(const exam::DicomIndex& index, const pipeline::PhantomSeries& planted, exam::FrameRef ref) {
  const exam::IndexEntry& entry = index.entries[static_cast<std::size_t>(ref.entry)];
  const int file = std::atoi(std::filesystem::path(entry.file.path).filename().string().c_str()) - 1;
  const int files = planted.n_files, phases = static_cast<int>(planted.phases.size());
  const int frames = planted.n_images / files;
  return (file * frames + ref.frame) / (planted.n_images / phases);
}

bool phases_in_order(const exam::DicomIndex& index, const pipeline::PhantomSeries& planted,
                     const exam::Series& found) {
  if (planted.phases.empty()) return found.phase_index == planted.phase_index;
  if (found.phases.size() != planted.phases.size()) return false;
  for (std::size_t p = 0; p < found.phases.size(); ++p)
    for (const exam::FrameRef ref : found.phases[p].images)
      if (planted.phases[static_cast<std::size_t>(planted_phase(index, planted, ref))] !=
          found.phases[p].phase_index)
        return false;
  return true;
}

void judge(const exam::DicomIndex& index, const exam::Exam& exam, const pipeline::PhantomStudy& study,
           Count& count, std::vector<std::string>& wrong) {
  ++count.exams;
  count.breast += exam.kind == exam::ExamKind::breast_mri ? 1 : 0;
  count.early_right += exam.early_phase_index == study.early_phase_index ? 1 : 0;
  for (const exam::Series& found : exam.series) {
    const pipeline::PhantomSeries* planted = find(study, found.series_uid);
    if (planted == nullptr) continue;
    ++count.series;
    count.conflicts += static_cast<int>(found.conflicts.size());
    const std::string role = exam::to_text(found.role);
    // The place of a phase in the dynamic is counted apart.
    const bool dynamic = role.starts_with("dce"), planted_dynamic = planted->role.starts_with("dce");
    const bool right = planted_dynamic ? dynamic : role == planted->role;
    count.roles += right ? 1 : 0;
    bool phase_right = right;
    if (planted_dynamic) {
      const int n = planted->phases.empty() ? 1 : static_cast<int>(planted->phases.size());
      count.phases += n;
      phase_right = phases_in_order(index, *planted, found);
      count.phases_right += phase_right ? n : 0;
    }
    if (!planted->b_values.empty()) {
      ++count.b_series;
      count.b_right += found.b_values == planted->b_values ? 1 : 0;
    }
    if (!right || !phase_right)
      wrong.push_back(study.vendor + " (" + study.habits + "; " + join(study.header_kinds, ", ") + "): \"" +
                      planted->description + "\" is " + planted->role +
                      (planted->phase_index >= 0 ? " " + std::to_string(planted->phase_index) : "") +
                      ", taken for " + found_words(found));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int patients = argc > 1 ? std::atoi(argv[1]) : 5;
  const double spacing_mm = argc > 2 ? std::atof(argv[2]) : 4;
  const char* only = argc > 3 ? argv[3] : "";
  std::printf(
      "| vendor | headers | exams | taken for breast MRI | roles right | phases right | early phase | "
      "b-values right | conflicts reported |\n|---|---|---|---|---|---|---|---|---|\n");
  std::vector<std::string> wrong;
  int seed = 0;
  for (const std::string& vendor : pipeline::mri_vendors())
    for (const char* headers : {"honest", "lazy", "lying", "blank"}) {
      if (*only != 0 && std::string(headers) != only) continue;
      Count count;
      for (int n = 1; n <= patients; ++n) {
        pipeline::PhantomOptions options;
        options.vendor = vendor, options.headers = headers, options.spacing_mm = spacing_mm;
        options.seed = 100 + seed;
        pipeline::PatientPlan plan = pipeline::plan_patient(options, n);
        // Every variant and language in turn, so that few patients show all.
        const auto& variants = pipeline::mr_habits(vendor);
        plan.mri.variant = (n - 1) % static_cast<int>(variants.size());
        plan.mri.language = (n - 1) % static_cast<int>(variants[0].phrases.size());
        const io::TemporaryFolder folder;
        const pipeline::PhantomStudy study =
            pipeline::write_phantom_dicom(phantom::make_exam(plan.exam), folder.path() / "dicom", plan.mri);
        Context context;
        const io::Inputs inputs = io::collect_inputs({folder.path() / "dicom"}, folder.path() / "scratch", {},
                                                     context.cancellation);
        const exam::DicomIndex index =
            exam::index_files(inputs.files, context.progress, context.cancellation);
        for (const exam::Exam& exam : exam::sort_exams(index, {}, context.progress, context.cancellation))
          judge(index, exam, study, count, wrong);
      }
      ++seed;
      std::printf("| %s | %s | %d | %d | %d/%d | %d/%d | %d/%d | %d/%d | %d |\n", vendor.c_str(), headers,
                  count.exams, count.breast, count.roles, count.series, count.phases_right, count.phases,
                  count.early_right, count.exams, count.b_right, count.b_series, count.conflicts);
      std::fflush(stdout);
    }
  std::printf("\n");
  for (const std::string& line : wrong) std::printf("- %s\n", line.c_str());
}
