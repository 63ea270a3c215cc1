#pragma once
// One gzip member (RFC 1952) in and out.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lobule::io {

// The bytes as one gzip member without a time or a name, compressed in parallel; the same bytes give the
// same file for any number of threads.
std::string gzip(std::span<const std::uint8_t> bytes);

bool is_gzip(std::span<const std::uint8_t> bytes);

// The first `most` bytes of what is packed, fewer where it ends earlier. Memory grows only with what is
// unpacked. Throws Error (where: `name`) when the stream is damaged.
std::vector<std::uint8_t> gunzip(std::span<const std::uint8_t> packed, std::uint64_t most,
                                 const std::string& name);

}  // namespace lobule::io
