#pragma once
// The mammograms of a digital patient: each breast compressed, X-rayed, and shown as a vendor shows it, with
// the truth beside it.
//
//   const Anatomy anatomy(options.anatomy);
//   const MammogramExam exam = make_mammograms(anatomy, {});     // right and left, CC and MLO
//
// Images are of one slice: columns along x, rows along y, spacing in the detector plane. As clinical images
// are presented, the chest wall is at the left edge of left breasts and at the right edge of right ones.

#include <vector>

#include "phantom/anatomy.h"

namespace lobule::phantom {

enum class MammogramView : std::uint8_t { cc, mlo };

// How the image is made to look.
enum class MammogramLook : std::uint8_t { ge, hologic, siemens, fuji, philips, film };

struct MammogramOptions {
  std::uint64_t seed = 1;        // of noise and positioning; the anatomy has its own
  double pixel_mm = 0.1;         // of the detector
  double anatomy_mm = 0.3;       // the compressed breast's voxels; calcifications are drawn analytically
  double compression = 1;        // 1: as usual for the breast's size; larger: thinner
  double scatter = 1, blur = 1;  // 0: none
  double noise = 1;              // standard deviation of the quantum noise, relative to the exposure's
  MammogramLook look = MammogramLook::hologic;
  std::vector<BreastSide> sides{BreastSide::right, BreastSide::left};
  std::vector<MammogramView> views{MammogramView::cc, MammogramView::mlo};
};

struct Exposure {
  double kvp = 28;
  const char* anode = "TUNGSTEN";  // DICOM's words (0018,1191) and (0018,7050)
  const char* filter = "RHODIUM";
  double mas = 0;
  double source_to_detector_mm = 650;
  double angle_degrees = 0;  // of the view
  double compressed_mm = 0;  // thickness under the paddle
};

// A planned lesion as this view shows it.
struct MammogramLesion {
  int lesion = 0;  // its number among the anatomy's
  LesionKind kind = LesionKind::mass;
  bool malignant = false;
  Vec3 center_pixel;                        // x: column, y: row
  double diameter_mm = 0;                   // of the outline's longest extent
  double contrast_to_noise = 0;             // of the lesion in its place
  std::vector<std::array<int, 2>> outline;  // pixels (column, row) on the border
};

struct Mammogram {
  BreastSide side = BreastSide::right;
  MammogramView view = MammogramView::cc;
  MammogramLook look = MammogramLook::hologic;
  Exposure exposure;
  Image<float> raw;           // for processing: linear in the detector's absorbed energy, air bright
  Image<float> presentation;  // 0 to 4095, dense tissue bright, as the vendor shows it
  Image<float> breast_mm;     // path of the ray to each pixel through breast, without the pectoral muscle
  Image<float> dense_mm;      // of it through dense tissue
  Image<float> skin_mm;       // of it through skin and nipple
  Mask labels;                // 0 background, 1 adipose, 2 dense, 3 pectoral
  double percent_density = 0, volumetric_density = 0;  // by area, by volume; percent
  double breast_cm2 = 0, dense_cm2 = 0;
  std::vector<MammogramLesion> lesions;
};

struct MammogramExam {
  MammogramOptions options;
  std::vector<Mammogram> images;  // by side, then view
};

// Throws Error for an option out of its range.
MammogramExam make_mammograms(const Anatomy& anatomy, const MammogramOptions& options);

}  // namespace lobule::phantom
