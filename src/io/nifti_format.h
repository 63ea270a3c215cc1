#pragma once
// The NIfTI-1 header by numbers, shared by its reader and its writer.

#include <cstddef>
#include <cstdint>

#include "core/vec.h"

namespace lobule::io::nifti {

// Offsets and codes of nifti1.h (https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h).
inline constexpr std::size_t kHeaderBytes = 348, kVoxelOffset = 352;
inline constexpr int kNiftiTwoHeaderBytes = 540;
inline constexpr std::size_t kDim = 40, kIntentCode = 68, kDatatype = 70, kBitpix = 72, kPixdim = 76,
                             kVoxOffset = 108, kSlope = 112, kIntercept = 116, kUnits = 123, kQformCode = 252,
                             kSformCode = 254, kQuaternion = 256, kQOffset = 268, kSrow = 280, kMagic = 344;
inline constexpr char kMillimetres = 2;
inline constexpr std::int16_t kScannerCoordinates = 1;
inline constexpr std::int16_t kIntentVector = 1007;

enum Datatype : std::int16_t {
  kUint8 = 2,
  kInt16 = 4,
  kInt32 = 8,
  kFloat32 = 16,
  kFloat64 = 64,
  kInt8 = 256,
  kUint16 = 512,
  kUint32 = 768,
  kInt64 = 1024,
  kUint64 = 1280
};

// Between LPS and RAS, either way.
inline Vec3 flip_xy(Vec3 v) {
  return {-v.x, -v.y, v.z};
}

}  // namespace lobule::io::nifti
