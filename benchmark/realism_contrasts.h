#pragma once
// Contrasts between tissues in breast MRI: the real exam's beside those of synthetic patients.

#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "io/png.h"

namespace lobule::bench {

// Ratios that no scanner's scale changes, by name: "T1 fat / gland", "early enhancement of muscle, %" …
// Missing where an image or a region is missing.
using Contrasts = std::map<std::string, double>;

struct ContrastSample {
  std::vector<Contrasts> exams;
  std::vector<std::array<double, 2>> breast_and_fgt_ml;  // of every breast
  std::vector<io::Picture> pictures;                     // T1, T2, pre-contrast, early, subtraction
};

// The real exam of breast_mri_exam, from what `lobule convert` and `lobule analyze` wrote of it.
ContrastSample real_exam(const std::filesystem::path& converted, const std::filesystem::path& analyzed);

// `count` random patients of a family at 1.5 T: anatomy, tissues, protocol and scanner drawn at random.
ContrastSample synthetic_exams(bool second_family, int count);

// A row a contrast: the real value, the range of the synthetic ones, and whether it lies within.
void print_contrasts(const ContrastSample& real, const ContrastSample& synthetic, const char* family);

void print_volumes(const ContrastSample& sample, const char* family);

}  // namespace lobule::bench
