// lobule_sorting_study [EXAMS] [FIRST] [MODES]: sorts digital patients of the second family, which no network
// learned from, as each vendor writes them, and prints what docs/results/sorting.md shows: by rules alone, by
// networks and pixels alone, and by both. MODES: "blank" (headers as an anonymiser leaves them; the default)
// or "all" (honest, lazy and lying as well).

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include "core/text.h"
#include "exam/index.h"
#include "exam/sort.h"
#include "io/files.h"
#include "io/inputs.h"
#include "phantom/second/exam.h"
#include "pipeline/phantom_patient.h"
#include "pipeline/phantom_vendor.h"
#include "pipeline/sorting_networks.h"

namespace {

using namespace lobule;

// Voxels of the dynamic series: sorting looks at pictures of about 4 mm.
constexpr double kSpacing_mm = 3;
const std::vector<std::string> kRoles = {"dce", "t1",      "t1_fatsat", "t2",           "t2_fatsat", "dwi",
                                         "adc", "derived", "localizer", "post_highres", "other"};
const std::vector<std::string> kPhases = {"NoC", "CEearly", "CE", "none"};

// Wilson's interval (1927) at 95 %, in per cent.
std::string share_text(int right, int all) {
  if (all == 0) return "–";
  const double z = 1.96, n = all, p = right / n;
  const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return format_fixed(100 * p, 1) + " (" + format_fixed(100 * std::max(0.0, middle - half), 1) + "–" +
         format_fixed(100 * std::min(1.0, middle + half), 1) + ")";
}

struct Table {
  std::map<std::string, std::map<std::string, int>> count;  // by truth, then by what was found

  void add(const std::string& truth, const std::string& found) { ++count[truth][found]; }
  int right() const {
    int sum = 0;
    for (const auto& [truth, row] : count)
      if (const auto own = row.find(truth); own != row.end()) sum += own->second;
    return sum;
  }
  int all() const {
    int sum = 0;
    for (const auto& [truth, row] : count)
      for (const auto& [found, n] : row) sum += n;
    return sum;
  }
  void print(const std::vector<std::string>& names) const {
    std::printf("| truth |");
    for (const std::string& name : names) std::printf(" %s |", name.c_str());
    std::printf(" right, %% |\n|---|");
    for (std::size_t n = 0; n <= names.size(); ++n) std::printf("---|");
    std::printf("\n");
    for (const std::string& truth : names) {
      const auto row = count.find(truth);
      if (row == count.end()) continue;
      std::printf("| %s |", truth.c_str());
      int all = 0, right = 0;
      for (const std::string& found : names) {
        const auto cell = row->second.find(found);
        const int n = cell == row->second.end() ? 0 : cell->second;
        all += n;
        if (found == truth) right = n;
        std::printf(n == 0 ? " |" : " %d |", n);
      }
      std::printf(" %s |\n", share_text(right, all).c_str());
    }
  }
};

struct Bin {
  int count = 0, right = 0;
  double confidence = 0;
};

struct Score {
  Table roles, phases;
  int exams = 0, breast = 0;
  std::array<Bin, 10> reliability;
  std::vector<std::string> wrong;
};

std::string plain_role(const std::string& role) {
  return role.starts_with("dce") ? "dce" : role;
}

std::string phase_word(int phase, int early) {
  return phase == 0 ? "NoC" : phase == early ? "CEearly" : "CE";
}

// The planted phase of an image of a series that holds several: files and frames were written in order.
int planted_phase(const exam::DicomIndex& index, const pipeline::PhantomSeries& planted, exam::FrameRef ref) {
  if (planted.phases.empty()) return planted.phase_index;
  const exam::IndexEntry& entry = index.entries[static_cast<std::size_t>(ref.entry)];
  const int file = std::atoi(std::filesystem::path(entry.file.path).filename().string().c_str()) - 1;
  const int frames = planted.n_images / planted.n_files, phases = static_cast<int>(planted.phases.size());
  return planted.phases[static_cast<std::size_t>((file * frames + ref.frame) / (planted.n_images / phases))];
}

// One entry for each volume of the dynamic: where most of its images were taken to be.
void judge_phases(const exam::DicomIndex& index, const exam::Exam& exam, const exam::Series& found,
                  const pipeline::PhantomSeries& planted, int planted_early, Score& score) {
  std::map<int, std::map<std::string, int>> votes;
  const auto vote = [&](const std::vector<exam::FrameRef>& images, const std::string& word) {
    for (const exam::FrameRef ref : images) ++votes[planted_phase(index, planted, ref)][word];
  };
  if (found.role == exam::Role::dce)
    for (const exam::Phase& phase : found.phases)
      vote(phase.images, phase_word(phase.phase_index, exam.early_phase_index));
  else
    vote(found.images,
         found.phase_index >= 0 ? phase_word(found.phase_index, exam.early_phase_index) : "none");
  for (const auto& [phase, words] : votes) {
    const auto most = std::max_element(words.begin(), words.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    score.phases.add(phase_word(phase, planted_early), most->first);
  }
}

void judge(const exam::DicomIndex& index, const exam::Exam& exam, const pipeline::PhantomStudy& study,
           Score& score) {
  ++score.exams;
  score.breast += exam.kind == exam::ExamKind::breast_mri ? 1 : 0;
  for (const exam::Series& found : exam.series) {
    const auto planted =
        std::find_if(study.series.begin(), study.series.end(),
                     [&](const pipeline::PhantomSeries& s) { return s.series_uid == found.series_uid; });
    if (planted == study.series.end()) continue;
    const std::string truth = plain_role(planted->role), role = plain_role(exam::to_text(found.role));
    score.roles.add(truth, role);
    Bin& bin = score.reliability[static_cast<std::size_t>(std::min(9.0, std::floor(10 * found.confidence)))];
    ++bin.count;
    bin.right += truth == role ? 1 : 0;
    bin.confidence += found.confidence;
    if (truth == "dce") judge_phases(index, exam, found, *planted, study.early_phase_index, score);
    if (truth != role)
      score.wrong.push_back(study.patient_id + ", " + study.vendor + " (" + study.habits + "; " +
                            join(study.header_kinds, ", ") + "): \"" + planted->description + "\" is " +
                            truth + ", taken for " + role + " (" + format_fixed(found.confidence, 2) + ", " +
                            found.decided_by + ")");
  }
}

void print_reliability(const Score& score) {
  std::printf("\n| confidence | series | mean confidence | right, %% |\n|---|---|---|---|\n");
  double error = 0;
  int all = 0;
  for (std::size_t b = 0; b < score.reliability.size(); ++b) {
    const Bin& bin = score.reliability[b];
    if (bin.count == 0) continue;
    std::printf("| %.1f–%.1f | %d | %.2f | %s |\n", 0.1 * static_cast<double>(b),
                0.1 * static_cast<double>(b + 1), bin.count, bin.confidence / bin.count,
                share_text(bin.right, bin.count).c_str());
    error += std::abs(bin.confidence - bin.right);
    all += bin.count;
  }
  std::printf("\nExpected calibration error: %.3f over %d series.\n", all > 0 ? error / all : 0, all);
}

std::vector<exam::Exam> sorted(const exam::DicomIndex& index, const exam::SeriesNetworks* networks) {
  Context context;
  exam::SortOptions how;
  how.networks = networks;
  return exam::sort_exams(index, how, context.progress, context.cancellation);
}

}  // namespace

int main(int argc, char** argv) {
  const int exams = argc > 1 ? std::atoi(argv[1]) : 20, first = argc > 2 ? std::atoi(argv[2]) : 1;
  const bool all_modes = argc > 3 && std::strcmp(argv[3], "all") == 0;
  Findings findings;
  const auto networks = pipeline::shipped_sorting_networks(findings);
  if (!networks) {
    std::fprintf(stderr, "the model \"sequence\" is not there\n");
    return 1;
  }
  const std::vector<std::string> modes = all_modes
                                             ? std::vector<std::string>{"honest", "lazy", "lying", "blank"}
                                             : std::vector<std::string>{"blank"};
  std::map<std::string, std::map<std::string, Score>> scores;  // by headers, then by who decides
  for (int n = first; n < first + exams; ++n) {
    pipeline::PhantomOptions options;
    options.family = "second", options.spacing_mm = kSpacing_mm, options.seed = 9000;
    pipeline::PatientPlan plan = pipeline::plan_patient(options, n);
    // Every vendor, variant and language in turn.
    const auto& vendors = pipeline::mri_vendors();
    plan.mri.vendor = vendors[static_cast<std::size_t>(n) % vendors.size()];
    const int round = n / static_cast<int>(vendors.size());
    const auto& variants = pipeline::mr_habits(plan.mri.vendor);
    plan.mri.variant = round % static_cast<int>(variants.size());
    plan.mri.language = round % static_cast<int>(variants[0].phrases.size());
    const phantom::Exam exam = phantom::second::make_exam(plan.exam);
    for (const std::string& mode : modes) {
      plan.mri.headers = mode;
      const io::TemporaryFolder folder;
      const pipeline::PhantomStudy study =
          pipeline::write_phantom_dicom(exam, folder.path() / "dicom", plan.mri);
      Context context;
      const io::Inputs inputs =
          io::collect_inputs({folder.path() / "dicom"}, folder.path() / "scratch", {}, context.cancellation);
      const exam::DicomIndex index = exam::index_files(inputs.files, context.progress, context.cancellation);
      for (const exam::Exam& e : sorted(index, nullptr)) judge(index, e, study, scores[mode]["rules"]);
      for (const exam::Exam& e : sorted(index, networks.get()))
        judge(index, e, study, scores[mode][mode == "blank" ? "networks" : "both"]);
    }
    std::fprintf(stderr, "exam %d done\n", n);
  }
  std::printf(
      "| headers | decided by | exams | taken for breast MRI | roles right, %% | phases right, %% | "
      "CEearly right, %% |\n|---|---|---|---|---|---|---|\n");
  for (const std::string& mode : modes)
    for (const auto& [who, score] : scores[mode]) {
      const auto early = score.phases.count.find("CEearly");
      Table only;
      if (early != score.phases.count.end()) only.count["CEearly"] = early->second;
      std::printf("| %s | %s | %d | %d | %s | %s | %s |\n", mode.c_str(), who.c_str(), score.exams,
                  score.breast, share_text(score.roles.right(), score.roles.all()).c_str(),
                  share_text(score.phases.right(), score.phases.all()).c_str(),
                  share_text(only.right(), only.all()).c_str());
    }
  const Score& blank = scores["blank"]["networks"];
  std::printf("\nRoles, headers blank, networks:\n\n");
  blank.roles.print(kRoles);
  std::printf("\nPhases, headers blank, networks:\n\n");
  blank.phases.print(kPhases);
  std::printf("\nConfidence of a role, headers blank, networks:\n");
  print_reliability(blank);
  for (const auto& [mode, by] : scores)
    for (const auto& [who, score] : by) {
      if (who == "rules") continue;
      std::printf("\nWrong with %s headers, %s:\n\n", mode.c_str(), who.c_str());
      for (const std::string& line : score.wrong) std::printf("- %s\n", line.c_str());
    }
}
