#pragma once
// How the structure of mammograms falls with frequency, real and synthetic, measured in one way.

#include <filesystem>
#include <string>
#include <vector>

#include "io/png.h"

namespace lobule::bench {

struct ExponentRow {
  std::string name;
  double exponent = 0;
  int regions = 0;
};

struct MammogramSample {
  std::vector<ExponentRow> rows;
  std::vector<io::Picture> pictures;  // of some of them
};

// The real ones under `data` (folders mammogram_16bit and ddsm_tissue, whose images lie unpacked in
// `ddsm_images` where given); what is missing is left out.
MammogramSample real_mammograms(const std::filesystem::path& data, const std::filesystem::path& ddsm);

// `count` patients of a family, a look each in turn.
MammogramSample synthetic_mammograms(bool second_family, int count);

// "0.1 0.5 0.9 quantiles" and the share within 2.7 to 3.3.
void print_exponents(const std::string& title, const MammogramSample& sample, bool each);

}  // namespace lobule::bench
