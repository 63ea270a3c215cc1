#pragma once
// Series made of headers only, in the habits of each vendor.

#include <string>
#include <vector>

#include "core/context.h"
#include "exam/sort.h"
#include "io/dicom_tags.h"

namespace lobule::test {

struct HeaderSeries {
  std::string uid = "1.1", patient = "P1", study = "1";
  int number = 1;
  std::string description, vendor = "SIEMENS", modality = "MR", body_part = "BREAST";
  std::vector<std::string> image_type = {"ORIGINAL", "PRIMARY", "M"};
  std::string scanning_sequence = "GR", acquisition_type = "3D";
  std::vector<std::string> scan_options;
  double tr_ms = 5, te_ms = 2, flip_deg = 10;
  int slices = 4;
  double pixel_mm = 1, slice_step_mm = 2;
};

// One image of a series at slice k; the caller adds what tells phases or b-values apart.
inline io::DicomDataset header_of(const HeaderSeries& s, int k) {
  io::DicomDataset d;
  d.put_text(io::tag::SOPClassUID, "UI", "1.2.840.10008.5.1.4.1.1.4");
  d.put_texts(io::tag::ImageType, "CS", s.image_type);
  d.put_text(io::tag::Modality, "CS", s.modality);
  d.put_text(io::tag::Manufacturer, "LO", s.vendor);
  d.put_text(io::tag::PatientID, "LO", s.patient);
  d.put_text(io::tag::StudyInstanceUID, "UI", s.study);
  d.put_text(io::tag::SeriesInstanceUID, "UI", s.uid);
  d.put_number(io::tag::SeriesNumber, "IS", s.number);
  if (!s.description.empty()) d.put_text(io::tag::SeriesDescription, "LO", s.description);
  if (!s.body_part.empty()) d.put_text(io::tag::BodyPartExamined, "CS", s.body_part);
  d.put_text(io::tag::PatientPosition, "CS", "HFP");
  if (!s.scanning_sequence.empty()) d.put_text(io::tag::ScanningSequence, "CS", s.scanning_sequence);
  d.put_text(io::tag::MRAcquisitionType, "CS", s.acquisition_type);
  if (!s.scan_options.empty()) d.put_texts(io::tag::ScanOptions, "CS", s.scan_options);
  d.put_number(io::tag::RepetitionTime, "DS", s.tr_ms);
  d.put_number(io::tag::EchoTime, "DS", s.te_ms);
  d.put_number(io::tag::FlipAngle, "DS", s.flip_deg);
  d.put_number(io::tag::InstanceNumber, "IS", k + 1);
  d.put_number(io::tag::Rows, "US", 16);
  d.put_number(io::tag::Columns, "US", 16);
  d.put_numbers(io::tag::PixelSpacing, "DS", {s.pixel_mm, s.pixel_mm});
  d.put_numbers(io::tag::ImageOrientationPatient, "DS", {1, 0, 0, 0, 1, 0});
  d.put_numbers(io::tag::ImagePositionPatient, "DS", {-8, -8, k * s.slice_step_mm});
  return d;
}

inline void add(exam::DicomIndex& index, io::DicomDataset dataset) {
  exam::IndexEntry entry;
  entry.file.name = "object " + std::to_string(index.entries.size());
  entry.header.dataset = std::move(dataset);
  entry.header.file_bytes = 4096;
  index.entries.push_back(std::move(entry));
}

inline void add_series(exam::DicomIndex& index, const HeaderSeries& s) {
  for (int k = 0; k < s.slices; ++k) add(index, header_of(s, k));
}

inline std::vector<exam::Exam> sort_headers(const exam::DicomIndex& index,
                                            std::vector<exam::Correction> corrections = {}) {
  exam::SortOptions options;
  options.use_pixels = false;
  options.corrections = std::move(corrections);
  Progress progress;
  const Cancellation cancellation;
  return exam::sort_exams(index, options, progress, cancellation);
}

inline const exam::Series& series_numbered(const exam::Exam& exam, int number) {
  for (const exam::Series& series : exam.series)
    if (series.series_number == number) return series;
  throw std::runtime_error("no such series");
}

inline bool has_finding(const exam::Exam& exam, const std::string& part) {
  for (const Finding& finding : exam.findings)
    if (sentence(finding).find(part) != std::string::npos) return true;
  return false;
}

}  // namespace lobule::test
