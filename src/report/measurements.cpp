#include "report/measurements.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/text.h"

namespace lobule::report {
namespace {

using Json = nlohmann::ordered_json;
using exam::Analysis;

// Text from headers may hold bytes that are no UTF-8; they become U+FFFD.
std::string written(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

template <class T>
Json number(const std::optional<T>& value) {
  return value ? number(*value) : Json(nullptr);
}

Json findings_json(const Findings& findings) {
  Json list = Json::array();
  for (const Finding& finding : findings)
    list.push_back({{"severity", name(finding.severity)},
                    {"where", finding.where},
                    {"what", finding.what},
                    {"why", finding.why},
                    {"what_to_do", finding.what_to_do}});
  return list;
}

Json phases_json(const exam::Dynamic& dynamic) {
  Json list = Json::array();
  for (std::size_t p = 0; p < dynamic.phases.size(); ++p)
    list.push_back({{"phase_index", p},
                    {"series_uid", dynamic.phases[p].series_uid},
                    {"time_s", number(dynamic.phases[p].time_s)}});
  return list;
}

Json motion_json(const std::vector<exam::PhaseMotion>& motion) {
  Json list = Json::array();
  for (const exam::PhaseMotion& phase : motion)
    list.push_back({{"phase_index", phase.phase_index},
                    {"before_median_mm", number(phase.before_median_mm)},
                    {"before_p95_mm", number(phase.before_p95_mm)},
                    {"after_median_mm", number(phase.after_median_mm)},
                    {"after_p95_mm", number(phase.after_p95_mm)},
                    {"smallest_jacobian", number(phase.smallest_jacobian)}});
  return list;
}

Json maps_json(const std::vector<exam::Map>& maps) {
  Json list = Json::array();
  for (const exam::Map& map : maps)
    list.push_back({{"name", map.name},
                    {"file", "maps/" + map.name + ".nii.gz"},
                    {"title", map.title},
                    {"unit", map.unit}});
  return list;
}

Json outline_json(const exam::OutlineStatement& outline) {
  return {{"method", outline.method},
          {"confidence", number(outline.confidence)},
          {"evidence", outline.evidence},
          {"overruled", outline.overruled}};
}

Json landmarks_json(const std::vector<exam::Landmark>& landmarks) {
  Json list = Json::array();
  for (const exam::Landmark& landmark : landmarks)
    list.push_back({{"name", landmark.name},
                    {"side", exam::to_text(landmark.side)},
                    {"point_mm", {landmark.point_mm.x, landmark.point_mm.y, landmark.point_mm.z}},
                    {"confidence", number(landmark.confidence)}});
  return list;
}

std::string times_word(const exam::Dynamic& dynamic) {
  if (!dynamic.times_known) return "unknown";
  return dynamic.times_declared ? "declared" : "headers";
}

Json head(const Analysis& analysis) {
  return {{"version", kResultsVersion},
          {"patient_id", analysis.exam.patient_id},
          {"study_uid", analysis.exam.study_uid}};
}

}  // namespace

std::string number_cell(double value) {
  return std::isfinite(value) ? format_number(value) : "";
}

Table measurements_table(const Analysis& analysis) {
  Table table{{"patient_id", "study_uid", "side", "name", "value", "unit", "source"}, {}};
  for (const exam::Measurement& m : analysis.measurements)
    table.rows.push_back({analysis.exam.patient_id, analysis.exam.study_uid, exam::to_text(m.side), m.name,
                          number_cell(m.value), m.unit, m.source});
  return table;
}

std::string measurements_json(const Analysis& analysis) {
  Json json = head(analysis);
  json["measurements"] = Json::array();
  for (const exam::Measurement& m : analysis.measurements)
    json["measurements"].push_back({{"side", exam::to_text(m.side)},
                                    {"name", m.name},
                                    {"value", number(m.value)},
                                    {"unit", m.unit},
                                    {"source", m.source}});
  return written(json);
}

Table candidates_table(const Analysis& analysis) {
  Table table{{"patient_id", "study_uid", "rank", "score", "suspicious", "side", "x_mm", "y_mm", "z_mm",
               "series_uid", "sop_instance_uid", "frame", "volume_ml", "longest_diameter_mm",
               "peak_enhancement_percent", "mean_ser", "curve_type", "adc_median_um2_per_s", "remark"},
              {}};
  for (const exam::Candidate& c : analysis.candidates)
    table.rows.push_back({analysis.exam.patient_id, analysis.exam.study_uid, std::to_string(c.rank),
                          number_cell(c.score), c.suspicious ? "true" : "false", exam::to_text(c.side),
                          number_cell(c.center_mm.x), number_cell(c.center_mm.y), number_cell(c.center_mm.z),
                          c.series_uid, c.slice.sop_instance_uid, std::to_string(c.slice.frame),
                          number_cell(c.volume_ml), number_cell(c.longest_diameter_mm),
                          number_cell(c.peak_enhancement_percent), number_cell(c.mean_ser), c.curve_type,
                          number_cell(c.adc_median_um2_per_s), c.remark});
  return table;
}

std::string exam_json(const Analysis& analysis) {
  const auto suspicious = std::count_if(analysis.candidates.begin(), analysis.candidates.end(),
                                        [](const exam::Candidate& c) { return c.suspicious; });
  Json json = head(analysis);
  json["exam_number"] = analysis.exam_number;
  json["modality"] = analysis.exam.modality;
  json["kind"] = exam::to_text(analysis.exam.kind);
  json["early_phase_index"] = analysis.exam.early_phase_index;
  json["times"] = times_word(analysis.dynamic);
  json["phases"] = phases_json(analysis.dynamic);
  json["masks_source"] = analysis.masks_source;
  json["outline"] = outline_json(analysis.outline);
  json["landmarks"] = landmarks_json(analysis.landmarks);
  json["suspicious_threshold"] = number(analysis.suspicious_threshold);
  json["n_candidates"] = analysis.candidates.size();
  json["n_suspicious"] = suspicious;
  json["motion"] = motion_json(analysis.motion);
  json["maps"] = maps_json(analysis.maps);
  json["findings"] = findings_json(analysis.findings);
  return written(json);
}

std::string provenance_json(const Provenance& provenance) {
  Json json{{"version", kResultsVersion},        {"lobule_version", provenance.version},
            {"command", provenance.command},     {"options", Json(provenance.options)},
            {"inputs", Json(provenance.inputs)}, {"stages", Json::array()}};
  for (const StageRecord& stage : provenance.stages())
    json["stages"].push_back({{"name", stage.name},
                              {"seconds", stage.seconds},
                              {"peak_mib", stage.peak_mib},
                              {"cached", stage.cached}});
  return written(json);
}

}  // namespace lobule::report
