#pragma once
// One small picture of a series for contact sheets.

#include <string>

#include "exam/exam.h"
#include "exam/index.h"

namespace lobule::pipeline {

// A middle image of the series as a PNG data URI, its longer side 224 pixels, true to its pixel spacing,
// windowed from its own values; "" when it has no image that can be read.
std::string series_picture_uri(const exam::DicomIndex& index, const exam::Series& series);

}  // namespace lobule::pipeline
