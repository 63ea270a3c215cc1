#include "report/exam_report.h"

#include "core/text.h"
#include "report/exam_report_parts.h"
#include "report/page.h"

namespace lobule::report {
namespace {

// "20240131" → "2024-01-31".
std::string readable_date(const std::string& dicom_date) {
  if (dicom_date.size() != 8) return dicom_date;
  return dicom_date.substr(0, 4) + "-" + dicom_date.substr(4, 2) + "-" + dicom_date.substr(6);
}

std::string title(const exam::Analysis& analysis) {
  const bool breast_mri = analysis.exam.kind == exam::ExamKind::breast_mri;
  return std::string(breast_mri ? "Breast MRI" : "Imaging exam") + ", exam " +
         std::to_string(analysis.exam_number);
}

std::string subtitle(const exam::Analysis& analysis, const ReportOptions& options) {
  const exam::StudyContext& study = analysis.study;
  std::vector<std::string> parts;
  const auto add = [&](const std::string& part) {
    if (!trim(part).empty()) parts.push_back(trim(part));
  };
  add(study.study_description);
  add(readable_date(study.study_date));
  add(trim(study.manufacturer + " " + study.model_name));
  if (study.field_strength_tesla > 0) add(format_number(study.field_strength_tesla) + " T");
  if (options.include_patient_id) {
    add("patient " + analysis.exam.patient_id);
    add("study " + analysis.exam.study_uid);
  }
  return join(parts, " · ");
}

}  // namespace

std::string exam_report_html(const exam::Analysis& analysis, const Provenance& provenance,
                             const ReportOptions& options) {
  Page page{title(analysis), subtitle(analysis, options), {}};
  for (const auto& part :
       {summary_section, key_numbers_section, projections_section, candidates_section, tissue_section,
        curves_section, diffusion_section, motion_section, findings_section, series_section, method_section})
    page.body += part(analysis);
  page.body += provenance_section(provenance);
  return to_html(page);
}

}  // namespace lobule::report
