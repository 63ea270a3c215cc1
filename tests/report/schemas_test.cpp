#include <gtest/gtest.h>

#include "core/text.h"
#include "io/files.h"
#include "report/fixture.h"
#include "report/measurements.h"
#include "support/json_schema.h"
#include "support/test_support.h"

namespace lobule::report {
namespace {

using nlohmann::json;

json schema(const std::string& name) {
  return json::parse(io::read_file(test::source_dir() / "docs/schemas" / (name + ".schema.json")));
}

void expect_obeys(const std::string& name, const json& value) {
  for (const std::string& error : test::schema_errors(schema(name), value))
    ADD_FAILURE() << name << ": " << error;
}

TEST(Schemas, WhatIsWrittenObeysItsSchema) {
  const exam::Analysis a = fixture::analysis(6);
  expect_obeys("exam", json::parse(exam_json(a)));
  expect_obeys("exam", json::parse(exam_json({})));
  expect_obeys("measurements", json::parse(measurements_json(a)));
  expect_obeys("provenance", json::parse(provenance_json(fixture::provenance())));
}

TEST(Schemas, ColumnsOfCandidatesAreThoseOfTheSchemaInItsOrder) {
  const auto rules = nlohmann::ordered_json::parse(
      io::read_file(test::source_dir() / "docs/schemas/candidates.schema.json"));
  std::vector<std::string> names;
  for (const auto& [name, rule] : rules["properties"].items()) names.push_back(name);
  EXPECT_EQ(names, candidates_table({}).columns);
}

TEST(Schemas, EveryColumnAndKeyIsDescribedInTheDocuments) {
  const std::string page = io::read_file(test::source_dir() / "docs/formats/results.md");
  std::vector<std::string> names = candidates_table({}).columns;
  for (const std::string& column : measurements_table({}).columns) names.push_back(column);
  for (const std::string& name : names) EXPECT_TRUE(contains(page, "`" + name + "`")) << name;
}

TEST(Schemas, ABrokenRuleIsNamed) {
  const json rules = json::parse(
      R"({"type":"object","required":["a"],"additionalProperties":false,"properties":{"a":{"type":["number","null"]}}})");
  EXPECT_TRUE(test::schema_errors(rules, json::parse(R"({"a":null})")).empty());
  EXPECT_EQ(
      test::schema_errors(rules, json::parse(R"({"a":"x","b":1})")),
      (std::vector<std::string>{"$.a: \"x\" is not [\"number\",\"null\"]", "$.b is not in the schema"}));
  EXPECT_EQ(test::schema_errors(rules, json::object()), (std::vector<std::string>{"$: a is missing"}));
}

}  // namespace
}  // namespace lobule::report
