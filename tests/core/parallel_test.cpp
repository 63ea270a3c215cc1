#include "core/parallel.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "core/random.h"

namespace lobule {
namespace {

TEST(ParallelFor, VisitsEachIndexOnce) {
  std::vector<int> visits(1000, 0);
  parallel_for_ranges(visits.size(), 7, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) ++visits[i];
  });
  EXPECT_EQ(visits, std::vector<int>(1000, 1));
}

TEST(ParallelFor, PassesOnTheExceptionOfAPiece) {
  const auto fail_at_three = [](std::size_t i) {
    if (i == 3) throw std::runtime_error("three");
  };
  EXPECT_THROW(parallel_for(10, fail_at_three), std::runtime_error);
}

TEST(ParallelSum, IsTheSameForAnyNumberOfThreads) {
  const RandomStream random(1, "sum");
  const auto sum = [&] {
    return parallel_sum<double>(10000, 100, 0.0, [&](std::size_t begin, std::size_t end) {
      double part = 0;
      for (std::size_t i = begin; i < end; ++i) part += random.normal(i);
      return part;
    });
  };
  set_thread_count(1);
  const double one = sum();
  set_thread_count(5);
  EXPECT_EQ(sum(), one);
  set_thread_count(0);
}

TEST(RandomStream, DependsOnSeedPurposeAndIndexOnly) {
  const RandomStream a(7, "noise"), b(7, "noise"), c(7, "motion");
  EXPECT_EQ(a.words(3), b.words(3));
  EXPECT_NE(a.words(3), c.words(3));
  EXPECT_NE(a.words(3), a.words(4));
}

TEST(RandomStream, IsStandardNormal) {
  const RandomStream random(42, "normal");
  double sum = 0, squares = 0;
  const int n = 20000;
  for (int i = 0; i < n; ++i) {
    const double x = random.normal(i);
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / n, 0, 3 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1, 0.03);
}

}  // namespace
}  // namespace lobule
