// The similarity: its values against a plain twin, its derivative against differences.

#include "registration/local_correlation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/parallel.h"
#include "core/random.h"
#include "registration/contrast.h"

namespace lobule::registration {
namespace {

constexpr Index3 kSize{7, 6, 5};
constexpr float kNoise = 1e-3f;

struct Pair {
  std::vector<float> fixed, moving;
  std::vector<std::uint8_t> centres;
};

Pair random_pair() {
  const RandomStream random(5, "local correlation");
  Pair pair;
  for (std::size_t v = 0; v < 7 * 6 * 5; ++v) {
    pair.fixed.push_back(static_cast<float>(random.uniform(2 * v)));
    pair.moving.push_back(static_cast<float>(0.6 * pair.fixed[v] + 0.5 * random.uniform(2 * v + 1)));
    pair.centres.push_back(v % 7 != 3);
  }
  pair.fixed[17] = pair.moving[101] = kMissing;
  return pair;
}

LocalCorrelation of(const Pair& pair, int radius = 2) {
  return local_correlation(kSize, pair.fixed, pair.moving, pair.centres, radius, kNoise);
}

double plain_twin(const Pair& p, int radius) {
  const Grid grid{kSize, {1, 1, 1}, {0, 0, 0}, {}};
  double sum = 0;
  for (int k = 0; k < 5; ++k) {
    for (int j = 0; j < 6; ++j) {
      for (int i = 0; i < 7; ++i) {
        if (p.centres[grid.offset(i, j, k)] == 0) continue;
        double n = 0, f = 0, m = 0, ff = 0, mm = 0, fm = 0;
        for (int dk = -radius; dk <= radius; ++dk) {
          for (int dj = -radius; dj <= radius; ++dj) {
            for (int di = -radius; di <= radius; ++di) {
              if (!grid.contains(i + di, j + dj, k + dk)) continue;
              const std::size_t v = grid.offset(i + di, j + dj, k + dk);
              if (std::isnan(p.fixed[v]) || std::isnan(p.moving[v])) continue;
              ++n;
              f += p.fixed[v], m += p.moving[v];
              ff += p.fixed[v] * p.fixed[v], mm += p.moving[v] * p.moving[v];
              fm += p.fixed[v] * p.moving[v];
            }
          }
        }
        const double a = fm - f * m / n, b = ff - f * f / n + n * kNoise, c = mm - m * m / n + n * kNoise;
        sum += a * a / (b * c);
      }
    }
  }
  return sum;
}

TEST(LocalCorrelation, AgreesWithThePlainTwin) {
  const Pair pair = random_pair();
  EXPECT_NEAR(of(pair, 1).sum, plain_twin(pair, 1), 1e-3);
  EXPECT_NEAR(of(pair, 2).sum, plain_twin(pair, 2), 1e-3);
  EXPECT_EQ(of(pair).windows, 180u);
}

TEST(LocalCorrelation, OfAnImageWithAnyScaledCopyIsNearlyOne) {
  Pair pair = random_pair();
  for (std::size_t v = 0; v < pair.moving.size(); ++v) pair.moving[v] = 7 - 3 * pair.fixed[v];
  EXPECT_NEAR(of(pair).mean(), 1.0, 0.03);  // the noise term keeps it below
  EXPECT_LT(of(pair).mean(), 1.0);
}

TEST(LocalCorrelation, OfAConstantIsZeroAndPullsNothing) {
  Pair pair = random_pair();
  std::fill(pair.moving.begin(), pair.moving.end(), 3.0f);
  const LocalCorrelation lc = of(pair);
  EXPECT_NEAR(lc.mean(), 0.0, 1e-6);
  for (const float d : lc.derivative) EXPECT_NEAR(d, 0.0f, 1e-3f);
}

TEST(LocalCorrelation, ItsDerivativeAgreesWithDifferences) {
  const Pair pair = random_pair();
  const LocalCorrelation lc = of(pair);
  for (const std::size_t v : {0u, 20u, 64u, 100u, 119u, 150u, 209u}) {
    const float h = 0.02f;
    Pair up = pair, down = pair;
    up.moving[v] += h;
    down.moving[v] -= h;
    const double difference = (plain_twin(up, 2) - plain_twin(down, 2)) / (2 * h);
    EXPECT_NEAR(lc.derivative[v], difference, 0.02 * std::abs(difference) + 2e-3) << "voxel " << v;
    EXPECT_GE(lc.curvature[v], 0.0f);
  }
}

TEST(LocalCorrelation, AMissingVoxelPullsNothing) {
  const LocalCorrelation lc = of(random_pair());
  EXPECT_EQ(lc.derivative[17], 0.0f);
  EXPECT_EQ(lc.derivative[101], 0.0f);
}

TEST(LocalCorrelation, IsTheSameForAnyNumberOfThreads) {
  const Pair pair = random_pair();
  set_thread_count(1);
  const LocalCorrelation one = of(pair);
  set_thread_count(2);
  const LocalCorrelation two = of(pair);
  set_thread_count(0);
  EXPECT_EQ(one.sum, two.sum);
  EXPECT_EQ(one.derivative, two.derivative);
}

TEST(AppearedStructure, IsFoundWhereOnlyTheMovingImageHasIt) {
  const Index3 size{15, 15, 15};
  const Grid grid{size, {1, 1, 1}, {0, 0, 0}, {}};
  std::vector<float> fixed(grid.voxel_count()), moving(grid.voxel_count());
  const RandomStream random(2, "contrast");
  for (std::size_t v = 0; v < fixed.size(); ++v) {
    fixed[v] = static_cast<float>(0.4 + 0.02 * random.normal(v));
    moving[v] = 1.3f * fixed[v];
  }
  moving[grid.offset(4, 4, 4)] = 0.9f;
  const std::vector<std::uint8_t> centres(fixed.size(), 1);
  const auto appeared = appeared_structure(size, fixed, moving, centres);
  EXPECT_EQ(appeared[grid.offset(4, 4, 4)], 1);
  EXPECT_EQ(appeared[grid.offset(6, 6, 6)], 1);
  EXPECT_EQ(appeared[grid.offset(10, 10, 10)], 0);
  for (const auto a : appeared_structure(size, fixed, fixed, centres)) EXPECT_EQ(a, 0);
}

}  // namespace
}  // namespace lobule::registration
