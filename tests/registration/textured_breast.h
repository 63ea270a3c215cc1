#pragma once
// A textured body with two breasts as a function of position, so that any motion can be planted exactly:
// the fixed image shows it at T(x), the moving one at y, and T is the transform to be found.

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/image.h"
#include "core/parallel.h"
#include "core/random.h"

namespace lobule::test {

inline double lattice_noise(int i, int j, int k, std::uint32_t seed) {
  std::uint32_t h = seed;
  for (const int part : {i, j, k}) {
    h = (h ^ static_cast<std::uint32_t>(part + 4096)) * 0x9E3779B1u;
    h ^= h >> 15;
    h *= 0x85EBCA77u;
    h ^= h >> 13;
  }
  return h / 4294967295.0;
}

// Smooth noise between 0 and 1 with features of `cell_mm`.
inline double smooth_noise(Vec3 p, double cell_mm, std::uint32_t seed) {
  int base[3];
  double t[3];
  for (int a = 0; a < 3; ++a) {
    const double x = p[a] / cell_mm;
    base[a] = static_cast<int>(std::floor(x));
    t[a] = x - base[a];
    t[a] = t[a] * t[a] * (3 - 2 * t[a]);
  }
  double sum = 0;
  for (int c = 0; c < 8; ++c) {
    const int up[3] = {c & 1, c >> 1 & 1, c >> 2 & 1};
    double w = 1;
    for (int a = 0; a < 3; ++a) w *= up[a] != 0 ? t[a] : 1 - t[a];
    sum += w * lattice_noise(base[0] + up[0], base[1] + up[1], base[2] + up[2], seed);
  }
  return sum;
}

struct TexturedBreast {
  double radius_mm = 60;   // of each breast, an ellipsoid towards −y
  double apart_mm = 75;    // of each breast's centre from the middle; 0 makes one breast
  double gland_gain = 1;   // contrast taken up by gland
  double lesion_gain = 1;  // contrast taken up by the lesion
  Vec3 lesion_mm{0, -20, 0};
  double lesion_radius_mm = 8;

  // Depth below the skin in mm, negative in air (exact near the surface of a sphere).
  double depth(Vec3 p) const {
    const double wall = p.y + 5;  // the chest lies at y > −5
    const Vec3 right{-apart_mm, 0, 0}, left{apart_mm, 0, 0};
    const double breast = radius_mm - std::min(norm(p - right), norm(p - left));
    return std::max(wall, breast);
  }

  double operator()(Vec3 p) const {
    const double inside = depth(p);
    const double body = 0.5 + 0.5 * std::tanh(inside / 0.8);
    if (body < 1e-6) return 2;
    const double coarse = smooth_noise(p, 14, 1), fine = smooth_noise(p, 5, 2);
    const double gland = inside > 5 ? std::clamp(6 * (0.6 * coarse + 0.4 * fine) - 3, 0.0, 1.0) : 0;
    double value = 45 + 10 * fine + 30 * gland * gland_gain;
    value += 12 * std::exp(-inside * inside / 4);  // skin
    const double r = norm(p - lesion_mm);
    const double lesion = 0.5 - 0.5 * std::tanh((r - lesion_radius_mm) / 0.8);
    value += lesion * (65 * lesion_gain - 45);
    return 2 + body * (value - 2);
  }
};

// f(position) on a grid plus Gaussian noise.
template <class F>
Image<float> render(const Grid& grid, const F& f, double noise = 0, std::uint64_t seed = 1) {
  Image<float> image(grid);
  const RandomStream random(seed, "textured breast");
  parallel_for(grid.size[2], [&](std::size_t k) {
    for (int j = 0; j < grid.size[1]; ++j) {
      for (int i = 0; i < grid.size[0]; ++i) {
        const Vec3 index{static_cast<double>(i), static_cast<double>(j), static_cast<double>(k)};
        const std::size_t v = grid.offset(i, j, static_cast<int>(k));
        const double n = noise > 0 ? noise * random.normal(v) : 0;
        image.voxels[v] = static_cast<float>(std::max(0.0, f(point_from_index(grid, index)) + n));
      }
    }
  });
  return image;
}

}  // namespace lobule::test
