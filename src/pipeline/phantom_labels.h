#pragma once
// A label map of somebody's breast from a file, for `lobule phantom --from-labels`.

#include <filesystem>

#include "phantom/label_map.h"

namespace lobule::pipeline {

// Reads a NIfTI file of labels 0 to 255 and what they are from labels.csv beside it (columns file, label,
// tissue; rows whose file is this one), and places the breast as a prone patient's. Throws Error when a file
// cannot be read, a label is no whole number, or a word is not understood.
phantom::LabelMap read_label_map(const std::filesystem::path& path);

}  // namespace lobule::pipeline
