#include "phantom/sampler_patients.h"

#include <algorithm>
#include <cmath>

#include "phantom/exam.h"
#include "phantom/sampler_geometry.h"

namespace lobule::phantom {
namespace {

// What patches may show of any patient: both breasts, the chest wall and the front of the heart.
constexpr Field kField{{-165, -118, -75}, {165, 80, 75}};
// The same with what lies behind, beside and below, as wide fields of view show it.
constexpr Field kTrunk{{-186, -120, -99}, {186, 200, 99}};

// Of a breast's volume: from flat implants to those that fill most of a small breast.
constexpr double kLeastImplant = 0.15, kMostImplant = 0.5;
// Of the density drawn; the densest breasts are gland for three quarters.
constexpr double kLeastDenser = 1.5, kMostDenser = 3.5, kDensest_percent = 75;
// What is cut off with a breast, or cut off from it behind (the breasts' chest wall lies near y = 10 mm).
constexpr double kLeastReach_mm = 3, kMostReach_mm = 15, kFirstCut_mm = -15, kLastCut_mm = 40;

enum class Kind : std::uint8_t { usual, implants, lone_breast, denser };

Kind draw_kind(const MriPatchOptions& o, const RandomStream& random) {
  double at = random.uniform(0);
  if ((at -= o.implants) < 0) return Kind::implants;
  if ((at -= o.lone_breasts) < 0) return Kind::lone_breast;
  if ((at -= o.denser) < 0) return Kind::denser;
  return Kind::usual;
}

// Half a superellipsoid, as random_anatomy has it.
double breast_ml(const AnatomyOptions& a) {
  return (2.09 + 0.5 * (a.fullness - 2)) * a.half_width_mm * a.depth_mm * a.half_height_mm / 1000;
}

void add_implants(AnatomyOptions& anatomy, const RandomStream& random) {
  const double volume_ml = breast_ml(anatomy) * random.uniform(1, kLeastImplant, kMostImplant);
  const bool behind = random.uniform(2) < 0.5;
  const double sides = random.uniform(3, 0, 4);  // both for half of the patients
  if (sides >= 1) anatomy.implants.push_back({BreastSide::right, volume_ml, behind});
  if (sides < 1 || sides >= 2) anatomy.implants.push_back({BreastSide::left, volume_ml, behind});
}

// Sets what lies within `reach` places before or after something set, along lines of a mask.
void widen_lines(Mask& mask, int axis, int reach) {
  const Index3& size = mask.grid.size;
  const std::size_t step = axis == 0 ? 1
                           : axis == 1
                               ? static_cast<std::size_t>(size[0])
                               : static_cast<std::size_t>(size[0]) * static_cast<std::size_t>(size[1]);
  const int length = size[axis];
  std::vector<std::uint8_t> line(static_cast<std::size_t>(length));
  for (std::size_t first = 0; first < mask.voxels.size(); ++first) {
    if (first / step % static_cast<std::size_t>(length) != 0) continue;
    std::uint8_t* voxel = &mask.voxels[first];
    std::fill(line.begin(), line.end(), std::uint8_t{0});
    for (int n = 0; n < length; ++n)
      if (voxel[static_cast<std::size_t>(n) * step] != 0)
        std::fill(line.begin() + std::max(0, n - reach), line.begin() + std::min(length, n + reach + 1),
                  std::uint8_t{1});
    for (int n = 0; n < length; ++n)
      voxel[static_cast<std::size_t>(n) * step] = line[static_cast<std::size_t>(n)];
  }
}

}  // namespace

void leave_one_breast(TissueRaster& raster, BreastSide side, double reach_mm, double rear_mm) {
  const Grid& grid = raster.grid;
  Mask kept = raster.breast;
  for (std::uint8_t& voxel : kept.voxels) voxel = voxel == static_cast<std::uint8_t>(side);
  for (int axis = 0; axis < 3; ++axis)
    widen_lines(kept, axis, static_cast<int>(std::lround(reach_mm / grid.spacing_mm[axis])));
  std::size_t voxel = 0;
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i, ++voxel) {
        const double y = point_from_index(grid, {double(i), double(j), double(k)}).y;
        const bool stays = kept.voxels[voxel] != 0 && y <= rear_mm;
        if (!stays) raster.voxels[voxel] = {{static_cast<Material>(Tissue::air)}, {255}};
        if (!stays || raster.breast.voxels[voxel] != static_cast<std::uint8_t>(side))
          raster.breast.voxels[voxel] = 0;
      }
}

TissueRaster random_patient(const MriPatchOptions& o, std::uint64_t number) {
  const std::uint64_t own = RandomStream(o.seed, "sampler patients").words(number)[0];
  const RandomStream random(own, "unusual patients");
  const Kind kind = draw_kind(o, random);
  // Implants would cover lesions, which are planned without them.
  AnatomyOptions options = random_options(own, number % 3 != 0 && kind != Kind::implants).anatomy;
  if (kind == Kind::implants) add_implants(options, random);
  if (kind == Kind::denser)
    options.density_percent =
        std::min(kDensest_percent, options.density_percent * random.uniform(4, kLeastDenser, kMostDenser));
  TissueRaster raster = rasterize(
      Anatomy(options), patient_grid(options, o.whole_trunk ? kTrunk : kField, o.patient_spacing_mm));
  if (kind == Kind::lone_breast)
    leave_one_breast(raster, random.uniform(5) < 0.5 ? BreastSide::right : BreastSide::left,
                     random.uniform(6, kLeastReach_mm, kMostReach_mm),
                     random.uniform(7, kFirstCut_mm, kLastCut_mm));
  return raster;
}

}  // namespace lobule::phantom
