#pragma once
// Which examination may follow a mammogram: a table of rules over density, masking, risk and genes, each with
// the guideline it was taken from. The first rule that holds decides. It recommends nothing to a woman; it
// tells a radiologist which rule of which guideline her facts meet.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "measure/breast_density.h"

namespace lobule::measure {

// What is known of a woman; what is not is empty, and rules that ask for it do not hold.
struct ScreeningFacts {
  std::optional<double> percent_density = {};  // its category by birads5_of
  std::array<double, 3> cuts = DensityCuts().percent;
  std::optional<double> masking = {};  // percent
  std::optional<double> age_years = {}, lifetime_risk_percent = {};
  std::vector<std::string> genes = {};  // with a pathogenic variant: "BRCA1"
  std::optional<bool> chest_radiation = {}, breast_cancer = {}, breast_cancer_before_50 = {}, atypia = {};
};

// All conditions that are given have to hold.
struct ScreeningRule {
  std::string name;
  std::optional<double> min_age_years = {}, max_age_years = {}, min_lifetime_risk_percent = {},
                        min_masking = {};
  std::string categories = {};          // of BI-RADS, 5th edition: "cd"
  std::vector<std::string> genes = {};  // any of them
  std::optional<bool> chest_radiation = {}, breast_cancer = {}, breast_cancer_before_50 = {}, atypia = {};
  // What follows.
  std::string modality = {};  // "MRI", "ultrasound", "DBT" or "none"
  std::string advice = {};    // one sentence
  std::string source = {};    // the guideline

  friend bool operator==(const ScreeningRule&, const ScreeningRule&) = default;
};

struct NextModality {
  std::string modality, advice, source, rule;
  std::vector<std::string> reasons;  // the facts that the rule asked for: "density category d"
  // At the lowest and highest percent density that the measurement allows another modality follows.
  bool uncertain = false;
  std::vector<std::string> unknown;  // facts that some rule before asked for and that are not known
};

// The rules that are built in: ACR 2023 for women at higher than average risk, EUSOBI 2022 for extremely
// dense breasts, ACR Appropriateness Criteria 2024 for density.
std::vector<ScreeningRule> usual_screening_rules();

// The first rule that holds; "none" where no rule does. `lowest_percent` and `highest_percent` bound the
// percent density.
NextModality next_modality(const std::vector<ScreeningRule>& rules, const ScreeningFacts& facts,
                           double lowest_percent, double highest_percent);

}  // namespace lobule::measure
