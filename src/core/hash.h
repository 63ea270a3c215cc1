#pragma once
// SHA-256 (FIPS 180-4), for the identity of inputs, the keys of cached stages, and derived UIDs.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace lobule {

class Sha256 {
 public:
  Sha256();
  void add(std::span<const std::uint8_t> bytes);
  void add(std::string_view bytes);
  // The digest as 64 lower-case hexadecimal digits; the object must not be used afterwards.
  std::string hex();

 private:
  void block(const std::uint8_t* data);

  std::array<std::uint32_t, 8> state_;
  std::array<std::uint8_t, 64> pending_{};
  std::uint64_t length_ = 0;
};

std::string sha256_hex(std::string_view bytes);

// A DICOM UID below 2.25 (PS3.5 B.2) that depends only on `seed`: at most 44 characters.
std::string uid_from_seed(std::string_view seed);

}  // namespace lobule
