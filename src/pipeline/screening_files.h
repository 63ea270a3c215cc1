#pragma once
// Files beside mammograms: the rules for the next modality (JSON), and what is known of women (CSV).

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "measure/next_modality.h"

namespace lobule::pipeline {

// The rules as JSON (docs/formats/density.md#rules), and back. Throws Error (where: `name`) for what is no
// list of rules, for unknown keys with the nearest known ones, for values of other types, and for modalities
// other than MRI, ultrasound, DBT and none.
std::string screening_rules_json(const std::vector<measure::ScreeningRule>& rules);
std::vector<measure::ScreeningRule> screening_rules_from_json(std::string_view text, const std::string& name);

// By patient_id. Columns patient_id, age, lifetime_risk, genes (with blanks between), chest_radiation,
// breast_cancer, breast_cancer_before_50, atypia (yes, no); all but the first may be missing, cells empty.
// Throws Error for other columns, for what is no number, and for a patient who is listed twice; no ID is in
// its message.
std::map<std::string, measure::ScreeningFacts> women_from_csv(std::string_view text, const std::string& name);

}  // namespace lobule::pipeline
