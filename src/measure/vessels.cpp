#include "measure/vessels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/parallel.h"
#include "core/resample.h"
#include "measure/morphology.h"

namespace lobule::measure {
namespace {

// A part of the grid, as index ranges [low, high).
struct Window {
  Index3 low{}, high{};
  bool empty() const { return low[0] >= high[0]; }
};

Window window_of(const Mask& region, double margin_mm) {
  const Grid& grid = region.grid;
  Window w{grid.size, {0, 0, 0}};
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        if (region.at(i, j, k) == 0) continue;
        const Index3 p{i, j, k};
        for (int a = 0; a < 3; ++a) {
          w.low[a] = std::min(w.low[a], p[a]);
          w.high[a] = std::max(w.high[a], p[a] + 1);
        }
      }
  if (w.high[0] == 0) return {};
  for (int a = 0; a < 3; ++a) {
    const int margin = static_cast<int>(std::ceil(margin_mm / grid.spacing_mm[a]));
    w.low[a] = std::max(0, w.low[a] - margin);
    w.high[a] = std::min(grid.size[a], w.high[a] + margin);
  }
  return w;
}

template <class T>
Image<T> cropped(const Image<T>& image, const Window& w) {
  Grid grid = image.grid;
  grid.origin_mm = point_from_index(grid, {double(w.low[0]), double(w.low[1]), double(w.low[2])});
  for (int a = 0; a < 3; ++a) grid.size[a] = w.high[a] - w.low[a];
  Image<T> out(grid);
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j) {
      const T* from = &image.at(w.low[0], w.low[1] + j, w.low[2] + k);
      std::copy(from, from + grid.size[0], &out.at(0, j, k));
    }
  return out;
}

// Eigenvalues of a symmetric 3×3 matrix by Smith's formula (1961), sorted by magnitude.
std::array<double, 3> eigenvalues(double xx, double yy, double zz, double xy, double xz, double yz) {
  const double off = xy * xy + xz * xz + yz * yz;
  const double mean = (xx + yy + zz) / 3;
  const double a = xx - mean, b = yy - mean, c = zz - mean;
  const double p = std::sqrt((a * a + b * b + c * c + 2 * off) / 6);
  std::array<double, 3> e{mean, mean, mean};
  if (p > 0) {
    const double det = a * (b * c - yz * yz) - xy * (xy * c - yz * xz) + xz * (xy * yz - b * xz);
    const double phi = std::acos(std::clamp(det / (2 * p * p * p), -1.0, 1.0)) / 3;
    e[0] = mean + 2 * p * std::cos(phi);
    e[2] = mean + 2 * p * std::cos(phi + 2 * std::numbers::pi / 3);
    e[1] = 3 * mean - e[0] - e[2];
  }
  std::sort(e.begin(), e.end(), [](double u, double v) { return std::abs(u) < std::abs(v); });
  return e;
}

// Scale-normalised Hessian eigenvalues at the region's voxels of one smoothed image; zeros on the grid's
// border.
std::vector<std::array<float, 3>> hessian_eigenvalues(const Image<float>& smoothed, double sigma_mm,
                                                      const std::vector<Index3>& where) {
  const Vec3& h = smoothed.grid.spacing_mm;
  const Index3& size = smoothed.grid.size;
  std::vector<std::array<float, 3>> result(where.size());
  parallel_for_ranges(where.size(), 1 << 13, [&](std::size_t begin, std::size_t end) {
    for (std::size_t n = begin; n < end; ++n) {
      const auto [i, j, k] = where[n];
      if (i == 0 || j == 0 || k == 0 || i + 1 == size[0] || j + 1 == size[1] || k + 1 == size[2]) continue;
      const auto at = [&](int a, int b, int c) { return double(smoothed.at(i + a, j + b, k + c)); };
      const double middle = 2 * at(0, 0, 0), s = sigma_mm * sigma_mm;
      const double xx = (at(1, 0, 0) + at(-1, 0, 0) - middle) / (h.x * h.x);
      const double yy = (at(0, 1, 0) + at(0, -1, 0) - middle) / (h.y * h.y);
      const double zz = (at(0, 0, 1) + at(0, 0, -1) - middle) / (h.z * h.z);
      const double xy = (at(1, 1, 0) + at(-1, -1, 0) - at(1, -1, 0) - at(-1, 1, 0)) / (4 * h.x * h.y);
      const double xz = (at(1, 0, 1) + at(-1, 0, -1) - at(1, 0, -1) - at(-1, 0, 1)) / (4 * h.x * h.z);
      const double yz = (at(0, 1, 1) + at(0, -1, -1) - at(0, 1, -1) - at(0, -1, 1)) / (4 * h.y * h.z);
      const auto e = eigenvalues(s * xx, s * yy, s * zz, s * xy, s * xz, s * yz);
      for (int a = 0; a < 3; ++a) result[n][a] = static_cast<float>(e[a]);
    }
  });
  return result;
}

float norm_of(const std::array<float, 3>& e) {
  return std::sqrt(e[0] * e[0] + e[1] * e[1] + e[2] * e[2]);
}

// Half the 99.5th percentile of the norms: Frangi's half of the largest, less one bright voxel's whim.
double structure_scale(const std::vector<std::array<float, 3>>& eigen) {
  std::vector<float> norms;
  norms.reserve(eigen.size());
  for (const auto& e : eigen) norms.push_back(norm_of(e));
  const auto at = norms.begin() + static_cast<std::ptrdiff_t>((norms.size() - 1) * 0.995);
  std::nth_element(norms.begin(), at, norms.end());
  return 0.5 * *at;
}

// Frangi 1998, equation 13, for bright tubes.
double tube_likeness(const std::array<float, 3>& e, double c) {
  if (e[1] >= 0 || e[2] >= 0 || c <= 0) return 0;
  constexpr double kTwoAlphaSquared = 0.5, kTwoBetaSquared = 0.5;
  const double plate = e[1] / e[2];
  const double blob = std::abs(e[0]) / std::sqrt(double(e[1]) * e[2]);
  const double strength = norm_of(e) / c;
  return (1 - std::exp(-plate * plate / kTwoAlphaSquared)) * std::exp(-blob * blob / kTwoBetaSquared) *
         (1 - std::exp(-strength * strength / 2));
}

}  // namespace

Image<float> vesselness(const Image<float>& image, const Mask& region, const std::vector<double>& scales_mm) {
  if (!same_grid(image.grid, region.grid))
    throw Error("vesselness", "image and region lie on different grids: " + describe(image.grid) + " and " +
                                  describe(region.grid));
  Image<float> result(image.grid);
  if (scales_mm.empty()) return result;
  const Window window = window_of(region, 3 * *std::max_element(scales_mm.begin(), scales_mm.end()) + 2);
  if (window.empty()) return result;
  Image<float> part = cropped(image, window);
  for (float& v : part.voxels)
    if (std::isnan(v)) v = 0;
  std::vector<Index3> where;
  for (int k = window.low[2]; k < window.high[2]; ++k)
    for (int j = window.low[1]; j < window.high[1]; ++j)
      for (int i = window.low[0]; i < window.high[0]; ++i)
        if (region.at(i, j, k) != 0)
          where.push_back({i - window.low[0], j - window.low[1], k - window.low[2]});
  for (const double sigma : scales_mm) {
    const auto eigen = hessian_eigenvalues(gaussian_smooth(part, sigma), sigma, where);
    const double c = structure_scale(eigen);
    for (std::size_t n = 0; n < where.size(); ++n) {
      const auto& p = where[n];
      float& v = result.at(p[0] + window.low[0], p[1] + window.low[1], p[2] + window.low[2]);
      v = std::max(v, static_cast<float>(tube_likeness(eigen[n], c)));
    }
  }
  return result;
}

Mask segment_vessels(const Image<float>& early_subtraction, const Image<float>& early_percent,
                     const Mask& region, const VesselOptions& options) {
  // A little beyond the region, so that a vessel that leaves it keeps its length.
  constexpr double kMarginMm = 8;
  const Image<float> tubes = vesselness(early_subtraction, dilate(region, kMarginMm), options.scales_mm);
  if (!same_grid(tubes.grid, early_percent.grid))
    throw Error("vessels", "images lie on different grids: " + describe(tubes.grid) + " and " +
                               describe(early_percent.grid));
  Mask candidate(tubes.grid);
  for (std::size_t i = 0; i < candidate.voxels.size(); ++i)
    candidate.voxels[i] =
        tubes.voxels[i] >= options.smallest_vesselness && early_percent.voxels[i] >= options.smallest_percent;
  const Components parts = connected_components(candidate, Connectivity::full);
  const Grid& grid = candidate.grid;
  std::vector<Index3> low(parts.count.size(), grid.size), high(parts.count.size(), {0, 0, 0});
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        const int label = parts.label.at(i, j, k);
        if (label == 0) continue;
        const Index3 p{i, j, k};
        for (int a = 0; a < 3; ++a) {
          low[label][a] = std::min(low[label][a], p[a]);
          high[label][a] = std::max(high[label][a], p[a]);
        }
      }
  const auto length = [&](int label) {
    Vec3 extent;
    for (int a = 0; a < 3; ++a) extent[a] = (high[label][a] - low[label][a] + 1) * grid.spacing_mm[a];
    return norm(extent);
  };
  for (std::size_t i = 0; i < candidate.voxels.size(); ++i) {
    const int label = parts.label.voxels[i];
    candidate.voxels[i] = label != 0 && region.voxels[i] != 0 && length(label) >= options.smallest_length_mm;
  }
  return candidate;
}

}  // namespace lobule::measure
