#pragma once
// One mammogram, from its file to its numbers.

#include <optional>

#include "core/context.h"
#include "io/inputs.h"
#include "pipeline/density_network.h"
#include "pipeline/region_network.h"
#include "report/density_results.h"

namespace lobule::pipeline {

struct MeasuredImage {
  report::DensityImage image;
  std::string study_uid, study_date;
  std::optional<double> age_years;
  Mask labels;  // on the input's pixels; empty where refused
};

// `regions`: looks for regions of interest; null: nobody does. `pictured`: with the pictures of the page.
// Never throws for what is wrong with the file: the image is then refused with the reason.
MeasuredImage measure_image(const io::InputFile& file, const DensityNetwork& network,
                            const RegionNetwork* regions, bool pictured, Context& context);

}  // namespace lobule::pipeline
