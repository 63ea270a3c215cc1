#pragma once
// Rays from the focal spot through a compressed breast to the detector.

#include "phantom/mammogram_body.h"

namespace lobule::phantom {

// The detector lies at height 0; u grows forward from its chest-wall edge, v upwards in the image. The focal
// spot is above the chest-wall edge (VICTRE: 650 mm over the detector, support 20 mm over it).
struct XrayGeometry {
  double source_to_detector_mm = 650;
  double support_mm = 20;
  double source_v_mm = 0;
  double pixel_mm = 0.3;
  int columns = 0, rows = 0;  // along u, along v
  double top_v_mm = 0;        // the upper edge of the first row; v falls with the row's number

  double magnification(double w_mm) const {
    return source_to_detector_mm / (source_to_detector_mm - support_mm - w_mm);
  }
  // Where the image of a compressed point lies, in pixels (column, row).
  Vec3 project(Vec3 compressed) const;
};

// Path lengths in mm to every detector pixel, columns of the image first (row fastest).
struct Rays {
  int columns = 0, rows = 0;
  struct Sums {
    float adipose = 0, glandular = 0;  // of the two basis materials
    float dense = 0, breast = 0;       // breast: all but pectoral muscle, with skin and nipple
    float pectoral = 0, skin = 0;      // skin: nipple, too
  };
  std::vector<Sums> sums;

  Sums& at(int column, int row) { return sums[static_cast<std::size_t>(column) * rows + row]; }
  const Sums& at(int column, int row) const { return sums[static_cast<std::size_t>(column) * rows + row]; }
};

// `step_mm` is the distance between samples along the beam.
Rays cast_rays(const Anatomy& anatomy, const MammogramBody& body, const ViewFrame& frame,
               const Compression& compression, const XrayGeometry& geometry, double step_mm);

}  // namespace lobule::phantom
