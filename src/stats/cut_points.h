#pragma once
// Where a continuous measure is best cut into the ordered categories that readers gave.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "stats/bootstrap.h"

namespace lobule::stats {

// A measured value, the reader's category from 0 to 3, and the woman: values of one woman are drawn together.
struct Reading {
  double value = 0;
  int category = 0;
  int woman = 0;
};

using Cuts = std::array<double, 3>;  // increasing; a value at a cut belongs above it

// The category from 0 to 3 of a value.
int category_of(double value, const Cuts& cuts);

// Quadratically weighted kappa between readers' categories and those of the cuts; nothing where all lie in
// one.
std::optional<double> kappa_of(const std::vector<Reading>& readings, const Cuts& cuts);

// The cuts, midway between two neighbouring values, whose kappa_of is largest: from a search over all triples
// of a coarse grid of ranks, then one cut after the other over all ranks until none moves. Of equal ones the
// lowest. Nothing where fewer than four different values or one category alone are given.
std::optional<Cuts> best_cuts(const std::vector<Reading>& readings);

struct FittedCuts {
  Cuts cuts{};
  double kappa = 0;  // on the readings that chose them
  // On other women it will be lower: kappa minus the mean, over the samples, of how much better the sample's
  // cuts are on the sample than on all readings (Harrell, Lee and Mark 1996, Stat Med 15:361).
  double corrected_kappa = 0;
  std::array<std::optional<Interval>, 3> cut_intervals;
  std::optional<Interval> kappa_interval;  // of kappa
};

// best_cuts with intervals from `repetitions` bootstrap samples of women.
std::optional<FittedCuts> fit_cuts(const std::vector<Reading>& readings, std::size_t repetitions,
                                   std::uint64_t seed);

}  // namespace lobule::stats
