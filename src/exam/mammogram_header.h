#pragma once
// What the header of a mammogram says: side, view, intent and the size of a pixel in the breast.

#include <optional>
#include <string>
#include <vector>

#include "io/dicom_dataset.h"

namespace lobule::exam {

struct MammogramHeader {
  std::string side;                  // "R", "L" or "" where the header does not say
  std::string view;                  // "CC", "MLO", … or ""
  std::string modifier;              // "implant displaced", "magnification", …; may be empty
  std::string intent;                // "FOR PRESENTATION", "FOR PROCESSING" or ""
  std::optional<double> spacing_mm;  // in the breast; nothing where no tag can be trusted
  std::string spacing_source;        // which tags gave it and what was divided by what
  std::vector<std::string> conflicts;
};

// Spacing follows docs/methods.md#mammogram-spacing: ImagerPixelSpacing (0018,1164) is meant at the detector
// and divided by EstimatedRadiographicMagnificationFactor (0018,1114), unless it already lies below
// DetectorElementSpacing (0018,7022); PixelSpacing (0028,0030) counts only where it says that it is
// calibrated or agrees with the other two.
MammogramHeader read_mammogram_header(const io::DicomDataset& header, int frame = 0);

// What the beam and the paddle were set to. Words are DICOM's (PS3.3 C.8.7.10).
struct MammogramBeam {
  std::optional<double> kvp, compressed_mm;  // KVP (0018,0060), BodyPartThickness (0018,11A0)
  std::string anode, filter;                 // AnodeTargetMaterial (0018,1191), FilterMaterial (0018,7050)
};
MammogramBeam read_mammogram_beam(const io::DicomDataset& header);

// "right CC, for presentation, 0.0941 mm a pixel (…)".
std::string describe(const MammogramHeader& header);

}  // namespace lobule::exam
