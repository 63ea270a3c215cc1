#include "io/dicom_dataset.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

#include "core/text.h"
#include "io/dicom_tags.h"
#include "io/dicom_text.h"

namespace lobule::io {
namespace {

constexpr std::uint16_t vr_code(char a, char b) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(a) << 8 | static_cast<unsigned char>(b));
}
constexpr std::uint16_t vr_code(const char (&vr)[3]) {
  return vr_code(vr[0], vr[1]);
}
std::uint16_t vr_code(const DicomElement& element) {
  return vr_code(element.vr[0], element.vr[1]);
}

// Value representations whose backslash is a character, not a separator (PS3.5 6.2).
bool is_single_text(std::uint16_t vr) {
  return vr == vr_code("ST") || vr == vr_code("LT") || vr == vr_code("UT") || vr == vr_code("UR");
}

// Value representations that SpecificCharacterSet governs.
bool has_character_set(std::uint16_t vr) {
  return vr == vr_code("LO") || vr == vr_code("SH") || vr == vr_code("PN") || vr == vr_code("UC") ||
         vr == vr_code("UN") || is_single_text(vr);
}

template <class T>
std::vector<double> binary_numbers(const std::string& bytes) {
  std::vector<double> values;
  values.reserve(bytes.size() / sizeof(T));
  for (std::size_t i = 0; i + sizeof(T) <= bytes.size(); i += sizeof(T)) {
    T value;
    std::memcpy(&value, bytes.data() + i, sizeof value);
    if constexpr (std::is_floating_point_v<T>)
      if (!std::isfinite(value)) return {};
    values.push_back(static_cast<double>(value));
  }
  return values;
}

std::vector<double> attribute_tags(const std::string& bytes) {
  const std::vector<double> halves = binary_numbers<std::uint16_t>(bytes);
  std::vector<double> values;
  for (std::size_t i = 0; i + 1 < halves.size(); i += 2) values.push_back(halves[i] * 65536 + halves[i + 1]);
  return values;
}

std::vector<double> text_numbers(std::string_view bytes, bool whole) {
  std::vector<double> values;
  while (true) {
    const std::size_t end = bytes.find('\\');
    const auto value = parse_number(bytes.substr(0, end));
    if (!value) return {};
    if (whole && std::abs(*value) > 2147483648.0) return {};  // IS has 32 bits
    values.push_back(*value);
    if (end == std::string_view::npos) return values;
    bytes.remove_prefix(end + 1);
  }
}

// DS has at most 16 characters: the shortest text that fits, with fewer digits where it must be.
std::string decimal_string(double value) {
  std::string text = format_number(value);
  for (int digits = 16; text.size() > 16 && digits > 1; --digits) {
    char buffer[40];
    const auto [end, error] =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, digits);
    text.assign(buffer, end);
  }
  return text;
}

template <class T>
void append_binary(std::string& bytes, double value) {
  T number;
  if constexpr (std::is_floating_point_v<T>) {
    number = static_cast<T>(value);
  } else {
    const double low = static_cast<double>(std::numeric_limits<T>::min());
    const double high = static_cast<double>(std::numeric_limits<T>::max());
    number = static_cast<T>(std::isnan(value) ? 0.0 : std::clamp(std::round(value), low, high));
  }
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

}  // namespace

std::string to_text(Tag tag) {
  char text[16];
  std::snprintf(text, sizeof text, "(%04X,%04X)", tag.group, tag.element);
  return text;
}

const DicomElement* DicomDataset::find(Tag tag) const {
  const auto place = std::lower_bound(elements_.begin(), elements_.end(), tag,
                                      [](const DicomElement& element, Tag t) { return element.tag < t; });
  return place != elements_.end() && place->tag == tag ? &*place : nullptr;
}

std::string DicomDataset::character_sets() const {
  const DicomElement* own = find(tag::SpecificCharacterSet);
  return own != nullptr ? own->bytes : inherited_character_sets_;
}

std::string DicomDataset::text(Tag tag) const {
  const DicomElement* element = find(tag);
  if (element == nullptr) return {};
  const std::uint16_t vr = vr_code(*element);
  const std::string decoded =
      has_character_set(vr) ? utf8_from_dicom(element->bytes, character_sets()) : element->bytes;
  return trim(is_single_text(vr) ? std::string_view(decoded)
                                 : std::string_view(decoded).substr(0, decoded.find('\\')));
}

std::vector<std::string> DicomDataset::texts(Tag tag) const {
  const DicomElement* element = find(tag);
  if (element == nullptr) return {};
  const std::uint16_t vr = vr_code(*element);
  if (is_single_text(vr)) return {text(tag)};
  std::vector<std::string> values =
      split(has_character_set(vr) ? utf8_from_dicom(element->bytes, character_sets()) : element->bytes, '\\');
  for (std::string& value : values) value = trim(value);
  return values;
}

std::vector<double> DicomDataset::numbers(Tag tag) const {
  const DicomElement* element = find(tag);
  if (element == nullptr) return {};
  const std::string& bytes = element->bytes;
  switch (vr_code(*element)) {
    case vr_code("US"):
    case vr_code("OW"): return binary_numbers<std::uint16_t>(bytes);
    case vr_code("SS"): return binary_numbers<std::int16_t>(bytes);
    case vr_code("UL"): return binary_numbers<std::uint32_t>(bytes);
    case vr_code("SL"): return binary_numbers<std::int32_t>(bytes);
    case vr_code("UV"): return binary_numbers<std::uint64_t>(bytes);
    case vr_code("SV"): return binary_numbers<std::int64_t>(bytes);
    case vr_code("FL"): return binary_numbers<float>(bytes);
    case vr_code("FD"): return binary_numbers<double>(bytes);
    case vr_code("AT"): return attribute_tags(bytes);
    case vr_code("IS"): return text_numbers(bytes, true);
    case vr_code("DS"):
    case vr_code("UN"): return text_numbers(bytes, false);
    default: return {};
  }
}

std::optional<double> DicomDataset::number(Tag tag, std::size_t index) const {
  const std::vector<double> values = numbers(tag);
  return index < values.size() ? std::optional(values[index]) : std::nullopt;
}

std::optional<int> DicomDataset::integer(Tag tag) const {
  const auto value = number(tag);
  if (!value || *value != std::floor(*value) || *value < std::numeric_limits<int>::min() ||
      *value > std::numeric_limits<int>::max())
    return std::nullopt;
  return static_cast<int>(*value);
}

const std::vector<DicomDataset>& DicomDataset::items(Tag tag) const {
  static const std::vector<DicomDataset> none;
  const DicomElement* element = find(tag);
  return element == nullptr ? none : element->items;
}

const DicomDataset* DicomDataset::first_item(Tag tag) const {
  const std::vector<DicomDataset>& all = items(tag);
  return all.empty() ? nullptr : &all.front();
}

std::optional<Tag> DicomDataset::private_tag(std::uint16_t group, std::string_view creator,
                                             std::uint8_t offset) const {
  for (auto place = std::lower_bound(elements_.begin(), elements_.end(), Tag{group, 0x0010},
                                     [](const DicomElement&element, Tag t) { return element.tag < t; });
       place != elements_.end() && place->tag.group == group && place->tag.element <= 0x00FF; ++place)
    if (trim(place->bytes) == creator)
      return Tag{group, static_cast<std::uint16_t>(place->tag.element << 8 | offset)};
  return std::nullopt;
}

void DicomDataset::put(DicomElement element) {
  const auto place = std::lower_bound(elements_.begin(), elements_.end(), element.tag,
                                      [](const DicomElement& e, Tag t) { return e.tag < t; });
  if (place != elements_.end() && place->tag == element.tag)
    *place = std::move(element);
  else
    elements_.insert(place, std::move(element));
}

void DicomDataset::put_text(Tag tag, const char (&vr)[3], std::string_view value) {
  DicomElement element{tag, {vr[0], vr[1]}, std::string(value), {}};
  if (element.bytes.size() % 2 != 0) element.bytes += vr_code(vr) == vr_code("UI") ? '\0' : ' ';
  put(std::move(element));
}

void DicomDataset::put_texts(Tag tag, const char (&vr)[3], const std::vector<std::string>& values) {
  put_text(tag, vr, join(values, "\\"));
}

void DicomDataset::put_numbers(Tag tag, const char (&vr)[3], const std::vector<double>& values) {
  if (vr_code(vr) == vr_code("DS") || vr_code(vr) == vr_code("IS")) {
    std::vector<std::string> words;
    for (const double value : values)
      words.push_back(vr_code(vr) == vr_code("IS") ? format_fixed(value, 0) : decimal_string(value));
    return put_texts(tag, vr, words);
  }
  std::string bytes;
  for (const double value : values) switch (vr_code(vr)) {
      case vr_code("US"): append_binary<std::uint16_t>(bytes, value); break;
      case vr_code("SS"): append_binary<std::int16_t>(bytes, value); break;
      case vr_code("UL"): append_binary<std::uint32_t>(bytes, value); break;
      case vr_code("SL"): append_binary<std::int32_t>(bytes, value); break;
      case vr_code("FL"): append_binary<float>(bytes, value); break;
      default: append_binary<double>(bytes, value); break;
    }
  put({tag, {vr[0], vr[1]}, std::move(bytes), {}});
}

void DicomDataset::put_items(Tag tag, std::vector<DicomDataset> items) {
  put({tag, {'S', 'Q'}, {}, std::move(items)});
}

void DicomDataset::erase(Tag tag) {
  std::erase_if(elements_, [&](const DicomElement& element) { return element.tag == tag; });
}

}  // namespace lobule::io
