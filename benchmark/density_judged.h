#pragma once
// Mammograms judged one by one, and the tables of their figures (docs/results/density.md).

#include <string>
#include <vector>

namespace lobule::benchmark {

struct Judged {
  std::string name;
  double breast = 0, pectoral = 0, dense = 0;  // Dice; of the breast without the muscle
  double percent = 0, true_percent = 0, low = 0, high = 0;
};

// A table's head, and a row of it for each image.
void print_images_head();
void print_image(const Judged& judged);

// The rows of such tables in a file; other lines are passed over. Throws Error where it cannot be read.
std::vector<Judged> read_images(const std::string& file);

// Means by digitiser (the first letter of the names, for each of `letters` where these are several) and by
// quarter of true percent density.
void print_summary(const std::vector<Judged>& all, const std::string& letters);

}  // namespace lobule::benchmark
