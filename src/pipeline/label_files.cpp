#include "pipeline/label_files.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.h"
#include "io/files.h"
#include "io/nifti.h"
#include "io/picture_read.h"
#include "io/png.h"
#include "pipeline/label_contour_json.h"
#include "pipeline/label_segmentation.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

const std::array<std::string, 4> kNames{"png", "nifti", "seg", "contours"};
const std::array<std::string, 4> kEndings{"_labels.png", "_labels.nii.gz", "_seg.dcm", "_contours.json"};
constexpr const char* kUncompressedNifti = "_labels.nii";

constexpr int kLabels = 4;
constexpr const char* kMeaning = "labels are 0 background, 1 adipose, 2 dense, 3 pectoral muscle";
// Of DDSM tissue maps (Tiryaki and Kaplanoglu 2022).
constexpr float kDdsmValues[kLabels] = {64, 128, 192, 255};

// The place of a value among 0 to 3 or, where they say so, DDSM's values.
Mask labels_of(const std::vector<float>& values, int width, int height, bool ddsm, const std::string& name) {
  Grid grid;
  grid.size = {width, height, 1};
  Mask labels(grid);
  for (std::size_t v = 0; v < values.size(); ++v) {
    int label = 0;
    while (label < kLabels && values[v] != (ddsm ? kDdsmValues[label] : static_cast<float>(label))) ++label;
    if (label == kLabels)
      throw Error(name,
                  "the pixel " + std::to_string(v % static_cast<std::size_t>(width)) + ", " +
                      std::to_string(v / static_cast<std::size_t>(width)) + " has the value " +
                      format_number(values[v]),
                  kMeaning, "Draw without soft edges, and save without scaling");
    labels.voxels[v] = static_cast<std::uint8_t>(label);
  }
  return labels;
}

Mask read_png(const fs::path& path, const std::string& name) {
  const io::PictureValues picture = io::read_picture(path);
  if (picture.channels != 1) throw Error(name, "it is in colour", kMeaning, "Save it as grey values");
  const bool ddsm =
      !picture.values.empty() && std::all_of(picture.values.begin(), picture.values.end(), [](float v) {
        return std::find(std::begin(kDdsmValues), std::end(kDdsmValues), v) != std::end(kDdsmValues);
      });
  return labels_of(picture.values, picture.width, picture.height, ddsm, name);
}

// Columns run to the patient's left and rows to the back, as in the images that are exported.
bool as_exported(const Mat3& direction) {
  constexpr double kStraight = 1e-3;
  return norm(direction.column[0] - Vec3{1, 0, 0}) < kStraight &&
         norm(direction.column[1] - Vec3{0, 1, 0}) < kStraight;
}

Mask read_nifti_labels(const fs::path& path, const std::string& name) {
  const Image<float> image = io::read_nifti(path);
  if (image.grid.size[2] != 1)
    throw Error(name, "it has " + std::to_string(image.grid.size[2]) + " slices", "a mammogram has one");
  if (!as_exported(image.grid.direction))
    throw Error(name, "its axes run otherwise than those of the exported image",
                "labels would lie on other pixels", "Save it on the exported image's grid");
  return labels_of(image.voxels, image.grid.size[0], image.grid.size[1], false, name);
}

}  // namespace

std::vector<std::string> label_format_names() {
  return {kNames.begin(), kNames.end()};
}

LabelFormat label_format(const std::string& name) {
  return static_cast<LabelFormat>(std::find(kNames.begin(), kNames.end(), name) - kNames.begin());
}

std::string label_ending(LabelFormat format) {
  return kEndings[static_cast<std::size_t>(format)];
}

std::optional<LabelFile> label_file(const fs::path& path) {
  const std::string name = path.filename().string();
  const auto with = [&](const std::string& ending, LabelFormat format) -> std::optional<LabelFile> {
    if (!name.ends_with(ending) || name.size() == ending.size()) return {};
    return LabelFile{path, name.substr(0, name.size() - ending.size()), format};
  };
  for (std::size_t f = 0; f < kEndings.size(); ++f)
    if (auto file = with(kEndings[f], static_cast<LabelFormat>(f))) return file;
  return with(kUncompressedNifti, LabelFormat::nifti);
}

std::vector<LabelFile> label_files(const fs::path& place) {
  std::vector<LabelFile> files;
  const auto take = [&](const fs::path& path) {
    if (auto file = label_file(path)) files.push_back(*file);
  };
  if (fs::is_directory(place)) {
    for (const auto& entry : fs::recursive_directory_iterator(place))
      if (entry.is_regular_file()) take(entry.path());
  } else if (fs::exists(place)) {
    take(place);
  } else {
    throw Error(place.string(), "it does not exist");
  }
  if (files.empty())
    throw Error(
        place.string(), "no labels are there", "",
        "Their names are <image> with " + join({kEndings.begin(), kEndings.end()}, ", ") + " behind it");
  std::sort(files.begin(), files.end(),
            [](const LabelFile& a, const LabelFile& b) { return a.path < b.path; });
  return files;
}

ReadLabels read_labels(const LabelFile& file) {
  const std::string name = file.path.filename().string();
  switch (file.format) {
    case LabelFormat::png: return {read_png(file.path, name), ""};
    case LabelFormat::nifti: return {read_nifti_labels(file.path, name), ""};
    case LabelFormat::contours: return {labels_from_contour_json(io::read_file(file.path), name), ""};
    case LabelFormat::seg: break;
  }
  SegmentationLabels read = labels_from_segmentation(file.path, name);
  return {std::move(read.labels), std::move(read.instance_uid)};
}

void write_labels(const fs::path& path, const Mask& labels, LabelFormat format, const std::string& stem,
                  std::optional<double> spacing_mm) {
  if (format == LabelFormat::contours) return io::write_file(path, contour_json(labels, stem));
  if (format == LabelFormat::nifti) {
    Mask placed = labels;
    const double mm = spacing_mm.value_or(1);
    placed.grid = Grid{};
    placed.grid.size = labels.grid.size;
    placed.grid.spacing_mm = {mm, mm, 1};
    return io::write_nifti(path, placed);
  }
  io::write_file(path, io::encode_png({labels.grid.size[0], labels.grid.size[1], 1, labels.voxels}));
}

}  // namespace lobule::pipeline
