#pragma once
// A DICOM data set as a plain value: elements in tag order, sequences as nested data sets. It is what
// header reading returns and what writing takes; pixels are not in it (see dicom_pixels.h), except where
// a writer puts them in. Values are kept as their bytes in little endian, as PS3.5 encodes them.

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lobule::io {

struct Tag {
  std::uint16_t group = 0;
  std::uint16_t element = 0;
  friend auto operator<=>(const Tag&, const Tag&) = default;
};

// "(0028,0010)".
std::string to_text(Tag tag);

class DicomDataset;

struct DicomElement {
  Tag tag;
  std::array<char, 2> vr{'U', 'N'};
  std::string bytes;                // empty for sequences
  std::vector<DicomDataset> items;  // of sequences
};

class DicomDataset {
 public:
  const std::vector<DicomElement>& elements() const { return elements_; }
  bool empty() const { return elements_.empty(); }

  // The element, or null. Elements are unique by tag.
  const DicomElement* find(Tag tag) const;
  bool has(Tag tag) const { return find(tag) != nullptr; }

  // Text without padding; the first of several values, or "" when absent. UTF-8 whatever the
  // SpecificCharacterSet (undecodable bytes become U+FFFD).
  std::string text(Tag tag) const;
  // All values of a text element, split at backslashes, each trimmed.
  std::vector<std::string> texts(Tag tag) const;
  // Numbers of DS, IS, US, SS, UL, SL, UV, SV, FL, FD, AT and (little-endian 16 bit) OW elements, and of
  // UN elements whose bytes are a decimal string; empty when absent or not a finite number.
  std::vector<double> numbers(Tag tag) const;
  std::optional<double> number(Tag tag, std::size_t index = 0) const;
  std::optional<int> integer(Tag tag) const;
  // The items of a sequence; empty when absent.
  const std::vector<DicomDataset>& items(Tag tag) const;
  // The first item of a sequence, or null.
  const DicomDataset* first_item(Tag tag) const;

  // The tag of a private element: `creator` reserves a block of `group` (PS3.5 7.8.1); `offset` is its
  // low byte. Nothing when the creator is absent.
  std::optional<Tag> private_tag(std::uint16_t group, std::string_view creator, std::uint8_t offset) const;

  // Adds an element or replaces the one with its tag, keeping tag order.
  void put(DicomElement element);
  void put_text(Tag tag, const char (&vr)[3], std::string_view value);
  void put_texts(Tag tag, const char (&vr)[3], const std::vector<std::string>& values);
  // DS and IS as text of at most 16 characters; US, SS, UL, SL, FL, FD as binary.
  void put_numbers(Tag tag, const char (&vr)[3], const std::vector<double>& values);
  void put_number(Tag tag, const char (&vr)[3], double value) { put_numbers(tag, vr, {value}); }
  void put_items(Tag tag, std::vector<DicomDataset> items);
  void erase(Tag tag);

  // Takes elements that are in tag order and unique, as readers have them.
  void take_sorted(std::vector<DicomElement> elements) { elements_ = std::move(elements); }
  // The SpecificCharacterSet of an enclosing data set, for one that has none of its own (PS3.5 7.5.3).
  void inherit_character_sets(std::string terms) { inherited_character_sets_ = std::move(terms); }

 private:
  std::string character_sets() const;

  std::vector<DicomElement> elements_;
  std::string inherited_character_sets_;
};

}  // namespace lobule::io
