#include "density_judged.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <sstream>

#include "core/text.h"
#include "io/files.h"

namespace lobule::benchmark {
namespace {

double mean_of(const std::vector<Judged>& all, double Judged::*what) {
  double sum = 0;
  for (const Judged& one : all) sum += one.*what;
  return sum / static_cast<double>(all.size());
}

double correlation(const std::vector<Judged>& all) {
  const double a = mean_of(all, &Judged::percent), b = mean_of(all, &Judged::true_percent);
  double ab = 0, aa = 0, bb = 0;
  for (const Judged& one : all) {
    ab += (one.percent - a) * (one.true_percent - b);
    aa += (one.percent - a) * (one.percent - a), bb += (one.true_percent - b) * (one.true_percent - b);
  }
  return ab / std::sqrt(aa * bb);
}

void print_row(const std::string& name, const std::vector<Judged>& all) {
  if (all.size() < 2) return;
  std::vector<double> dense, errors;
  double error = 0;
  for (const Judged& one : all) dense.push_back(one.dense), error += std::abs(one.percent - one.true_percent);
  std::sort(dense.begin(), dense.end());
  const std::size_t n = dense.size();
  const double median = (dense[(n - 1) / 2] + dense[n / 2]) / 2;
  std::printf("| %s | %zu | %.3f | %.3f | %.3f | %.3f | %.2f | %.1f | %+.1f |\n", name.c_str(), n,
              mean_of(all, &Judged::breast), mean_of(all, &Judged::pectoral), mean_of(all, &Judged::dense),
              median, correlation(all), error / static_cast<double>(n),
              mean_of(all, &Judged::percent) - mean_of(all, &Judged::true_percent));
}

}  // namespace

void print_images_head() {
  std::printf(
      "| image | breast | pectoral | dense | PD (over copies) | reader's PD |\n|---|---|---|---|---|---|\n");
}

void print_image(const Judged& j) {
  std::printf("| %s | %.3f | %.3f | %.3f | %.1f (%.1f–%.1f) | %.1f |\n", j.name.c_str(), j.breast, j.pectoral,
              j.dense, j.percent, j.low, j.high, j.true_percent);
}

std::vector<Judged> read_images(const std::string& file) {
  std::istringstream lines(io::read_file(file));
  std::vector<Judged> all;
  for (std::string line; std::getline(lines, line);) {
    char name[64];
    Judged j;
    if (std::sscanf(line.c_str(), "| %63s | %lf | %lf | %lf | %lf (%lf–%lf) | %lf |", name, &j.breast,
                    &j.pectoral, &j.dense, &j.percent, &j.low, &j.high, &j.true_percent) != 8)
      continue;
    j.name = name;
    all.push_back(j);
  }
  return all;
}

void print_summary(const std::vector<Judged>& all, const std::string& letters) {
  std::printf(
      "\n| images | n | breast Dice | pectoral | dense, mean | dense, median | PD r | PD mean absolute error "
      "| "
      "PD bias |\n|---|---|---|---|---|---|---|---|---|\n");
  print_row("all", all);
  const auto part = [&](const std::string& name, const std::function<bool(const Judged&)>& is) {
    std::vector<Judged> some;
    std::copy_if(all.begin(), all.end(), std::back_inserter(some), is);
    print_row(name, some);
  };
  if (letters.size() > 1)
    for (const char letter : letters)
      part(std::string("digitiser ") + letter, [&](const Judged& one) { return one.name[0] == letter; });
  const double cuts[] = {0, 25, 50, 75, 101};
  for (int q = 0; q < 4; ++q)
    part("true PD " + format_fixed(cuts[q], 0) + "–" + format_fixed(std::min(100.0, cuts[q + 1]), 0),
         [&](const Judged& one) { return one.true_percent >= cuts[q] && one.true_percent < cuts[q + 1]; });
}

}  // namespace lobule::benchmark
