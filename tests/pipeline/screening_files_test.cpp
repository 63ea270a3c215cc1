#include "pipeline/screening_files.h"

#include <gtest/gtest.h>

#include "support/test_support.h"

namespace lobule::pipeline {
namespace {

TEST(ScreeningFiles, RulesComeBackAsTheyWere) {
  const auto rules = measure::usual_screening_rules();
  EXPECT_EQ(screening_rules_from_json(screening_rules_json(rules), "rules.json"), rules);
}

TEST(ScreeningFiles, RefusesBadRulesWithTheReason) {
  const auto message = [](const std::string& text) {
    return test::message_of([&] { screening_rules_from_json(text, "rules.json"); });
  };
  EXPECT_EQ(message("{"), "rules.json: it is no list of rules in JSON. See docs/formats/density.md.");
  EXPECT_EQ(message("[3]"), "rules.json, rule 1: it is no object.");
  EXPECT_EQ(
      message(R"([{"modalty":"MRI"}])"),
      "rules.json, rule 1: it has an unknown key \"modalty\"; the nearest is modality.");
  EXPECT_EQ(message(R"([{"modality":"CT"}])"),
            "rules.json, rule 1: its modality \"CT\" is none of MRI, ultrasound, DBT, none.");
  EXPECT_EQ(
      message(R"([{"modality":"MRI","min_age_years":"old"}])"),
      "rules.json, rule 1: a value is of another type than its key wants. See docs/formats/density.md.");
  EXPECT_EQ(message(R"([{"modality":"MRI","categories":"xd"}])"),
            "rules.json, rule 1: its categories \"xd\" are not letters from a to d.");
}

TEST(ScreeningFiles, ReadsWhatIsKnownOfWomen) {
  const auto women =
      women_from_csv("patient_id,age,genes,breast_cancer\nP1,52,BRCA1 ATM,no\nP2,,,\n", "women.csv");
  ASSERT_EQ(women.size(), 2U);
  EXPECT_EQ(women.at("P1").age_years, 52);
  EXPECT_EQ(women.at("P1").genes, (std::vector<std::string>{"BRCA1", "ATM"}));
  EXPECT_EQ(women.at("P1").breast_cancer, false);
  EXPECT_FALSE(women.at("P2").age_years);
  EXPECT_FALSE(women.at("P2").breast_cancer);
}

TEST(ScreeningFiles, RefusesBadTablesWithoutNamingAPatient) {
  const auto message = [](const std::string& text) {
    return test::message_of([&] { women_from_csv(text, "women.csv"); });
  };
  EXPECT_EQ(message("patient_id,ages\n"),
            "women.csv: it has an unknown column \"ages\"; the nearest is age.");
  EXPECT_EQ(message("patient_id,age\nP1,old\n"), "women.csv, line 2, age: \"old\" is no number from 0 on.");
  EXPECT_EQ(message("patient_id,atypia\nP1,maybe\n"),
            "women.csv, line 2, atypia: \"maybe\" is neither yes nor no.");
  EXPECT_EQ(message("patient_id\nP1\nP1\n"), "women.csv, line 3: its patient is listed a second time.");
}

}  // namespace
}  // namespace lobule::pipeline
