#include "phantom/sampler_geometry.h"

#include <algorithm>
#include <cmath>

namespace lobule::phantom {
namespace {

// How far a patch's geometry may leave the patient's (docs/methods/phantom-sampler.md).
constexpr double kMostTurn_rad = 0.22, kLeastScale = 0.85, kMostScale = 1.15, kMostElastic_mm = 6;
constexpr double kElasticSpacing_mm = 26, kMotionSpacing_mm = 40;

// Around the breasts: their outlines end there, nipples and skin folds may lie beyond.
constexpr double kAroundBreasts_mm = 15;

Mat3 rotation(double about_x, double about_y, double about_z) {
  const double cx = std::cos(about_x), sx = std::sin(about_x), cy = std::cos(about_y), sy = std::sin(about_y),
               cz = std::cos(about_z), sz = std::sin(about_z);
  const Mat3 x{{Vec3{1, 0, 0}, Vec3{0, cx, sx}, Vec3{0, -sx, cx}}};
  const Mat3 y{{Vec3{cy, 0, -sy}, Vec3{0, 1, 0}, Vec3{sy, 0, cy}}};
  const Mat3 z{{Vec3{cz, sz, 0}, Vec3{-sz, cz, 0}, Vec3{0, 0, 1}}};
  return x * (y * z);
}

std::array<SmoothField, 3> vector_field(Draw& draw, Index3 size, double spacing, double amplitude) {
  std::array<SmoothField, 3> field;
  for (SmoothField& part : field)
    part = SmoothField(draw.stream(), draw.block(), size, {spacing, spacing, spacing}, amplitude);
  return field;
}

bool is_dynamic(const MriChannel& channel) {
  return channel.contrast == MriContrast::dce;
}

bool is_diffusion(const MriChannel& channel) {
  return channel.contrast == MriContrast::dwi || channel.contrast == MriContrast::adc;
}

}  // namespace

Grid patient_grid(const AnatomyOptions& patient, const Field& least, double spacing_mm) {
  const BreastExtent extent = breast_extent(patient);
  const double beside = extent.lateral_mm + kAroundBreasts_mm;
  Vec3 low = least.low_mm, high = least.high_mm;
  low.x = std::min(low.x, -beside), high.x = std::max(high.x, beside);
  low.y = std::min(low.y, extent.front_mm - kAroundBreasts_mm);
  low.z = std::min(low.z, extent.low_mm - kAroundBreasts_mm);
  high.z = std::max(high.z, extent.high_mm + kAroundBreasts_mm);
  Grid grid;
  for (int axis = 0; axis < 3; ++axis)
    grid.size[axis] = static_cast<int>((high[axis] - low[axis]) / spacing_mm) + 1;
  grid.spacing_mm = {spacing_mm, spacing_mm, spacing_mm};
  grid.origin_mm = low;
  return grid;
}

void PatchGeometry::rows(Index3 size, int k, int first, int last, Places& places) const {
  const std::size_t n = static_cast<std::size_t>(size[0]);
  places.resize(n * static_cast<std::size_t>(last - first));
  const SmoothField::Plane bent_x(elastic[0], k), bent_y(elastic[1], k), bent_z(elastic[2], k);
  const Vec3 middle{(size[0] - 1) / 2.0, (size[1] - 1) / 2.0, (size[2] - 1) / 2.0};
  const Vec3& d = step.column[0];
  for (int j = first; j < last; ++j) {
    const Vec3 start = center + step * Vec3{-middle.x, j - middle.y, k - middle.z};
    const std::size_t row = n * static_cast<std::size_t>(j - first);
    for (std::size_t i = 0; i < n; ++i) {
      const double along = static_cast<double>(i);
      places.x[row + i] = static_cast<float>(start.x + along * d.x);
      places.y[row + i] = static_cast<float>(start.y + along * d.y);
      places.z[row + i] = static_cast<float>(start.z + along * d.z);
    }
    bent_x.add_row(j, &places.x[row]), bent_y.add_row(j, &places.y[row]), bent_z.add_row(j, &places.z[row]);
  }
}

PatchGeometry random_geometry(Draw& draw, const MriPatchOptions& o, const Index3& place, double raster_mm) {
  PatchGeometry g;
  const double warp = o.strength.warp, voxel = o.spacing_mm / raster_mm;
  const double turn = warp * kMostTurn_rad;
  const Mat3 turned =
      rotation(draw.uniform(-turn, turn), draw.uniform(-turn, turn), draw.uniform(-turn, turn));
  Mat3 scale;
  const double mirror = warp > 0 && draw.chance(0.5) ? -1 : 1;
  for (int axis = 0; axis < 3; ++axis)
    scale(axis, axis) =
        voxel * std::pow(draw.uniform(kLeastScale, kMostScale), warp) * (axis == 0 ? mirror : 1);
  g.step = turned * scale;
  for (int axis = 0; axis < 3; ++axis) {
    const double wander = 0.22 * o.size[axis] * voxel;
    g.center[axis] = place[axis] + draw.uniform(-wander, wander);
  }
  g.most_elastic = warp * draw.uniform(0, kMostElastic_mm) / raster_mm;
  g.elastic = vector_field(draw, o.size, kElasticSpacing_mm / o.spacing_mm, g.most_elastic);
  return g;
}

// The voxels of the raster that the patch may reach.
VoxelBox box_of(const PatchGeometry& g, const MriPatchOptions& o, const Grid& grid, double most_motion) {
  VoxelBox box;
  for (int axis = 0; axis < 3; ++axis) {
    double reach = g.most_elastic + most_motion + 2;
    for (int column = 0; column < 3; ++column)
      reach += (o.size[column] - 1) / 2.0 * std::abs(g.step(axis, column));
    const int low = std::clamp(static_cast<int>(g.center[axis] - reach), -1, grid.size[axis] - 1);
    const int high = std::clamp(static_cast<int>(g.center[axis] + reach) + 1, low + 1, grid.size[axis]);
    box.low[axis] = low;
    box.size[axis] = high - low + 1;
  }
  return box;
}

Movement::Movement(Draw& draw, const MriPatchOptions& o, const MriParameters& p, double raster_mm) {
  const double spacing = kMotionSpacing_mm / o.spacing_mm;
  dynamic_ = vector_field(draw, o.size, spacing, p.motion_mm / raster_mm);
  series_ = vector_field(draw, o.size, spacing, p.motion_mm / raster_mm);
  distortion_ = SmoothField(draw.stream(), draw.block(), o.size, {spacing, spacing, spacing},
                            p.epi_shift_mm / raster_mm);
  most_ = (p.motion_mm + p.epi_shift_mm) / raster_mm;
}

bool Movement::moves(const MriChannel& channel) const {
  if (is_dynamic(channel)) return channel.phase > 0 && !dynamic_[0].zero();
  return !series_[0].zero() || (is_diffusion(channel) && !distortion_.zero());
}

Movement::Slice::Slice(const Movement& movement, int k) {
  for (const auto* fields : {&movement.dynamic_, &movement.series_})
    for (const SmoothField& field : *fields) planes_.emplace_back(field, k);
  planes_.emplace_back(movement.distortion_, k);
}

void Movement::Slice::set(int columns, int first, int last) {
  const std::size_t n = static_cast<std::size_t>(columns);
  for (std::size_t f = 0; f < planes_.size(); ++f) {
    field_[f].assign(n * static_cast<std::size_t>(last - first), 0.0f);
    for (int j = first; j < last; ++j)
      planes_[f].add_row(j, &field_[f][n * static_cast<std::size_t>(j - first)]);
  }
}

void Movement::Slice::move(const MriChannel& channel, const Places& places, Places& moved) const {
  const bool dynamic = is_dynamic(channel);
  // The patient sinks into the table: fast at first, then slower.
  const float share = dynamic ? std::sqrt(std::min(1.0f, static_cast<float>(channel.phase) / 5)) : 1.0f;
  const auto add = [share](const std::vector<float>& from, const std::vector<float>& field,
                           std::vector<float>& to) {
    for (std::size_t i = 0; i < from.size(); ++i) to[i] = from[i] + share * field[i];
  };
  moved.resize(places.size());
  const std::size_t first = dynamic ? 0 : 3;
  add(places.x, field_[first], moved.x);
  add(places.y, field_[first + 1], moved.y);
  add(places.z, field_[first + 2], moved.z);
  if (is_diffusion(channel))
    for (std::size_t i = 0; i < moved.size(); ++i) moved.y[i] += field_[6][i];
}

}  // namespace lobule::phantom
