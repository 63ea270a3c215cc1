#pragma once
// One hanging breast as X-rays see it: on a fine grid, each voxel a mixture of the two basis materials.

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
    const double x = (point.x - origin.x) * inverse_, y = (point.y - origin.y) * inverse_,
                 z = (point.z - origin.z) * inverse_;
    const auto& n = body_.grid.size;
    if (!(x >= 0 && y >= 0 && z >= 0 && x < n[0] - 1 && y < n[1] - 1 && z < n[2] - 1)) return {1, 0, 0};
    const int i = static_cast<int>(x), j = static_cast<int>(y), k = static_cast<int>(z);
    const float fx = static_cast<float>(x - i), fy = static_cast<float>(y - j),
                fz = static_cast<float>(z - k);
    const BodyVoxel* corner = &body_.voxels[static_cast<std::size_t>(k) * slice_ + j * row_ + i];
    float sum[3] = {0, 0, 0};
    const float wz[2] = {1 - fz, fz}, wy[2] = {1 - fy, fy};
    for (int dz = 0; dz < 2; ++dz)
      for (int dy = 0; dy < 2; ++dy) {
        const BodyVoxel* a = corner + dz * slice_ + dy * row_;
        const float w = wz[dz] * wy[dy], w1 = w * fx, w0 = w - w1;
        sum[0] += w0 * static_cast<float>(a[0].adipose) + w1 * static_cast<float>(a[1].adipose);
        sum[1] += w0 * static_cast<float>(a[0].glandular) + w1 * static_cast<float>(a[1].glandular);
        sum[2] += w0 * static_cast<float>(a[0].dense) + w1 * static_cast<float>(a[1].dense);
      }
    constexpr float kScale = 1 / BodyVoxel::kUnit;
    return {kScale * sum[0], kScale * sum[1], kScale * sum[2]};
  }

 private:
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
