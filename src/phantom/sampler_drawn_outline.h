#pragma once
// Where a drawn breast lies in its picture: its skin, its pectoral muscle and the camera's frame.

#include "phantom/random_parameters.h"
#include "phantom/sampler_mammogram.h"

namespace lobule::phantom {

// In mm: x from the chest wall's border of the detector to the nipple, y down from the upper border of what
// the view shows of the breast.
struct DrawnOutline {
  MammogramView view = MammogramView::mlo;
  double depth = 100;  // of the nipple
  double nipple_y = 110;
  double top = 0, bottom = 200;  // where the breast's curve ends; MLO views begin with the armpit at 0
  double top_depth = 40;         // of the armpit's skin at y = 0 (MLO)
  double upper_power = 2, lower_power = 2, armpit_power = 2;
  double abdomen = 0;                                        // depth of what hangs below the fold, or 0
  double nipple_radius = 0;                                  // 0: not in profile
  double muscle_depth = 0, muscle_end = 0, muscle_bend = 1;  // MLO: at y = 0, where it meets the wall
  double muscle_middle = 0, muscle_half = 0;                 // CC: a sliver at the wall

  // How far the skin lies from the wall at a height; 0 or less: nothing.
  double skin(double y) const;
  // The same of the muscle.
  double muscle(double y) const;
};

DrawnOutline random_outline(Draw& draw);

// From pixels to the outline's mm.
struct DrawnFrame {
  double x0 = 0, y0 = 0, xx = 1, xy = 0, yx = 0, yy = 1;
  double pixel_mm = 1;

  double x_mm(int x, int y) const { return x0 + xx * x + xy * y; }
  double y_mm(int x, int y) const { return y0 + yx * x + yy * y; }
  // Whether the detector sees what lies here: nothing behind the chest wall's border, and nothing above the
  // upper one where that lies in the picture.
  bool seen(int x, int y) const { return x_mm(x, y) >= 0 && (y0 >= 0 || y_mm(x, y) >= 0); }
};

// As the options ask: the whole detector or close to the breast; chest wall at the first column, or at
// either.
DrawnFrame random_frame(Draw& draw, const MammogramSamplerOptions& options, const DrawnOutline& outline);

}  // namespace lobule::phantom
