// truth.json of a digital patient: every parameter that made it, and what came out.

#include <nlohmann/json.hpp>

#include "pipeline/phantom_truth.h"

namespace lobule::pipeline {
namespace {

using Json = nlohmann::ordered_json;

const char* letter(phantom::BreastSide side) {
  return side == phantom::BreastSide::right ? "R" : "L";
}

Json point_json(Vec3 p) {
  return {p.x, p.y, p.z};
}

Json breasts_json(const PatientTruth& patient) {
  Json list = Json::array();
  for (const phantom::BreastTruth& b : patient.breasts)
    list.push_back({{"side", letter(b.side)},
                    {"breast_ml", b.breast_ml},
                    {"fgt_ml", b.fgt_ml},
                    {"percent_density", b.percent_density},
                    {"nipple_mm", point_json(b.nipple_mm)}});
  return list;
}

Json parameters_json(const phantom::Anatomy& body) {
  Json list = Json::array();
  for (const phantom::Parameter& p : body.parameters()) {
    Json entry{{"name", p.name}};
    if (p.word.empty())
      entry["value"] = p.value;
    else
      entry["value"] = p.word;
    entry["unit"] = p.unit;
    list.push_back(std::move(entry));
  }
  return list;
}

Json landmarks_json(const phantom::Anatomy& body) {
  Json list = Json::array();
  for (const phantom::Landmark& l : body.landmarks())
    list.push_back({{"name", l.name}, {"point_mm", point_json(l.point_mm)}});
  return list;
}

Json tissues_json(const phantom::Exam& exam) {
  Json list = Json::array();
  for (std::size_t t = 0; t < exam.truth.tissues.size(); ++t) {
    const phantom::TissueProperties& p = exam.truth.tissues[t];
    Json enhancement = Json::array();
    for (const auto& phase : exam.truth.percent_enhancement) enhancement.push_back(phase[t]);
    list.push_back({{"label", t},
                    {"name", p.name},
                    {"t1_ms", p.t1_ms},
                    {"t2_ms", p.t2_ms},
                    {"proton_density", p.proton_density},
                    {"fat_fraction", p.fat_fraction},
                    {"adc_um2_per_s", p.adc_um2_per_s},
                    {"percent_enhancement", enhancement}});
  }
  return list;
}

Json lesions_json(const PatientTruth& patient) {
  Json list = Json::array();
  for (const phantom::LesionTruth& lesion : patient.lesions)
    list.push_back({{"lesion_id", list.size() + 1},
                    {"kind", phantom::to_text(lesion.kind)},
                    {"malignant", phantom::is_malignant(lesion.kind)},
                    {"side", letter(lesion.side)},
                    {"center_mm", point_json(lesion.center_mm)},
                    {"volume_ml", lesion.volume_ml},
                    {"longest_diameter_mm", lesion.longest_diameter_mm},
                    {"uptake_scale", lesion.uptake_scale}});
  return list;
}

Json delivery_json(const PhantomStudy& study) {
  return {{"study_uid", study.study_uid},
          {"vendor", study.vendor},
          {"habits", study.habits},
          {"headers", study.headers},
          {"header_kinds", study.header_kinds}};
}

Json mri_json(const phantom::Exam& exam, const PhantomStudy& study) {
  const phantom::ExamOptions& o = exam.options;
  Json json = delivery_json(study);
  json["tesla"] = o.tesla;
  json["dose"] = o.dose;
  json["arterial_input_scale"] = o.input_scale;
  json["relaxivity_scale"] = o.relaxivity_scale;
  json["phase_gains"] = Json::array();
  for (const phantom::DynamicPhase& phase : exam.phases)
    json["phase_gains"].push_back(phantom::phase_gain(o, phase.phase_index));
  json["fat_left_drift"] = o.drift.fat_left;
  json["noise"] = o.noise;
  json["largest_motion_mm"] = o.motion_mm;
  json["breathing_mm"] = o.breathing_mm;
  json["b_values"] = o.choice.b_values;
  json["phases"] = Json::array();
  for (const phantom::DynamicPhase& phase : exam.phases)
    json["phases"].push_back({{"phase_index", phase.phase_index},
                              {"start_s", phase.start_s},
                              {"minutes_after_arrival", phase.minutes_after_arrival}});
  json["kinetics"] = Json::array();
  for (const phantom::LesionKinetics& k : exam.truth.kinetics)
    json["kinetics"].push_back({{"lesion_id", json["kinetics"].size() + 1},
                                {"ktrans_per_min", k.parameters.ktrans_per_min},
                                {"ve", k.parameters.ve},
                                {"vp", k.parameters.vp}});
  json["tissues"] = tissues_json(exam);
  return json;
}

Json mammogram_json(const WrittenMammogram& written) {
  const phantom::Mammogram& m = written.truth;
  Json json{{"sop_uid", written.sop_uid},
            {"side", letter(m.side)},
            {"view", m.view == phantom::MammogramView::cc ? "CC" : "MLO"},
            {"kvp", m.exposure.kvp},
            {"anode", m.exposure.anode},
            {"filter", m.exposure.filter},
            {"mas", m.exposure.mas},
            {"compressed_mm", m.exposure.compressed_mm}};
  json["lesions"] = Json::array();
  for (const phantom::MammogramLesion& lesion : m.lesions)
    json["lesions"].push_back({{"lesion_id", lesion.lesion + 1},
                               {"kind", phantom::to_text(lesion.kind)},
                               {"malignant", lesion.malignant},
                               {"column", lesion.center_pixel.x},
                               {"row", lesion.center_pixel.y},
                               {"diameter_mm", lesion.diameter_mm},
                               {"contrast_to_noise", lesion.contrast_to_noise},
                               {"outline", lesion.outline}});
  return json;
}

}  // namespace

std::string truth_json(const PatientTruth& patient) {
  const phantom::AnatomyOptions& anatomy = patient.anatomy;
  Json json{{"version", 1}, {"patient_id", patient.id}, {"seed", anatomy.seed}, {"family", patient.family}};
  json["anatomy"] = {{"half_width_mm", anatomy.half_width_mm},
                     {"depth_mm", anatomy.depth_mm},
                     {"half_height_mm", anatomy.half_height_mm},
                     {"asymmetry", anatomy.asymmetry},
                     {"sag_mm", anatomy.sag_mm},
                     {"density_percent", anatomy.density_percent}};
  if (patient.body) {
    json["parameters"] = parameters_json(*patient.body);
    json["landmarks"] = landmarks_json(*patient.body);
  }
  json["breasts"] = breasts_json(patient);
  json["lesions"] = lesions_json(patient);
  if (patient.exam != nullptr) json["mri"] = mri_json(*patient.exam, *patient.study);
  if (patient.mammogram_study != nullptr) {
    json["mammography"] = delivery_json(*patient.mammogram_study);
    json["mammography"]["images"] = Json::array();
    for (const WrittenMammogram& m : patient.mammograms)
      json["mammography"]["images"].push_back(mammogram_json(m));
  }
  return json.dump(2) + "\n";
}

}  // namespace lobule::pipeline
