#include "report/dicom_seg.h"

#include <algorithm>
#include <stdexcept>

#include "core/context.h"
#include "core/text.h"
#include "io/dicom_tags.h"
#include "measure/breast_density.h"
#include "report/dicom_frames.h"

namespace lobule::report {
namespace {
using io::DicomDataset;
namespace tag = io::tag;

constexpr const char* kSegmentationStorage = "1.2.840.10008.5.1.4.1.1.66.4";
const Dimension kSegmentDimension{{0x0062, 0x000B}, {0x0062, 0x000A}, "Referenced Segment Number"};

struct Frame {
  int segment = 0;  // index into the segments
  int k = 0;
};

bool has_label(const Mask& mask, std::uint8_t label, int k) {
  const auto begin = mask.voxels.begin() + static_cast<std::ptrdiff_t>(mask.grid.offset(0, 0, k));
  const std::ptrdiff_t count = static_cast<std::ptrdiff_t>(mask.grid.size[0]) * mask.grid.size[1];
  return std::find(begin, begin + count, label) != begin + count;
}

std::vector<Frame> frames_of(const Mask& mask, const Segmentation& segmentation) {
  std::vector<Frame> frames;
  for (std::size_t s = 0; s < segmentation.segments.size(); ++s)
    for (int k = 0; k < mask.grid.size[2]; ++k)
      if (!segmentation.leave_out_empty_frames || has_label(mask, segmentation.segments[s].label, k))
        frames.push_back({static_cast<int>(s), k});
  return frames;
}

// One bit a voxel, first voxel in the lowest bit, frames joined without padding (PS3.5 section 8.1.1).
std::string packed_bits(const Mask& mask, const Segmentation& segmentation,
                        const std::vector<Frame>& frames) {
  const std::size_t area = static_cast<std::size_t>(mask.grid.size[0]) * mask.grid.size[1];
  std::string bytes((area * frames.size() + 7) / 8, '\0');
  std::size_t bit = 0;
  for (const Frame& frame : frames) {
    const std::uint8_t label = segmentation.segments[static_cast<std::size_t>(frame.segment)].label;
    const std::uint8_t* voxels = mask.voxels.data() + mask.grid.offset(0, 0, frame.k);
    for (std::size_t v = 0; v < area; ++v, ++bit)
      if (voxels[v] == label) bytes[bit / 8] = static_cast<char>(bytes[bit / 8] | 1 << bit % 8);
  }
  return bytes;
}

DicomDataset with_side(const Code& code, io::Tag modifiers, exam::Side side) {
  DicomDataset item = code_item(code);
  if (side != exam::Side::both) put_code(item, modifiers, laterality(side));
  return item;
}

// PS3.3 table 10-19, of a network.
DicomDataset algorithm_item(const std::string& name) {
  DicomDataset item;
  put_code(item, {0x0066, 0x002F}, {"123110", "DCM", "Artificial Intelligence"});  // CID 7162
  item.put_text({0x0066, 0x0036}, "LO", name);
  item.put_text({0x0066, 0x0031}, "LO", version());
  return item;
}

DicomDataset segment_item(const Segment& segment, int number, const Segmentation& segmentation) {
  DicomDataset item;
  item.put_number({0x0062, 0x0004}, "US", number);
  item.put_text({0x0062, 0x0005}, "LO", segment.name);
  item.put_text({0x0062, 0x0008}, "CS", segmentation.made_by_person ? "SEMIAUTOMATIC" : "AUTOMATIC");
  item.put_text({0x0062, 0x0009}, "LO", "lobule " + std::string(version()));
  if (!segmentation.algorithm.empty())
    item.put_items({0x0062, 0x0007}, {algorithm_item(segmentation.algorithm)});
  put_code(item, {0x0062, 0x0003}, segment.category);
  item.put_items({0x0062, 0x000F}, {with_side(segment.type, {0x0062, 0x0011}, segment.side)});
  if (segment.in_breast)
    item.put_items({0x0008, 0x2218}, {with_side(code::kBreast, {0x0008, 0x2220}, segment.side)});
  item.put_text({0x0062, 0x0020}, "UT", segment.tracking_id);
  item.put_text({0x0062, 0x0021}, "UI", segment.tracking_uid);
  return item;
}

void put_segments(DicomDataset& out, const Segmentation& segmentation) {
  std::vector<DicomDataset> items;
  for (const Segment& segment : segmentation.segments)
    items.push_back(segment_item(segment, static_cast<int>(items.size()) + 1, segmentation));
  out.put_items({0x0062, 0x0002}, std::move(items));
}

void put_image_module(DicomDataset& out, const Segmentation& segmentation) {
  out.put_texts(tag::ImageType, "CS", {"DERIVED", "PRIMARY"});
  // Type 2C where no plane orientation stands; that of the source, whose pixels these are, counts.
  if (segmentation.is_projection) out.put_text({0x0020, 0x0020}, "CS", "");
  out.put_text({0x0070, 0x0080}, "CS", "SEGMENTATION");
  out.put_text({0x0070, 0x0081}, "LO", segmentation.title);
  out.put_text({0x0070, 0x0084}, "PN", "");
  out.put_number(tag::BitsStored, "US", 1);
  out.put_number(tag::HighBit, "US", 0);
  out.put_number(tag::PixelRepresentation, "US", 0);
  out.put_text({0x0028, 0x2110}, "CS", "00");
  out.put_text({0x0062, 0x0001}, "CS", "BINARY");
}

void put_frames(DicomDataset& out, const Grid& grid, const Segmentation& segmentation,
                const std::vector<Frame>& frames, const Sources& sources) {
  const bool projection = segmentation.is_projection;
  std::vector<DicomDataset> groups;
  for (const Frame& frame : frames) {
    DicomDataset identification;
    identification.put_number({0x0062, 0x000B}, "US", frame.segment + 1);
    groups.push_back(projection ? projection_frame_groups(frame.segment + 1)
                                : frame_groups(grid, {frame.k, {frame.segment + 1, frame.k + 1}}, sources,
                                               code::kSegmentation));
    groups.back().put_items({0x0062, 0x000A}, {identification});
  }
  out.put_items(tag::SharedFunctionalGroupsSequence,
                {projection ? shared_projection(segmentation.spacing_mm, sources, code::kSegmentation)
                            : shared_geometry(grid)});
  out.put_items(tag::PerFrameFunctionalGroupsSequence, std::move(groups));
}

Segment sided(const std::string& seed, const std::string& what, const std::string& title, exam::Side side,
              const Code& category, const Code& type) {
  Segment segment;
  segment.label = static_cast<std::uint8_t>(side);
  segment.name = title + (side == exam::Side::right ? " right" : " left");
  segment.category = category;
  segment.type = type;
  segment.side = side;
  segment.in_breast = !(type == code::kBreast);
  segment.tracking_id = what + " " + exam::to_text(side);
  segment.tracking_uid = derived_uid(seed, "tracking " + segment.tracking_id);
  return segment;
}

}  // namespace

DicomDataset segmentation_object(const Mask& mask, const Segmentation& segmentation,
                                 const exam::StudyContext& study, const Sources& sources,
                                 const std::string& seed) {
  const std::vector<Frame> frames = frames_of(mask, segmentation);
  if (frames.empty()) throw std::invalid_argument("a segmentation without frames");
  std::string bits = packed_bits(mask, segmentation, frames);
  ObjectHeader header;
  header.sop_class_uid = kSegmentationStorage;
  header.instance_uid = derived_uid(seed, "segmentation " + segmentation.what, bits);
  header.series_uid = derived_uid(seed, "segmentation series " + segmentation.what);
  header.modality = "SEG";
  header.series_description = "lobule: " + segmentation.title;
  header.series_number = segmentation.series_number;

  DicomDataset out;
  put_header(out, study, header);
  put_frame_of_reference(out, sources.frame_of_reference_uid);
  put_frame_format(out, mask.grid, frames.size(), 1);
  put_image_module(out, segmentation);
  put_segments(out, segmentation);
  std::vector<Dimension> dimensions{kSegmentDimension};
  if (!segmentation.is_projection) dimensions.push_back(kSliceDimension);
  put_dimensions(out, derived_uid(seed, "segmentation dimensions " + segmentation.what), dimensions);
  put_frames(out, mask.grid, segmentation, frames, sources);
  put_referenced_series(out, sources);
  out.put({tag::PixelData, {'O', 'B'}, std::move(bits), {}});
  return out;
}

Segmentation breast_segmentation(const std::string& seed, bool made_by_person) {
  Segmentation out{
      .what = "breast", .title = "Breast", .series_number = 9001, .made_by_person = made_by_person};
  for (const exam::Side side : {exam::Side::right, exam::Side::left})
    out.segments.push_back(sided(seed, "breast", "Breast", side, code::kAnatomicalStructure, code::kBreast));
  return out;
}

Segmentation fgt_segmentation(const std::string& seed, bool made_by_person) {
  Segmentation out{.what = "fgt",
                   .title = "Fibroglandular tissue",
                   .series_number = 9002,
                   .made_by_person = made_by_person};
  for (const exam::Side side : {exam::Side::right, exam::Side::left})
    out.segments.push_back(
        sided(seed, "fgt", "Fibroglandular tissue", side, code::kTissue, code::kFibroglandular));
  return out;
}

Segmentation candidate_segmentation(const std::string& seed, const std::vector<exam::Candidate>& candidates) {
  Segmentation out{.what = "candidates",
                   .title = "Candidate enhancing regions",
                   .series_number = 9003,
                   .leave_out_empty_frames = true};
  for (std::size_t n = 0; n < std::min<std::size_t>(candidates.size(), 255); ++n) {
    Segment segment;
    segment.label = static_cast<std::uint8_t>(n + 1);
    segment.name = "Candidate " + std::to_string(candidates[n].rank);
    segment.category = candidates[n].suspicious ? code::kAbnormalStructure : code::kFunction;
    segment.type = candidate_finding(candidates[n]);
    segment.side = candidates[n].side;
    segment.in_breast = true;
    segment.tracking_id = "candidate " + std::to_string(candidates[n].rank);
    segment.tracking_uid = derived_uid(seed, "tracking " + segment.tracking_id);
    out.segments.push_back(std::move(segment));
  }
  return out;
}

Segmentation mammogram_segmentation(const std::string& seed, const std::string& view, exam::Side side,
                                    std::optional<double> spacing_mm, const std::string& algorithm) {
  Segmentation out{.what = "density " + view,
                   .title = "Breast density, " + view,
                   .series_number = 9021,
                   .is_projection = true,
                   .spacing_mm = spacing_mm,
                   .algorithm = algorithm};
  const auto add = [&](measure::MammogramLabel label, const std::string& name, const Code& category,
                       const Code& type, bool in_breast) {
    Segment segment;
    segment.label = label;
    segment.name = name;
    segment.category = category, segment.type = type;
    segment.side = side, segment.in_breast = in_breast;
    segment.tracking_id = view + " " + lower(name);
    segment.tracking_uid = derived_uid(seed, "tracking " + segment.tracking_id);
    out.segments.push_back(std::move(segment));
  };
  add(measure::kAdipose, "Adipose tissue", code::kTissue, code::kFat, true);
  add(measure::kDense, "Dense tissue", code::kTissue, code::kFibroglandular, true);
  add(measure::kPectoral, "Pectoral muscle", code::kAnatomicalStructure, code::kPectoralMuscle, false);
  return out;
}

Mask candidate_mask(const Grid& grid, const std::vector<exam::Candidate>& candidates) {
  Mask mask(grid);
  for (std::size_t n = 0; n < std::min<std::size_t>(candidates.size(), 255); ++n)
    for (const Index3& at : candidates[n].voxels)
      if (grid.contains(at[0], at[1], at[2])) mask.at(at[0], at[1], at[2]) = static_cast<std::uint8_t>(n + 1);
  return mask;
}

}  // namespace lobule::report
