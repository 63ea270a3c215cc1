#pragma once
// Focal asymmetry: places where one breast is denser than the other one at the same place of the same view.

#include "core/image.h"

namespace lobule::measure {

// Both maps are MaskingMap::dense_share of pictures with the chest wall at the left edge, NaN outside the
// breast; their extents may differ. Breasts are laid over each other by the depth in front of the chest wall,
// the middle row and the area. Returns, on the pixels of `here`, by how much its share exceeds the largest of
// the other breast within a twelfth of the square root of the area (10 mm in a usual breast) of the same
// place, 0 to 1, squared, so that small differences count little; NaN outside either breast.
Image<float> dense_asymmetry(const Image<float>& here, const Image<float>& other);

}  // namespace lobule::measure
