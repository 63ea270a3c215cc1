#include "phantom/second/breast_form.h"

#include <algorithm>
#include <cmath>

#include "core/random.h"

namespace lobule::phantom::second {
namespace {

// Between the middle of the chest and the middle of the breast's base, as a share of its half width.
constexpr double kFromMiddle = 1.28;
constexpr double kUnrest = 0.05;  // of the height
constexpr double kNipple_mm = 5;  // radius
constexpr double kTailJoin = 0.25;
constexpr double kTable_mm = 0.5;

// The four weights of a uniform cubic B-spline.
std::array<double, 4> spline(double t) {
  const double s = 1 - t;
  return {s * s * s / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * s * s * s - 6 * s * s + 4) / 6,
          t * t * t / 6};
}

}  // namespace

BreastForm::BreastForm(const Trunk& trunk, const BreastSize& size, std::uint64_t seed)
    : trunk_(&trunk), size_(size) {
  const bool left = size.side == BreastSide::left;
  const RandomStream random(seed, left ? "second form left" : "second form right"), both(seed, "second form");
  power_ = both.uniform(0, 1.9, 2.6);
  roundness_ = both.uniform(1, 1.7, 2.6);
  fullness_ = both.uniform(2, 0.55, 0.85);
  for (std::size_t i = 0; i < control_.size(); ++i) control_[i] = random.uniform(i, -1, 1);
  const double x = outward() * kFromMiddle * size.half_width_mm;
  base_mm_ = {x, trunk.front_mm(x, 0), 0};
  tabulate();
  // The nipple: the highest place near the middle of the base.
  double best = -1;
  for (double dz = -0.3; dz <= 0.3; dz += 0.05)
    for (double dx = -0.15; dx <= 0.15; dx += 0.05) {
      const double px = base_mm_.x + dx * size.half_width_mm, pz = base_mm_.z + dz * size.half_height_mm;
      const double height =
          std::pow(1 - std::pow(base_radius(px, pz), roundness_), fullness_) * (1 + unrest(px, pz));
      if (height <= best) continue;
      best = height;
      const double t = height;
      nipple_mm_ = {px, trunk_->front_mm(px, pz) - size_.depth_mm * height, pz - size_.sag_mm * t * t};
    }
}

double BreastForm::unsheared_z(Vec3 p) const {
  const double t = std::clamp(forward_mm(p) / size_.depth_mm, 0.0, 1.2);
  return p.z + size_.sag_mm * t * t;
}

double BreastForm::base_radius(double x, double z) const {
  const double u = std::abs(x - base_mm_.x) / size_.half_width_mm,
               v = std::abs(z - base_mm_.z) / size_.half_height_mm;
  const double main = std::pow(std::pow(u, power_) + std::pow(v, power_), 1 / power_);
  // The tail towards the armpit: a flatter hill up and outward, joined smoothly.
  const double tx = (outward() * (x - base_mm_.x) / size_.half_width_mm - 0.5) / 0.8;
  const double tz = ((z - base_mm_.z) / size_.half_height_mm - 0.55) / 0.75;
  const double tail = 0.6 + 0.4 * std::sqrt(tx * tx + tz * tz);
  const double near = std::max(0.0, kTailJoin - std::abs(main - tail)) / kTailJoin;
  return std::clamp(std::min(main, tail) - near * near * kTailJoin / 4, 0.0, 1.0);
}

double BreastForm::unrest(double x, double z) const {
  const double u = std::clamp((x - base_mm_.x) / size_.half_width_mm * 1.6 + 2.5, 0.0, 4.999);
  const double v = std::clamp((z - base_mm_.z) / size_.half_height_mm * 1.6 + 2.5, 0.0, 4.999);
  const int i = static_cast<int>(u), j = static_cast<int>(v);
  const auto wu = spline(u - i), wv = spline(v - j);
  double sum = 0;
  for (std::size_t b = 0; b < 4; ++b)
    for (std::size_t a = 0; a < 4; ++a)
      sum +=
          wu[a] * wv[b] * control_[(static_cast<std::size_t>(j) + b) * 8 + static_cast<std::size_t>(i) + a];
  return 2 * kUnrest * sum;
}

void BreastForm::tabulate() {
  const double reach_x = 1.5 * size_.half_width_mm, reach_z = 1.5 * size_.half_height_mm;
  table_from_ = {base_mm_.x - reach_x, 0, base_mm_.z - reach_z};
  table_columns_ = static_cast<int>(2 * reach_x / kTable_mm) + 2;
  table_rows_ = static_cast<int>(2 * reach_z / kTable_mm) + 2;
  for (int j = 0; j < table_rows_; ++j)
    for (int i = 0; i < table_columns_; ++i) {
      const double x = table_from_.x + i * kTable_mm, z = table_from_.z + j * kTable_mm,
                   r = base_radius(x, z);
      hill_mm_.push_back(static_cast<float>(
          r >= 1 ? 0
                 : size_.depth_mm * std::pow(1 - std::pow(r, roundness_), fullness_) * (1 + unrest(x, z))));
    }
}

double BreastForm::hill_mm(double x, double z) const {
  const double u = (x - table_from_.x) / kTable_mm, v = (z - table_from_.z) / kTable_mm;
  if (u < 0 || v < 0 || u >= table_columns_ - 1 || v >= table_rows_ - 1) return 0;
  const int i = static_cast<int>(u), j = static_cast<int>(v);
  const double a = u - i, b = v - j;
  const float* h = &hill_mm_[static_cast<std::size_t>(j) * static_cast<std::size_t>(table_columns_) +
                             static_cast<std::size_t>(i)];
  return (1 - b) * ((1 - a) * static_cast<double>(h[0]) + a * static_cast<double>(h[1])) +
         b * ((1 - a) * static_cast<double>(h[table_columns_]) +
              a * static_cast<double>(h[table_columns_ + 1]));
}

double BreastForm::height_mm(Vec3 p) const {
  const double height = hill_mm(p.x, unsheared_z(p));
  if (height <= 0) return 0;
  const double u = p.x - nipple_mm_.x, v = p.z - nipple_mm_.z;
  const double from_nipple = std::sqrt(u * u + v * v) / kNipple_mm;
  return from_nipple < 1 ? height + 1.6 * kNipple_mm * std::sqrt(1 - from_nipple * from_nipple) : height;
}

bool BreastForm::contains(Vec3 p, double behind_mm) const {
  const double t = forward_mm(p);
  return t > -behind_mm && (t <= 0 || t < height_mm(p));
}

bool BreastForm::over_base(Vec3 p) const {
  return hill_mm(p.x, unsheared_z(p)) > 0;
}

Vec3 BreastForm::point_at(Vec3 f) const {
  const double x = base_mm_.x + outward() * f.x * size_.half_width_mm;
  const double t = f.y, z = base_mm_.z + f.z * size_.half_height_mm - size_.sag_mm * t * t;
  return {x, trunk_->front_mm(x, z) - t * size_.depth_mm, z};
}

Grid BreastForm::box(double s) const {
  const double w = 1.35 * size_.half_width_mm, h = 1.35 * size_.half_height_mm;
  const Vec3 low{std::floor((base_mm_.x - w) / s) * s, std::floor((nipple_mm_.y - 14) / s) * s,
                 std::floor((base_mm_.z - h - size_.sag_mm) / s) * s};
  const double far_x = std::abs(base_mm_.x) + w;
  const Vec3 high{base_mm_.x + w, std::min(trunk_->front_mm(far_x, 0), trunk_->front_mm(0, 0) + 55) + 30,
                  base_mm_.z + h};
  Grid grid;
  grid.spacing_mm = {s, s, s};
  grid.origin_mm = low;
  for (int a = 0; a < 3; ++a)
    grid.size[static_cast<std::size_t>(a)] = static_cast<int>((high[a] - low[a]) / s) + 1;
  return grid;
}

}  // namespace lobule::phantom::second
