#include "measure/breast_density.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "measure/mammogram_domain.h"

namespace lobule::measure {
namespace {

// 200 × 160 pixels: columns below 100 breast, of them a disc of a radius dense; a corner of muscle.
Mask labelled(double radius) {
  Grid grid;
  grid.size = {200, 160, 1};
  Mask labels(grid);
  for (int y = 0; y < 160; ++y)
    for (int x = 0; x < 100; ++x)
      labels.at(x, y, 0) = x + y < 30 ? kPectoral : std::hypot(x - 50, y - 80) < radius ? kDense : kAdipose;
  return labels;
}

TEST(BreastDensity, CountsPixelsWithoutTheMuscle) {
  const Mask labels = labelled(30);
  double dense = 0, breast = 0;
  for (const std::uint8_t l : labels.voxels) dense += l == kDense, breast += l == kDense || l == kAdipose;
  const auto density = breast_density(labels, 0.5);
  ASSERT_TRUE(density);
  EXPECT_DOUBLE_EQ(density->percent_density, 100 * dense / breast);
  EXPECT_DOUBLE_EQ(*density->breast_cm2, breast * 0.0025);
  EXPECT_DOUBLE_EQ(*density->dense_cm2, dense * 0.0025);
  EXPECT_NEAR(*density->dense_cm2, M_PI * 1.5 * 1.5, 0.05);
}

TEST(BreastDensity, WithoutSpacingAreasStayEmpty) {
  const auto density = breast_density(labelled(30), {});
  ASSERT_TRUE(density);
  EXPECT_FALSE(density->breast_cm2);
  EXPECT_FALSE(density->dense_cm2);
  EXPECT_GT(density->masking, 0);
}

TEST(BreastDensity, ThereIsNoneWithoutABreast) {
  EXPECT_FALSE(breast_density(Mask(labelled(30).grid), 0.5));
}

TEST(BreastDensity, CategoriesChangeAtTheirLimits) {
  EXPECT_EQ(birads4_of(24.9), 1);
  EXPECT_EQ(birads4_of(25), 2);
  EXPECT_EQ(birads4_of(50), 2);
  EXPECT_EQ(birads4_of(50.1), 3);
  EXPECT_EQ(birads4_of(75.1), 4);
  EXPECT_EQ(birads5_of(6.0), 'a');
  EXPECT_EQ(birads5_of(14.8), 'b');
  EXPECT_EQ(birads5_of(51.2), 'c');
  EXPECT_EQ(birads5_of(78.4), 'd');
  EXPECT_EQ(words_of_birads5('d'), "extremely dense");
}

TEST(BreastDensity, ALesionHidesOnlyWhereDenseTissueIsWiderThanIt) {
  // Pixels of 0.5 mm: a disc of 5 mm across hides no lesion of 15 mm, one of 45 mm does in its middle.
  EXPECT_EQ(masking_map(labelled(5), 0.5).score, 0);
  const MaskingMap wide = masking_map(labelled(45), 0.5);
  EXPECT_GT(wide.score, 20);
  EXPECT_FLOAT_EQ(wide.dense_share.at(50, 80, 0), 1);
  EXPECT_TRUE(std::isnan(wide.dense_share.at(150, 80, 0)));
  EXPECT_EQ(wide.dense_share.at(98, 150, 0), 0);
  // The same dense area in stripes hides less than in one piece.
  Mask stripes = labelled(0);
  for (int y = 0; y < 160; ++y)
    for (int x = 0; x < 100; ++x)
      if (stripes.at(x, y, 0) == kAdipose && x % 8 < 4) stripes.at(x, y, 0) = kDense;
  EXPECT_EQ(masking_map(stripes, 0.5).score, 0);
}

TEST(BreastDensity, AMirroredLabelImageGivesTheSameNumbers) {
  const Mask labels = labelled(37);
  Mask mirrored = labels;
  for (int y = 0; y < 160; ++y)
    for (int x = 0; x < 200; ++x) mirrored.at(x, y, 0) = labels.at(199 - x, y, 0);
  EXPECT_NEAR(masking_map(labels, 0.5).score, masking_map(mirrored, 0.5).score, 1e-9);
  EXPECT_EQ(breast_density(labels, 0.5)->percent_density, breast_density(mirrored, 0.5)->percent_density);
}

TEST(BreastDensity, SaysWhichViewsDiffer) {
  const std::vector<DensityView> views{{"R", "CC", 20}, {"L", "CC", 40.5}, {"L", "MLO", 30}, {"", "MLO", 90}};
  const Findings findings = density_differences(views, "exam 1");
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(
      sentence(findings[0]),
      "exam 1: percent density of right CC and left CC differs: 20.0 and 40.5 %; one of the two is outlined "
      "wrongly, or the breast changed. Look at both.");
}

MammogramBreast as_on_mammograms() {
  MammogramBreast breast;
  breast.found = true;
  breast.inverted_margin = 0.7, breast.chest_margin = 0.9, breast.chest_fill = 1, breast.row_fill = 1;
  breast.depth_over_height = 0.5, breast.breast_share = 0.4;
  breast.breast.grid.size = {200, 256, 1};
  return breast;
}

TEST(MammogramDomain, ScoresAWholeBreastOne) {
  const MammogramDomain domain = mammogram_domain(as_on_mammograms());
  EXPECT_EQ(domain.score, 1);
  EXPECT_TRUE(domain.inside());
}

TEST(MammogramDomain, EachRuleRefusesByItself) {
  const auto reason = [](const std::function<void(MammogramBreast&)>& spoil) {
    MammogramBreast breast = as_on_mammograms();
    spoil(breast);
    const MammogramDomain domain = mammogram_domain(breast);
    EXPECT_FALSE(domain.inside());
    return domain.reason();
  };
  EXPECT_EQ(reason([](auto& b) { b.found = false; }), "no breast was found");
  EXPECT_EQ(reason([](auto& b) { b.breast.grid.size = {38, 50, 1}; }), "it has too few pixels");
  EXPECT_EQ(reason([](auto& b) { b.inverted_margin = 0.04; }),
            "tissue and air are not told apart by their texture");
  EXPECT_EQ(reason([](auto& b) { b.chest_margin = 0.01; }), "no edge looks like a chest wall");
  EXPECT_EQ(reason([](auto& b) { b.chest_fill = 0.2; }), "the outline at the chest wall is not straight");
  EXPECT_EQ(reason([](auto& b) { b.far_edge = 0.6; }),
            "what looks like a breast reaches the opposite edge as well");
  EXPECT_EQ(reason([](auto& b) { b.row_fill = 0.8; }), "the outline is not that of one breast");
  EXPECT_EQ(reason([](auto& b) { b.depth_over_height = 2; }), "the outline is deeper than it is high");
  EXPECT_EQ(reason([](auto& b) { b.piece_share = 0.3; }), "several comparable bright pieces");
  EXPECT_EQ(reason([](auto& b) { b.air_texture = 0.2; }), "the background is not air");
}

}  // namespace
}  // namespace lobule::measure
