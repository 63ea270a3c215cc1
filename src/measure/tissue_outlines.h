#pragma once
// From what a network says of each voxel to outlines: breasts parted into right and left, fibroglandular
// tissue, vessels, muscle, heart, nipples. Laws only (largest parts, inside the body, in front of the chest);
// nothing is drawn that the network did not see. docs/methods/outlines.md says why.

#include <array>
#include <vector>

#include "core/image.h"
#include "measure/breast_segmentation.h"

namespace lobule::measure {

// Values of 0 to 1 on one grid whose axes are those of the patient, as near as the image's allow (x to the
// left, y to the back, z to the head), in voxels of one to a few millimetres.
struct TissueMaps {
  Image<float> inside;                         // that the voxel counts as breast
  Image<float> gland;                          // its share of fibroglandular tissue
  Image<float> mostly_gland;                   // that a voxel of the breast is fibroglandular rather than fat
  Image<float> vessel, muscle, heart, nipple;  // that it is mostly this
};

struct Nipple {
  int side = 0;  // 1 right, 2 left
  Vec3 point_mm;
  double confidence = 0;  // the largest value of TissueMaps::nipple there
  template <class F, class S>
  static void fields(F& f, S& s) {
    f(s.side), f(s.point_mm.x), f(s.point_mm.y), f(s.point_mm.z), f(s.confidence);
  }
};

// How sure the network was, and what overruled it. [1] right, [2] left, [0] both.
struct OutlineJudgement {
  // Mean of max(p, 1 − p), p = TissueMaps::inside, over all voxels within 6 mm of the outline: 0.5 where it
  // guesses, near 1 where it is sure.
  std::array<double, 3> sureness{};
  std::array<double, 3> fgt_share_ml{};  // sum of the shares of gland in the breast, vessels left out
  double outside_body_ml = 0;            // called breast, but lies in air
  double lost_body_ml = 0;  // the same where it is most of what is called breast: then it counts, not the air
  double behind_chest_ml = 0;  // called breast, but lies deep in the chest
  double apart_ml = 0;         // called breast, but joined to neither breast
  double hollow_ml = 0;        // not called breast, but surrounded by breast
  bool side_unknown = false;   // one breast fills the field of view: its side is a guess
  double classical_dice = 0;   // with the classical outline of the same image; NaN where it has none
  template <class F, class S>
  static void fields(F& f, S& s) {
    f(s.sureness), f(s.fgt_share_ml), f(s.outside_body_ml), f(s.lost_body_ml), f(s.behind_chest_ml),
        f(s.apart_ml), f(s.hollow_ml), f(s.side_unknown), f(s.classical_dice);
  }
};

struct TissueOutlines {
  BreastSegmentation breasts;   // its report says what is doubtful
  Mask vessels, muscle, heart;  // 1
  std::vector<Nipple> nipples;  // at most one a side, right first
  Image<float> mostly_gland;    // TissueMaps::mostly_gland, for fgt_of
  OutlineJudgement judgement;
  template <class F, class S>
  static void fields(F& f, S& s) {
    f(s.breasts), f(s.vessels), f(s.muscle), f(s.heart), f(s.nipples), f(s.mostly_gland), f(s.judgement);
  }
};

// Masks on the grid of `classical`, the classical outlines of the same image: they give the body, the chest
// wall where there is no breast, and a second opinion. Never throws for odd anatomy: empty masks and
// findings.
TissueOutlines outline_tissues(TissueMaps maps, const BreastSegmentation& classical);

// Fibroglandular tissue by the network alone (labels of `breast`): where the map is at least half, vessels
// left out and parts below 0.01 ml, which are speckle.
Mask fgt_of(const Image<float>& mostly_gland, const Mask& breast, const Mask& vessels);

// Fibroglandular tissue by both ways.
struct AgreedFgt {
  Mask fgt;              // labels of the breast mask
  double shared = 1;     // how much of the smaller of both lies in the other; 1 where the network has none
  bool network = false;  // whether `fgt` is the network's alone, since the two contradict each other
};

// What `clustered` (gland told from fat by brightness, segment_fgt) holds and the network does not rule out;
// where little of that is left, the network's alone (fgt_of): brightness fails where fat suppression does.
// docs/methods/outlines.md says how the limits were chosen.
AgreedFgt agreed_fgt(const Mask& clustered, const Image<float>& mostly_gland, const Mask& breast,
                     const Mask& vessels);

}  // namespace lobule::measure
