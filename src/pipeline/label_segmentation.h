#pragma once
// Labels of a mammogram from a DICOM Segmentation, of lobule or another program.

#include <filesystem>
#include <string>

#include "core/image.h"

namespace lobule::pipeline {

struct SegmentationLabels {
  Mask labels;               // measure::MammogramLabel; where segments overlap, the larger label
  std::string instance_uid;  // of the image that it was drawn on; empty where it names none
};

// Segments are known by their type (fat, fibroglandular tissue, pectoral muscle:
// docs/formats/dicom-objects.md), else by words of their label. Throws Error (where: `name`) for other
// objects, for segments that are not binary, and for those that are none of the three.
SegmentationLabels labels_from_segmentation(const std::filesystem::path& path, const std::string& name);

}  // namespace lobule::pipeline
