#include "report/exams_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace lobule::report {
namespace {

using Json = nlohmann::ordered_json;

// Three decimals: a confidence says no more, and sums of exponentials differ in their last digits.
double rounded(double value) {
  return std::round(value * 1000) / 1000;
}

Json json_of(const Finding& finding) {
  return {{"severity", name(finding.severity)},
          {"where", finding.where},
          {"what", finding.what},
          {"why", finding.why},
          {"what_to_do", finding.what_to_do}};
}

Json json_of(const exam::Evidence& evidence) {
  return {{"source", evidence.source},
          {"text", evidence.text},
          {"role", exam::to_text(evidence.role)},
          {"weight", rounded(evidence.weight)}};
}

Json json_of(const exam::Phase& phase) {
  return {{"phase_index", phase.phase_index},
          {"role", exam::to_text(phase.role)},
          {"time_s", phase.time_s ? Json(rounded(*phase.time_s)) : Json()},
          {"n_images", phase.images.size()}};
}

Json json_of(const exam::Series& series);
Json json_of(const exam::Exam& exam);

template <class T>
Json list_of(const std::vector<T>& items) {
  Json list = Json::array();
  for (const T& item : items) list.push_back(json_of(item));
  return list;
}

Json json_of(const exam::Series& series) {
  return {{"series_uid", series.series_uid},
          {"series_number", series.series_number},
          {"description", series.description},
          {"n_images", series.images.size()},
          {"role", exam::to_text(series.role)},
          {"phase_index", series.phase_index < 0 ? Json() : Json(series.phase_index)},
          {"time_s", series.time_s ? Json(rounded(*series.time_s)) : Json()},
          {"phases", list_of(series.phases)},
          {"b_values", series.b_values},
          {"confidence", rounded(series.confidence)},
          {"decided_by", series.decided_by},
          {"evidence", list_of(series.evidence)},
          {"conflicts", series.conflicts},
          {"warnings", series.warnings}};
}

Json json_of(const exam::Exam& exam) {
  return {{"patient_id", exam.patient_id},
          {"study_uid", exam.study_uid},
          {"modality", exam.modality},
          {"kind", exam::to_text(exam.kind)},
          {"early_phase_index", exam.early_phase_index < 0 ? Json() : Json(exam.early_phase_index)},
          {"findings", list_of(exam.findings)},
          {"series", list_of(exam.series)}};
}

}  // namespace

std::string exams_json(const std::vector<exam::Exam>& exams) {
  const Json root = {{"version", 1}, {"exams", list_of(exams)}};
  return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lobule::report
