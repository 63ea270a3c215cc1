#include "stats/cut_points.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "stats/agreement.h"

namespace lobule::stats {
namespace {

constexpr std::size_t kCategories = 4;
// Ranks of the coarse search; 30 give 4060 triples.
constexpr std::size_t kCoarse = 30;

// How many readings of each category lie below each possible cut.
class Ranked {
 public:
  explicit Ranked(std::vector<Reading> readings) {
    std::sort(readings.begin(), readings.end(),
              [](const Reading& a, const Reading& b) { return a.value < b.value; });
    std::array<double, kCategories> count{};
    for (std::size_t i = 0; i < readings.size(); ++i) {
      if (i > 0 && readings[i].value > readings[i - 1].value) {
        cuts_.push_back(0.5 * (readings[i - 1].value + readings[i].value));
        below_.push_back(count);
      }
      ++count[static_cast<std::size_t>(readings[i].category)];
    }
    all_ = count;
  }

  std::size_t size() const { return cuts_.size(); }
  double cut(std::size_t rank) const { return cuts_[rank]; }

  // Minus infinity where it is not defined.
  double kappa(const std::array<std::size_t, 3>& ranks) const {
    static const Matrix weights = quadratic_disagreement(kCategories);
    double observed = 0, expected = 0, all = 0;
    std::array<double, kCategories> of_cuts{};
    for (std::size_t j = 0; j < kCategories; ++j)
      for (std::size_t c = 0; c < kCategories; ++c) {
        const double n = (j < 3 ? below_[ranks[j]][c] : all_[c]) - (j > 0 ? below_[ranks[j - 1]][c] : 0);
        of_cuts[j] += n, observed += weights[c][j] * n;
      }
    for (const double n : all_) all += n;
    for (std::size_t j = 0; j < kCategories; ++j)
      for (std::size_t c = 0; c < kCategories; ++c) expected += weights[c][j] * all_[c] * of_cuts[j] / all;
    return expected > 0 ? 1 - observed / expected : -std::numeric_limits<double>::infinity();
  }

 private:
  std::vector<double> cuts_;
  std::vector<std::array<double, kCategories>> below_;
  std::array<double, kCategories> all_{};
};

using Ranks = std::array<std::size_t, 3>;

// Takes `tried` where it is better.
void keep_better(const Ranked& ranked, const Ranks& tried, Ranks& best, double& best_kappa) {
  const double kappa = ranked.kappa(tried);
  // What rounding alone makes better is not.
  if (kappa > best_kappa + 1e-12) best = tried, best_kappa = kappa;
}

// Moves one cut after the other to its best rank until none moves.
void climb(const Ranked& ranked, Ranks& best, double& best_kappa) {
  for (bool moved = true; moved;) {
    const double before = best_kappa;
    for (std::size_t k = 0; k < 3; ++k) {
      Ranks tried = best;
      const std::size_t first = k == 0 ? 0 : best[k - 1] + 1, last = k == 2 ? ranked.size() : best[k + 1];
      for (tried[k] = first; tried[k] < last; ++tried[k]) keep_better(ranked, tried, best, best_kappa);
    }
    moved = best_kappa > before;
  }
}

std::vector<Reading> sample_of(const std::map<int, std::vector<Reading>>& women,
                               const std::vector<int>& names, std::span<const std::size_t> cases) {
  std::vector<Reading> sample;
  for (const std::size_t c : cases) {
    const std::vector<Reading>& of_woman = women.at(names[c]);
    sample.insert(sample.end(), of_woman.begin(), of_woman.end());
  }
  return sample;
}

}  // namespace

int category_of(double value, const Cuts& cuts) {
  int category = 0;
  for (const double cut : cuts)
    if (value >= cut) ++category;
  return category;
}

std::optional<double> kappa_of(const std::vector<Reading>& readings, const Cuts& cuts) {
  std::vector<int> a, b;
  for (const Reading& reading : readings)
    a.push_back(reading.category), b.push_back(category_of(reading.value, cuts));
  return weighted_kappa(confusion(a, b, kCategories), quadratic_disagreement(kCategories));
}

std::optional<Cuts> best_cuts(const std::vector<Reading>& readings) {
  const Ranked ranked(readings);
  const std::size_t n = ranked.size();
  if (n < 3) return {};
  std::vector<std::size_t> coarse;
  for (std::size_t i = 0; i < std::min(kCoarse, n); ++i)
    coarse.push_back(n <= kCoarse ? i : i * (n - 1) / (kCoarse - 1));
  Ranks best{};
  double best_kappa = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < coarse.size(); ++i)
    for (std::size_t j = i + 1; j < coarse.size(); ++j)
      for (std::size_t k = j + 1; k < coarse.size(); ++k)
        keep_better(ranked, {coarse[i], coarse[j], coarse[k]}, best, best_kappa);
  if (!std::isfinite(best_kappa)) return {};
  climb(ranked, best, best_kappa);
  return Cuts{ranked.cut(best[0]), ranked.cut(best[1]), ranked.cut(best[2])};
}

std::optional<FittedCuts> fit_cuts(const std::vector<Reading>& readings, std::size_t repetitions,
                                   std::uint64_t seed) {
  const auto cuts = best_cuts(readings);
  const auto kappa = cuts ? kappa_of(readings, *cuts) : std::nullopt;
  if (!kappa) return {};
  std::map<int, std::vector<Reading>> women;
  for (const Reading& reading : readings) women[reading.woman].push_back(reading);
  std::vector<int> names;
  for (const auto& [name, of_woman] : women) names.push_back(name);

  const double none = std::nan("");
  double optimism_sum = 0, optimism_count = 0;
  const auto statistics = [&](std::span<const std::size_t> cases) {
    const std::vector<Reading> sample = sample_of(women, names, cases);
    const auto of_sample = best_cuts(sample);
    if (!of_sample) return std::vector<double>(5, none);
    const double here = kappa_of(sample, *of_sample).value_or(none),
                 there = kappa_of(readings, *of_sample).value_or(none);
    return std::vector<double>{(*of_sample)[0], (*of_sample)[1], (*of_sample)[2], here, here - there};
  };
  const auto drawn = bootstrap_samples(names.size(), repetitions, seed, statistics);
  for (const std::vector<double>& one : drawn)
    if (std::isfinite(one[4])) optimism_sum += one[4], ++optimism_count;
  FittedCuts fitted{*cuts, *kappa, *kappa, {}, {}};
  if (optimism_count > 0) fitted.corrected_kappa = *kappa - optimism_sum / optimism_count;
  const auto intervals = percentile_intervals(drawn);
  for (std::size_t k = 0; k < 3; ++k) fitted.cut_intervals[k] = intervals[k];
  fitted.kappa_interval = intervals[3];
  return fitted;
}

}  // namespace lobule::stats
