#pragma once
// Contours of a mammogram's labels as JSON (docs/formats/annotation.md#contours).

#include <string>
#include <string_view>

#include "core/image.h"

namespace lobule::pipeline {

// One contour a line, so that a person can find hers.
std::string contour_json(const Mask& labels, const std::string& stem);

// The labels that contours enclose. Throws Error (where: `name`) for what is not JSON, lacks the picture's
// extents, or holds contours of unknown labels, of fewer than three points, or with points that are not two
// numbers.
Mask labels_from_contour_json(std::string_view text, const std::string& name);

}  // namespace lobule::pipeline
