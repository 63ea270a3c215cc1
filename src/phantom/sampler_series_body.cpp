#include "phantom/sampler_series_body.h"

#include <algorithm>
#include <cmath>

#include "phantom/sampler_fields.h"

namespace lobule::phantom {
namespace {

// Docs: docs/methods/phantom-sampler.md, Series.
constexpr double kMostTurn_rad = 0.12, kLeastStretch = 0.85, kMostStretch = 1.2;
constexpr double kLeastHang = 0.75, kMostHang = 1.35;
constexpr Vec3 kPivot_mm{0, 40, 0};  // between the breasts and the heart
constexpr double kRoot_mm = 15;      // y of the chest wall's front, where breasts begin to hang

constexpr double kStep_mm = 12;  // of the lattice
// Control points of the displacements and their largest amplitudes: below a quarter of the spacing.
constexpr double kCoarse_mm = 60, kMostCoarse_mm = 12, kFine_mm = 30, kMostFine_mm = 5;
constexpr double kEpiSpacing_mm = 60, kBiasSpacing_mm = 70, kFatSpacing_mm = 60;

Mat3 turn(int axis, double angle_rad) {
  const double c = std::cos(angle_rad), s = std::sin(angle_rad);
  const int a = (axis + 1) % 3, b = (axis + 2) % 3;
  Mat3 m;
  m(a, a) = c, m(b, b) = c, m(a, b) = -s, m(b, a) = s;
  return m;
}

}  // namespace

BodyPose::BodyPose(Draw& draw, double strength) {
  if (strength <= 0) return;
  for (int axis = 0; axis < 3; ++axis)
    to_patient_ = to_patient_ * turn(axis, strength * draw.uniform(-kMostTurn_rad, kMostTurn_rad));
  Mat3 scale;
  for (int axis = 0; axis < 3; ++axis) {
    const double stretch = std::pow(draw.log_uniform(kLeastStretch, kMostStretch), strength);
    scale(axis, axis) = 1 / stretch;
    if (axis == 1) stretch_y_ = stretch;
  }
  if (draw.chance(0.5)) scale(0, 0) = -scale(0, 0);
  to_patient_ = to_patient_ * scale;
  hang_ = std::pow(draw.log_uniform(kLeastHang, kMostHang), strength);
}

Vec3 BodyPose::source(Vec3 scanner_mm) const {
  Vec3 place = kPivot_mm + to_patient_ * (scanner_mm - kPivot_mm);
  if (place.y < kRoot_mm) place.y = kRoot_mm + (place.y - kRoot_mm) / hang_;
  return place;
}

double BodyPose::seen_y(double patient_y_mm) const {
  const double hung = patient_y_mm < kRoot_mm ? kRoot_mm + (patient_y_mm - kRoot_mm) * hang_ : patient_y_mm;
  return kPivot_mm.y + (hung - kPivot_mm.y) * stretch_y_;
}

BodyFields::BodyFields(Draw& draw, const Grid& space, const Strength& strength) {
  Index3 nodes;
  Vec3 extent;
  for (int axis = 0; axis < 3; ++axis) {
    extent[axis] = space.size[axis] * space.spacing_mm[axis];
    nodes[axis] = 2 + static_cast<int>(std::ceil(extent[axis] / kStep_mm));
  }
  const std::size_t count = static_cast<std::size_t>(nodes[0]) * static_cast<std::size_t>(nodes[1]) *
                            static_cast<std::size_t>(nodes[2]);
  std::array<std::vector<float>, 5> values;
  for (auto& part : values) part.assign(count, 0.0f);
  const auto add = [&](std::vector<float>& part, double spacing_mm, double amplitude) {
    const double spacing = spacing_mm / kStep_mm;
    const SmoothField field(draw.stream(), draw.block(), nodes, {spacing, spacing, spacing}, amplitude);
    float* out = part.data();
    for (int k = 0; k < nodes[2]; ++k) {
      const SmoothField::Plane plane(field, k);
      for (int j = 0; j < nodes[1]; ++j, out += nodes[0]) plane.add_row(j, out);
    }
  };
  const double coarse = strength.elastic * draw.uniform(0, kMostCoarse_mm),
               fine = strength.elastic * draw.uniform(0, kMostFine_mm);
  for (std::size_t axis = 0; axis < 3; ++axis)
    add(values[axis], kCoarse_mm, coarse), add(values[axis], kFine_mm, fine);
  add(values[1], kEpiSpacing_mm, strength.epi_shift_mm);
  add(values[3], kBiasSpacing_mm, strength.bias);
  add(values[4], kFatSpacing_mm, strength.fat);
  const Vec3 low = space.origin_mm;
  lattice_ = FieldLattice<5>(low, low + extent, kStep_mm, [&](Vec3 p) {
    const Vec3 q = (1 / kStep_mm) * (p - low);
    const auto node = (static_cast<std::size_t>(std::lround(q.z)) * static_cast<std::size_t>(nodes[1]) +
                       static_cast<std::size_t>(std::lround(q.y))) *
                          static_cast<std::size_t>(nodes[0]) +
                      static_cast<std::size_t>(std::lround(q.x));
    return std::array<float, 5>{values[0][node], values[1][node], values[2][node], values[3][node],
                                values[4][node]};
  });
}

BodyFields::Here BodyFields::at(Vec3 scanner_mm) const {
  const auto f = lattice_(scanner_mm);
  return {{f[0], f[1], f[2]}, f[3], f[4]};
}

ChannelTable::ChannelTable(const MaterialSignals& signals) : kept(signals.water), suppressed(signals.fat) {
  if (signals.fat_suppressed) return;
  for (std::size_t m = 0; m < kept.size(); ++m) kept[m] += suppressed[m];
  suppressed.fill(0);
}

float signal_at(const TissueRaster& raster, const ChannelTable& table, Vec3 point_mm, float fat_left) {
  const Grid& grid = raster.grid;
  int low[3];
  float along[3];
  for (int axis = 0; axis < 3; ++axis) {
    const double place = (point_mm[axis] - grid.origin_mm[axis]) / grid.spacing_mm[axis];
    low[axis] = static_cast<int>(std::floor(place));
    if (low[axis] < 0 || low[axis] + 1 >= grid.size[axis]) return 0;
    along[axis] = static_cast<float>(place - low[axis]);
  }
  const std::size_t row = static_cast<std::size_t>(grid.size[0]),
                    slice = row * static_cast<std::size_t>(grid.size[1]);
  const TissueMix* corner = &raster.voxels[grid.offset(low[0], low[1], low[2])];
  float sum = 0;
  for (int n = 0; n < 8; ++n) {
    const float weight = (n & 1 ? along[0] : 1 - along[0]) * (n & 2 ? along[1] : 1 - along[1]) *
                         (n & 4 ? along[2] : 1 - along[2]);
    const TissueMix& mix = corner[(n & 1 ? 1 : 0) + (n & 2 ? row : 0) + (n & 4 ? slice : 0)];
    float here = 0;
    for (std::size_t slot = 0; slot < mix.share.size() && mix.share[slot] != 0; ++slot) {
      const std::size_t m = std::min<std::size_t>(mix.material[slot], kMaterialTable - 1);
      here += static_cast<float>(mix.share[slot]) * (table.kept[m] + fat_left * table.suppressed[m]);
    }
    sum += weight * here;
  }
  return sum / 255;
}

}  // namespace lobule::phantom
