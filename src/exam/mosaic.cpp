#include "exam/mosaic.h"

#include <cmath>
#include <vector>

#include "core/text.h"
#include "exam/csa_header.h"
#include "io/dicom_tags.h"

namespace lobule::exam {
namespace {

using io::DicomDataset;
using io::Tag;

std::vector<std::string> from_csa(const DicomDataset& header, std::string_view name) {
  const auto tag = header.private_tag(0x0029, "SIEMENS CSA HEADER", 0x10);
  const auto* element = tag ? header.find(*tag) : nullptr;
  return element != nullptr ? csa_values(element->bytes, name) : std::vector<std::string>{};
}

int slice_count(const DicomDataset& header) {
  if (const auto values = from_csa(header, "NumberOfImagesInMosaic"); !values.empty())
    if (const auto n = parse_number(values[0])) return static_cast<int>(*n);
  const auto tag = header.private_tag(0x0019, "SIEMENS MR HEADER", 0x0A);
  return tag ? header.integer(*tag).value_or(0) : 0;
}

std::optional<Vec3> slice_normal(const DicomDataset& header) {
  const auto values = from_csa(header, "SliceNormalVector");
  if (values.size() < 3) return std::nullopt;
  Vec3 normal;
  for (int a = 0; a < 3; ++a) {
    const auto n = parse_number(values[a]);
    if (!n) return std::nullopt;
    normal[a] = *n;
  }
  return norm(normal) > 0.5 ? std::optional(normal) : std::nullopt;
}

}  // namespace

bool is_mosaic(const DicomDataset& header) {
  for (const std::string& word : header.texts(io::tag::ImageType))
    if (word == "MOSAIC") return true;
  return false;
}

std::optional<Mosaic> read_mosaic(const DicomDataset& header, std::string& why) {
  Mosaic mosaic;
  mosaic.slice_count = slice_count(header);
  const int columns = header.integer(io::tag::Columns).value_or(0);
  const int rows = header.integer(io::tag::Rows).value_or(0);
  const auto position = header.numbers(io::tag::ImagePositionPatient);
  const auto axes = header.numbers(io::tag::ImageOrientationPatient);
  const auto pixel = header.numbers(io::tag::PixelSpacing);
  const auto step = header.number(io::tag::SpacingBetweenSlices);
  mosaic.tiles_per_row = static_cast<int>(std::ceil(std::sqrt(std::max(mosaic.slice_count, 1))));
  if (mosaic.slice_count < 1)
    why = "a mosaic without its number of slices (CSA header NumberOfImagesInMosaic)";
  else if (mosaic.slice_count > 10000 || columns < 1 || rows < 1 || columns % mosaic.tiles_per_row != 0 ||
           rows % mosaic.tiles_per_row != 0)
    why = "a mosaic of " + std::to_string(mosaic.slice_count) + " slices that does not divide into " +
          std::to_string(columns) + "×" + std::to_string(rows) + " pixels";
  else if (position.size() < 3 || axes.size() < 6 || pixel.size() < 2)
    why = "a mosaic without position, orientation or pixel spacing";
  else if (!step || *step <= 0)
    why = "a mosaic without SpacingBetweenSlices (0018,0088)";
  if (!why.empty()) return std::nullopt;

  mosaic.columns = columns / mosaic.tiles_per_row;
  mosaic.rows = rows / mosaic.tiles_per_row;
  const Vec3 row{axes[0], axes[1], axes[2]}, column{axes[3], axes[4], axes[5]};
  mosaic.first_position_mm = Vec3{position[0], position[1], position[2]} +
                             0.5 * (columns - mosaic.columns) * pixel[1] * row +
                             0.5 * (rows - mosaic.rows) * pixel[0] * column;
  const Vec3 normal = cross(row, column);
  const Vec3 said = slice_normal(header).value_or(normal);
  // The vector of the CSA header has few digits; it decides only the sign.
  mosaic.slice_step_mm = (dot(said, normal) < 0 ? -*step : *step) / norm(normal) * normal;
  return mosaic;
}

}  // namespace lobule::exam
