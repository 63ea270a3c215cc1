#pragma once
// What fills a voxel of the second family: one byte.

#include <cstdint>

#include "phantom/tissue.h"

namespace lobule::phantom::second {

// A Tissue's number, or the bulk or the core of the n-th lesion; kInBreast is set beside it where the voxel
// counts as breast.
using Material = std::uint8_t;

inline constexpr Material kBulk = 32, kCore = 64, kInBreast = 128;
inline constexpr int kMaterials = 128, kMostLesions = 32;

inline constexpr Material material(Tissue tissue) {
  return static_cast<Material>(tissue);
}
inline constexpr Material bare(Material m) {
  return m & (kInBreast - 1);
}
inline constexpr bool is_lesion(Material m) {
  return bare(m) >= kBulk;
}
inline constexpr int lesion_of(Material m) {
  return bare(m) % kBulk;
}

}  // namespace lobule::phantom::second
