#pragma once
// Writes a digital patient's mammograms as a vendor's unit would send them, or as a film digitiser would.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "io/dicom_dataset.h"
#include "phantom/mammogram.h"
#include "pipeline/phantom_dicom.h"

namespace lobule::pipeline {

// How a unit writes mammograms; a new habit is a new row.
struct MammogramHabits {
  const char* vendor;  // as --vendor says it
  phantom::MammogramLook look;
  const char* manufacturer;
  const char* model;
  const char* software;
  double pixel_mm;         // of the detector
  bool corrected_spacing;  // ImagerPixelSpacing in the breast, magnification 1 (GE); else at the detector
  bool for_processing;     // sends For Processing too
  bool processing_monochrome1;  // whose small values are bright, as film
  bool logarithmic;             // For Processing is the logarithm of the exposure
  bool presentation_monochrome1;
  const char* window;       // "LINEAR", "SIGMOID", or "LUT": a VOI LUT beside the window
  const char* code_scheme;  // of the view: "SCT" or "SNM3"
  const char* detector;     // DetectorType
  bool film;                // Secondary Capture of digitised film
  bool series_a_view;       // each view is a series of its own
};

const std::vector<MammogramHabits>& mammogram_habits();
const MammogramHabits& mammogram_habits(const std::string& vendor);

struct MammogramDelivery {
  std::string patient_id, vendor, headers;
  std::uint64_t seed = 1;
};

// Writes exposures one after another, so that no more than one needs to be in memory.
class MammogramWriter {
 public:
  MammogramWriter(const MammogramDelivery& delivery, const std::filesystem::path& folder);

  // Returns the SOPInstanceUID of its For Presentation image.
  std::string write(const phantom::Mammogram& image);

  const PhantomStudy& study() const { return study_; }

 private:
  io::DicomDataset common(const phantom::Mammogram& image, bool processing);
  PhantomSeries& series_of(const phantom::Mammogram& image, bool processing);
  std::string save(io::DicomDataset dataset, PhantomSeries& series);

  MammogramDelivery delivery_;
  const MammogramHabits& habits_;
  std::filesystem::path folder_;
  std::string seed_;
  PhantomStudy study_;
};

}  // namespace lobule::pipeline
