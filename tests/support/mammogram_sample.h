#pragma once
// Small drawn mammograms for tests, as pixels and as DICOM objects.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>

#include "core/image.h"
#include "io/dicom_dataset.h"
#include "io/dicom_tags.h"
#include "io/dicom_write.h"

namespace lobule::test {

// A breast at the left edge (12 bits, dense bright): half a disc with a dense middle, on quiet air.
inline Image<float> drawn_mammogram(int width = 240, int height = 320) {
  Image<float> image;
  image.grid.size = {width, height, 1};
  image.voxels.assign(image.grid.voxel_count(), 0);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const double u = static_cast<double>(x) / width, v = static_cast<double>(y) / height - 0.48;
      const double r = std::hypot(u / 0.7, v / 0.38), dense = std::hypot((u - 0.25) / 0.2, v / 0.15);
      const int grain = (x * 37 + y * 91 + x * y % 13) % 11;
      image.at(x, y, 0) = static_cast<float>(
          r < 1 ? 900 + 700 * std::sqrt(1 - r * r) + (dense < 1 ? 900 : 0) + 8 * grain : grain);
    }
  return image;
}

inline Image<float> mirrored(const Image<float>& image) {
  Image<float> result = image;
  for (int y = 0; y < image.grid.size[1]; ++y)
    for (int x = 0; x < image.grid.size[0]; ++x)
      result.at(x, y, 0) = image.at(image.grid.size[0] - 1 - x, y, 0);
  return result;
}

// An object of digital mammography, for presentation, MONOCHROME2, 12 bits in 16, with these pixels.
inline io::DicomDataset mammogram_dataset(const Image<float>& pixels, const std::string& side = "L",
                                          const std::string& view = "CC") {
  namespace tag = io::tag;
  io::DicomDataset d;
  d.put_text(tag::SOPClassUID, "UI", "1.2.840.10008.5.1.4.1.1.1.2");
  d.put_text(tag::SOPInstanceUID, "UI", "1.2.826.0.1.3680043.10.1." + std::to_string(pixels.voxels.size()));
  d.put_text(tag::StudyInstanceUID, "UI", "1.2.826.0.1.3680043.10.2");
  d.put_text(tag::Modality, "CS", "MG");
  d.put_text(tag::PresentationIntentType, "CS", "FOR PRESENTATION");
  d.put_text(tag::PatientID, "LO", "LOBULE-TEST");
  d.put_text(tag::BodyPartExamined, "CS", "BREAST");
  d.put_text(tag::ImageLaterality, "CS", side);
  d.put_text(tag::ViewPosition, "CS", view);
  d.put_numbers(tag::ImagerPixelSpacing, "DS", {0.7, 0.7});
  d.put_number(tag::SamplesPerPixel, "US", 1);
  d.put_text(tag::PhotometricInterpretation, "CS", "MONOCHROME2");
  d.put_number(tag::Rows, "US", pixels.grid.size[1]);
  d.put_number(tag::Columns, "US", pixels.grid.size[0]);
  d.put_number(tag::BitsAllocated, "US", 16);
  d.put_number(tag::BitsStored, "US", 16);
  d.put_number(tag::HighBit, "US", 15);
  d.put_number(tag::PixelRepresentation, "US", 0);
  io::DicomElement data{tag::PixelData, {'O', 'W'}, std::string(2 * pixels.voxels.size(), 0), {}};
  for (std::size_t i = 0; i < pixels.voxels.size(); ++i) {
    const auto stored = static_cast<std::uint16_t>(std::lround(pixels.voxels[i]));
    std::memcpy(&data.bytes[2 * i], &stored, 2);
  }
  d.put(std::move(data));
  return d;
}

}  // namespace lobule::test
