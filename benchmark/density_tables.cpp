// Tables that lobule_density_study readers printed, of several folds together, and of two networks side by
// side.
//   lobule_density_tables summary TABLE...             the means over all rows
//   lobule_density_tables compare TABLE... with TABLE...   the first network less the second, image by image,
//   with
//                                                      95 % by bootstrap and p by turning signs at random

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "core/error.h"
#include "core/random.h"
#include "density_judged.h"

namespace {

using namespace lobule;
using benchmark::Judged;

constexpr std::uint64_t kDraws = 10000;

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

void print_difference(const char* what, const std::vector<double>& differences) {
  const std::size_t n = differences.size();
  const double found = mean(differences);
  const RandomStream again(1, "density bootstrap"), signs(1, "density signs");
  std::vector<double> means;
  std::uint64_t beyond = 0;
  for (std::uint64_t draw = 0; draw < kDraws; ++draw) {
    double sum = 0, turned = 0;
    for (std::size_t i = 0; i < n; ++i) {
      sum += differences[static_cast<std::size_t>(again.uniform(draw * n + i) * static_cast<double>(n))];
      turned += signs.uniform(draw * n + i) < 0.5 ? differences[i] : -differences[i];
    }
    means.push_back(sum / static_cast<double>(n));
    beyond += std::abs(turned / static_cast<double>(n)) >= std::abs(found) - 1e-12 ? 1 : 0;
  }
  std::sort(means.begin(), means.end());
  std::printf("| %s | %+.3f | %+.3f to %+.3f | %.4f |\n", what, found, means[kDraws / 40],
              means[kDraws - 1 - kDraws / 40], static_cast<double>(beyond + 1) / (kDraws + 1));
}

int compare(const std::vector<Judged>& first, const std::vector<Judged>& second) {
  std::map<std::string, Judged> other;
  for (const Judged& j : second) other[j.name] = j;
  std::vector<double> breast, pectoral, dense, error;
  for (const Judged& a : first) {
    const auto b = other.find(a.name);
    if (b == other.end()) continue;
    breast.push_back(a.breast - b->second.breast), pectoral.push_back(a.pectoral - b->second.pectoral);
    dense.push_back(a.dense - b->second.dense);
    error.push_back(std::abs(a.percent - a.true_percent) -
                    std::abs(b->second.percent - b->second.true_percent));
  }
  if (dense.empty()) throw Error("tables", "no image is in both");
  std::printf("%zu images\n\n| first less second | mean | 95 %% | p |\n|---|---|---|---|\n", dense.size());
  print_difference("Dice, breast", breast);
  print_difference("Dice, pectoral", pectoral);
  print_difference("Dice, dense", dense);
  print_difference("error of percent density, points", error);
  return 0;
}

int run(const std::vector<std::string>& words) {
  std::vector<Judged> tables[2];
  std::size_t at = 0;
  for (std::size_t n = 1; n < words.size(); ++n) {
    if (words[n] == "with") {
      at = 1;
      continue;
    }
    for (Judged& j : benchmark::read_images(words[n])) tables[at].push_back(std::move(j));
  }
  if (words.empty() || tables[0].empty()) return 2;
  if (words[0] == "summary") benchmark::print_summary(tables[0], "ABD");
  return words[0] == "compare" ? compare(tables[0], tables[1]) : words[0] == "summary" ? 0 : 2;
}

}  // namespace

int main(int count, char** words) {
  try {
    return run({words + 1, words + count});
  } catch (const lobule::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
