#pragma once
// Lesions and calcifications in a mammogram: specks drawn one by one, the lesions' outlines, and how far each
// lesion is hidden by what surrounds it.

#include "phantom/mammogram_detector.h"
#include "phantom/mammogram_projection.h"

namespace lobule::phantom {

// One view: how hanging tissue reaches the detector's own pixels.
struct ViewMap {
  const Anatomy& anatomy;
  BreastSide side;
  const ViewFrame& frame;
  const Compression& compression;
  const XrayGeometry& geometry;
  int factor = 1;         // detector pixels per pixel of the geometry
  bool mirrored = false;  // chest wall at the right edge

  // (column, row) of the image, and the magnification there.
  Vec3 pixel_of(Vec3 lps_mm) const;
  Vec3 pixel_of_compressed(Vec3 compressed_mm) const;
};

// What one lesion adds to the paths of the pixels in a rectangle of the image.
struct LesionShadow {
  int lesion = 0;  // its number among the anatomy's
  int x0 = 0, y0 = 0, columns = 0, rows = 0;
  double magnification = 1;
  std::vector<float> lesion_mm, adipose, glandular;
  std::vector<std::uint8_t> inside;  // its outline, filled
};

// Adds this side's lesions and its benign calcifications to paths through a breast without them, and lesions
// to its dense tissue, and says where the lesions are. Lesions are stiff: each moves with its centre and
// keeps its form. Specks are spheres of calcium oxalate at VICTRE's 84 % of its density that move with the
// tissue; they are sampled finely on the detector's pixels.
std::vector<LesionShadow> draw_lesions(const ViewMap& view, const MammogramBody& body, DetectorPaths& paths,
                                       std::vector<float>& dense_mm);

// Outlines and contrasts. Contrast-to-noise: the mean difference of log signal with and without the lesion
// over its path, over the standard deviation of the image's log signal around it (2 mm from the outline to
// one and a half of its diameters, means over 1 mm), which holds anatomical structure and quantum noise.
std::vector<MammogramLesion> measure_lesions(const ViewMap& view, const std::vector<LesionShadow>& shadows,
                                             const DetectorPaths& paths, const XraySignal& signal,
                                             const Image<float>& raw);

}  // namespace lobule::phantom
