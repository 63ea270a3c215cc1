#pragma once
// density.csv and density.json (docs/formats/density.md).

#include <string>

#include "core/table.h"
#include "report/density_results.h"

namespace lobule::report {

inline constexpr int kDensityVersion = 1;  // of density.json

// One row an image, in the order of exams.
Table density_table(const DensityResults& results);
// regions.csv: one row a region, in the same order.
Table regions_table(const DensityResults& results);
std::string density_json(const DensityResults& results);

}  // namespace lobule::report
