#include "exam/csa_header.h"

#include <cstdint>
#include <optional>

#include "core/text.h"

namespace lobule::exam {
namespace {

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  std::optional<std::string_view> take(std::size_t size) {
    if (size > bytes_.size()) return std::nullopt;
    const std::string_view part = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return part;
  }
  std::optional<std::int32_t> take_int() {
    const auto part = take(4);
    if (!part) return std::nullopt;
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i) value = value << 8 | static_cast<unsigned char>((*part)[i]);
    return static_cast<std::int32_t>(value);
  }

 private:
  std::string_view bytes_;
};

std::string until_nul(std::string_view text) {
  return trim(text.substr(0, text.find('\0')));
}

// One value; nothing at the end of the usable bytes. In CSA1 the stated length is too large by the number
// of items of the table's first entry.
std::optional<std::string> take_item(Cursor& in, bool second_version, std::int32_t first_item_count) {
  const auto words = in.take(16);
  if (!words) return std::nullopt;
  Cursor head(*words);
  const std::int32_t x0 = *head.take_int();
  const std::int32_t x1 = *head.take_int();
  const std::int64_t length = second_version ? x1 : static_cast<std::int64_t>(x0) - first_item_count;
  if (length < 0) return std::nullopt;
  const auto value = in.take(static_cast<std::size_t>(length));
  if (!value) return std::nullopt;
  in.take(static_cast<std::size_t>((4 - length % 4) % 4));
  return until_nul(*value);
}

}  // namespace

std::vector<std::string> csa_values(std::string_view bytes, std::string_view name) {
  Cursor in(bytes);
  const bool second_version = bytes.substr(0, 4) == "SV10";
  if (second_version) in.take(8);
  const auto entry_count = in.take_int();
  const auto check = in.take_int();
  if (!entry_count || !check || (*check != 77 && *check != 205)) return {};
  std::int32_t first_item_count = 0;
  for (std::int32_t entry = 0; entry < *entry_count; ++entry) {
    const auto entry_name = in.take(64);
    in.take(4 + 4 + 4);  // multiplicity, VR, Siemens' own type
    const auto item_count = in.take_int();
    if (!entry_name || !item_count || !in.take_int()) return {};
    if (entry == 0) first_item_count = *item_count;
    std::vector<std::string> values;
    for (std::int32_t item = 0; item < *item_count; ++item) {
      auto value = take_item(in, second_version, first_item_count);
      if (!value) break;
      if (!value->empty()) values.push_back(std::move(*value));
    }
    if (until_nul(*entry_name) == name) return values;
  }
  return {};
}

}  // namespace lobule::exam
