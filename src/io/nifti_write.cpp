#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "core/error.h"
#include "io/files.h"
#include "io/gzip.h"
#include "io/nifti.h"
#include "io/nifti_format.h"

namespace lobule::io {
namespace {

using namespace nifti;

static_assert(std::endian::native == std::endian::little, "voxels are written as they lie in memory");

template <class T>
void store(std::string& out, std::size_t offset, T value) {
  std::memcpy(out.data() + offset, &value, sizeof value);
}

// The quaternion (b, c, d) of a rotation (nifti1.h, method 2); a ≥ 0.
std::array<double, 3> quaternion(const Mat3& r) {
  const double trace = r(0, 0) + r(1, 1) + r(2, 2) + 1;
  double a, b, c, d;
  if (trace > 0.5) {
    a = 0.5 * std::sqrt(trace);
    b = 0.25 * (r(2, 1) - r(1, 2)) / a;
    c = 0.25 * (r(0, 2) - r(2, 0)) / a;
    d = 0.25 * (r(1, 0) - r(0, 1)) / a;
  } else {
    const double xd = 1 + r(0, 0) - (r(1, 1) + r(2, 2));
    const double yd = 1 + r(1, 1) - (r(0, 0) + r(2, 2));
    const double zd = 1 + r(2, 2) - (r(0, 0) + r(1, 1));
    if (xd > 1) {
      b = 0.5 * std::sqrt(xd);
      c = 0.25 * (r(0, 1) + r(1, 0)) / b;
      d = 0.25 * (r(0, 2) + r(2, 0)) / b;
      a = 0.25 * (r(2, 1) - r(1, 2)) / b;
    } else if (yd > 1) {
      c = 0.5 * std::sqrt(yd);
      b = 0.25 * (r(0, 1) + r(1, 0)) / c;
      d = 0.25 * (r(1, 2) + r(2, 1)) / c;
      a = 0.25 * (r(0, 2) - r(2, 0)) / c;
    } else {
      d = 0.5 * std::sqrt(zd);
      b = 0.25 * (r(0, 2) + r(2, 0)) / d;
      c = 0.25 * (r(1, 2) + r(2, 1)) / d;
      a = 0.25 * (r(1, 0) - r(0, 1)) / d;
    }
    if (a < 0) b = -b, c = -c, d = -d;
  }
  return {b, c, d};
}

// The nearest rotation by Gram–Schmidt: the first axis keeps its direction.
Mat3 orthonormal(const Mat3& m) {
  Mat3 r;
  r.column[0] = (1 / norm(m.column[0])) * m.column[0];
  const Vec3 second = m.column[1] - dot(m.column[1], r.column[0]) * r.column[0];
  r.column[1] = (1 / norm(second)) * second;
  r.column[2] = cross(r.column[0], r.column[1]);
  return r;
}

// A scalar image has one component and three dimensions; a vector image has its components in the fifth, as
// nifti1.h asks for with NIFTI_INTENT_VECTOR.
std::string header_bytes(const Grid& grid, std::int16_t datatype, std::int16_t bits,
                         std::int16_t components = 1) {
  std::string out(kVoxelOffset, '\0');
  store<std::int32_t>(out, 0, kHeaderBytes);
  out[38] = 'r';
  const std::int16_t dims[8] = {static_cast<std::int16_t>(components == 1 ? 3 : 5),
                                static_cast<std::int16_t>(grid.size[0]),
                                static_cast<std::int16_t>(grid.size[1]),
                                static_cast<std::int16_t>(grid.size[2]),
                                1,
                                components,
                                1,
                                1};
  std::memcpy(out.data() + kDim, dims, sizeof dims);
  if (components > 1) store(out, kIntentCode, kIntentVector);
  store<std::int16_t>(out, kDatatype, datatype);
  store<std::int16_t>(out, kBitpix, bits);
  store<float>(out, kVoxOffset, kVoxelOffset);
  store<float>(out, kSlope, 1);
  out[kUnits] = kMillimetres;

  Mat3 axes;  // RAS
  for (int a = 0; a < 3; ++a) axes.column[a] = flip_xy(grid.direction.column[a]);
  const Vec3 origin = flip_xy(grid.origin_mm);
  const bool mirrored = determinant(axes) < 0;
  store<float>(out, kPixdim, mirrored ? -1 : 1);
  for (int a = 0; a < 3; ++a) {
    store(out, kPixdim + 4 * (a + 1), static_cast<float>(grid.spacing_mm[a]));
    store(out, kQOffset + 4 * a, static_cast<float>(origin[a]));
    for (int c = 0; c < 3; ++c)
      store(out, kSrow + 16 * a + 4 * c, static_cast<float>(axes(a, c) * grid.spacing_mm[c]));
    store(out, kSrow + 16 * a + 12, static_cast<float>(origin[a]));
  }
  const auto q = quaternion(orthonormal(axes));
  for (int a = 0; a < 3; ++a) store(out, kQuaternion + 4 * a, static_cast<float>(q[a]));
  store(out, kQformCode, kScannerCoordinates);
  store(out, kSformCode, kScannerCoordinates);
  std::memcpy(out.data() + kMagic, "n+1", 4);
  return out;
}

void check_sizes(const std::filesystem::path& path, const Grid& grid) {
  for (int size : grid.size)
    if (size < 1 || size > 32767)
      throw Error(path.filename().string(), "cannot be written as NIfTI: the image has " + describe(grid),
                  "each size must be from 1 to 32767");
}

void write_bytes(const std::filesystem::path& path, std::string bytes) {
  if (path.extension() == ".gz")
    bytes = gzip({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  write_file(path, bytes);
}

template <class T>
void write(const std::filesystem::path& path, const Image<T>& image, std::int16_t datatype) {
  check_sizes(path, image.grid);
  std::string bytes = header_bytes(image.grid, datatype, 8 * sizeof(T));
  bytes.append(reinterpret_cast<const char*>(image.voxels.data()), image.voxels.size() * sizeof(T));
  write_bytes(path, std::move(bytes));
}

}  // namespace

void write_nifti(const std::filesystem::path& path, const Image<float>& image) {
  write(path, image, kFloat32);
}
void write_nifti(const std::filesystem::path& path, const Image<std::int16_t>& image) {
  write(path, image, kInt16);
}
void write_nifti(const std::filesystem::path& path, const Mask& mask) {
  write(path, mask, kUint8);
}

void write_nifti_vectors(const std::filesystem::path& path, const Image<Vec3>& field) {
  check_sizes(path, field.grid);
  std::string bytes = header_bytes(field.grid, kFloat32, 32, 3);
  std::vector<float> component(field.voxels.size());
  for (int axis = 0; axis < 3; ++axis) {
    for (std::size_t i = 0; i < component.size(); ++i)
      component[i] = static_cast<float>(field.voxels[i][axis]);
    bytes.append(reinterpret_cast<const char*>(component.data()), component.size() * sizeof(float));
  }
  write_bytes(path, std::move(bytes));
}

}  // namespace lobule::io
