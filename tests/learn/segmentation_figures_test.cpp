#include "learn/segmentation_figures.h"

#include <gtest/gtest.h>

namespace lobule::learn {
namespace {

TEST(SegmentationFigures, DiceOfAHandCheckableCase) {
  // Largest: 1, 1, 0, 2; truth: 1, 0, 0, 0.
  const Tensor logits({1, 3, 1, 4}, {0, 0, 5, 0, /**/ 1, 2, 3, -1, /**/ 0, 1, 0, 4});
  const Tensor labels({1, 1, 4}, {1, 0, 0, 0});
  const auto figures = dice_figures(labels, logits, {"nothing", "a", "b"});
  EXPECT_DOUBLE_EQ(figures.at("dice_a").value(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(figures.at("dice_b").value(), 0);
}

TEST(SegmentationFigures, CasesAddUpToTheDiceOfAllTheirPlaces) {
  Figure both;
  both += dice_figures(Tensor({1, 1, 2}, {1, 1}), Tensor({1, 2, 1, 2}, {0, 0, 1, 1}), {"nothing", "a"})
              .at("dice_a");
  both += dice_figures(Tensor({1, 1, 2}, {0, 0}), Tensor({1, 2, 1, 2}, {0, 0, 1, -1}), {"nothing", "a"})
              .at("dice_a");
  EXPECT_DOUBLE_EQ(both.value(), 0.8);  // found 3, true 2, both 2
}

TEST(SegmentationFigures, AClassThatIsNowhereHasNoDice) {
  const Tensor logits({1, 2, 1, 2}, {1, 1, 0, 0});
  EXPECT_TRUE(dice_figures(Tensor({1, 1, 2}), logits, {"nothing", "a"}).empty());
}

TEST(SegmentationFigures, OfEqualValuesTheFirstClassCounts) {
  EXPECT_EQ(largest_class(Tensor({1, 2, 1, 1}, {3, 3})), std::vector<std::uint8_t>{0});
}

}  // namespace
}  // namespace lobule::learn
