#pragma once
// Labels of mammograms as files that people edit: PNG, NIfTI, DICOM segmentation, contours as JSON
// (docs/formats/annotation.md). All hold measure::MammogramLabel on an image's own pixels.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/image.h"

namespace lobule::pipeline {

enum class LabelFormat { png, nifti, seg, contours };

// "png", "nifti", "seg", "contours": the words of --format.
std::vector<std::string> label_format_names();
LabelFormat label_format(const std::string& name);

// What a file's name ends in behind the image's stem: "_labels.png", "_labels.nii.gz", "_seg.dcm",
// "_contours.json".
std::string label_ending(LabelFormat format);

struct LabelFile {
  std::filesystem::path path;
  std::string stem;  // of the image
  LabelFormat format = LabelFormat::png;
};

// A file whose name ends so (_labels.nii too); nothing for others.
std::optional<LabelFile> label_file(const std::filesystem::path& path);

// All under a folder, or the file itself, by name. Throws Error where there is none, or no such place.
std::vector<LabelFile> label_files(const std::filesystem::path& place);

struct ReadLabels {
  Mask labels;               // spacing is not kept
  std::string instance_uid;  // of the image that a segmentation names; empty where none
};

// Throws Error (where: the file's name) for what cannot be read, and for values, contours and segments that
// are none of the labels. PNG with 64, 128, 192 and 255 counts as the four labels, as DDSM tissue maps have
// them.
ReadLabels read_labels(const LabelFile& file);

// PNG, NIfTI (with the image's spacing in mm) and contours; segmentations need their source
// (report/density_dicom.h).
void write_labels(const std::filesystem::path& path, const Mask& labels, LabelFormat format,
                  const std::string& stem, std::optional<double> spacing_mm);

}  // namespace lobule::pipeline
