#pragma once
// Images with known truth on which outlines are judged.

#include <filesystem>
#include <functional>
#include <string>

#include "core/image.h"
#include "measure/breast_segmentation.h"
#include "phantom/exam.h"

namespace lobule::benchmark {

struct OutlineTruth {
  Mask breast, fgt, vessels;  // breast and fgt: 1 right, 2 left
  double breast_ml = 0, fgt_ml = 0;
};

struct OutlineCase {
  std::string name;
  Image<float> image;
  measure::FatSignal fat = measure::FatSignal::dark;
  OutlineTruth truth;  // on the image's grid
};

// A patient of the second family (phantom/second), as his dynamic's pre-contrast phase, its first phase after
// contrast, and the T1 spin echo without fat suppression show him. Nothing moves between them.
void second_family_cases(std::uint64_t seed, double spacing_mm,
                         const std::function<void(const OutlineCase&)>& visit);

// Someone's breast as a label map (breast_label_maps), imaged by the first family's scanner.
OutlineCase label_map_case(const std::filesystem::path& map, double spacing_mm);

// One patient of the first family through eight acquisitions.
void acquisition_cases(std::uint64_t seed, const std::function<void(const OutlineCase&)>& visit);

// What an outline should doubt: no breast, one breast, implants, half of the slices.
void odd_cases(std::uint64_t seed, const std::function<void(const OutlineCase&)>& visit);

}  // namespace lobule::benchmark
