#include "phantom/sampler_geometry.h"

#include <algorithm>
#include <cmath>

namespace lobule::phantom {
namespace {

// How far a patch's geometry may leave the patient's (docs/methods/phantom-sampler.md).
constexpr double kMostTurn_rad = 0.22, kLeastScale = 0.85, kMostScale = 1.15, kMostElastic_mm = 6;
constexpr double kElasticSpacing_mm = 26, kMotionSpacing_mm = 40;

Mat3 rotation(double about_x, double about_y, double about_z) {
  const double cx = std::cos(about_x), sx = std::sin(about_x), cy = std::cos(about_y), sy = std::sin(about_y),
               cz = std::cos(about_z), sz = std::sin(about_z);
  const Mat3 x{{Vec3{1, 0, 0}, Vec3{0, cx, sx}, Vec3{0, -sx, cx}}};
  const Mat3 y{{Vec3{cy, 0, -sy}, Vec3{0, 1, 0}, Vec3{sy, 0, cy}}};
  const Mat3 z{{Vec3{cz, sz, 0}, Vec3{-sz, cz, 0}, Vec3{0, 0, 1}}};
  return x * (y * z);
}

std::array<SmoothField, 3> vector_field(Draw& draw, int size, double spacing, double amplitude) {
  std::array<SmoothField, 3> field;
  for (SmoothField& part : field)
    part =
        SmoothField(draw.stream(), draw.block(), {size, size, size}, {spacing, spacing, spacing}, amplitude);
  return field;
}

bool is_dynamic(const MriChannel& channel) {
  return channel.contrast == MriContrast::dce;
}

bool is_diffusion(const MriChannel& channel) {
  return channel.contrast == MriContrast::dwi || channel.contrast == MriContrast::adc;
}

}  // namespace

void PatchGeometry::row(int size, int j, int k, float* x, float* y, float* z) const {
  const double middle = (size - 1) / 2.0;
  const Vec3 first = center + step * Vec3{-middle, j - middle, k - middle};
  const Vec3& d = step.column[0];
  for (int i = 0; i < size; ++i) {
    x[i] = static_cast<float>(first.x + i * d.x);
    y[i] = static_cast<float>(first.y + i * d.y);
    z[i] = static_cast<float>(first.z + i * d.z);
  }
  elastic[0].add_row(j, k, x), elastic[1].add_row(j, k, y), elastic[2].add_row(j, k, z);
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
  const double wander = 0.22 * o.size * voxel;
  for (int axis = 0; axis < 3; ++axis) g.center[axis] = place[axis] + draw.uniform(-wander, wander);
  g.most_elastic = warp * draw.uniform(0, kMostElastic_mm) / raster_mm;
  g.elastic = vector_field(draw, o.size, kElasticSpacing_mm / o.spacing_mm, g.most_elastic);
  return g;
}

// The voxels of the raster that the patch may reach.
VoxelBox box_of(const PatchGeometry& g, const MriPatchOptions& o, const Grid& grid, double most_motion) {
  const double half = (o.size - 1) / 2.0;
  VoxelBox box;
  for (int axis = 0; axis < 3; ++axis) {
    double reach = g.most_elastic + most_motion + 2;
    for (int column = 0; column < 3; ++column) reach += half * std::abs(g.step(axis, column));
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
  distortion_ = SmoothField(draw.stream(), draw.block(), {o.size, o.size, o.size},
                            {spacing, spacing, spacing}, p.epi_shift_mm / raster_mm);
  most_ = (p.motion_mm + p.epi_shift_mm) / raster_mm;
}

bool Movement::moves(const MriChannel& channel) const {
  if (is_dynamic(channel)) return channel.phase > 0 && !dynamic_[0].zero();
  return !series_[0].zero() || (is_diffusion(channel) && !distortion_.zero());
}

void Movement::Row::set(const Movement& movement, int size, int j, int k) {
  size_ = static_cast<std::size_t>(size);
  dynamic_.assign(3 * size_, 0.0f), series_.assign(3 * size_, 0.0f), distortion_.assign(size_, 0.0f);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    movement.dynamic_[axis].add_row(j, k, &dynamic_[axis * size_]);
    movement.series_[axis].add_row(j, k, &series_[axis * size_]);
  }
  movement.distortion_.add_row(j, k, distortion_.data());
}

void Movement::Row::move(const MriChannel& channel, const std::vector<float>& places,
                         std::vector<float>& moved) const {
  const bool dynamic = is_dynamic(channel);
  // The patient sinks into the table: fast at first, then slower.
  const float share = dynamic ? std::sqrt(std::min(1.0f, static_cast<float>(channel.phase) / 5)) : 1.0f;
  const std::vector<float>& field = dynamic ? dynamic_ : series_;
  moved.resize(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) moved[i] = places[i] + share * field[i];
  if (is_diffusion(channel))
    for (std::size_t i = 0; i < size_; ++i) moved[size_ + i] += distortion_[i];
}

}  // namespace lobule::phantom
