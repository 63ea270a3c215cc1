#include "io/dicom_parser.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "io/dicom_dictionary.h"
#include "io/dicom_tags.h"

namespace lobule::io {
namespace {

constexpr std::uint64_t kNoEnd = ~std::uint64_t{0};
constexpr Tag kItem{0xFFFE, 0xE000}, kItemDelimiter{0xFFFE, 0xE00D}, kSequenceDelimiter{0xFFFE, 0xE0DD};
constexpr Tag kTrailingPadding{0xFFFC, 0xFFFC};
constexpr std::string_view kShortVrs = "AEASATCSDADSDTFDFLISLOLTPNSHSLSSSTTMUIULUS";
constexpr std::string_view kLongVrs = "OBODOFOLOVOWSQSVUCUNURUTUV";  // with 32 bits of length

bool is_among(std::string_view list, char a, char b) {
  for (std::size_t i = 0; i < list.size(); i += 2)
    if (list[i] == a && list[i + 1] == b) return true;
  return false;
}

bool is_vr(const ElementHead& head, const char (&vr)[3]) {
  return head.vr[0] == vr[0] && head.vr[1] == vr[1];
}

bool is_pixel_tag(Tag tag) {
  return tag == tag::PixelData || tag == tag::FloatPixelData || tag == tag::DoubleFloatPixelData;
}

std::size_t swapped_size(std::array<char, 2> vr) {
  const std::string_view text(vr.data(), 2);
  if (text == "US" || text == "SS" || text == "OW" || text == "AT") return 2;
  if (text == "UL" || text == "SL" || text == "FL" || text == "OF" || text == "OL") return 4;
  if (text == "FD" || text == "OD" || text == "OV" || text == "SV" || text == "UV") return 8;
  return 1;
}

std::string quoted_vr(const std::uint8_t* vr) {
  std::string text = "\"";
  for (int i = 0; i < 2; ++i) text += vr[i] >= 0x20 && vr[i] < 0x7F ? static_cast<char>(vr[i]) : '?';
  return text + "\"";
}

}  // namespace

bool is_known_vr(char a, char b) {
  return is_among(kShortVrs, a, b) || is_among(kLongVrs, a, b);
}

std::uint16_t read_u16(const std::uint8_t* bytes, bool big_endian) {
  return static_cast<std::uint16_t>(big_endian ? bytes[0] << 8 | bytes[1] : bytes[1] << 8 | bytes[0]);
}

std::uint32_t read_u32(const std::uint8_t* bytes, bool big_endian) {
  const std::uint32_t first = read_u16(bytes, big_endian), second = read_u16(bytes + 2, big_endian);
  return big_endian ? first << 16 | second : second << 16 | first;
}

void swap_values(std::array<char, 2> vr, std::string& bytes) {
  const std::size_t size = swapped_size(vr);
  if (size == 1) return;
  for (std::size_t i = 0; i + size <= bytes.size(); i += size)
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                 bytes.begin() + static_cast<std::ptrdiff_t>(i + size));
}

void DicomParser::fail(const std::string& what, const std::string& why) const {
  throw Error(name_, what, why);
}

std::uint64_t DicomParser::left(const Scope& scope) {
  const std::uint64_t end = std::min(source_.size(), scope.end);
  return end - std::min(end, position_);
}

const std::uint8_t* DicomParser::bytes_at(std::uint64_t position, std::size_t count, const Scope& scope) {
  if (scope.end != kNoEnd && (position > scope.end || count > scope.end - position)) return nullptr;
  return source_.at(position, count);
}

DicomDataset DicomParser::meta_header() {
  Scope scope{{true, false}, kNoEnd, 0, {}};
  std::vector<DicomElement> elements;
  while (const std::uint8_t* start = source_.at(position_, 8)) {
    if (read_u16(start, false) != 0x0002) break;
    ElementHead head;
    // Some writers encode the meta header implicitly.
    scope.encoding.explicit_vr = is_known_vr(static_cast<char>(start[4]), static_cast<char>(start[5]));
    read_head(scope, head);
    DicomElement element{head.tag, head.vr, {}, {}};
    read_value(head, scope, element);
    elements.push_back(std::move(element));
  }
  return finish(elements);
}

DicomDataset DicomParser::top_level(Encoding encoding, PixelLocation& pixels) {
  thread_local std::vector<DicomElement> elements;  // keeps its room from file to file
  elements.clear();
  Scope scope{encoding, kNoEnd, 0, {}};
  ElementHead head;
  while (read_head(scope, head)) {
    if (is_pixel_tag(head.tag)) {
      pixels = {head.tag, head.vr, false, position_, head.length};
      break;
    }
    if (head.tag == kTrailingPadding) break;
    if (head.tag.group == 0 && head.tag.element == 0 && head.length == 0) {
      notes_.push_back("bytes of zero follow the data set");
      break;
    }
    DicomElement element{head.tag, head.vr, {}, {}};
    const bool keep = head.length <= limits_.largest_element_bytes || is_sequence(head, scope);
    read_value(head, scope, element);
    if (keep && head.tag.element != 0) elements.push_back(std::move(element));
  }
  return finish(elements);
}

bool DicomParser::at_end(const Scope& scope) {
  if (scope.end != kNoEnd) return position_ >= scope.end;
  return scope.depth == 0 && !source_.reaches(position_ + 1);
}

bool DicomParser::read_head(const Scope& scope, ElementHead& head) {
  if (at_end(scope)) return false;
  const std::uint8_t* bytes = bytes_at(position_, 8, scope);
  if (bytes == nullptr) {
    if (scope.depth > 0 && scope.end == kNoEnd) fail("the file ends inside a sequence");
    fail("the file ends inside the head of an element",
         std::to_string(left(scope)) + " bytes are left of at least 8");
  }
  const bool big = scope.encoding.big_endian;
  head.tag = {read_u16(bytes, big), read_u16(bytes + 2, big)};
  head.head_bytes = 8;
  if (head.tag.group == 0xFFFE) {
    head.vr = {'U', 'N'};
    head.length = read_u32(bytes + 4, big);
    if (head.tag == kItemDelimiter && scope.depth > 0) {
      position_ += 8;
      return false;
    }
    if (head.tag == kItem || scope.depth > 0)
      fail("the element " + to_text(head.tag) + " stands outside a sequence");
    position_ += 8;  // a stray delimiter ends nothing
    notes_.push_back("a stray delimiter was passed over");
    return read_head(scope, head);
  }
  if (scope.encoding.explicit_vr) {
    read_explicit_head(bytes, scope, head);
  } else {
    head.vr = dictionary_vr(head.tag);
    head.length = read_u32(bytes + 4, big);
  }
  position_ += head.head_bytes;
  walked_bytes_ += head.head_bytes;
  if (walked_bytes_ > largest_walked_bytes_)
    fail(
        "the deflated header holds more than " + std::to_string(largest_walked_bytes_) + " bytes of elements",
        "it would fill the memory; the file is refused");
  return true;
}

void DicomParser::read_explicit_head(const std::uint8_t* bytes, const Scope& scope, ElementHead& head) {
  const bool big = scope.encoding.big_endian;
  const char a = static_cast<char>(bytes[4]), b = static_cast<char>(bytes[5]);
  head.vr = {a, b};
  head.length = read_u16(bytes + 6, big);
  if (is_among(kShortVrs, a, b)) return;
  if (a == ' ' && b == ' ') {  // seen in the wild, with a length of 16 bits
    head.vr = {'U', 'N'};
    return;
  }
  if (!is_among(kLongVrs, a, b))
    fail("the element " + to_text(head.tag) + " has the unknown value representation " +
         quoted_vr(bytes + 4));
  const std::uint8_t* whole = bytes_at(position_, 12, scope);
  if (whole == nullptr) fail("the file ends inside the head of the element " + to_text(head.tag));
  head.length = read_u32(whole + 8, big);
  head.head_bytes = 12;
}

bool DicomParser::is_sequence(const ElementHead& head, const Scope& scope) {
  if (is_vr(head, "SQ")) return true;
  if (!is_vr(head, "UN")) return false;
  if (head.length == kUndefinedLength) return true;
  // A sequence that a writer without a dictionary copied as UN (PS3.5 6.2.2, note 5).
  if (!scope.encoding.explicit_vr || head.length < 8 || dictionary_vr(head.tag)[0] != 'S' ||
      dictionary_vr(head.tag)[1] != 'Q')
    return false;
  const std::uint8_t* bytes = bytes_at(position_, 4, scope);
  return bytes != nullptr && read_u32(bytes, false) == 0xE000FFFE;
}

void DicomParser::check_length(const ElementHead& head, const Scope& scope) {
  const bool fits = scope.end == kNoEnd
                        ? source_.reaches(position_ + head.length)
                        : head.length <= scope.end - position_ && source_.reaches(position_ + head.length);
  if (!fits)
    fail("the element " + to_text(head.tag) + " claims " + std::to_string(head.length) + " bytes, " +
         std::to_string(left(scope)) + " are left");
}

void DicomParser::read_value(const ElementHead& head, Scope& scope, DicomElement& element) {
  if (is_sequence(head, scope)) {
    element.vr = {'S', 'Q'};
    element.items = read_sequence(head, scope);
    return;
  }
  if (head.length == kUndefinedLength) {
    if (!is_pixel_tag(head.tag) && !is_vr(head, "OB") && !is_vr(head, "OW"))
      fail("the element " + to_text(head.tag) + " has no length");
    return skip_fragments(head, scope);
  }
  if (head.length == 0) return;
  if (head.length > limits_.largest_element_bytes) {
    check_length(head, scope);
    position_ += head.length;
    return;
  }
  const std::uint8_t* bytes = bytes_at(position_, head.length, scope);
  if (bytes == nullptr) {
    check_length(head, scope);
    fail("the element " + to_text(head.tag) + " cannot be read");
  }
  element.bytes.assign(reinterpret_cast<const char*>(bytes), head.length);
  position_ += head.length;
  walked_bytes_ += head.length;
  if (is_vr(head, "UN") && scope.encoding.explicit_vr)
    element.vr = dictionary_vr(head.tag);
  else if (scope.encoding.big_endian)
    swap_values(head.vr, element.bytes);
  if (head.tag == tag::SpecificCharacterSet) scope.character_sets = element.bytes;
}

std::vector<DicomDataset> DicomParser::read_sequence(const ElementHead& head, const Scope& outer) {
  if (outer.depth >= limits_.deepest_nesting)
    fail("sequences are nested deeper than " + std::to_string(limits_.deepest_nesting) + " levels",
         "no real object needs that; the file is refused");
  Scope scope = outer;
  scope.depth = outer.depth + 1;
  if (is_vr(head, "UN") && scope.encoding.explicit_vr)
    scope.encoding = {false, false};  // PS3.5 6.2.2, note 4
  if (head.length != kUndefinedLength) {
    check_length(head, outer);
    scope.end = position_ + head.length;
  }
  const bool delimited = head.length == kUndefinedLength;
  std::vector<DicomDataset> items;
  while (delimited || position_ < scope.end) {
    const std::uint8_t* bytes = bytes_at(position_, 8, scope);
    if (bytes == nullptr) fail("the file ends inside the sequence " + to_text(head.tag));
    const bool big = scope.encoding.big_endian;
    const Tag found{read_u16(bytes, big), read_u16(bytes + 2, big)};
    const std::uint32_t length = read_u32(bytes + 4, big);
    if (found != kItem && found != kSequenceDelimiter)
      fail("the sequence " + to_text(head.tag) + " holds " + to_text(found) + " where an item should begin");
    position_ += 8;
    walked_bytes_ += 8;
    if (found == kSequenceDelimiter) break;
    items.push_back(read_item(head, length, scope));
  }
  return items;
}

DicomDataset DicomParser::read_item(const ElementHead& sequence, std::uint32_t length, Scope scope) {
  if (length != kUndefinedLength) {
    const std::uint64_t available = left(scope);
    if (!source_.reaches(position_ + length) || (scope.end != kNoEnd && length > scope.end - position_))
      fail("an item of the sequence " + to_text(sequence.tag) + " claims " + std::to_string(length) +
           " bytes, " + std::to_string(source_.size_is_known() ? available : left(scope)) + " are left");
    scope.end = position_ + length;
  }
  const std::string inherited = scope.character_sets;
  std::vector<DicomElement> elements;
  ElementHead head;
  // An item of undefined length inside a sequence of defined length ends at its delimiter.
  while (read_head(scope, head)) {
    DicomElement element{head.tag, head.vr, {}, {}};
    const bool keep = head.length <= limits_.largest_element_bytes || is_sequence(head, scope);
    read_value(head, scope, element);
    if (keep && head.tag.element != 0) elements.push_back(std::move(element));
  }
  DicomDataset dataset = finish(elements);
  if (!inherited.empty() && !dataset.has(tag::SpecificCharacterSet))
    dataset.inherit_character_sets(inherited);
  return dataset;
}

void DicomParser::skip_fragments(const ElementHead& head, const Scope& scope) {
  while (true) {
    const std::uint8_t* bytes = bytes_at(position_, 8, scope);
    if (bytes == nullptr) fail("the file ends inside the element " + to_text(head.tag));
    const Tag found{read_u16(bytes, scope.encoding.big_endian),
                    read_u16(bytes + 2, scope.encoding.big_endian)};
    const ElementHead fragment{head.tag, head.vr, read_u32(bytes + 4, scope.encoding.big_endian), 8};
    position_ += 8;
    if (found == kSequenceDelimiter) return;
    if (found != kItem)
      fail("the element " + to_text(head.tag) + " holds " + to_text(found) + " between fragments");
    check_length(fragment, scope);
    position_ += fragment.length;
  }
}

// Elements in tag order, each once.
DicomDataset DicomParser::finish(std::vector<DicomElement>& elements) {
  const auto by_tag = [](const DicomElement& a, const DicomElement& b) { return a.tag < b.tag; };
  if (!std::is_sorted(elements.begin(), elements.end(), by_tag)) {
    std::stable_sort(elements.begin(), elements.end(), by_tag);
    notes_.push_back("elements are out of order");
  }
  for (std::size_t i = 1; i < elements.size(); ++i)
    if (elements[i].tag == elements[i - 1].tag) {
      if (elements[i].bytes != elements[i - 1].bytes || !elements[i].items.empty())
        fail("the element " + to_text(elements[i].tag) + " occurs twice with different values",
             "which of them holds cannot be known");
      elements.erase(elements.begin() + static_cast<std::ptrdiff_t>(i--));
    }
  DicomDataset dataset;
  dataset.take_sorted({std::make_move_iterator(elements.begin()), std::make_move_iterator(elements.end())});
  elements.clear();
  return dataset;
}

}  // namespace lobule::io
