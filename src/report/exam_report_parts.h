#pragma once
// The sections of an exam's report, each from the Analysis alone; an empty Html where there is nothing to
// show.

#include "exam/analysis.h"
#include "report/page.h"

namespace lobule::report {

// In words: what was found, and how far it can be trusted.
Html summary_section(const exam::Analysis& analysis);

// Cards for each breast, then all measurements as a table.
Html key_numbers_section(const exam::Analysis& analysis);

Html projections_section(const exam::Analysis& analysis);
Html candidates_section(const exam::Analysis& analysis);
Html tissue_section(const exam::Analysis& analysis);
Html curves_section(const exam::Analysis& analysis);
Html diffusion_section(const exam::Analysis& analysis);
Html motion_section(const exam::Analysis& analysis);
Html findings_section(const exam::Analysis& analysis);
Html series_section(const exam::Analysis& analysis);
Html method_section(const exam::Analysis& analysis);

}  // namespace lobule::report
