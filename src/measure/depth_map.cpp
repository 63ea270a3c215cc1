#include "measure/depth_map.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lobule::measure {
namespace {

// Weight of points in front of the baseline, and the number of reweightings (Eilers and Boelens 2005 advise
// 0.001 to 0.1, and that ten rounds are plenty).
constexpr double kFrontWeight = 0.001;
constexpr int kRounds = 12;

// (W + λ D'D) b, D the second differences along both axes.
class Penalised {
 public:
  Penalised(int nx, int nz, double lambda) : nx_(nx), nz_(nz), lambda_(lambda), weight(nx * nz, 0.0) {}

  void apply(const std::vector<double>& b, std::vector<double>& out) const {
    for (std::size_t i = 0; i < b.size(); ++i) out[i] = weight[i] * b[i];
    for (int z = 0; z < nz_; ++z) add(b, out, static_cast<std::size_t>(z) * nx_, 1, nx_);
    for (int x = 0; x < nx_; ++x) add(b, out, x, nx_, nz_);
  }

  // Conjugate gradients from the present `b`, preconditioned by the diagonal.
  void solve(const std::vector<double>& right, std::vector<double>& b) const {
    const std::size_t n = b.size();
    std::vector<double> r(n), p(n), ap(n), s(n);
    apply(b, ap);
    const auto diagonal = [&](std::size_t i) { return weight[i] + 12 * lambda_; };
    double rs = 0, start = 0;
    for (std::size_t i = 0; i < n; ++i) {
      r[i] = right[i] - ap[i];
      p[i] = s[i] = r[i] / diagonal(i);
      rs += r[i] * s[i];
    }
    start = rs;
    for (int iteration = 0; iteration < 400 && rs > 1e-12 * (start + 1); ++iteration) {
      apply(p, ap);
      double pap = 0;
      for (std::size_t i = 0; i < n; ++i) pap += p[i] * ap[i];
      const double alpha = rs / pap;
      double next = 0;
      for (std::size_t i = 0; i < n; ++i) {
        b[i] += alpha * p[i];
        r[i] -= alpha * ap[i];
        s[i] = r[i] / diagonal(i);
        next += r[i] * s[i];
      }
      for (std::size_t i = 0; i < n; ++i) p[i] = s[i] + next / rs * p[i];
      rs = next;
    }
  }

 private:
  void add(const std::vector<double>& b, std::vector<double>& out, std::size_t first, std::size_t step,
           int n) const {
    for (int i = 0; i + 2 < n; ++i) {
      const std::size_t o = first + i * step;
      const double d = lambda_ * (b[o] - 2 * b[o + step] + b[o + 2 * step]);
      out[o] += d;
      out[o + step] -= 2 * d;
      out[o + 2 * step] += d;
    }
  }

  int nx_, nz_;
  double lambda_;

 public:
  std::vector<double> weight;
};

}  // namespace

DepthMap::DepthMap(int columns, int rows, double x0, double z0, double step, float value)
    : nx(columns),
      nz(rows),
      x0_mm(x0),
      z0_mm(z0),
      step_mm(step),
      y_mm(static_cast<std::size_t>(columns) * rows, value) {}

float DepthMap::interpolate(double x_mm, double z_mm) const {
  const double u = std::clamp((x_mm - x0_mm) / step_mm, 0.0, nx - 1.0);
  const double v = std::clamp((z_mm - z0_mm) / step_mm, 0.0, nz - 1.0);
  const int i = std::min(static_cast<int>(u), std::max(0, nx - 2));
  const int k = std::min(static_cast<int>(v), std::max(0, nz - 2));
  double sum = 0;
  for (int c = 0; c < 2; ++c)
    for (int a = 0; a < 2; ++a) {
      const double w = (a == 0 ? 1 - (u - i) : u - i) * (c == 0 ? 1 - (v - k) : v - k);
      if (w > 0) sum += w * at(i + a, k + c);
    }
  return static_cast<float>(sum);
}

DepthMap smooth(const DepthMap& map, double sigma_mm) {
  const double sigma = sigma_mm / map.step_mm;
  const int reach = static_cast<int>(std::ceil(3 * sigma));
  DepthMap result = map, pass = map;
  const auto along = [&](const DepthMap& in, DepthMap& out, int dx, int dz) {
    for (int k = 0; k < in.nz; ++k)
      for (int i = 0; i < in.nx; ++i) {
        if (std::isnan(in.at(i, k))) continue;
        double sum = 0, total = 0;
        for (int d = -reach; d <= reach; ++d) {
          const int a = i + d * dx, c = k + d * dz;
          if (a < 0 || c < 0 || a >= in.nx || c >= in.nz || std::isnan(in.at(a, c))) continue;
          const double w = std::exp(-0.5 * d * d / (sigma * sigma));
          sum += w * in.at(a, c);
          total += w;
        }
        out.at(i, k) = static_cast<float>(sum / total);
      }
  };
  along(map, pass, 1, 0);
  along(pass, result, 0, 1);
  return result;
}

DepthMap thinned(const DepthMap& map) {
  DepthMap half((map.nx + 1) / 2, (map.nz + 1) / 2, map.x0_mm, map.z0_mm, 2 * map.step_mm);
  for (int k = 0; k < half.nz; ++k)
    for (int i = 0; i < half.nx; ++i) half.at(i, k) = map.at(2 * i, 2 * k);
  return half;
}

DepthMap resampled_like(const DepthMap& lattice, const DepthMap& map) {
  DepthMap result = lattice.like(0);
  for (int k = 0; k < result.nz; ++k)
    for (int i = 0; i < result.nx; ++i) result.at(i, k) = map.interpolate(result.x_mm(i), result.z_mm(k));
  return result;
}

DepthMap baseline_behind(const DepthMap& skin, const std::vector<bool>& anchored, double wavelength_mm) {
  const double lambda = std::pow(wavelength_mm / (2 * std::numbers::pi * skin.step_mm), 4);
  Penalised system(skin.nx, skin.nz, lambda);
  double mean = 0;
  int n = 0;
  for (const float y : skin.y_mm)
    if (!std::isnan(y)) {
      mean += y;
      ++n;
    }
  DepthMap result = skin.like(kMissing);
  if (n < 3) return result;
  mean /= n;
  std::vector<double> right(skin.y_mm.size(), 0.0), b(skin.y_mm.size(), 0.0);
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < right.size(); ++i) {
      const double y = skin.y_mm[i] - mean;
      if (std::isnan(y)) continue;
      system.weight[i] = round == 0 || anchored[i] || y > b[i] ? 1 : kFrontWeight;
      right[i] = system.weight[i] * y;
    }
    system.solve(right, b);
  }
  for (std::size_t i = 0; i < b.size(); ++i) result.y_mm[i] = static_cast<float>(b[i] + mean);
  return result;
}

}  // namespace lobule::measure
