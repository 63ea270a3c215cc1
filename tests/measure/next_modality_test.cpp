#include "measure/next_modality.h"

#include <gtest/gtest.h>

namespace lobule::measure {
namespace {

// Of a percent density alone, with room for more facts.
NextModality decided(const ScreeningFacts& facts, double spread = 0) {
  return next_modality(usual_screening_rules(), facts, *facts.percent_density - spread,
                       *facts.percent_density + spread);
}

TEST(NextModality, FollowsTheGuidelinesCaseByCase) {
  EXPECT_EQ(decided({.percent_density = 5, .masking = 0}).modality, "none");
  EXPECT_EQ(decided({.percent_density = 20, .masking = 12}).modality, "DBT");
  EXPECT_EQ(decided({.percent_density = 50, .masking = 30}).rule, "heterogeneously dense");
  EXPECT_EQ(decided({.percent_density = 50, .lifetime_risk_percent = 17}).rule, "dense, intermediate risk");
  EXPECT_EQ(decided({.percent_density = 80, .age_years = 60}).rule, "extremely dense, 50 to 70");
  EXPECT_EQ(decided({.percent_density = 80, .age_years = 45}).rule, "extremely dense");
  EXPECT_EQ(decided({.percent_density = 5, .lifetime_risk_percent = 20}).rule, "lifetime risk");
  EXPECT_EQ(decided({.percent_density = 5, .genes = {"BRCA2"}}).rule, "genes");
  EXPECT_EQ(decided({.percent_density = 5, .genes = {"XYZ1"}}).modality, "none");
  EXPECT_EQ(decided({.percent_density = 5, .chest_radiation = true}).modality, "MRI");
  EXPECT_EQ(decided({.percent_density = 50, .breast_cancer = true}).rule, "breast cancer and dense breasts");
  EXPECT_EQ(decided({.percent_density = 5, .breast_cancer = true}).rule, "breast cancer");
  EXPECT_EQ(decided({.percent_density = 5, .atypia = true}).rule, "atypia");
}

TEST(NextModality, GivesReasonsAndSaysWhatItDoesNotKnow) {
  const NextModality next = decided({.percent_density = 80, .age_years = 60});
  EXPECT_EQ(next.reasons, (std::vector<std::string>{"age 60", "density category d"}));
  EXPECT_EQ(next.source, "EUSOBI 2022 (Mann et al., Eur Radiol 32:4036)");
  EXPECT_EQ(next.unknown, (std::vector<std::string>{"genes", "lifetime risk", "radiation of the chest",
                                                    "breast cancer before the age of 50",
                                                    "breast cancer before", "atypia at biopsy"}));
}

TEST(NextModality, AnUnknownFactHoldsNoRule) {
  EXPECT_EQ(decided({.percent_density = 80}).rule, "extremely dense") << "without an age";
}

TEST(NextModality, IsUncertainWhereTheMeasurementAllowsAnother) {
  EXPECT_FALSE(decided({.percent_density = 50}, 5).uncertain);
  EXPECT_TRUE(decided({.percent_density = 34}, 5).uncertain);
}

}  // namespace
}  // namespace lobule::measure
