#include "measure/next_modality.h"

#include <algorithm>

#include "core/text.h"

namespace lobule::measure {
namespace {

// What one rule makes of the facts.
struct Judgement {
  bool holds = true;
  std::vector<std::string> reasons, unknown;

  template <class Fact, class Holds>
  void ask(const std::string& name, const std::optional<Fact>& fact, const Holds& holds_for,
           const std::string& reason) {
    if (!fact) {
      holds = false;
      unknown.push_back(name);
    } else if (holds_for(*fact)) {
      reasons.push_back(reason);
    } else {
      holds = false;
    }
  }
  void ask(const std::string& name, const std::optional<bool>& wanted, const std::optional<bool>& fact) {
    if (wanted)
      ask(
          name, fact, [&](bool value) { return value == *wanted; }, (*wanted ? "" : "no ") + name);
  }
};

Judgement judge(const ScreeningRule& rule, const ScreeningFacts& facts) {
  Judgement j;
  const auto age = [&] { return "age " + format_number(facts.age_years.value_or(0)); };
  if (rule.min_age_years)
    j.ask(
        "age", facts.age_years, [&](double years) { return years >= *rule.min_age_years; }, age());
  if (rule.max_age_years && j.holds)
    j.ask(
        "age", facts.age_years, [&](double years) { return years <= *rule.max_age_years; }, age());
  if (!rule.genes.empty()) {
    const auto found =
        std::find_first_of(facts.genes.begin(), facts.genes.end(), rule.genes.begin(), rule.genes.end());
    j.holds = j.holds && found != facts.genes.end();
    if (found != facts.genes.end()) j.reasons.push_back("pathogenic variant of " + *found);
    if (facts.genes.empty()) j.unknown.push_back("genes");
  }
  if (rule.min_lifetime_risk_percent)
    j.ask(
        "lifetime risk", facts.lifetime_risk_percent,
        [&](double risk) { return risk >= *rule.min_lifetime_risk_percent; },
        "lifetime risk " + format_number(facts.lifetime_risk_percent.value_or(0)) + " %");
  j.ask("radiation of the chest", rule.chest_radiation, facts.chest_radiation);
  j.ask("breast cancer before", rule.breast_cancer, facts.breast_cancer);
  j.ask("breast cancer before the age of 50", rule.breast_cancer_before_50, facts.breast_cancer_before_50);
  j.ask("atypia at biopsy", rule.atypia, facts.atypia);
  if (!rule.categories.empty())
    j.ask(
        "density", facts.percent_density,
        [&](double percent) {
          return contains(rule.categories, std::string(1, birads5_of(percent, {facts.cuts})));
        },
        "density category " + std::string(1, birads5_of(facts.percent_density.value_or(0), {facts.cuts})));
  if (rule.min_masking)
    j.ask(
        "masking", facts.masking, [&](double masking) { return masking >= *rule.min_masking; },
        "masking " + format_fixed(facts.masking.value_or(0), 1) + " %");
  // The same fact asked for twice is one reason.
  j.reasons.erase(std::unique(j.reasons.begin(), j.reasons.end()), j.reasons.end());
  return j;
}

NextModality decide(const std::vector<ScreeningRule>& rules, const ScreeningFacts& facts) {
  NextModality next;
  for (const ScreeningRule& rule : rules) {
    Judgement j = judge(rule, facts);
    if (j.holds) {
      next.modality = rule.modality, next.advice = rule.advice, next.source = rule.source,
      next.rule = rule.name;
      next.reasons = std::move(j.reasons);
      return next;
    }
    for (const std::string& fact : j.unknown)
      if (std::find(next.unknown.begin(), next.unknown.end(), fact) == next.unknown.end())
        next.unknown.push_back(fact);
  }
  next.modality = "none";
  next.advice = "No rule asks for more than mammography.";
  return next;
}

}  // namespace

std::vector<ScreeningRule> usual_screening_rules() {
  const std::string acr = "ACR 2023 (Monticciolo et al., J Am Coll Radiol, doi 10.1016/j.jacr.2023.04.002)";
  const std::string eusobi = "EUSOBI 2022 (Mann et al., Eur Radiol 32:4036)";
  const std::string criteria =
      "ACR Appropriateness Criteria, supplemental breast cancer screening based on breast density, 2024 "
      "update";
  const std::string yearly = "MRI every year beside mammography, from the age of 25 to 30 on.";
  const std::string instead = " Where MRI is impossible, contrast-enhanced mammography or ultrasound.";
  std::vector<ScreeningRule> rules;
  // The guideline says "genetics-based increased risk"; the list of genes is ours, and a site's to change.
  rules.push_back({.name = "genes",
                   .genes = {"BRCA1", "BRCA2", "TP53", "PALB2", "PTEN", "CDH1", "STK11", "ATM", "CHEK2"},
                   .modality = "MRI",
                   .advice = yearly,
                   .source = acr});
  rules.push_back({.name = "lifetime risk",
                   .min_lifetime_risk_percent = 20,
                   .modality = "MRI",
                   .advice = yearly,
                   .source = acr});
  rules.push_back({.name = "radiation of the chest at a young age",
                   .chest_radiation = true,
                   .modality = "MRI",
                   .advice = yearly,
                   .source = acr});
  rules.push_back({.name = "breast cancer before 50",
                   .breast_cancer_before_50 = true,
                   .modality = "MRI",
                   .advice = "MRI every year beside mammography.",
                   .source = acr});
  rules.push_back({.name = "breast cancer and dense breasts",
                   .categories = "cd",
                   .breast_cancer = true,
                   .modality = "MRI",
                   .advice = "MRI every year beside mammography.",
                   .source = acr});
  rules.push_back({.name = "breast cancer",
                   .breast_cancer = true,
                   .modality = "MRI",
                   .advice = "MRI should be strongly considered." + instead,
                   .source = acr});
  rules.push_back({.name = "atypia",
                   .atypia = true,
                   .modality = "MRI",
                   .advice = "MRI should be strongly considered." + instead,
                   .source = acr});
  rules.push_back({.name = "extremely dense, 50 to 70",
                   .min_age_years = 50,
                   .max_age_years = 70,
                   .categories = "d",
                   .modality = "MRI",
                   .advice = "MRI every 2 to 4 years is to be offered.",
                   .source = eusobi});
  rules.push_back(
      {.name = "dense, intermediate risk",
       .min_lifetime_risk_percent = 15,
       .categories = "cd",
       .modality = "MRI",
       .advice = "MRI is usually appropriate; ultrasound or contrast-enhanced mammography may be.",
       .source = criteria});
  rules.push_back({.name = "extremely dense",
                   .categories = "d",
                   .modality = "MRI",
                   .advice = "MRI, for those who desire more than mammography." + instead,
                   .source = acr});
  rules.push_back(
      {.name = "heterogeneously dense",
       .categories = "c",
       .modality = "ultrasound",
       .advice = "Ultrasound, MRI or abbreviated MRI may help, for those who desire more than mammography.",
       .source = criteria});
  // The guideline says that tomosynthesis finds more in all women; the limit of masking is ours.
  rules.push_back({.name = "not dense, some masking",
                   .min_masking = 5,
                   .categories = "ab",
                   .modality = "DBT",
                   .advice = "Tomosynthesis as the next mammogram: it finds more in all women.",
                   .source = criteria});
  return rules;
}

NextModality next_modality(const std::vector<ScreeningRule>& rules, const ScreeningFacts& facts,
                           double lowest_percent, double highest_percent) {
  NextModality next = decide(rules, facts);
  for (const double percent : {lowest_percent, highest_percent}) {
    ScreeningFacts bound = facts;
    bound.percent_density = percent;
    next.uncertain = next.uncertain || decide(rules, bound).modality != next.modality;
  }
  return next;
}

}  // namespace lobule::measure
