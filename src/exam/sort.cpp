#include "exam/sort.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "core/text.h"
#include "exam/sort_modality.h"
#include "exam/sort_mr.h"
#include "exam/sort_work.h"
#include "io/dicom_tags.h"

namespace lobule::exam {
namespace {

using ExamKey = std::tuple<std::string, std::string, std::string>;  // patient, study, modality

// The modality whose exam takes reports and segmentations of the same study.
int modality_rank(const std::string& modality) {
  const std::vector<std::string> order = {"MR", "MG", "US"};
  return static_cast<int>(std::find(order.begin(), order.end(), modality) - order.begin());
}

// Frames that an object can hold, whatever its header claims: none takes less than 64 bytes of its file.
int frame_count(const io::DicomHeader& header) {
  constexpr std::uint64_t kLeastBytes = 64;
  const auto claimed =
      static_cast<std::uint64_t>(std::max(1, header.dataset.integer(io::tag::NumberOfFrames).value_or(1)));
  return static_cast<int>(std::min(claimed, 1 + header.file_bytes / kLeastBytes));
}

struct Grouped {
  std::map<ExamKey, Exam> exams;
  std::map<ExamKey, std::map<std::string, Series>> series;
};

void add_entry(const DicomIndex& index, std::size_t e, const ExamKey& key, Grouped& grouped) {
  const io::DicomDataset& d = index.entries[e].header.dataset;
  Exam& exam = grouped.exams[key];
  std::tie(exam.patient_id, exam.study_uid, exam.modality) = key;
  Series& series = grouped.series[key][d.text(io::tag::SeriesInstanceUID)];
  if (series.images.empty()) {
    series.series_uid = d.text(io::tag::SeriesInstanceUID);
    series.series_number = d.integer(io::tag::SeriesNumber).value_or(0);
    series.description = d.text(io::tag::SeriesDescription);
    series.modality = modality_of(d);
  }
  const int frames = frame_count(index.entries[e].header);
  for (int f = 0; f < frames; ++f) series.images.push_back({static_cast<int>(e), f});
}

Grouped group_entries(const DicomIndex& index) {
  Grouped grouped;
  std::vector<std::size_t> companions;
  const auto key_of = [&](std::size_t e, const std::string& modality) {
    const io::DicomDataset& d = index.entries[e].header.dataset;
    return ExamKey{d.text(io::tag::PatientID), d.text(io::tag::StudyInstanceUID), modality};
  };
  for (std::size_t e = 0; e < index.entries.size(); ++e) {
    const std::string modality = modality_of(index.entries[e].header.dataset);
    if (is_companion(modality))
      companions.push_back(e);
    else
      add_entry(index, e, key_of(e, modality), grouped);
  }
  for (const std::size_t e : companions) {
    ExamKey key = key_of(e, modality_of(index.entries[e].header.dataset));
    const ExamKey* home = nullptr;
    for (const auto& [known, exam] : grouped.exams)
      if (std::get<0>(known) == std::get<0>(key) && std::get<1>(known) == std::get<1>(key) &&
          !is_companion(std::get<2>(known)) &&
          (home == nullptr || modality_rank(std::get<2>(known)) < modality_rank(std::get<2>(*home))))
        home = &known;
    if (home != nullptr) key = *home;
    add_entry(index, e, key, grouped);
  }
  return grouped;
}

std::string exam_name(std::size_t i, int first_exam_number) {
  return "exam " + std::to_string(static_cast<int>(i) + first_exam_number);
}

// Two patients never share a study or a series; where headers say so, files were mixed up or
// anonymised badly.
void find_shared_uids(std::vector<Exam>& exams, int first_exam_number) {
  std::map<std::string, std::vector<std::size_t>> studies, series;
  for (std::size_t i = 0; i < exams.size(); ++i) {
    if (!exams[i].study_uid.empty()) studies[exams[i].study_uid].push_back(i);
    for (const Series& s : exams[i].series)
      if (!s.series_uid.empty()) series[s.series_uid].push_back(i);
  }
  const auto report = [&](const std::vector<std::size_t>& where, const std::string& what) {
    std::set<std::string> patients;
    std::vector<std::string> names;
    for (const std::size_t i : where) {
      patients.insert(exams[i].patient_id);
      names.push_back(exam_name(i, first_exam_number));
    }
    if (patients.size() < 2) return;
    for (const std::size_t i : where)
      exams[i].findings.push_back(
          {Severity::error, exam_name(i, first_exam_number),
           what + " occurs under " + std::to_string(patients.size()) + " patients (" + join(names, ", ") +
               ")",
           "files of two people were mixed or renamed; each patient's images are kept apart",
           "Find out whose images these are before using the results"});
  };
  for (const auto& [uid, where] : studies) report(where, "the same StudyInstanceUID (0020,000D)");
  for (const auto& [uid, where] : series)
    if (where.size() > 1) report(where, "the same SeriesInstanceUID (0020,000E)");
}

void link_exams_of_patients(std::vector<Exam>& exams, int first_exam_number) {
  for (std::size_t i = 0; i < exams.size(); ++i) {
    if (exams[i].patient_id.empty()) continue;
    std::vector<std::string> others;
    for (std::size_t j = 0; j < exams.size(); ++j)
      if (j != i && exams[j].patient_id == exams[i].patient_id)
        others.push_back(exam_name(j, first_exam_number) + " (" + to_text(exams[j].kind) + ")");
    if (!others.empty())
      exams[i].findings.push_back({Severity::note, exam_name(i, first_exam_number),
                                   "other exams of the same patient are here: " + join(others, ", "), "",
                                   ""});
  }
}

void apply_corrections(std::vector<Exam>& exams, const std::vector<Correction>& corrections) {
  std::map<std::string, const Correction*> by_uid;
  for (const Correction& c : corrections) by_uid[c.series_uid] = &c;
  for (Exam& exam : exams) {
    bool phases_changed = false;
    for (Series& series : exam.series) {
      const auto found = by_uid.find(series.series_uid);
      if (found == by_uid.end()) continue;
      const Correction& c = *found->second;
      if (c.role && *c.role != series.role) {
        series.conflicts.push_back("found as " + to_text(series.role) + " before a person decided");
        series.role = *c.role;
        if (series.role != Role::dce) series.phases.clear();
        if (series.role != Role::dce_pre && series.role != Role::dce_post) series.phase_index = -1;
        if (series.role == Role::dce_pre) series.phase_index = 0;
        phases_changed = true;
      }
      if (c.phase_index && *c.phase_index != series.phase_index)
        series.phase_index = *c.phase_index, phases_changed = true;
      if (!c.b_values.empty()) series.b_values = c.b_values;
      if (series.role != Role::dwi && series.role != Role::adc) series.b_values.clear();
      series.evidence.insert(series.evidence.begin(),
                             {"user", "decided by a person (corrections)", series.role, 20});
      series.confidence = 1;
    }
    if (!phases_changed) continue;
    std::map<int, std::optional<double>> times;
    for (const Series& series : exam.series) {
      if (series.phase_index >= 0) times[series.phase_index] = series.time_s;
      for (const Phase& phase : series.phases) times[phase.phase_index] = phase.time_s;
    }
    std::vector<std::optional<double>> in_order;
    for (const auto& [phase, time] : times) in_order.push_back(time);
    exam.early_phase_index = early_phase(in_order, in_order.size());
  }
}

// Whose evidence for the role weighs most.
std::string decider_of(const Series& series) {
  std::map<std::string, double> weights;
  for (const Evidence& evidence : series.evidence)
    if (evidence.role == series.role) weights[evidence.source] += evidence.weight;
  const auto most = std::max_element(weights.begin(), weights.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == weights.end() || most->second <= 0) return "";
  if (most->first == "header") return "rules";
  return most->first == "user" ? "person" : most->first;
}

}  // namespace

std::vector<Exam> sort_exams(const DicomIndex& index, const SortOptions& options, Progress& progress,
                             const Cancellation& cancellation) {
  Grouped grouped = group_entries(index);
  std::vector<Exam> exams;
  for (auto& [key, exam] : grouped.exams) {
    for (auto& [uid, series] : grouped.series[key]) exam.series.push_back(std::move(series));
    std::stable_sort(exam.series.begin(), exam.series.end(), [](const Series& a, const Series& b) {
      return std::tie(a.series_number, a.series_uid) < std::tie(b.series_number, b.series_uid);
    });
    exams.push_back(std::move(exam));
  }
  for (std::size_t i = 0; i < exams.size(); ++i) {
    cancellation.check();
    progress.update(static_cast<double>(i) / static_cast<double>(exams.size()));
    if (exams[i].modality == "MR")
      sort_mr_exam(exams[i], index, options, cancellation);
    else
      sort_by_modality(exams[i], index);
    if (exams[i].study_uid.empty())
      exams[i].findings.push_back({Severity::warning, exam_name(i, options.first_exam_number),
                                   "StudyInstanceUID (0020,000D) is missing",
                                   "all objects of the patient without one are taken together", ""});
  }
  find_shared_uids(exams, options.first_exam_number);
  link_exams_of_patients(exams, options.first_exam_number);
  apply_corrections(exams, options.corrections);
  for (Exam& exam : exams)
    for (Series& series : exam.series) series.decided_by = decider_of(series);
  return exams;
}

}  // namespace lobule::exam
