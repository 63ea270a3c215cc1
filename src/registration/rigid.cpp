#include "registration/rigid.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "registration/local_correlation.h"
#include "registration/tuning.h"

namespace lobule::registration {
namespace {

struct Sums {
  double gradient[6] = {};
  double matrix[6][6] = {};
  void operator+=(const Sums& other) {
    for (int r = 0; r < 6; ++r) {
      gradient[r] += other.gradient[r];
      for (int c = 0; c < 6; ++c) matrix[r][c] += other.matrix[r][c];
    }
  }
};

// Solves the symmetric positive definite system by Cholesky; false where it is not definite.
bool solve(double (&m)[6][6], const double (&rhs)[6], double (&x)[6]) {
  for (int c = 0; c < 6; ++c) {
    for (int r = c; r < 6; ++r) {
      double sum = m[r][c];
      for (int k = 0; k < c; ++k) sum -= m[r][k] * m[c][k];
      if (r == c) {
        if (!(sum > 0)) return false;
        m[c][c] = std::sqrt(sum);
      } else {
        m[r][c] = sum / m[c][c];
      }
    }
  }
  for (int r = 0; r < 6; ++r) {
    x[r] = rhs[r];
    for (int k = 0; k < r; ++k) x[r] -= m[r][k] * x[k];
    x[r] /= m[r][r];
  }
  for (int r = 5; r >= 0; --r) {
    for (int k = r + 1; k < 6; ++k) x[r] -= m[k][r] * x[k];
    x[r] /= m[r][r];
  }
  return true;
}

// The root mean square distance of the judged voxels from the centre.
double radius_of(const Level& level, Vec3 center) {
  double sum = 0, count = 0;
  const Grid& grid = level.fixed.grid;
  for (int k = 0; k < grid.size[2]; ++k) {
    for (int j = 0; j < grid.size[1]; ++j) {
      for (int i = 0; i < grid.size[0]; ++i) {
        if (level.centres[grid.offset(i, j, k)] == 0) continue;
        const Vec3 index{static_cast<double>(i), static_cast<double>(j), static_cast<double>(k)};
        const Vec3 arm = point_from_index(grid, index) - center;
        sum += dot(arm, arm);
        ++count;
      }
    }
  }
  return count > 0 && sum > 0 ? std::sqrt(sum / count) : 1.0;
}

// Rodrigues' formula.
Mat3 rotation_by(Vec3 w) {
  const double angle = norm(w);
  Mat3 r;
  if (angle < 1e-15) return r;
  const Vec3 axis = (1 / angle) * w;
  for (int c = 0; c < 3; ++c) {
    Vec3 e;
    e[c] = 1;
    r.column[c] =
        std::cos(angle) * e + std::sin(angle) * cross(axis, e) + (1 - std::cos(angle)) * dot(axis, e) * axis;
  }
  return r;
}

}  // namespace

RigidStep rigid_step(const Level& level, const RigidTransform& rigid, double radius_mm) {
  const Grid& grid = level.fixed.grid;
  Seen seen;
  look(level, rigid, nullptr, seen);
  const LocalCorrelation lc = local_correlation(grid.size, level.fixed.voxels, seen.value, level.centres,
                                                kWindowRadius, kNoiseVariance);
  RigidStep result;
  result.similarity = lc.mean();
  if (lc.windows == 0) return result;
  const std::size_t slice = static_cast<std::size_t>(grid.size[0]) * grid.size[1];
  const Sums sums = parallel_sum(grid.voxel_count(), slice, Sums{}, [&](std::size_t begin, std::size_t end) {
    Sums part;
    for (std::size_t v = begin; v < end; ++v) {
      if (lc.curvature[v] == 0 && lc.derivative[v] == 0) continue;
      Vec3 slope;  // of the moving image, in LPS
      for (int a = 0; a < 3; ++a) {
        slope = slope + static_cast<double>(seen.gradient_per_mm[a][v]) * grid.direction.column[a];
      }
      const Vec3 index{static_cast<double>(v % grid.size[0]),
                       static_cast<double>(v / grid.size[0] % grid.size[1]), static_cast<double>(v / slice)};
      const Vec3 arm = rigid.rotation * (point_from_index(grid, index) - rigid.center_mm);
      const Vec3 turn = (1 / radius_mm) * cross(arm, slope);  // slope · (ω × arm) = ω · (arm × slope)
      const double by[6] = {turn.x, turn.y, turn.z, slope.x, slope.y, slope.z};
      for (int r = 0; r < 6; ++r) {
        part.gradient[r] += lc.derivative[v] * by[r];
        for (int c = 0; c <= r; ++c) part.matrix[r][c] += lc.curvature[v] * by[r] * by[c];
      }
    }
    return part;
  });
  const double n = static_cast<double>(lc.windows);
  for (int r = 0; r < 6; ++r) {
    result.gradient[r] = sums.gradient[r] / n;
    for (int c = 0; c <= r; ++c) result.matrix[r][c] = result.matrix[c][r] = sums.matrix[r][c] / n;
  }
  return result;
}

RigidTransform moved(const RigidTransform& rigid, const double (&step)[6], double radius_mm) {
  RigidTransform next = rigid;
  next.rotation = rotation_by((1 / radius_mm) * Vec3{step[0], step[1], step[2]}) * rigid.rotation;
  next.translation_mm = rigid.translation_mm + Vec3{step[3], step[4], step[5]};
  return next;
}

int align_rigidly(const Level& level, RigidTransform& rigid) {
  constexpr int kMostEvaluations = 30;
  const double spacing_mm =
      std::max({level.fixed.grid.spacing_mm.x, level.fixed.grid.spacing_mm.y, level.fixed.grid.spacing_mm.z});
  const double radius_mm = radius_of(level, rigid.center_mm);
  RigidStep at = rigid_step(level, rigid, radius_mm);
  double damping = 1e-3;
  int evaluations = 1;
  while (evaluations < kMostEvaluations && damping < 1e6) {
    double trace = 0;
    for (int r = 0; r < 6; ++r) trace += at.matrix[r][r];
    if (!(trace > 0)) break;
    double m[6][6], step[6];
    std::copy(&at.matrix[0][0], &at.matrix[0][0] + 36, &m[0][0]);
    for (int r = 0; r < 6; ++r) m[r][r] += damping * m[r][r] + 1e-9 * trace;
    if (!solve(m, at.gradient, step)) break;
    double largest = 0;
    for (const double s : step) largest = std::max(largest, std::abs(s));
    if (largest > 2 * spacing_mm) {
      for (double& s : step) s *= 2 * spacing_mm / largest;
    }
    const RigidTransform next = moved(rigid, step, radius_mm);
    const RigidStep there = rigid_step(level, next, radius_mm);
    ++evaluations;
    if (there.similarity > at.similarity) {
      rigid = next;
      at = there;
      damping = std::max(1e-6, damping * 0.1);
    } else {
      damping = std::max(1e-2, damping * 10);
    }
    if (largest < kSmallStep * spacing_mm) break;
  }
  return evaluations;
}

}  // namespace lobule::registration
