#pragma once
// One hanging breast as X-rays see it: on a fine grid, each voxel a mixture of the two basis materials.

#include <bit>
#include <cstring>
#include <functional>
#include <vector>

#include "phantom/anatomy.h"
#include "phantom/compression.h"
#include "phantom/mammogram.h"
#include "phantom/tissue_raster.h"

namespace lobule::phantom {

// Shares of adipose and glandular tissue that weaken X-rays as the voxel does, and its dense tissue, in units
// of 1 / kUnit. Skin and air count as fat here: the compressed breast has a skin of its own.
struct BodyVoxel {
  static constexpr float kUnit = 8192;
  std::int16_t adipose = 0, glandular = 0, dense = 0, unused = 0;
};

// The axes of a view in LPS: forward, across (up in the image: outward in CC, to the armpit in MLO), and
// along the beam, towards the source.
struct ViewFrame {
  Vec3 origin_mm, forward, across, beam;

  Vec3 to_view(Vec3 lps) const {
    const Vec3 d = lps - origin_mm;
    return {dot(d, forward), dot(d, across), dot(d, beam)};
  }
  Vec3 to_lps(Vec3 view) const { return origin_mm + view.x * forward + view.y * across + view.z * beam; }
};

struct MammogramBody {
  BreastSide side = BreastSide::right;
  Grid grid;  // axes along LPS
  std::vector<BodyVoxel> voxels;
  std::vector<std::uint8_t> inside;  // share of the voxel that is breast without nipple, in 1/255
  Vec3 nipple_mm;
  double back_mm = 0;  // y of the plane behind which tissue stays on the chest wall
};

// A mixture as X-rays see it; `solid` is its share of breast, without nipple and what lies behind the breast.
BodyVoxel body_voxel(const TissueMix& mix, double& solid);

MammogramBody make_body(const Anatomy& anatomy, BreastSide side, double spacing_mm);

// Mammograms of an anatomy whose breasts' insides come from elsewhere: as make_mammograms of mammogram.h,
// with `body` in place of make_body.
MammogramExam make_mammograms(const Anatomy& anatomy, const MammogramOptions& options,
                              const std::function<MammogramBody(BreastSide)>& body);

// A view whose beam comes from `angle_radians` towards the middle of the body: 0 for CC, π/4 for MLO.
ViewFrame view_frame(const MammogramBody& body, double angle_radians);

BreastColumns columns_of(const MammogramBody& body, const ViewFrame& frame);

// The body between the eight voxels around a point in LPS; beyond the grid fat.
class BodySampler {
 public:
  struct Shares {
    float adipose = 0, glandular = 0, dense = 0;
  };

  explicit BodySampler(const MammogramBody& body)
      : body_(body),
        inverse_(1 / body.grid.spacing_mm.x),
        row_(body.grid.size[0]),
        slice_(static_cast<std::size_t>(body.grid.size[0]) * body.grid.size[1]) {}

  Shares operator()(Vec3 point) const {
    const Vec3& origin = body_.grid.origin_mm;
    return at_index(
        {(point.x - origin.x) * inverse_, (point.y - origin.y) * inverse_, (point.z - origin.z) * inverse_});
  }

  // The same at a place in voxels.
  Shares at_index(Vec3 index) const {
    const auto& n = body_.grid.size;
    if (!(index.x >= 0 && index.y >= 0 && index.z >= 0 && index.x < n[0] - 1 && index.y < n[1] - 1 &&
          index.z < n[2] - 1))
      return {1, 0, 0};
    const int i = static_cast<int>(index.x), j = static_cast<int>(index.y), k = static_cast<int>(index.z);
    const float fx = static_cast<float>(index.x - i), fy = static_cast<float>(index.y - j),
                fz = static_cast<float>(index.z - k);
    const BodyVoxel* corner = &body_.voxels[static_cast<std::size_t>(k) * slice_ + j * row_ + i];
    const Four near = mix(along(corner, fx), along(corner + row_, fx), fy);
    const Four far = mix(along(corner + slice_, fx), along(corner + slice_ + row_, fx), fy);
    const Four sum = mix(near, far, fz);
    constexpr float kScale = 1 / (65536 * BodyVoxel::kUnit);
    return {kScale * sum[0], kScale * sum[1], kScale * sum[2]};
  }

 private:
  // All four numbers of a voxel at once, as vectors of GCC and clang. Two neighbours are loaded together and
  // their numbers become the upper halves of integers, so that they are multiplied by 2^16.
  typedef float Four __attribute__((vector_size(16)));
  static Four mix(Four a, Four b, float t) { return a + t * (b - a); }
  static Four along(const BodyVoxel* voxels, float t) {
    typedef std::int16_t Stored __attribute__((vector_size(16)));
    typedef std::int32_t Wide __attribute__((vector_size(16)));
    Stored both;
    std::memcpy(&both, voxels, sizeof both);
    const Wide low = std::bit_cast<Wide>(__builtin_shufflevector(Stored{}, both, 0, 8, 1, 9, 2, 10, 3, 11));
    const Wide high =
        std::bit_cast<Wide>(__builtin_shufflevector(Stored{}, both, 4, 12, 5, 13, 6, 14, 7, 15));
    return mix(__builtin_convertvector(low, Four), __builtin_convertvector(high, Four), t);
  }

  const MammogramBody& body_;
  double inverse_;
  std::size_t row_, slice_;
};

// The basis shares of a millimetre of tissue, and whether it is dense.
struct TissueXray {
  double adipose = 0, glandular = 0;
  bool dense = false;
};
const TissueXray& xray_of(Tissue tissue);

}  // namespace lobule::phantom
