#pragma once
// What was found in one exam: the value that the pipeline fills and that report writers only read.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/image.h"
#include "exam/exam.h"
#include "exam/volume.h"

namespace lobule::exam {

enum class Side { right = 1, left = 2, both = 3 };  // 1 and 2 are the labels in masks
std::string to_text(Side side);                     // "R", "L", "both"

struct Measurement {
  Side side = Side::both;
  std::string name;    // "fgt_volume"
  double value = 0;    // NaN where it could not be measured; the reason is a finding
  std::string unit;    // UCUM: "ml", "%", "mm", "um2/s", …
  std::string source;  // which images and method: "masks/fgt", "series 8, 9"
  template <class F, class S>
  static void fields(F& f, S& s) {
    f(s.side), f(s.name), f(s.value), f(s.unit), f(s.source);
  }
};

struct Candidate {
  int rank = 0;
  double score = 0;  // 0 to 1
  bool suspicious = false;
  Side side = Side::both;
  Vec3 center_mm;  // LPS
  double volume_ml = 0;
  double longest_diameter_mm = 0;
  double peak_enhancement_percent = 0;  // early phase, 95th percentile of the region
  double mean_ser = 0;
  std::string curve_type;           // "persistent", "plateau", "washout"
  double adc_median_um2_per_s = 0;  // NaN where there is no ADC map
  std::string remark;               // "near the nipple", "vessel-like (elongation 6.1)", …
  SliceSource slice;                // where the centre is seen
  std::string series_uid;
  std::vector<double> curve;   // mean signal of each phase; NaN where not covered
  std::vector<Index3> voxels;  // on the dynamic grid
};

// Mean signal over a region, one value a phase.
struct Curve {
  std::string name;  // "FGT right"
  std::vector<double> signal;
};

struct PhaseMotion {
  int phase_index = 0;
  // Distance that tissue at the breasts' surface moves against the pre-contrast phase, in millimetres.
  double before_median_mm = 0, before_p95_mm = 0;
  double after_median_mm = 0, after_p95_mm = 0;
  double smallest_jacobian = 1;
};

// A map with what a DICOM parametric map and a reader need to know about it.
struct Map {
  std::string name;   // "pe_1": the file's name in maps/
  std::string title;  // "Percent enhancement, phase 1"
  std::string unit;   // UCUM
  Image<float> image;
  std::optional<double> b_value_s_per_mm2;
  int phase_index = -1;
  std::vector<SliceSource> slices;  // of the grid's source images, one per index k; may be empty
  std::string series_uid;
  std::string frame_of_reference_uid;
};

// What result objects copy from the source images.
struct StudyContext {
  std::string patient_id, patient_name, patient_birth_date, patient_sex;  // only for DICOM results
  std::string study_uid, study_date, study_time, accession_number, study_description, study_id,
      referring_physician;
  std::string newest_source_date;  // YYYYMMDD, "" when there is none
  std::string manufacturer, model_name;
  double field_strength_tesla = 0;
};

// Who outlined the breasts, how sure that was, and what changed the first answer.
struct OutlineStatement {
  std::string method;                  // "network breast_mri, SHA-256 0f1e2d3c4b5a", "classical"
  double confidence = 0;               // 0 to 1: the product of the checks in `evidence`
  std::vector<std::string> evidence;   // sentences
  std::vector<std::string> overruled;  // what the network said and what outranks it
};

// A point of the anatomy that was found.
struct Landmark {
  std::string name;  // "nipple"
  Side side = Side::both;
  Vec3 point_mm;  // LPS
  double confidence = 0;
};

struct Analysis {
  int exam_number = 0;  // 1 … n in this run; logs and messages name exams by it
  Exam exam;
  StudyContext study;
  Dynamic dynamic;    // as acquired, on the pre-contrast grid
  Dynamic corrected;  // after motion correction
  Mask breast;        // Side labels; on the pre-contrast grid
  Mask fgt;           // Side labels
  Mask vessels;       // 1; may be empty
  Mask pectoral;      // muscle of the chest, 1; empty without a network
  Mask heart;         // heart and great vessels, 1; empty without a network
  std::vector<Landmark> landmarks;
  OutlineStatement outline;
  std::vector<Map> maps;
  std::vector<Measurement> measurements;
  std::vector<Candidate> candidates;  // by rank
  std::vector<Curve> curves;
  std::vector<PhaseMotion> motion;
  double suspicious_threshold = 0;
  std::string masks_source;  // "automatic, network", "automatic, classical" or "edited by a person"
  Findings findings;

  const Map* map(const std::string& name) const;
};

}  // namespace lobule::exam
