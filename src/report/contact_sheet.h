#pragma once
// The contact sheet of a sorting: one picture a series, its role, how sure, and why.

#include <map>
#include <string>
#include <vector>

#include "core/context.h"
#include "exam/exam.h"

namespace lobule::report {

// Pictures as data URIs, by exam and series: pictures[e][s]; "" where a series has none.
using SeriesPictures = std::vector<std::vector<std::string>>;

// The whole page. Exams are named by number; no patient's identity is on it. `findings` are those of the
// whole run (unreadable files, …).
std::string contact_sheet_html(const std::vector<exam::Exam>& exams, const SeriesPictures& pictures,
                               const Findings& findings, const Provenance& provenance);

}  // namespace lobule::report
