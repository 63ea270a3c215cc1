#include "phantom/mammogram_body.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "phantom/breast_lattice.h"
#include "phantom/tissue_raster.h"
#include "phantom/xray_spectrum.h"

namespace lobule::phantom {
namespace {

constexpr double kFootprint =
    kBreastFold;                     // mm of skin fold around the base that are compressed with the breast
constexpr double kBehind = 9;        // mm in front of the muscle that the paddle does not reach
constexpr double kColumnStep = 0.5;  // mm

struct Choice {
  XrayMaterial material;
  double factor;  // of the material's attenuation
  bool dense;
};

// Ligaments and vessels count as glandular tissue: what a two-material measurement calls dense. Carcinomas
// weaken 5 % more than gland (Johns and Yaffe, Phys Med Biol 32:675, 1987: 0.844 against 0.802 per cm at 20
// keV).
Choice choice_of(Tissue tissue) {
  switch (tissue) {
    case Tissue::gland:
    case Tissue::ligament:
    case Tissue::vessel:
    case Tissue::fibroadenoma: return {XrayMaterial::glandular, 1, true};
    case Tissue::lesion: return {XrayMaterial::glandular, 1.05, true};
    case Tissue::node: return {XrayMaterial::muscle, 1, true};
    case Tissue::cyst: return {XrayMaterial::water, 1, true};
    case Tissue::muscle: return {XrayMaterial::muscle, 1, false};
    case Tissue::implant: return {XrayMaterial::silicone, 1, false};
    case Tissue::clip: return {XrayMaterial::titanium, 1, false};
    case Tissue::skin:
    case Tissue::nipple: return {XrayMaterial::skin, 1, false};
    default: return {XrayMaterial::adipose, 1, false};
  }
}

// What lies behind the breast and is never compressed with it.
bool is_behind(Tissue tissue) {
  switch (tissue) {
    case Tissue::muscle:
    case Tissue::bone:
    case Tissue::marrow:
    case Tissue::lung:
    case Tissue::blood:
    case Tissue::myocardium:
    case Tissue::liver: return true;
    default: return false;
  }
}

std::int16_t in_units(double share) {
  const double units = std::clamp(share, -3.9, 3.9) * BodyVoxel::kUnit;
  return static_cast<std::int16_t>(units + (units < 0 ? -0.5 : 0.5));
}

// The box around what stands out from the trunk on one side, and where muscle begins behind the nipple.
struct Extent {
  Vec3 low{1e9, 1e9, 1e9}, high{-1e9, -1e9, -1e9};
};

Extent extent_of(const Anatomy& anatomy, BreastSide side, double back_mm) {
  constexpr double kStep = 4;
  const Breast& breast = anatomy.breast(side);
  const Vec3 center = breast.shape().base_mm;
  Extent extent;
  for (double z = center.z - 160; z <= center.z + 160; z += kStep)
    for (double y = center.y - 220; y <= back_mm + kStep; y += kStep)
      for (double x = center.x - 140; x <= center.x + 140; x += kStep) {
        const Vec3 point{x, y, z};
        if ((x < 0) != (side == BreastSide::right)) continue;
        if (!breast.footprint_contains(point, kFootprint)) continue;
        if (share(anatomy.at(point, kStep), Tissue::air) > 0.99f) continue;
        for (int axis = 0; axis < 3; ++axis) {
          extent.low[axis] = std::min(extent.low[axis], point[axis] - kStep);
          extent.high[axis] = std::max(extent.high[axis], point[axis] + kStep);
        }
      }
  extent.high.y = std::min(extent.high.y, back_mm + 1);
  return extent;
}

// Where, straight behind the middle of the base, muscle begins.
double muscle_y(const Anatomy& anatomy, BreastSide side) {
  const Vec3 base = anatomy.breast(side).shape().base_mm;
  for (double y = base.y - 20; y < base.y + 60; y += 0.5)
    if (share(anatomy.at({base.x, y, base.z}, 1), Tissue::muscle) > 0.5f) return y;
  return base.y;
}

}  // namespace

const TissueXray& xray_of(Tissue tissue) {
  static const std::vector<TissueXray> table = [] {
    const XraySpectrum spectrum = behind(tungsten_rhodium_28(), XrayMaterial::adipose, 25);
    std::vector<TissueXray> all;
    for (int t = 0; t < kTissueCount; ++t) {
      const Choice choice = choice_of(static_cast<Tissue>(t));
      const BasisShares shares = basis_shares(choice.material, spectrum.kev, spectrum.photons);
      all.push_back({choice.factor * shares.adipose, choice.factor * shares.glandular, choice.dense});
    }
    return all;
  }();
  return table[static_cast<std::size_t>(tissue)];
}

namespace {

BodyVoxel mixed_voxel(const TissueMix& mix, double& solid) {
  double adipose = 0, glandular = 0, dense = 0;
  solid = 0;
  for (std::size_t slot = 0; slot < 4; ++slot) {
    const double amount = mix.share[slot] / 255.0;
    if (amount <= 0) continue;
    const Material material = mix.material[slot];
    const Tissue tissue = material < kTissueCount ? static_cast<Tissue>(material) : Tissue::lesion;
    const TissueXray& x = xray_of(
        is_behind(tissue) || tissue == Tissue::skin || tissue == Tissue::nipple ? Tissue::fat : tissue);
    adipose += amount * x.adipose, glandular += amount * x.glandular;
    if (x.dense) dense += amount;
    if (tissue != Tissue::air && tissue != Tissue::nipple && !is_behind(tissue)) solid += amount;
  }
  return {in_units(adipose), in_units(glandular), in_units(dense), 0};
}

}  // namespace

BodyVoxel body_voxel(const TissueMix& mix, double& solid) {
  // Most voxels hold one tissue only.
  struct Pure {
    BodyVoxel voxel;
    double solid = 0;
  };
  static const std::array<Pure, kTissueCount> pure = [] {
    std::array<Pure, kTissueCount> all;
    for (int t = 0; t < kTissueCount; ++t) {
      Pure& one = all[static_cast<std::size_t>(t)];
      one.voxel = mixed_voxel({{static_cast<Material>(t)}, {255}}, one.solid);
    }
    return all;
  }();
  if (mix.share[0] < 255 || mix.material[0] >= kTissueCount) return mixed_voxel(mix, solid);
  solid = pure[mix.material[0]].solid;
  return pure[mix.material[0]].voxel;
}

MammogramBody make_body(const Anatomy& anatomy, BreastSide side, double spacing_mm) {
  MammogramBody body;
  body.side = side;
  const Breast& breast = anatomy.breast(side);
  body.nipple_mm = breast.nipple_mm();
  body.back_mm = muscle_y(anatomy, side) - kBehind;
  const Extent extent = extent_of(anatomy, side, body.back_mm);
  for (int axis = 0; axis < 3; ++axis)
    body.grid.size[axis] =
        std::max(2, static_cast<int>(std::ceil((extent.high[axis] - extent.low[axis]) / spacing_mm)));
  body.grid.spacing_mm = {spacing_mm, spacing_mm, spacing_mm};
  body.grid.origin_mm = extent.low;
  body.voxels.resize(body.grid.voxel_count());
  body.inside.resize(body.grid.voxel_count());
  // In slabs, so that the tissues of the whole breast are never held at once.
  constexpr int kSlab = 32;
  const std::size_t slice = static_cast<std::size_t>(body.grid.size[0]) * body.grid.size[1];
  for (int first = 0; first < body.grid.size[2]; first += kSlab) {
    Grid slab = body.grid;
    slab.size[2] = std::min(kSlab, body.grid.size[2] - first);
    slab.origin_mm.z += first * spacing_mm;
    const TissueRaster raster = rasterize(anatomy, slab);
    parallel_for_ranges(raster.voxels.size(), slice, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        double solid = 0;
        const std::size_t voxel = first * slice + i;
        body.voxels[voxel] = body_voxel(raster.voxels[i], solid);
        if (solid <= 0) continue;
        const auto amount = static_cast<std::uint8_t>(std::lround(255 * solid));
        if (raster.breast.voxels[i] == static_cast<std::uint8_t>(side)) {
          body.inside[voxel] = amount;  // it lies within the footprint
          continue;
        }
        const int row = static_cast<int>(i / slab.size[0]) % slab.size[1];
        const Vec3 point = point_from_index(slab, {double(i % slab.size[0]), double(row), double(i / slice)});
        if ((point.x < 0) == (side == BreastSide::right) && breast.footprint_contains(point, kFootprint))
          body.inside[voxel] = amount;
      }
    });
  }
  return body;
}

ViewFrame view_frame(const MammogramBody& body, double angle) {
  const double outward = body.side == BreastSide::left ? 1 : -1;
  const double c = std::cos(angle), s = std::sin(angle);
  return {{body.nipple_mm.x, body.back_mm, body.nipple_mm.z},
          {0, -1, 0},
          {outward * c, 0, s},
          {-outward * s, 0, c}};
}

BreastColumns columns_of(const MammogramBody& body, const ViewFrame& frame) {
  // The box of the grid in the view's axes.
  Vec3 low{1e9, 1e9, 1e9}, high{-1e9, -1e9, -1e9};
  const Vec3 size{body.grid.size[0] - 1.0, body.grid.size[1] - 1.0, body.grid.size[2] - 1.0};
  for (int corner = 0; corner < 8; ++corner) {
    const Vec3 index{corner & 1 ? size.x : 0, corner & 2 ? size.y : 0, corner & 4 ? size.z : 0};
    const Vec3 view = frame.to_view(point_from_index(body.grid, index));
    for (int axis = 0; axis < 3; ++axis) {
      low[axis] = std::min(low[axis], view[axis]);
      high[axis] = std::max(high[axis], view[axis]);
    }
  }
  BreastColumns columns;
  columns.step_mm = kColumnStep;
  columns.across_mm = low.y;
  columns.forward = std::max(2, static_cast<int>(std::ceil(high.x / kColumnStep)));
  columns.across = std::max(2, static_cast<int>(std::ceil((high.y - low.y) / kColumnStep)));
  const std::size_t cells = static_cast<std::size_t>(columns.forward) * columns.across;
  columns.length_mm.assign(cells, 0);
  columns.middle_mm.assign(cells, 0);
  const int steps = static_cast<int>(std::ceil((high.z - low.z) / kColumnStep));
  const Vec3 stride = (1 / body.grid.spacing_mm.x) * (kColumnStep * frame.beam);
  parallel_for(static_cast<std::size_t>(columns.forward), [&](std::size_t i) {
    float last = 0;
    for (int j = 0; j < columns.across; ++j) {
      const Vec3 start{(static_cast<double>(i) + 0.5) * kColumnStep, low.y + (j + 0.5) * kColumnStep,
                       low.z + 0.5 * kColumnStep};
      Vec3 index = index_from_point(body.grid, frame.to_lps(start)) + Vec3{0.5, 0.5, 0.5};
      double sum = 0, moment = 0;
      for (int k = 0; k < steps; ++k, index = index + stride) {
        const int x = static_cast<int>(std::floor(index.x)), y = static_cast<int>(std::floor(index.y)),
                  z = static_cast<int>(std::floor(index.z));
        if (!body.grid.contains(x, y, z)) continue;
        const double amount = body.inside[body.grid.offset(x, y, z)] / 255.0;
        sum += amount, moment += amount * k;
      }
      const std::size_t cell = i * columns.across + j;
      columns.length_mm[cell] = static_cast<float>(sum * kColumnStep);
      if (sum > 0)
        last = columns.middle_mm[cell] = static_cast<float>(start.z + moment / sum * kColumnStep);
      else
        columns.middle_mm[cell] = last;
    }
    // Empty columns before the first one take its middle.
    for (int j = columns.across - 2; j >= 0; --j) {
      const std::size_t cell = i * columns.across + j;
      if (columns.length_mm[cell] <= 0 && columns.length_mm[cell + 1] + columns.middle_mm[cell + 1] != 0 &&
          columns.middle_mm[cell] == 0)
        columns.middle_mm[cell] = columns.middle_mm[cell + 1];
    }
  });
  return columns;
}

}  // namespace lobule::phantom
