#pragma once
// report.html of `lobule annotate agreement`: how far readers agree, with a figure after Bland and Altman a
// pair.

#include <string>

#include "core/context.h"
#include "report/agreement_results.h"

namespace lobule::report {

std::string agreement_page_html(const AgreementResults& results, const Provenance& provenance);

}  // namespace lobule::report
