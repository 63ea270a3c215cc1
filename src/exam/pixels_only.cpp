#include "exam/pixels_only.h"

#include <set>

#include "io/dicom_tags.h"

namespace lobule::exam {
namespace {
namespace tag = io::tag;
using io::DicomDataset;

void keep_only(DicomDataset& d, const std::set<io::Tag>& kept) {
  std::vector<io::Tag> gone;
  for (const io::DicomElement& element : d.elements())
    if (kept.count(element.tag) == 0) gone.push_back(element.tag);
  for (const io::Tag t : gone) d.erase(t);
}

}  // namespace

void keep_pixels_only(DicomDataset& d) {
  static const std::set<io::Tag> kTop = {tag::SOPClassUID,
                                         tag::SOPInstanceUID,
                                         tag::StudyInstanceUID,
                                         tag::SeriesInstanceUID,
                                         tag::FrameOfReferenceUID,
                                         tag::SliceThickness,
                                         tag::ImagerPixelSpacing,
                                         tag::ImagePositionPatient,
                                         tag::ImageOrientationPatient,
                                         tag::PixelSpacing,
                                         tag::Rows,
                                         tag::Columns,
                                         tag::SamplesPerPixel,
                                         tag::PhotometricInterpretation,
                                         tag::NumberOfFrames,
                                         tag::BitsAllocated,
                                         tag::BitsStored,
                                         tag::HighBit,
                                         tag::PixelRepresentation,
                                         tag::RescaleIntercept,
                                         tag::RescaleSlope,
                                         tag::SharedFunctionalGroupsSequence,
                                         tag::PerFrameFunctionalGroupsSequence,
                                         tag::PixelData};
  // Pixel measures, value transformation, plane position and orientation.
  static const std::set<io::Tag> kGroups = {
      {0x0028, 0x9110}, {0x0028, 0x9145}, {0x0020, 0x9113}, {0x0020, 0x9116}};
  keep_only(d, kTop);
  for (const io::Tag groups : {tag::SharedFunctionalGroupsSequence, tag::PerFrameFunctionalGroupsSequence}) {
    if (!d.has(groups)) continue;
    std::vector<DicomDataset> items = d.items(groups);
    for (DicomDataset& item : items) keep_only(item, kGroups);
    d.put_items(groups, std::move(items));
  }
}

DicomIndex with_pixels_only(DicomIndex index) {
  for (IndexEntry& entry : index.entries) keep_pixels_only(entry.header.dataset);
  return index;
}

}  // namespace lobule::exam
