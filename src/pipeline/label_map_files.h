#pragma once
// Label maps of breasts from files: a NIfTI image of labels, and beside it `labels.csv` with the columns
// file, label, tissue (others are left alone), which says what each label is.

#include <filesystem>

#include "phantom/label_map.h"

namespace lobule::pipeline {

// Reads a map; `table` names its CSV file, else labels.csv in the map's folder is taken. Rows count whose
// `file` is the map's name, or empty. The side is that named by "left" or "right" in the map's file name.
// Throws Error where a file cannot be read, a value is no whole number of 0 to 255, or phantom::check finds
// the map wanting.
phantom::LabelMap read_label_map(const std::filesystem::path& map, const std::filesystem::path& table = {});

}  // namespace lobule::pipeline
