#pragma once
// Where the breast lies on a mammogram, by plain rules: which end of the grey scale is air, at which edge the
// chest wall is, how dark the air is, and a rough outline. It needs no header and no network, and serves to
// bring pictures into one form and to refuse what is no mammogram; nothing is measured inside it.

#include <array>
#include <vector>

#include "core/image.h"

namespace lobule::measure {

struct MammogramBreast {
  // The longer side of the image in pixels of the rough outline; the shorter one in proportion.
  static constexpr int kExtent = 256;

  bool found = false;           // the rest but `inverted` and `air` means nothing without
  bool inverted = false;        // tissue is darker than air
  double inverted_margin = 0;   // how clear that is, from 0 to 1
  bool chest_at_right = false;  // of the image as it was given
  double chest_margin = 0;      // how clear that is, from 0 to 1
  // How wide the breast is where it leaves the image at the top, over its depth from the chest wall; 0 where
  // it does not. Oblique views have the pectoral muscle and the armpit there.
  double top_share = 0;
  // What mammogram_domain.h judges by. Of rows that hold breast, the share that is filled from the chest wall
  // to the furthest breast pixel; of the breast's height, the share that its outermost columns at the chest
  // wall fill; of the image's height, the share where the breast reaches the opposite edge; depth from the
  // chest wall over height; the mean gradient of air, over the range from air to the brightest breast.
  double row_fill = 0, chest_fill = 0, far_edge = 0, depth_over_height = 0, air_texture = 0;
  // In the image's unit, turned over where `inverted` (air below tissue): of air, and what 99.5 % of the
  // breast do not exceed.
  double air = 0, brightest = 1;
  Mask breast;  // rough, on coarse pixels; the image as it was given
  // Bright pieces in the air (burned-in labels, markers, neighbouring objects): boxes x, y, width, height in
  // pixels of the image.
  std::vector<std::array<int, 4>> pieces;
  // Shares of the image's area: the breast, and all bright pieces beside it.
  double breast_share = 0, piece_share = 0;
};

enum class MammogramPolarity { unknown, air_is_dark };

// Of one slice; NaN is padding and counts as air. A mirrored image gives the mirrored result.
MammogramBreast find_mammogram_breast(const Image<float>& image,
                                      MammogramPolarity polarity = MammogramPolarity::unknown);

// The mean over boxes of so many columns and rows, which may be fractions of a pixel wide; NaN carries no
// weight, and is the result where a box holds nothing else. One slice; spacing as before divided.
Image<float> box_means(const Image<float>& image, int columns, int rows);

}  // namespace lobule::measure
