#pragma once
// DICOM files byte by byte, right and wrong ones.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"

namespace lobule::test {

enum class Syntax { explicit_little, implicit_little, explicit_big };

class RawDicom {
 public:
  explicit RawDicom(Syntax syntax = Syntax::explicit_little) : syntax_(syntax) {}

  // Preamble, DICM and a meta header with the transfer syntax.
  static RawDicom file(const std::string& transfer_syntax, Syntax syntax = Syntax::explicit_little) {
    RawDicom raw;
    raw.bytes_ = std::string(128, '\0') + "DICM";
    raw.element(0x0002, 0x0010, "UI", even(transfer_syntax, '\0'));
    raw.syntax_ = syntax;
    return raw;
  }
  static RawDicom file() { return file("1.2.840.10008.1.2.1"); }

  RawDicom& element(std::uint16_t group, std::uint16_t element, std::string_view vr, std::string_view value) {
    head(group, element, vr, static_cast<std::uint32_t>(value.size()));
    bytes_ += value;
    return *this;
  }
  // Text padded to an even length.
  RawDicom& text(std::uint16_t group, std::uint16_t number, std::string_view vr, const std::string& value) {
    return element(group, number, vr, even(value, vr == "UI" ? '\0' : ' '));
  }
  RawDicom& u16(std::uint16_t group, std::uint16_t number, std::uint16_t value) {
    return element(group, number, "US", number16(value));
  }
  RawDicom& head(std::uint16_t group, std::uint16_t element, std::string_view vr, std::uint32_t length) {
    bytes_ += number16(group) + number16(element);
    if (syntax_ == Syntax::implicit_little) {
      bytes_ += number32(length);
      return *this;
    }
    bytes_ += vr;
    constexpr std::string_view kLong = "OB OD OF OL OV OW SQ SV UC UN UR UT UV";
    if (kLong.find(vr) == std::string_view::npos)
      bytes_ += number16(static_cast<std::uint16_t>(length));
    else
      bytes_ += std::string(2, '\0') + number32(length);
    return *this;
  }
  // The head of an item or delimiter (FFFE,eeee).
  RawDicom& item(std::uint16_t element, std::uint32_t length) {
    bytes_ += number16(0xFFFE) + number16(element) + number32(length);
    return *this;
  }
  RawDicom& raw(std::string_view more) {
    bytes_ += more;
    return *this;
  }
  // A monochrome image's attributes without its pixels.
  RawDicom& image(std::uint16_t rows, std::uint16_t columns, std::uint16_t bits, std::uint16_t stored,
                  const std::string& frames = "") {
    u16(0x0028, 0x0002, 1);
    text(0x0028, 0x0004, "CS", "MONOCHROME2");
    if (!frames.empty()) text(0x0028, 0x0008, "IS", frames);
    u16(0x0028, 0x0010, rows)
        .u16(0x0028, 0x0011, columns)
        .u16(0x0028, 0x0100, bits)
        .u16(0x0028, 0x0101, stored);
    return u16(0x0028, 0x0102, static_cast<std::uint16_t>(stored - 1)).u16(0x0028, 0x0103, 0);
  }

  const std::string& bytes() const { return bytes_; }
  std::span<const std::uint8_t> span() const {
    return {reinterpret_cast<const std::uint8_t*>(bytes_.data()), bytes_.size()};
  }

  static std::string even(std::string value, char pad) {
    if (value.size() % 2 != 0) value += pad;
    return value;
  }
  std::string number16(std::uint16_t value) const {
    std::string text{static_cast<char>(value & 0xFF), static_cast<char>(value >> 8)};
    return syntax_ == Syntax::explicit_big ? std::string(text.rbegin(), text.rend()) : text;
  }
  std::string number32(std::uint32_t value) const {
    const std::string low = number16(static_cast<std::uint16_t>(value & 0xFFFF));
    const std::string high = number16(static_cast<std::uint16_t>(value >> 16));
    return syntax_ == Syntax::explicit_big ? high + low : low + high;
  }

 private:
  Syntax syntax_;
  std::string bytes_;
};

// The sentence of the Error that `action` throws, or "no error".
template <class Action>
std::string refusal(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace lobule::test
