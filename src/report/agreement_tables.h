#pragma once
// agreement.csv and agreement.json of `lobule annotate agreement` (docs/formats/annotation.md#agreement).

#include <string>

#include "core/table.h"
#include "report/agreement_results.h"

namespace lobule::report {

inline constexpr int kAgreementVersion = 1;

// A row an image and pair of readers.
Table agreement_table(const AgreementResults& results);

std::string agreement_json(const AgreementResults& results);

}  // namespace lobule::report
