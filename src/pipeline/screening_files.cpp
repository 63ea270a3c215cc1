#include "pipeline/screening_files.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/options.h"
#include "core/table.h"
#include "core/text.h"

namespace lobule::pipeline {
namespace {

using Json = nlohmann::ordered_json;
using measure::ScreeningFacts;
using measure::ScreeningRule;

const std::vector<std::string> kModalities{"MRI", "ultrasound", "DBT", "none"};

// Calls see(key, member) for each member of a rule.
template <class Rule, class See>
void each_member(Rule& rule, const See& see) {
  see("name", rule.name);
  see("min_age_years", rule.min_age_years);
  see("max_age_years", rule.max_age_years);
  see("min_lifetime_risk_percent", rule.min_lifetime_risk_percent);
  see("min_masking", rule.min_masking);
  see("categories", rule.categories);
  see("genes", rule.genes);
  see("chest_radiation", rule.chest_radiation);
  see("breast_cancer", rule.breast_cancer);
  see("breast_cancer_before_50", rule.breast_cancer_before_50);
  see("atypia", rule.atypia);
  see("modality", rule.modality);
  see("advice", rule.advice);
  see("source", rule.source);
}

struct ToJson {
  Json& json;
  template <class T>
  void operator()(const char* key, const std::optional<T>& value) const {
    if (value) json[key] = *value;
  }
  template <class T>
  void operator()(const char* key, const T& value) const {
    if (!value.empty()) json[key] = value;
  }
};

// Why an unknown word is none of the known ones.
std::string nearest_of(const std::string& word, const std::vector<std::string>& known) {
  const std::vector<std::string> nearest = nearest_words(word, known);
  return nearest.empty() ? "known are " + join(known, ", ") : "the nearest is " + nearest.front();
}

void check_keys(const Json& json, const std::string& where) {
  std::vector<std::string> known;
  ScreeningRule none;
  each_member(none, [&](const char* key, auto&) { known.emplace_back(key); });
  for (const auto& [key, value] : json.items())
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw Error(where, "it has an unknown key " + quote(key), nearest_of(key, known));
}

template <class T>
void take(const Json& json, const char* key, std::optional<T>& value) {
  if (json.contains(key)) value = json.at(key).get<T>();
}
template <class T>
void take(const Json& json, const char* key, T& value) {
  if (json.contains(key)) value = json.at(key).get<T>();
}

ScreeningRule rule_of(const Json& json, const std::string& where) {
  if (!json.is_object()) throw Error(where, "it is no object");
  check_keys(json, where);
  ScreeningRule rule;
  try {
    each_member(rule, [&](const char* key, auto& value) { take(json, key, value); });
  } catch (const Json::exception&) {
    throw Error(where, "a value is of another type than its key wants", "", "See docs/formats/density.md");
  }
  if (std::find(kModalities.begin(), kModalities.end(), rule.modality) == kModalities.end())
    throw Error(where, "its modality " + quote(rule.modality) + " is none of " + join(kModalities, ", "));
  for (const char category : rule.categories)
    if (category < 'a' || category > 'd')
      throw Error(where, "its categories " + quote(rule.categories) + " are not letters from a to d");
  return rule;
}

std::optional<double> number_of(const std::string& cell, const std::string& where) {
  if (trim(cell).empty()) return {};
  const auto value = parse_number(cell);
  if (!value || *value < 0) throw Error(where, quote(cell) + " is no number from 0 on");
  return value;
}

std::optional<bool> yes_or_no(const std::string& cell, const std::string& where) {
  const std::string word = lower(trim(cell));
  if (word.empty()) return {};
  if (word != "yes" && word != "no") throw Error(where, quote(cell) + " is neither yes nor no");
  return word == "yes";
}

void take_cell(const std::string& column, const std::string& cell, const std::string& where,
               ScreeningFacts& facts) {
  if (column == "age") facts.age_years = number_of(cell, where);
  if (column == "lifetime_risk") facts.lifetime_risk_percent = number_of(cell, where);
  if (column == "chest_radiation") facts.chest_radiation = yes_or_no(cell, where);
  if (column == "breast_cancer") facts.breast_cancer = yes_or_no(cell, where);
  if (column == "breast_cancer_before_50") facts.breast_cancer_before_50 = yes_or_no(cell, where);
  if (column == "atypia") facts.atypia = yes_or_no(cell, where);
  if (column == "genes")
    for (const std::string& gene : split(trim(cell), ' '))
      if (!gene.empty()) facts.genes.push_back(gene);
}

}  // namespace

std::string screening_rules_json(const std::vector<ScreeningRule>& rules) {
  Json list = Json::array();
  for (const ScreeningRule& rule : rules) {
    Json json;
    each_member(rule, ToJson{json});
    list.push_back(std::move(json));
  }
  return list.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::vector<ScreeningRule> screening_rules_from_json(std::string_view text, const std::string& name) {
  const Json list = Json::parse(text, nullptr, false);
  if (!list.is_array())
    throw Error(name, "it is no list of rules in JSON", "", "See docs/formats/density.md");
  std::vector<ScreeningRule> rules;
  for (const Json& json : list)
    rules.push_back(rule_of(json, name + ", rule " + std::to_string(rules.size() + 1)));
  return rules;
}

std::map<std::string, ScreeningFacts> women_from_csv(std::string_view text, const std::string& name) {
  const Table table = from_csv(text, name);
  const std::vector<std::string> known{
      "patient_id",      "age",           "lifetime_risk",           "genes",
      "chest_radiation", "breast_cancer", "breast_cancer_before_50", "atypia"};
  for (const std::string& column : table.columns)
    if (std::find(known.begin(), known.end(), column) == known.end())
      throw Error(name, "it has an unknown column " + quote(column), nearest_of(column, known));
  std::map<std::string, ScreeningFacts> women;
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const std::string where = name + ", line " + std::to_string(r + 2);
    ScreeningFacts facts;
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      take_cell(table.columns[c], table.rows[r][c], where + ", " + table.columns[c], facts);
    if (!women.emplace(table.cell(r, "patient_id"), std::move(facts)).second)
      throw Error(where, "its patient is listed a second time");
  }
  return women;
}

}  // namespace lobule::pipeline
