#pragma once
// What `lobule density` found, as values that writers read (density_tables.h, density_page.h).

#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "io/png.h"
#include "measure/breast_density.h"
#include "measure/next_modality.h"
#include "measure/volumetric_density.h"
#include "report/sr_document.h"

namespace lobule::report {

enum class DensityStatus { ok, warned, refused };
std::string to_text(DensityStatus status);

// Where a reader may want to look; for research.
struct PointedRegion {
  double score = 0;                            // 0 to 1; ranks regions of one image
  double x = 0, y = 0, width = 0, height = 0;  // box from its upper left corner, in pixels of the input
  std::string type;                            // "mass", "calcifications", "distortion", "asymmetry"
  std::optional<double> malignancy;            // 0 to 1; nothing of asymmetries
};

// A DICOM object that was measured, for the result objects that refer to it.
struct DensitySource {
  exam::StudyContext study;
  exam::SliceSource instance;
  std::string series_uid, frame_of_reference_uid;
  std::string seed;  // of UIDs: stands for the image's bytes and what measured it
  std::optional<SegmentationReference> segmentation;
};

struct DensityImage {
  std::string file;        // as the user would know it
  std::string stem;        // its mask is masks/<stem>_labels.png
  std::string patient_id;  // empty of pictures
  std::string side, side_source, view, view_source;
  std::optional<double> spacing_mm;
  std::string spacing_source;
  std::vector<std::string> steps;  // from the file's values to standard form
  bool for_processing = false;     // a raw image
  DensityStatus status = DensityStatus::ok;
  std::string reason;       // of warned and refused
  double domain_score = 0;  // measure::MammogramDomain; 0 where the header refused
  // Nothing where refused.
  std::optional<measure::BreastDensity> density;
  std::optional<measure::VolumetricDensity> volume;
  std::string no_volume;                           // why there is none, where the image was measured
  double lowest_percent = 0, highest_percent = 0;  // over copies that should not matter
  std::vector<PointedRegion> regions;   // of the network, the largest score first, then asymmetries
  std::optional<DensitySource> source;  // nothing of pictures
  Findings findings;
  // Presented as usual, right breasts with the chest wall at the right edge; empty where not pictured.
  io::Picture outlined, masking, pointed;
};

// Images of one woman at one time.
struct DensityExam {
  int number = 0;                    // in the run, from 1
  std::string date;                  // StudyDate as "2019-05-02"; empty where unknown
  std::vector<DensityImage> images;  // R CC, L CC, R MLO, L MLO, then others
  // The mean over images that were measured, and the means of their lowest and highest; nothing without any.
  std::optional<double> percent_density, lowest_percent, highest_percent, masking;
  std::optional<measure::NextModality> next;
  Findings findings;  // differences between views
};

struct DensityResults {
  std::string method;          // the network with the hash of its weights
  std::string region_method;   // of the one that looked for regions; empty where none did
  bool regions_wanted = true;  // asymmetries are looked for without a network, too
  measure::DensityCuts cuts;
  std::vector<DensityExam> exams;
  Findings findings;  // of the whole run
};

}  // namespace lobule::report
