#pragma once
// Writes a synthetic MRI exam as the DICOM files that a scanner would send: series in the order of a clinical
// protocol with the scanner's own subtractions, projections and ADC, by the habits of a vendor
// (phantom_vendor.h) and with headers of a chosen honesty (phantom_headers.h).

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "phantom/exam.h"

namespace lobule::pipeline {

// What was written, and what a sorter ought to find.
struct PhantomSeries {
  std::string series_uid;
  int series_number = 0;
  std::string description;
  std::string role;         // as exams.json says it: "dce_post"; "dce" where it holds several phases
  int phase_index = -1;     // of a single dynamic phase
  std::vector<int> phases;  // of a series that holds several
  std::vector<double> b_values;
  int n_images = 0, n_files = 0;
};

struct PhantomStudy {
  std::string patient_id, study_uid, frame_of_reference_uid;
  std::string vendor = "siemens", headers = "honest";
  std::string habits;                     // the vendor's variant and the language of the protocol
  std::vector<std::string> header_kinds;  // what lazy or lying headers get wrong (phantom_headers.h)
  int early_phase_index = -1;
  std::vector<PhantomSeries> series;
};

// Who sends the exam, and how.
struct MriDelivery {
  std::string patient_id = "LOBULE-DEMO";
  std::string vendor = "siemens";
  int variant = 0, language = 0;  // rows of the vendor's tables
  std::string headers = "honest";
  std::uint64_t seed = 1;  // of what lazy and lying headers get wrong
};

// Writes below `folder` (made if needed), a folder a series. UIDs derive from the exam's options and the
// patient's name, so that the same exam gives the same bytes; all dates are 2000-01-01. Throws Error when a
// file cannot be written.
PhantomStudy write_phantom_dicom(const phantom::Exam& exam, const std::filesystem::path& folder,
                                 const MriDelivery& delivery = {});

}  // namespace lobule::pipeline
