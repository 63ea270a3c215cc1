#include "pipeline/phantom_truth.h"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/parallel.h"
#include "core/table.h"
#include "core/text.h"
#include "io/files.h"
#include "io/nifti.h"

namespace lobule::pipeline {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

const char* letter(phantom::BreastSide side) {
  return side == phantom::BreastSide::right ? "R" : "L";
}

Json point_json(Vec3 p) {
  return {p.x, p.y, p.z};
}

Json breasts_json(const phantom::ExamTruth& truth) {
  Json list = Json::array();
  for (const phantom::BreastTruth& b : truth.breasts)
    list.push_back({{"side", letter(b.side)},
                    {"breast_ml", b.breast_ml},
                    {"fgt_ml", b.fgt_ml},
                    {"percent_density", b.percent_density},
                    {"nipple_mm", point_json(b.nipple_mm)}});
  return list;
}

Json tissues_json(const phantom::Exam& exam) {
  Json list = Json::array();
  for (int t = 0; t < phantom::kTissueCount; ++t) {
    const phantom::TissueProperties& p = phantom::properties(static_cast<phantom::Tissue>(t));
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

Json truth_json(const phantom::Exam& exam, const PhantomStudy& study) {
  const phantom::AnatomyOptions& anatomy = exam.options.anatomy;
  Json json{{"version", 1}, {"study_uid", study.study_uid}, {"seed", anatomy.seed}};
  json["anatomy"] = {{"half_width_mm", anatomy.half_width_mm},
                     {"depth_mm", anatomy.depth_mm},
                     {"half_height_mm", anatomy.half_height_mm},
                     {"asymmetry", anatomy.asymmetry},
                     {"sag_mm", anatomy.sag_mm},
                     {"density_percent", anatomy.density_percent}};
  json["breasts"] = breasts_json(exam.truth);
  json["lesions"] = Json::array();
  for (const phantom::LesionTruth& lesion : exam.truth.lesions)
    json["lesions"].push_back({{"kind", phantom::to_text(lesion.kind)},
                               {"side", letter(lesion.side)},
                               {"center_mm", point_json(lesion.center_mm)},
                               {"volume_ml", lesion.volume_ml},
                               {"longest_diameter_mm", lesion.longest_diameter_mm},
                               {"uptake_scale", lesion.uptake_scale}});
  json["phases"] = Json::array();
  for (const phantom::DynamicPhase& phase : exam.phases)
    json["phases"].push_back({{"phase_index", phase.phase_index},
                              {"start_s", phase.start_s},
                              {"minutes_after_arrival", phase.minutes_after_arrival}});
  json["largest_motion_mm"] = exam.options.motion_mm;
  json["tissues"] = tissues_json(exam);
  return json;
}

Table series_table(const PhantomStudy& study) {
  Table table{{"patient_id", "study_uid", "series_uid", "role", "phase_index", "early", "b_values", "vendor",
               "headers"},
              {}};
  for (const PhantomSeries& s : study.series) {
    std::vector<std::string> b_values;
    for (const double b : s.b_values) b_values.push_back(format_number(b));
    const auto add = [&](const std::string& role, int phase) {
      const bool early = phase >= 0 && phase == study.early_phase_index;
      table.rows.push_back({study.patient_id, study.study_uid, s.series_uid, role,
                            phase < 0 ? "" : std::to_string(phase), early ? "1" : "", join(b_values, ";"),
                            study.vendor, study.headers});
    };
    if (s.phases.empty()) add(s.role, s.phase_index);
    for (const int phase : s.phases) add(phase == 0 ? "dce_pre" : "dce_post", phase);
  }
  return table;
}

Table breasts_table(const phantom::ExamTruth& truth, const std::string& patient_id) {
  Table table{{"patient_id", "side", "breast_ml", "fgt_ml", "percent_density"}, {}};
  for (const phantom::BreastTruth& b : truth.breasts)
    table.rows.push_back({patient_id, letter(b.side), format_number(b.breast_ml), format_number(b.fgt_ml),
                          format_number(b.percent_density)});
  return table;
}

Table lesions_table(const phantom::ExamTruth& truth, const std::string& patient_id) {
  Table table{{"patient_id", "lesion_id", "kind", "side", "x_mm", "y_mm", "z_mm", "diameter_mm", "volume_ml",
               "malignant"},
              {}};
  for (const phantom::LesionTruth& l : truth.lesions)
    table.rows.push_back({patient_id, std::to_string(table.rows.size() + 1), phantom::to_text(l.kind),
                          letter(l.side), format_number(l.center_mm.x), format_number(l.center_mm.y),
                          format_number(l.center_mm.z), format_number(l.longest_diameter_mm),
                          format_number(l.volume_ml), phantom::is_malignant(l.kind) ? "1" : "0"});
  return table;
}

// Adds rows to a table of many patients; the first one brings the names of the columns.
void append(const fs::path& path, const Table& table) {
  std::string text = to_csv(table);
  const bool fresh = !fs::exists(path);
  if (!fresh) text.erase(0, text.find('\n') + 1);
  std::ofstream out(path, std::ios::binary | std::ios::app);
  out << text;
  out.close();
  if (!out) throw Error(path.filename().string(), "cannot be written", "the file system refused its rows");
}

void write_motion(const phantom::DynamicPhase& phase, const Grid& image_grid, const fs::path& folder) {
  constexpr double kStep = 4;  // 1/40 of the motion's shortest wave: linear interpolation errs by 0.01 mm
  Image<Vec3> field;
  field.grid = image_grid;
  for (int axis = 0; axis < 3; ++axis) {
    const double extent = (image_grid.size[axis] - 1) * image_grid.spacing_mm[axis];
    field.grid.size[axis] = 1 + static_cast<int>(std::ceil(extent / kStep - 1e-9));
    field.grid.spacing_mm[axis] = kStep;
  }
  field.voxels.resize(field.grid.voxel_count());
  parallel_for(static_cast<std::size_t>(field.grid.size[2]), [&](std::size_t k) {
    for (int j = 0; j < field.grid.size[1]; ++j)
      for (int i = 0; i < field.grid.size[0]; ++i)
        field.at(i, j, static_cast<int>(k)) = phase.motion.displacement_mm(
            point_from_index(field.grid, Vec3{double(i), double(j), static_cast<double>(k)}));
  });
  io::write_nifti_vectors(folder / ("motion_" + std::to_string(phase.phase_index) + ".nii.gz"), field);
}

}  // namespace

Mask true_fgt_mask(const phantom::ExamTruth& truth) {
  Mask mask = truth.breast;
  for (std::size_t i = 0; i < mask.voxels.size(); ++i)
    if (truth.gland_share.voxels[i] < 0.5f) mask.voxels[i] = 0;
  return mask;
}

void write_patient_truth(const PatientTruth& patient, const fs::path& folder) {
  const phantom::Exam& exam = *patient.exam;
  const PhantomStudy& study = *patient.study;
  const fs::path own = folder / study.patient_id;
  io::write_file(own / "truth.json", truth_json(exam, study).dump(2) + "\n");
  io::write_nifti(own / "labels.nii.gz", exam.truth.labels);
  io::write_nifti(own / "breast.nii.gz", exam.truth.breast);
  io::write_nifti(own / "fgt.nii.gz", true_fgt_mask(exam.truth));
  for (const phantom::DynamicPhase& phase : exam.phases)
    if (phase.phase_index > 0) write_motion(phase, exam.phases[0].image.grid, own);
  append(folder / "series.csv", series_table(study));
  append(folder / "breasts.csv", breasts_table(exam.truth, study.patient_id));
  append(folder / "lesions.csv", lesions_table(exam.truth, study.patient_id));
}

}  // namespace lobule::pipeline
