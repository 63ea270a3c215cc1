#include "pipeline/phantom_truth.h"

#include <cmath>
#include <fstream>

#include "core/error.h"
#include "core/parallel.h"
#include "core/table.h"
#include "core/text.h"
#include "io/files.h"
#include "io/nifti.h"
#include "io/png.h"

namespace lobule::pipeline {
namespace {

namespace fs = std::filesystem;

const char* letter(phantom::BreastSide side) {
  return side == phantom::BreastSide::right ? "R" : "L";
}

Table series_table(const std::string& patient_id, const PhantomStudy& study) {
  Table table{{"patient_id", "study_uid", "series_uid", "role", "phase_index", "early", "b_values", "vendor",
               "headers"},
              {}};
  for (const PhantomSeries& s : study.series) {
    std::vector<std::string> b_values;
    for (const double b : s.b_values) b_values.push_back(format_number(b));
    const auto add = [&](const std::string& role, int phase) {
      const bool early = phase >= 0 && phase == study.early_phase_index;
      table.rows.push_back({patient_id, study.study_uid, s.series_uid, role,
                            phase < 0 ? "" : std::to_string(phase), early ? "1" : "", join(b_values, ";"),
                            study.vendor, study.headers});
    };
    if (s.phases.empty()) add(s.role, s.phase_index);
    for (const int phase : s.phases) add(phase == 0 ? "dce_pre" : "dce_post", phase);
  }
  return table;
}

Table breasts_table(const PatientTruth& patient) {
  Table table{{"patient_id", "side", "breast_ml", "fgt_ml", "percent_density"}, {}};
  for (const phantom::BreastTruth& b : patient.breasts)
    table.rows.push_back({patient.id, letter(b.side), format_number(b.breast_ml), format_number(b.fgt_ml),
                          format_number(b.percent_density)});
  return table;
}

Table lesions_table(const PatientTruth& patient) {
  Table table{{"patient_id", "lesion_id", "kind", "side", "x_mm", "y_mm", "z_mm", "diameter_mm", "volume_ml",
               "malignant"},
              {}};
  for (const phantom::LesionTruth& l : patient.lesions)
    table.rows.push_back({patient.id, std::to_string(table.rows.size() + 1), phantom::to_text(l.kind),
                          letter(l.side), format_number(l.center_mm.x), format_number(l.center_mm.y),
                          format_number(l.center_mm.z), format_number(l.longest_diameter_mm),
                          format_number(l.volume_ml), phantom::is_malignant(l.kind) ? "1" : "0"});
  return table;
}

Table mammograms_table(const PatientTruth& patient) {
  Table table{{"patient_id", "sop_uid", "side", "view", "percent_density", "volumetric_density", "breast_cm2",
               "dense_cm2", "compressed_mm"},
              {}};
  for (const WrittenMammogram& m : patient.mammograms)
    table.rows.push_back({patient.id, m.sop_uid, letter(m.truth.side),
                          m.truth.view == phantom::MammogramView::cc ? "CC" : "MLO",
                          format_number(m.truth.percent_density), format_number(m.truth.volumetric_density),
                          format_number(m.truth.breast_cm2), format_number(m.truth.dense_cm2),
                          format_number(m.truth.exposure.compressed_mm)});
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

PatientTruth truth_of(const phantom::Exam& exam, const PhantomStudy& study) {
  PatientTruth truth;
  truth.id = study.patient_id;
  truth.anatomy = exam.options.anatomy;
  truth.body = exam.anatomy;
  truth.breasts = exam.truth.breasts;
  truth.lesions = exam.truth.lesions;
  truth.exam = &exam;
  truth.study = &study;
  return truth;
}

Mask true_fgt_mask(const phantom::ExamTruth& truth) {
  Mask mask = truth.breast;
  for (std::size_t i = 0; i < mask.voxels.size(); ++i)
    if (truth.gland_share.voxels[i] < 0.5f) mask.voxels[i] = 0;
  return mask;
}

void write_mammogram_labels(const phantom::Mammogram& image, const fs::path& folder) {
  const Grid& grid = image.labels.grid;
  const io::Picture picture{grid.size[0], grid.size[1], 1, image.labels.voxels};
  const std::string name = std::string(letter(image.side)) + "_" +
                           (image.view == phantom::MammogramView::cc ? "CC" : "MLO") + "_labels.png";
  io::write_file(folder / name, io::encode_png(picture));
}

void write_patient_truth(const PatientTruth& patient, const fs::path& folder) {
  const fs::path own = folder / patient.id;
  io::write_file(own / "truth.json", truth_json(patient));
  if (patient.exam != nullptr) {
    const phantom::Exam& exam = *patient.exam;
    io::write_nifti(own / "labels.nii.gz", exam.truth.labels);
    io::write_nifti(own / "breast.nii.gz", exam.truth.breast);
    io::write_nifti(own / "fgt.nii.gz", true_fgt_mask(exam.truth));
    for (const phantom::DynamicPhase& phase : exam.phases)
      if (phase.phase_index > 0) write_motion(phase, exam.phases[0].image.grid, own);
    append(folder / "series.csv", series_table(patient.id, *patient.study));
  }
  if (patient.mammogram_study != nullptr) {
    append(folder / "series.csv", series_table(patient.id, *patient.mammogram_study));
    append(folder / "mammograms.csv", mammograms_table(patient));
  }
  append(folder / "breasts.csv", breasts_table(patient));
  append(folder / "lesions.csv", lesions_table(patient));
}

}  // namespace lobule::pipeline
