#include "report/result_folder.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "io/files.h"
#include "io/nifti.h"
#include "report/measurements.h"

namespace lobule::report {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

void write_sidecar(const fs::path& image_path, const Json& json) {
  fs::path path = image_path;
  path.replace_extension().replace_extension(".json");
  io::write_file(path, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

void write_map(const fs::path& folder, const exam::Map& map) {
  const fs::path path = folder / "maps" / (map.name + ".nii.gz");
  const bool missing_is_zero = map.name == "adc";
  if (missing_is_zero) {
    Image<float> filled = map.image;
    for (float& value : filled.voxels)
      if (std::isnan(value)) value = 0;
    io::write_nifti(path, filled);
  } else {
    io::write_nifti(path, map.image);
  }
  Json json{{"Description", map.title}, {"Units", map.unit}};
  if (missing_is_zero)
    json["MissingValue"] = 0;
  else
    json["MissingValue"] = "NaN";
  if (map.phase_index >= 0) json["PhaseIndex"] = map.phase_index;
  if (map.b_value_s_per_mm2) json["DiffusionBValue"] = *map.b_value_s_per_mm2;
  if (!map.series_uid.empty()) json["SeriesInstanceUID"] = map.series_uid;
  write_sidecar(path, json);
}

void write_mask(const fs::path& folder, const std::string& name, const std::string& title, const Mask& mask,
                const Json& labels) {
  if (mask.empty()) return;
  const fs::path path = folder / "masks" / (name + ".nii.gz");
  io::write_nifti(path, mask);
  write_sidecar(path, {{"Description", title}, {"Labels", labels}});
}

}  // namespace

fs::path result_folder(const fs::path& output, const exam::Exam& exam) {
  return output / escape_path_component(exam.patient_id) / escape_path_component(exam.study_uid);
}

void write_images(const fs::path& folder, const exam::Analysis& analysis) {
  for (const exam::Map& map : analysis.maps)
    if (!map.image.empty()) write_map(folder, map);
  const Json sides{{"1", "right"}, {"2", "left"}};
  const std::string source = analysis.masks_source.empty() ? "" : " (" + analysis.masks_source + ")";
  write_mask(folder, "breast", "Breasts without skin and chest wall" + source, analysis.breast, sides);
  write_mask(folder, "fgt", "Fibroglandular tissue" + source, analysis.fgt, sides);
  write_mask(folder, "vessels", "Vessels" + source, analysis.vessels, {{"1", "vessel"}});
  write_mask(folder, "pectoral", "Muscle of the chest" + source, analysis.pectoral, {{"1", "muscle"}});
  write_mask(folder, "heart", "Heart and great vessels" + source, analysis.heart, {{"1", "heart"}});
}

void write_tables(const fs::path& folder, const exam::Analysis& analysis) {
  io::write_file(folder / "measurements.csv", to_csv(measurements_table(analysis)));
  io::write_file(folder / "measurements.json", measurements_json(analysis));
  io::write_file(folder / "candidates.csv", to_csv(candidates_table(analysis)));
  io::write_file(folder / "exam.json", exam_json(analysis));
}

void write_report(const fs::path& folder, const exam::Analysis& analysis, const Provenance& provenance,
                  const ReportOptions& options) {
  io::write_file(folder / "report.html", exam_report_html(analysis, provenance, options));
  io::write_file(folder / "provenance.json", provenance_json(provenance));
}

}  // namespace lobule::report
