#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/parallel.h"
#include "core/text.h"
#include "io/files.h"
#include "io/gzip.h"
#include "io/nifti.h"
#include "io/nifti_format.h"

namespace lobule::io {
namespace {

using namespace nifti;

// deflate packs at most 1032 bytes into one (zlib's technical details); a header and trailer come on top.
constexpr std::uint64_t kLargestDeflateRatio = 1100;

class HeaderView {
 public:
  HeaderView(std::span<const std::uint8_t> bytes, bool swapped) : bytes_(bytes), swapped_(swapped) {}

  template <class T>
  T get(std::size_t offset) const {
    std::array<std::uint8_t, sizeof(T)> raw;
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), sizeof(T), raw.begin());
    if (swapped_) std::reverse(raw.begin(), raw.end());
    return std::bit_cast<T>(raw);
  }
  bool swapped() const { return swapped_; }

 private:
  std::span<const std::uint8_t> bytes_;
  bool swapped_;
};

struct Layout {
  Grid grid;
  std::int16_t datatype = 0;
  std::uint64_t voxel_bytes = 0;
  std::uint64_t offset = 0;
  double slope = 1, intercept = 0;
};

int bytes_of(std::int16_t datatype) {
  switch (datatype) {
    case kUint8:
    case kInt8: return 1;
    case kInt16:
    case kUint16: return 2;
    case kInt32:
    case kUint32:
    case kFloat32: return 4;
    case kFloat64:
    case kInt64:
    case kUint64: return 8;
    default: return 0;
  }
}

HeaderView open_header(std::span<const std::uint8_t> bytes, const std::string& name) {
  if (bytes.empty()) throw Error(name, "the file is empty");
  if (bytes.size() < kHeaderBytes)
    throw Error(name, "the file ends inside its NIfTI header",
                "it has " + std::to_string(bytes.size()) + " of 348 bytes");
  for (const bool swapped : {false, true}) {
    const HeaderView view(bytes, swapped);
    const auto size = view.get<std::int32_t>(0);
    if (size == static_cast<std::int32_t>(kHeaderBytes)) return view;
    if (size == kNiftiTwoHeaderBytes)
      throw Error(name, "is NIfTI-2, which is not read", {}, "Convert it to NIfTI-1");
  }
  throw Error(name, "is not NIfTI", "its first number is not 348");
}

Mat3 qform_axes(const HeaderView& header) {
  const double b = header.get<float>(kQuaternion), c = header.get<float>(kQuaternion + 4),
               d = header.get<float>(kQuaternion + 8);
  const double square = 1 - (b * b + c * c + d * d);
  double scale = 1, a = 0;
  if (square < 1e-7)  // as nifti1_io does: a half turn, made a unit quaternion
    scale = 1 / std::sqrt(b * b + c * c + d * d);
  else
    a = std::sqrt(square);
  const double x = b * scale, y = c * scale, z = d * scale;
  Mat3 r;
  r.column[0] = {a * a + x * x - y * y - z * z, 2 * (x * y + a * z), 2 * (x * z - a * y)};
  r.column[1] = {2 * (x * y - a * z), a * a + y * y - x * x - z * z, 2 * (y * z + a * x)};
  r.column[2] = {2 * (x * z + a * y), 2 * (y * z - a * x), a * a + z * z - x * x - y * y};
  if (header.get<float>(kPixdim) < 0) r.column[2] = -1.0 * r.column[2];
  for (int c3 = 0; c3 < 3; ++c3)
    r.column[c3] = std::abs(header.get<float>(kPixdim + 4 * (c3 + 1))) * r.column[c3];
  return r;
}

// Scaled axes and origin in RAS, by the first of sform, qform and plain spacing that the file has.
std::pair<Mat3, Vec3> orientation(const HeaderView& header) {
  Mat3 axes;
  Vec3 origin;
  if (header.get<std::int16_t>(kSformCode) > 0) {
    for (int r = 0; r < 3; ++r) {
      for (int c = 0; c < 3; ++c) axes(r, c) = header.get<float>(kSrow + 16 * r + 4 * c);
      origin[r] = header.get<float>(kSrow + 16 * r + 12);
    }
  } else if (header.get<std::int16_t>(kQformCode) > 0) {
    axes = qform_axes(header);
    for (int r = 0; r < 3; ++r) origin[r] = header.get<float>(kQOffset + 4 * r);
  } else {
    for (int c = 0; c < 3; ++c) axes(c, c) = std::abs(header.get<float>(kPixdim + 4 * (c + 1)));
  }
  return {axes, origin};
}

void read_geometry(const HeaderView& header, const std::string& name, Grid& grid) {
  const auto [axes, origin] = orientation(header);
  bool good = std::isfinite(norm(origin));
  for (int a = 0; a < 3; ++a) {
    const double length = norm(axes.column[a]);
    good = good && std::isfinite(length) && length > 0;
    grid.spacing_mm[a] = length;
    grid.direction.column[a] = (1 / length) * flip_xy(axes.column[a]);
  }
  if (!good || !(std::abs(determinant(grid.direction)) > 1e-6))
    throw Error(name, "its axes do not span space", "the orientation is zero, not finite or flat");
  grid.origin_mm = flip_xy(origin);
}

// `components` is what the fifth dimension must hold: 1 for a scalar image.
Layout read_layout(const HeaderView& header, const std::string& name, int components = 1) {
  Layout layout;
  const auto magic = [&](std::size_t i) { return static_cast<char>(header.get<std::uint8_t>(kMagic + i)); };
  if (magic(0) == 'n' && magic(1) == 'i')
    throw Error(name, "is one half of a two-file NIfTI", {}, "Join .hdr and .img into one .nii file");
  if (magic(0) != 'n' || magic(1) != '+')
    throw Error(name, "is not NIfTI", "its magic word is neither n+1 nor ni1");
  const int rank = header.get<std::int16_t>(kDim);
  if (rank < 1 || rank > 7) throw Error(name, "states " + std::to_string(rank) + " dimensions");
  for (int a = 1; a <= rank; ++a) {
    const int size = header.get<std::int16_t>(kDim + 2 * a);
    if (size < 1) throw Error(name, "dimension " + std::to_string(a) + " has size " + std::to_string(size));
    if (a == 5 && components > 1) continue;
    if (a > 3 && size != 1)
      throw Error(name, "holds " + std::to_string(size) + " volumes, one is read at a time", {},
                  "Split it into one file a volume");
    if (a <= 3) layout.grid.size[a - 1] = size;
  }
  for (int a = rank; a < 3; ++a) layout.grid.size[a] = 1;
  if (components > 1 && (rank != 5 || header.get<std::int16_t>(kDim + 10) != components))
    throw Error(name, "is not a field of vectors",
                "its fifth dimension must hold " + std::to_string(components) + " components");
  layout.datatype = header.get<std::int16_t>(kDatatype);
  if (bytes_of(layout.datatype) == 0)
    throw Error(name, "has voxels of NIfTI type " + std::to_string(layout.datatype) + ", which is not read");
  layout.voxel_bytes = layout.grid.voxel_count() * static_cast<std::uint64_t>(bytes_of(layout.datatype)) *
                       static_cast<std::uint64_t>(components);
  const float offset = header.get<float>(kVoxOffset);
  if (!(offset >= static_cast<float>(kHeaderBytes)) || offset > 1e9F)
    throw Error(name, "states that its voxels begin at byte " + format_number(offset));
  layout.offset = static_cast<std::uint64_t>(offset);
  const float slope = header.get<float>(kSlope), intercept = header.get<float>(kIntercept);
  if (std::isfinite(slope) && slope != 0) {
    layout.slope = slope;
    layout.intercept = std::isfinite(intercept) ? intercept : 0;
  }
  read_geometry(header, name, layout.grid);
  return layout;
}

template <class T>
void convert(std::span<const std::uint8_t> bytes, bool swapped, const Layout& layout, Image<float>& image) {
  const bool plain = layout.slope == 1 && layout.intercept == 0;
  parallel_for_ranges(image.voxels.size(), 1 << 18, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      std::array<std::uint8_t, sizeof(T)> raw;
      std::memcpy(raw.data(), bytes.data() + i * sizeof(T), sizeof(T));
      if (swapped) std::reverse(raw.begin(), raw.end());
      const T value = std::bit_cast<T>(raw);
      image.voxels[i] =
          plain ? static_cast<float>(value)
                : static_cast<float>(static_cast<double>(value) * layout.slope + layout.intercept);
    }
  });
}

Image<float> to_image(std::span<const std::uint8_t> voxels, bool swapped, const Layout& layout) {
  Image<float> image(layout.grid);
  switch (layout.datatype) {
    case kUint8: convert<std::uint8_t>(voxels, swapped, layout, image); break;
    case kInt8: convert<std::int8_t>(voxels, swapped, layout, image); break;
    case kInt16: convert<std::int16_t>(voxels, swapped, layout, image); break;
    case kUint16: convert<std::uint16_t>(voxels, swapped, layout, image); break;
    case kInt32: convert<std::int32_t>(voxels, swapped, layout, image); break;
    case kUint32: convert<std::uint32_t>(voxels, swapped, layout, image); break;
    case kFloat32: convert<float>(voxels, swapped, layout, image); break;
    case kFloat64: convert<double>(voxels, swapped, layout, image); break;
    case kInt64: convert<std::int64_t>(voxels, swapped, layout, image); break;
    default: convert<std::uint64_t>(voxels, swapped, layout, image); break;
  }
  return image;
}

void check_length(std::uint64_t present, const Layout& layout, const std::string& name) {
  if (present < layout.offset + layout.voxel_bytes)
    throw Error(name, "the file ends before its voxels do",
                "the header asks for " + std::to_string(layout.offset + layout.voxel_bytes) +
                    " bytes, there are " + std::to_string(present));
}

// Calls `use(voxel bytes, swapped, layout)` with what a whole file holds.
template <class Use>
auto with_voxels(std::span<const std::uint8_t> bytes, const std::string& name, int components,
                 const Use& use) {
  if (!is_gzip(bytes)) {
    const HeaderView header = open_header(bytes, name);
    const Layout layout = read_layout(header, name, components);
    check_length(bytes.size(), layout, name);
    return use(bytes.subspan(layout.offset, layout.voxel_bytes), header.swapped(), layout);
  }
  const std::vector<std::uint8_t> start = gunzip(bytes, kHeaderBytes, name);
  const Layout layout = read_layout(open_header(start, name), name, components);
  check_length(bytes.size() * kLargestDeflateRatio, layout, name);
  const std::vector<std::uint8_t> all = gunzip(bytes, layout.offset + layout.voxel_bytes, name);
  check_length(all.size(), layout, name);
  const HeaderView header = open_header(all, name);
  return use(std::span(all).subspan(layout.offset, layout.voxel_bytes), header.swapped(), layout);
}

}  // namespace

Image<float> read_nifti(std::span<const std::uint8_t> bytes, const std::string& name) {
  return with_voxels(bytes, name, 1, to_image);
}

bool is_nifti(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  return name.ends_with(".nii") || name.ends_with(".nii.gz");
}

std::string image_stem(const std::filesystem::path& file) {
  std::filesystem::path name = file.filename();
  if (name.extension() == ".gz" && name.stem().extension() == ".nii") name = name.stem();
  return name.stem().string();
}

Image<Vec3> read_nifti_vectors(const std::filesystem::path& path) {
  const std::string bytes = read_file(path), name = path.filename().string();
  const std::span<const std::uint8_t> view{reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
  return with_voxels(view, name, 3, [&](std::span<const std::uint8_t> voxels, bool swapped, Layout layout) {
    Image<Vec3> field(layout.grid);
    const std::size_t part = voxels.size() / 3;
    for (int axis = 0; axis < 3; ++axis) {
      const Image<float> component =
          to_image(voxels.subspan(static_cast<std::size_t>(axis) * part, part), swapped, layout);
      for (std::size_t i = 0; i < field.voxels.size(); ++i) field.voxels[i][axis] = component.voxels[i];
    }
    return field;
  });
}

Image<float> read_nifti(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  return read_nifti({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
                    path.filename().string());
}

}  // namespace lobule::io
