#include "registration/deformable.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "core/resample.h"
#include "registration/contrast.h"
#include "registration/field.h"
#include "registration/local_correlation.h"
#include "registration/tuning.h"

namespace lobule::registration {
namespace {

void smooth(const Grid& grid, std::vector<float>& values, double sigma_mm) {
  Image<float> image;
  image.grid = grid;
  image.voxels = std::move(values);
  values = gaussian_smooth(image, sigma_mm).voxels;
}

// The step of each voxel: (G∗(c g gᵀ) + κ I)⁻¹ G∗(s g), with g the gradient of the moving image, s the
// derivative and c the curvature of the similarity, G the Gaussian of the surroundings.
AxisField local_steps(const Grid& grid, const Seen& seen, const LocalCorrelation& lc, double sigma_mm) {
  const std::size_t count = grid.voxel_count(), piece = 1 << 14;
  constexpr int kPairs[6][2] = {{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}};
  const auto& g = seen.gradient_per_mm;
  AxisField step;
  std::array<std::vector<float>, 6> matrix;
  for (int a = 0; a < 3; ++a) {
    step[a].resize(count);
    for (std::size_t v = 0; v < count; ++v) step[a][v] = lc.derivative[v] * g[a][v];
    smooth(grid, step[a], sigma_mm);
  }
  for (int p = 0; p < 6; ++p) {
    const int a = kPairs[p][0], b = kPairs[p][1];
    matrix[p].resize(count);
    for (std::size_t v = 0; v < count; ++v) matrix[p][v] = lc.curvature[v] * g[a][v] * g[b][v];
    smooth(grid, matrix[p], sigma_mm);
  }
  const double trace = parallel_sum(count, piece, 0.0, [&](std::size_t begin, std::size_t end) {
    double sum = 0;
    for (std::size_t v = begin; v < end; ++v) sum += matrix[0][v] + matrix[1][v] + matrix[2][v];
    return sum;
  });
  const double ridge = kRidge * trace / (3.0 * static_cast<double>(count));
  if (!(ridge > 0)) {
    for (auto& part : step) std::fill(part.begin(), part.end(), 0.0f);
    return step;
  }
  parallel_for_ranges(count, piece, [&](std::size_t begin, std::size_t end) {
    for (std::size_t v = begin; v < end; ++v) {
      const double local =
          ridge + kLocalRidge * (static_cast<double>(matrix[0][v]) + matrix[1][v] + matrix[2][v]) / 3;
      const double xx = matrix[0][v] + local, yy = matrix[1][v] + local, zz = matrix[2][v] + local;
      const double xy = matrix[3][v], xz = matrix[4][v], yz = matrix[5][v];
      const double cxx = yy * zz - yz * yz, cxy = xz * yz - xy * zz, cxz = xy * yz - xz * yy;
      const double cyy = xx * zz - xz * xz, cyz = xy * xz - xx * yz, czz = xx * yy - xy * xy;
      const double det = xx * cxx + xy * cxy + xz * cxz;
      const double sx = step[0][v], sy = step[1][v], sz = step[2][v];
      step[0][v] = static_cast<float>((cxx * sx + cxy * sy + cxz * sz) / det);
      step[1][v] = static_cast<float>((cxy * sx + cyy * sy + cyz * sz) / det);
      step[2][v] = static_cast<float>((cxz * sx + cyz * sy + czz * sz) / det);
    }
  });
  return step;
}

// Steps longer than `limit_mm` become that long.
void limit_steps(AxisField& step, double limit_mm) {
  for (std::size_t v = 0; v < step[0].size(); ++v) {
    const double length = std::hypot(step[0][v], step[1][v], step[2][v]);
    if (length <= limit_mm) continue;
    for (auto& part : step) part[v] *= static_cast<float>(limit_mm / length);
  }
}

// Diffuses the divergence of d and nothing else (d += τ ∇ div d): local swelling and shrinking are spread
// out, turning and shearing stay. Tissue hardly changes its volume, so a lesion that takes up contrast
// must not be shrunk to match its former look (Rohlfing et al. 2003, IEEE TMI 22, 730–741).
void diffuse_divergence(const Grid& grid, AxisField& d, int times) {
  const double h = std::min({grid.spacing_mm.x, grid.spacing_mm.y, grid.spacing_mm.z});
  const double tau = 0.3 * h * h;  // below 2 h² / 3, the limit of stability with central differences
  const std::size_t stride[3] = {1, static_cast<std::size_t>(grid.size[0]),
                                 static_cast<std::size_t>(grid.size[0]) * grid.size[1]};
  std::vector<float> divergence(grid.voxel_count());
  const auto slope = [&](const std::vector<float>& f, std::size_t v, int at, int axis) {
    const bool down = at > 0, up = at + 1 < grid.size[axis];
    if (!down && !up) return 0.0;
    const double rise = f[up ? v + stride[axis] : v] - f[down ? v - stride[axis] : v];
    return rise / (grid.spacing_mm[axis] * ((up ? 1 : 0) + (down ? 1 : 0)));
  };
  for (int n = 0; n < times; ++n) {
    parallel_for(grid.size[2], [&](std::size_t k) {
      for (int j = 0; j < grid.size[1]; ++j) {
        for (int i = 0; i < grid.size[0]; ++i) {
          const std::size_t v = grid.offset(i, j, static_cast<int>(k));
          divergence[v] = static_cast<float>(slope(d[0], v, i, 0) + slope(d[1], v, j, 1) +
                                             slope(d[2], v, static_cast<int>(k), 2));
        }
      }
    });
    parallel_for(grid.size[2], [&](std::size_t k) {
      for (int j = 0; j < grid.size[1]; ++j) {
        for (int i = 0; i < grid.size[0]; ++i) {
          const std::size_t v = grid.offset(i, j, static_cast<int>(k));
          d[0][v] += static_cast<float>(tau * slope(divergence, v, i, 0));
          d[1][v] += static_cast<float>(tau * slope(divergence, v, j, 1));
          d[2][v] += static_cast<float>(tau * slope(divergence, v, static_cast<int>(k), 2));
        }
      }
    });
  }
}

// d + share × step, smoothed.
AxisField advanced(const Grid& grid, const AxisField& d, const AxisField& step, float share,
                   double sigma_mm) {
  AxisField next = d;
  for (int a = 0; a < 3; ++a) {
    for (std::size_t v = 0; v < next[a].size(); ++v) next[a][v] += share * step[a][v];
    smooth(grid, next[a], sigma_mm);
  }
  diffuse_divergence(grid, next, kDivergenceSteps);
  return next;
}

}  // namespace

int deform(const Level& level, const RigidTransform& rigid, const DeformableOptions& options, AxisField& d,
           const std::function<void(double)>& tick) {
  const Grid& grid = level.fixed.grid;
  const Mat3 turn = transpose(grid.direction) * rigid.rotation * grid.direction;
  const double voxel_mm = std::max({grid.spacing_mm.x, grid.spacing_mm.y, grid.spacing_mm.z});
  const double window_mm = std::max(options.smoothness_mm, kSmoothnessVoxels * voxel_mm);
  Seen seen;
  std::vector<std::uint8_t> appeared;
  AxisField best = d;
  double best_similarity = -1;
  int without_gain = 0, n = 0;
  for (; n <= options.iterations; ++n) {
    tick(static_cast<double>(n) / (options.iterations + 1));
    look(level, rigid, &d, seen);
    if (n == 0) {
      appeared = appeared_structure(grid.size, level.fixed.voxels, seen.value, level.centres);
    }
    for (std::size_t v = 0; v < appeared.size(); ++v) {
      if (appeared[v] != 0) seen.value[v] = kMissing;
    }
    const LocalCorrelation lc = local_correlation(grid.size, level.fixed.voxels, seen.value, level.centres,
                                                  kWindowRadius, kNoiseVariance);
    without_gain = lc.mean() > best_similarity + kSmallGain ? 0 : without_gain + 1;
    if (lc.mean() > best_similarity) {
      best_similarity = lc.mean();
      best = d;
    }
    if (n == options.iterations || without_gain > 2) break;
    AxisField step = local_steps(grid, seen, lc, window_mm);
    limit_steps(step, 0.5 * voxel_mm);
    bool moved = false;
    for (float share = 1; share > 0.05f && !moved; share *= 0.5f) {
      AxisField next = advanced(grid, d, step, share, kFieldSmoothing * options.smoothness_mm);
      const std::vector<float> jacobian = jacobian_of(grid, next, turn);
      if (*std::min_element(jacobian.begin(), jacobian.end()) < kSmallestJacobian) continue;
      d = std::move(next);
      moved = true;
    }
    if (!moved) break;
  }
  d = std::move(best);
  return n;
}

}  // namespace lobule::registration
