#include "io/dicom_encode.h"

#include <cstdint>
#include <limits>
#include <string_view>

#include "core/error.h"
#include "core/hash.h"
#include "io/dicom_tags.h"

namespace lobule::io {
namespace {

void put_u16(std::string& out, std::uint32_t value) {
  out.push_back(static_cast<char>(value & 0xFF));
  out.push_back(static_cast<char>(value >> 8 & 0xFF));
}

void put_u32(std::string& out, std::uint32_t value) {
  put_u16(out, value & 0xFFFF);
  put_u16(out, value >> 16);
}

void put_tag(std::string& out, Tag tag) {
  put_u16(out, tag.group);
  put_u16(out, tag.element);
}

// VRs whose length field has 32 bits after two reserved bytes (PS3.5 table 7.1-1).
bool has_long_length(std::string_view vr) {
  for (const std::string_view known :
       {"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
    if (vr == known) return true;
  return false;
}

// Text is padded by a blank, UIDs and bytes by a zero (PS3.5 section 6.2).
char padding(std::string_view vr) {
  for (const std::string_view known : {"UI", "OB", "UN", "OW"})
    if (vr == known) return '\0';
  return ' ';
}

void put_element(std::string& out, const DicomElement& element, std::string_view value,
                 const std::string& name) {
  const std::string_view vr(element.vr.data(), 2);
  const std::size_t length = value.size() + value.size() % 2;
  const bool is_long = has_long_length(vr);
  const std::uint64_t largest = is_long ? 0xFFFFFFFEu : 0xFFFEu;
  if (length > largest)
    throw Error(name,
                "the value of " + to_text(element.tag) + " has " + std::to_string(value.size()) + " bytes",
                "VR " + std::string(vr) + " holds at most " + std::to_string(largest));
  put_tag(out, element.tag);
  out.append(vr);
  if (is_long) {
    put_u16(out, 0);
    put_u32(out, static_cast<std::uint32_t>(length));
  } else {
    put_u16(out, static_cast<std::uint32_t>(length));
  }
  out.append(value);
  if (length != value.size()) out.push_back(padding(vr));
}

void put_dataset(std::string& out, const DicomDataset& dataset, const std::string& name) {
  constexpr Tag kItem{0xFFFE, 0xE000};
  for (const DicomElement& element : dataset.elements()) {
    if (element.tag.element == 0 || element.tag.group == 2) continue;
    if (std::string_view(element.vr.data(), 2) != "SQ") {
      put_element(out, element, element.bytes, name);
      continue;
    }
    std::string items;
    for (const DicomDataset& item : element.items) {
      const std::string bytes = encode_dataset(item, name);
      put_tag(items, kItem);
      put_u32(items, static_cast<std::uint32_t>(bytes.size()));
      items.append(bytes);
    }
    put_element(out, element, items, name);
  }
}

std::string_view raw_text(const DicomDataset& dataset, Tag tag) {
  for (const DicomElement& element : dataset.elements())
    if (element.tag == tag) return element.bytes;
  return {};
}

}  // namespace

std::string encode_dataset(const DicomDataset& dataset, const std::string& name) {
  std::string out;
  put_dataset(out, dataset, name);
  return out;
}

std::string encode_meta_header(const DicomDataset& dataset, const std::string& transfer_syntax) {
  std::string group;
  const auto put = [&](std::uint16_t element, const char(&vr)[3], std::string_view value) {
    put_element(group, {{2, element}, {vr[0], vr[1]}, {}, {}}, value, "meta header");
  };
  put(0x0001, "OB", std::string_view("\0\1", 2));
  put(0x0002, "UI", raw_text(dataset, tag::SOPClassUID));
  put(0x0003, "UI", raw_text(dataset, tag::SOPInstanceUID));
  put(0x0010, "UI", transfer_syntax);
  put(0x0012, "UI", uid_from_seed("lobule 0.1 implementation class"));
  put(0x0013, "SH", "LOBULE_0_1");

  std::string out(128, '\0');
  out += "DICM";
  std::string length;
  put_u32(length, static_cast<std::uint32_t>(group.size()));
  put_element(out, {{2, 0}, {'U', 'L'}, {}, {}}, length, "meta header");
  return out + group;
}

}  // namespace lobule::io
