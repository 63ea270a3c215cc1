#include "pipeline/label_segmentation.h"

#include <algorithm>
#include <map>
#include <vector>

#include "core/error.h"
#include "core/text.h"
#include "io/dicom_pixels.h"
#include "io/dicom_read.h"
#include "io/dicom_tags.h"
#include "measure/breast_density.h"
#include "report/dicom_common.h"

namespace lobule::pipeline {
namespace {
using io::DicomDataset;
namespace tag = io::tag;

constexpr const char* kSegmentationStorage = "1.2.840.10008.5.1.4.1.1.66.4";
constexpr io::Tag kSegments{0x0062, 0x0002}, kNumber{0x0062, 0x0004}, kLabel{0x0062, 0x0005},
    kType{0x0062, 0x000F}, kIdentification{0x0062, 0x000A}, kReferenced{0x0062, 0x000B},
    kSegmentationType{0x0062, 0x0001}, kCodeValue{0x0008, 0x0100}, kDerivation{0x0008, 0x9124},
    kSourceImage{0x0008, 0x2112}, kInstance{0x0008, 0x1155}, kSeries{0x0008, 0x1115},
    kInstances{0x0008, 0x114A};

std::uint8_t label_of(const DicomDataset& segment, const std::string& name) {
  const DicomDataset* type = segment.first_item(kType);
  const std::string code = type != nullptr ? type->text(kCodeValue) : "";
  if (code == report::code::kFat.value) return measure::kAdipose;
  if (code == report::code::kFibroglandular.value) return measure::kDense;
  if (code == report::code::kPectoralMuscle.value) return measure::kPectoral;
  const std::string words = lower(segment.text(kLabel));
  const auto says = [&](std::initializer_list<const char*> known) {
    return std::any_of(known.begin(), known.end(), [&](const char* word) { return contains(words, word); });
  };
  if (says({"pectoral", "muscle"})) return measure::kPectoral;
  if (says({"dense", "fibroglandular", "glandular"})) return measure::kDense;
  if (says({"adipose", "fat"})) return measure::kAdipose;
  throw Error(name,
              "segment " + std::to_string(segment.integer(kNumber).value_or(0)) + ", " +
                  quote(segment.text(kLabel)) + ", is none of the labels",
              "labels are adipose tissue, dense tissue and pectoral muscle");
}

// The segment that a frame belongs to: of its own group, else of the shared one.
int segment_of(const DicomDataset& object, std::size_t frame, const std::string& name) {
  const auto number = [](const DicomDataset* groups) {
    const DicomDataset* item = groups != nullptr ? groups->first_item(kIdentification) : nullptr;
    return item != nullptr ? item->integer(kReferenced) : std::nullopt;
  };
  const auto& frames = object.items(tag::PerFrameFunctionalGroupsSequence);
  auto found = frame < frames.size() ? number(&frames[frame]) : std::nullopt;
  if (!found) found = number(object.first_item(tag::SharedFunctionalGroupsSequence));
  if (!found) throw Error(name, "frame " + std::to_string(frame + 1) + " names no segment");
  return *found;
}

// By the Derivation Image macro, else by the Common Instance Reference module.
std::string source_of(const DicomDataset& object) {
  std::vector<const DicomDataset*> groups{object.first_item(tag::SharedFunctionalGroupsSequence)};
  for (const DicomDataset& frame : object.items(tag::PerFrameFunctionalGroupsSequence))
    groups.push_back(&frame);
  const auto inside = [](const DicomDataset* d, io::Tag sequence) {
    return d != nullptr ? d->first_item(sequence) : nullptr;
  };
  for (const DicomDataset* group : groups)
    if (const DicomDataset* image = inside(inside(group, kDerivation), kSourceImage))
      return image->text(kInstance);
  const DicomDataset* instance = inside(object.first_item(kSeries), kInstances);
  return instance != nullptr ? instance->text(kInstance) : "";
}

}  // namespace

SegmentationLabels labels_from_segmentation(const std::filesystem::path& path, const std::string& name) {
  const io::DicomHeader header = io::read_dicom_header(path, name);
  const DicomDataset& object = header.dataset;
  if (object.text(tag::SOPClassUID) != kSegmentationStorage)
    throw Error(name, "it is no DICOM Segmentation", "its class is " + object.text(tag::SOPClassUID));
  if (object.text(kSegmentationType) != "BINARY")
    throw Error(name, "its segments are " + object.text(kSegmentationType), "only BINARY ones are labels");
  std::map<int, std::uint8_t> label_of_segment;
  for (const DicomDataset& segment : object.items(kSegments))
    label_of_segment[segment.integer(kNumber).value_or(0)] = label_of(segment, name);
  const io::PixelFormat format = io::pixel_format(header, name);
  const std::vector<std::uint8_t> bits = io::read_stored_pixels(path, header, name);
  SegmentationLabels result;
  Grid grid;
  grid.size = {format.columns, format.rows, 1};
  result.labels = Mask(grid);
  const std::size_t area = result.labels.voxels.size();
  for (std::size_t f = 0; f < static_cast<std::size_t>(format.frames); ++f) {
    const auto label = label_of_segment.find(segment_of(object, f, name));
    if (label == label_of_segment.end())
      throw Error(name, "frame " + std::to_string(f + 1) + " belongs to a segment that is not described");
    for (std::size_t v = 0; v < area; ++v) {
      const std::size_t bit = f * area + v;
      if ((bits[bit / 8] >> bit % 8 & 1) == 0) continue;
      result.labels.voxels[v] = std::max(result.labels.voxels[v], label->second);
    }
  }
  result.instance_uid = source_of(object);
  return result;
}

}  // namespace lobule::pipeline
