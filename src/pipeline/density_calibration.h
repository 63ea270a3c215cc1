#pragma once
// A site's calibration of density categories as a file (docs/formats/density.md#calibration).

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "measure/breast_density.h"
#include "stats/cut_points.h"

namespace lobule::pipeline {

struct DensityCalibration {
  measure::DensityCuts cuts;
  std::string network;  // that measured the percent densities; empty where it is not known
};

// What the cuts rest on.
struct CalibrationEvidence {
  stats::FittedCuts fitted;
  std::optional<double> kappa_before;  // of the usual cuts on the same readings
  std::vector<std::string> readers;    // the columns
  std::array<int, 4> counts{};         // readings of a, b, c and d
  int readings = 0, women = 0;
  std::string network;
};

std::string density_calibration_json(const CalibrationEvidence& evidence);

// Throws Error (where: `name`) for what is no calibration: not JSON, another version, cuts that are not three
// increasing numbers between 0 and 100.
DensityCalibration density_calibration_from_json(std::string_view text, const std::string& name);

}  // namespace lobule::pipeline
