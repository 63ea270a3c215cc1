#pragma once
// report.html of `lobule density`: each exam's views as they hang, with the breast's contour, dense tissue,
// the masking map and the numbers.

#include <optional>
#include <string>

#include "core/context.h"
#include "report/density_results.h"

namespace lobule::report {

// Pictures of one view in standard form (chest wall left), shown with the chest wall at the right edge where
// `chest_at_right`: the contours of breast and muscle with dense tissue tinted; and how much of each pixel's
// surroundings is dense.
io::Picture outlined_picture(const Image<float>& image, const Mask& labels, bool chest_at_right);
io::Picture masking_picture(const Image<float>& image, const measure::MaskingMap& map, bool chest_at_right);

// The same picture with how warm a network was, and boxes of the warmest regions in the colours of their
// types. `heat` covers `field` of the picture; boxes are in its pixels.
struct PictureField {
  double x = 0, y = 0, width = 0, height = 0;
};
io::Picture pointed_picture(const Image<float>& image, const Image<float>& heat, const PictureField& field,
                            const std::vector<PointedRegion>& boxes, bool chest_at_right);

// Draws the boxes of the first regions on such a picture; they are in pixels of the standard picture, which
// has so many columns.
void mark_regions(io::Picture& picture, int columns, const std::vector<PointedRegion>& boxes,
                  bool chest_at_right);

// How many regions of an image are drawn and listed on the page, asymmetries apart.
inline constexpr std::size_t kRegionsShown = 3;

// The page shows exam numbers and file names, no patient's ID.
std::string density_page_html(const DensityResults& results, const Provenance& provenance);

}  // namespace lobule::report
