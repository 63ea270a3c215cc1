#include "report/dicom_frames.h"

#include "io/dicom_tags.h"

namespace lobule::report {
namespace {
using io::DicomDataset;
using io::Tag;
namespace tag = io::tag;

std::string tag_value(Tag t) {
  const auto low = [](std::uint16_t v) { return static_cast<char>(v & 0xFF); };
  const auto high = [](std::uint16_t v) { return static_cast<char>(v >> 8); };
  return {low(t.group), high(t.group), low(t.element), high(t.element)};
}

DicomDataset derivation_image(const exam::SliceSource& source, const Code& derivation) {
  DicomDataset image = reference(source), item;
  image.put_text({0x0028, 0x135A}, "CS", "YES");  // spatial locations preserved
  put_code(image, {0x0040, 0xA170}, code::kSourceImage);
  put_code(item, {0x0008, 0x9215}, derivation);
  item.put_items({0x0008, 0x2112}, {image});
  return item;
}

}  // namespace

DicomDataset shared_geometry(const Grid& grid) {
  DicomDataset measures, plane, groups;
  measures.put_number(tag::SliceThickness, "DS", grid.spacing_mm.z);
  measures.put_number(tag::SpacingBetweenSlices, "DS", grid.spacing_mm.z);
  measures.put_numbers(tag::PixelSpacing, "DS", {grid.spacing_mm.y, grid.spacing_mm.x});
  const Vec3 row = grid.direction.column[0], column = grid.direction.column[1];
  plane.put_numbers(tag::ImageOrientationPatient, "DS", {row.x, row.y, row.z, column.x, column.y, column.z});
  groups.put_items({0x0028, 0x9110}, {measures});
  groups.put_items({0x0020, 0x9116}, {plane});
  return groups;
}

DicomDataset frame_groups(const Grid& grid, const FrameOfGrid& frame, const Sources& sources,
                          const Code& derivation) {
  DicomDataset content, plane, groups;
  content.put_text({0x0020, 0x9056}, "SH", "1");
  content.put_number({0x0020, 0x9057}, "UL", frame.k + 1);
  content.put_numbers({0x0020, 0x9157}, "UL",
                      std::vector<double>(frame.dimension_index.begin(), frame.dimension_index.end()));
  const Vec3 at = point_from_index(grid, {0, 0, static_cast<double>(frame.k)});
  plane.put_numbers(tag::ImagePositionPatient, "DS", {at.x, at.y, at.z});
  groups.put_items({0x0020, 0x9111}, {content});
  groups.put_items({0x0020, 0x9113}, {plane});
  const auto k = static_cast<std::size_t>(frame.k);
  std::vector<DicomDataset> derivations;
  if (k < sources.slices.size()) derivations.push_back(derivation_image(sources.slices[k], derivation));
  groups.put_items({0x0008, 0x9124}, std::move(derivations));
  return groups;
}

DicomDataset shared_projection(std::optional<double> spacing_mm, const Sources& sources,
                               const Code& derivation) {
  DicomDataset measures, groups;
  if (spacing_mm) {
    measures.put_numbers(tag::PixelSpacing, "DS", {*spacing_mm, *spacing_mm});
    groups.put_items({0x0028, 0x9110}, {measures});
  }
  if (!sources.slices.empty())
    groups.put_items({0x0008, 0x9124}, {derivation_image(sources.slices.front(), derivation)});
  return groups;
}

DicomDataset projection_frame_groups(int dimension_index) {
  DicomDataset content, groups;
  content.put_number({0x0020, 0x9157}, "UL", dimension_index);
  groups.put_items({0x0020, 0x9111}, {content});
  return groups;
}

void put_dimensions(DicomDataset& out, const std::string& organization_uid,
                    const std::vector<Dimension>& dimensions) {
  DicomDataset organization;
  organization.put_text({0x0020, 0x9164}, "UI", organization_uid);
  std::vector<DicomDataset> indices;
  for (const Dimension& dimension : dimensions) {
    DicomDataset item;
    item.put_text({0x0020, 0x9164}, "UI", organization_uid);
    item.put({{0x0020, 0x9165}, {'A', 'T'}, tag_value(dimension.index), {}});
    item.put({{0x0020, 0x9167}, {'A', 'T'}, tag_value(dimension.group), {}});
    item.put_text({0x0020, 0x9421}, "LO", dimension.label);
    indices.push_back(std::move(item));
  }
  out.put_items({0x0020, 0x9221}, {organization});
  out.put_items({0x0020, 0x9222}, std::move(indices));
}

void put_frame_format(DicomDataset& out, const Grid& grid, std::size_t frame_count, int bits) {
  out.put_number(tag::SamplesPerPixel, "US", 1);
  out.put_text(tag::PhotometricInterpretation, "CS", "MONOCHROME2");
  out.put_number(tag::NumberOfFrames, "IS", static_cast<double>(frame_count));
  out.put_number(tag::Rows, "US", grid.size[1]);
  out.put_number(tag::Columns, "US", grid.size[0]);
  out.put_number(tag::BitsAllocated, "US", bits);
}

}  // namespace lobule::report
