#include "report/dicom_parametric_map.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

#include "core/text.h"
#include "io/dicom_tags.h"
#include "report/dicom_frames.h"

namespace lobule::report {
namespace {
using io::DicomDataset;
namespace tag = io::tag;

constexpr const char* kParametricMapStorage = "1.2.840.10008.5.1.4.1.1.30";
inline const Code kQuantity{"246205007", "SCT", "Quantity"};
inline const Code kPerfusionAnalysis{"129104", "DCM", "Perfusion image analysis"};  // CID 7203
inline const Code kDiffusionAnalysis{"129105", "DCM", "Diffusion image analysis"};  // CID 7203

std::string float_bytes(const std::vector<float>& voxels) {
  std::string bytes(voxels.size() * 4, '\0');
  std::size_t at = 0;
  for (const float value : voxels) {
    const std::uint32_t word = std::isnan(value) ? 0x7FC00000u : std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8) bytes[at++] = static_cast<char>(word >> shift & 0xFF);
  }
  return bytes;
}

// The smallest and largest measured value; 0 and 0 where nothing was measured.
std::pair<double, double> measured_range(const std::vector<float>& voxels) {
  bool any = false;
  std::pair<double, double> range{0, 0};
  for (const float value : voxels) {
    if (!std::isfinite(value)) continue;
    range = any ? std::pair{std::min<double>(range.first, value), std::max<double>(range.second, value)}
                : std::pair<double, double>{value, value};
    any = true;
  }
  return range;
}

DicomDataset value_mapping(const exam::Map& map, const Code& quantity) {
  const auto [smallest, largest] = measured_range(map.image.voxels);
  DicomDataset definition, mapping;
  definition.put_text({0x0040, 0xA040}, "CS", "CODE");
  put_code(definition, {0x0040, 0xA043}, kQuantity);
  put_code(definition, {0x0040, 0xA168}, quantity);
  mapping.put_text({0x0028, 0x3003}, "LO", map.title);
  put_code(mapping, {0x0040, 0x08EA}, ucum(map.unit));
  mapping.put_text({0x0040, 0x9210}, "SH", map.name.substr(0, 16));
  mapping.put_number({0x0040, 0x9213}, "FD", largest);
  mapping.put_number({0x0040, 0x9214}, "FD", smallest);
  mapping.put_items({0x0040, 0x9220}, {definition});
  mapping.put_number({0x0040, 0x9224}, "FD", 0);
  mapping.put_number({0x0040, 0x9225}, "FD", 1);
  return mapping;
}

std::vector<std::string> image_type(const MapMeaning& meaning) {
  return {"DERIVED", "PRIMARY", meaning.image_flavor, "NONE"};
}

void put_image_module(DicomDataset& out, const exam::Map& map, const MapMeaning& meaning) {
  out.put_texts(tag::ImageType, "CS", image_type(meaning));
  out.put_text({0x0070, 0x0080}, "CS", "PARAMETRIC_MAP");
  out.put_text({0x0070, 0x0081}, "LO", map.title);
  out.put_text({0x0070, 0x0084}, "PN", "");
  out.put_text({0x0018, 0x9004}, "CS", "RESEARCH");
  out.put_text({0x0028, 0x0301}, "CS", "NO");
  out.put_text({0x0028, 0x0302}, "CS", "NO");
  out.put_text({0x0028, 0x2110}, "CS", "00");
  out.put_text({0x2050, 0x0020}, "CS", "IDENTITY");
  out.put_items({0x0040, 0x0555}, {});
}

void put_frames(DicomDataset& out, const exam::Map& map, const Sources& sources, const MapMeaning& meaning) {
  DicomDataset shared = shared_geometry(map.image.grid), frame_type, identity, anatomy;
  frame_type.put_texts({0x0008, 0x9007}, "CS", image_type(meaning));
  identity.put_number(tag::RescaleIntercept, "DS", 0);
  identity.put_number(tag::RescaleSlope, "DS", 1);
  identity.put_text({0x0028, 0x1054}, "LO", "US");
  anatomy.put_text({0x0020, 0x9072}, "CS", "B");
  put_code(anatomy, {0x0008, 0x2218}, code::kBreast);
  shared.put_items({0x0020, 0x9071}, {anatomy});
  shared.put_items({0x0028, 0x9145}, {identity});
  shared.put_items({0x0040, 0x9092}, {frame_type});
  shared.put_items({0x0040, 0x9096}, {value_mapping(map, meaning.quantity)});
  std::vector<DicomDataset> groups;
  for (int k = 0; k < map.image.grid.size[2]; ++k)
    groups.push_back(frame_groups(map.image.grid, {k, {k + 1}}, sources, meaning.derivation));
  out.put_items(tag::SharedFunctionalGroupsSequence, {shared});
  out.put_items(tag::PerFrameFunctionalGroupsSequence, std::move(groups));
}

}  // namespace

MapMeaning map_meaning(const exam::Map& map) {
  if (map.name == "adc") return {code::kAdc, kDiffusionAnalysis, "VOLUME"};
  const std::string value = contains(map.name, "pe_") ? "PE" : map.name == "ser" ? "SER" : map.name;
  const std::string meaning = value == "PE"    ? "Percent signal enhancement"
                              : value == "SER" ? "Signal enhancement ratio"
                                               : map.title;
  return {own_code(value.substr(0, 16), meaning.substr(0, 64)), kPerfusionAnalysis, "PERFUSION"};
}

DicomDataset parametric_map_object(const exam::Map& map, const Sources& sources,
                                   const exam::StudyContext& study, const std::string& seed,
                                   int series_number) {
  if (map.image.empty()) throw std::invalid_argument("a parametric map without voxels");
  const MapMeaning meaning = map_meaning(map);
  std::string pixels = float_bytes(map.image.voxels);
  ObjectHeader header;
  header.sop_class_uid = kParametricMapStorage;
  header.instance_uid = derived_uid(seed, "map " + map.name, pixels);
  header.series_uid = derived_uid(seed, "map series " + map.name);
  header.modality = "MR";
  header.series_description = "lobule: " + map.title;
  header.series_number = series_number;

  DicomDataset out;
  put_header(out, study, header);
  // The object must have a frame of reference; where the sources have none, the map is one of its own.
  put_frame_of_reference(out, sources.frame_of_reference_uid.empty()
                                  ? derived_uid(seed, "map frame of reference " + map.name)
                                  : sources.frame_of_reference_uid);
  put_frame_format(out, map.image.grid, static_cast<std::size_t>(map.image.grid.size[2]), 32);
  put_image_module(out, map, meaning);
  put_dimensions(out, derived_uid(seed, "map dimensions " + map.name), {kSliceDimension});
  put_frames(out, map, sources, meaning);
  put_referenced_series(out, sources);
  out.put({tag::FloatPixelData, {'O', 'F'}, std::move(pixels), {}});
  return out;
}

}  // namespace lobule::report
