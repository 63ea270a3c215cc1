#pragma once
// One mammogram, from its file to its numbers.

#include <optional>

#include "core/context.h"
#include "exam/mammogram_picture.h"
#include "io/inputs.h"
#include "pipeline/density_network.h"
#include "pipeline/density_sides.h"
#include "pipeline/region_network.h"
#include "report/density_results.h"

namespace lobule::pipeline {

struct MeasuredImage {
  report::DensityImage image;
  std::string study_date;
  std::optional<double> age_years;
  Mask labels;        // on the input's pixels; empty where refused
  ComparedView view;  // empty where refused
};

// The model folder or shipped model. Throws Error as DensityNetwork::open does, and says so where none is
// shipped.
DensityNetwork density_network(const std::string& model);

// "network density, SHA-256 0123456789ab": what measured, in results.
std::string method_of(const DensityNetwork& network);
std::string method_of(const RegionNetwork& network);

// What result objects refer to, without the seed of their UIDs; nothing of pictures.
std::optional<report::DensitySource> source_of(const exam::MammogramPicture& picture);

// `regions`: looks for regions of interest; null: nobody does. `pictured`: with the pictures of the page.
// Never throws for what is wrong with the file: the image is then refused with the reason.
MeasuredImage measure_image(const io::InputFile& file, const DensityNetwork& network,
                            const RegionNetwork* regions, const measure::DensityCuts& cuts, bool pictured,
                            Context& context);

}  // namespace lobule::pipeline
