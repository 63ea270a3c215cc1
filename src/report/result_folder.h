#pragma once
// The folder with an exam's results: where it lies, and the files in it that are not DICOM objects.

#include <filesystem>

#include "core/context.h"
#include "exam/analysis.h"
#include "report/exam_report.h"

namespace lobule::report {

// "OUT/<patient_id>/<StudyInstanceUID>", escaped so that no ID leads out of OUT and two exams never share
// one folder.
std::filesystem::path result_folder(const std::filesystem::path& output, const exam::Exam& exam);

// maps/*.nii.gz and masks/{breast,fgt[,vessels,pectoral,heart]}.nii.gz, each with a JSON sidecar. Missing
// voxels of maps are NaN, except in "adc", where they are 0. Throws Error when a file cannot be written.
void write_images(const std::filesystem::path& folder, const exam::Analysis& analysis);

// measurements.csv and .json, candidates.csv, exam.json. Throws Error when a file cannot be written.
void write_tables(const std::filesystem::path& folder, const exam::Analysis& analysis);

// report.html and provenance.json: last, so that the provenance is complete. Throws Error when a file cannot
// be written.
void write_report(const std::filesystem::path& folder, const exam::Analysis& analysis,
                  const Provenance& provenance, const ReportOptions& options = {});

}  // namespace lobule::report
