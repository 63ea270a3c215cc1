#pragma once
// The report of one exam as one self-contained page. Everything on it is read from the Analysis; nothing is
// measured here. What may differ between two runs with one result stands in the provenance section only.

#include <string>

#include "core/context.h"
#include "exam/analysis.h"

namespace lobule::report {

struct ReportOptions {
  // Writes the patient's ID and the study's UID into the page. Names and birth dates never are.
  bool include_patient_id = false;
};

// The HTML document. The same analysis gives the same bytes outside <section id="provenance">.
std::string exam_report_html(const exam::Analysis& analysis, const Provenance& provenance,
                             const ReportOptions& options = {});

}  // namespace lobule::report
