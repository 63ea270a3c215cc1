#pragma once
// A grown breast under the paddle: projected along the compression, then spread in the plane, first across
// rows and then along them, until it has the paddle's thickness. Volumes of every part are kept exactly.

#include <array>
#include <vector>

#include "phantom/mammogram.h"
#include "phantom/second/grow.h"

namespace lobule::phantom::second {

// What the rays tell apart. Skin: nipple, too. Dense: gland, ligaments and vessels, what a measurement of two
// materials calls dense, as in the first family. Behind: fat that the pectoral muscle brings along; no part of
// the breast.
enum class Part : std::uint8_t { adipose, skin, dense, lesion, pectoral, behind };
inline constexpr std::size_t kBreastParts = 4, kParts = 6;

struct FlatCalcification {
  Vec3 center_mm;  // x: from the chest's edge, y: from the first row
  double radius_mm = 0;
  int lesion = 0;
};

// Thickness of each part on a plane: columns away from the chest's edge, rows from above (lateral in CC,
// towards the armpit in MLO).
struct FlatBreast {
  double spacing_mm = 0.5, thickness_mm = 50;
  int columns = 0, rows = 0;
  std::array<std::vector<float>, kParts> mm;
  std::vector<std::vector<float>> lesion_mm;  // of each planned lesion; empty for those of the other side
  std::vector<FlatCalcification> calcifications;
};

struct Paddle {
  MammogramView view = MammogramView::cc;
  double angle_rad = 0;      // of the beam against head–feet; 0 in CC
  double thickness_mm = 50;  // between paddle and table
  double pectoral_mm = 0;    // how far the muscle reaches in at the top row
};

FlatBreast flatten(const BreastVoxels& breast, const Patient& patient, BreastSide side, const Paddle& paddle);

}  // namespace lobule::phantom::second
