#include "measure/label_contours.h"

#include <gtest/gtest.h>

#include "core/random.h"

namespace lobule::measure {
namespace {

Mask mask_of(const std::vector<std::string>& rows) {
  Grid grid;
  grid.size = {static_cast<int>(rows.front().size()), static_cast<int>(rows.size()), 1};
  Mask mask(grid);
  for (std::size_t y = 0; y < rows.size(); ++y)
    for (std::size_t x = 0; x < rows[y].size(); ++x)
      mask.at(static_cast<int>(x), static_cast<int>(y), 0) = static_cast<std::uint8_t>(rows[y][x] - '0');
  return mask;
}

TEST(LabelContours, ABlockHasItsFourCorners) {
  const auto contours = label_contours(mask_of({"0000", "0220", "0220", "0000"}));
  ASSERT_EQ(contours.size(), 2u) << "the breast's border and that of its dense tissue";
  EXPECT_EQ(contours[0].label, 1);
  EXPECT_EQ(contours[1].label, 2);
  for (const LabelContour& contour : contours)
    EXPECT_EQ(contour.points, (std::vector<std::array<double, 2>>{{1, 1}, {3, 1}, {3, 3}, {1, 3}}));
}

TEST(LabelContours, HolesAndPiecesAreContoursOfTheirOwn) {
  const Mask ring = mask_of({"33300", "30303", "33300"});
  const auto contours = label_contours(ring);
  EXPECT_EQ(contours.size(), 3u);
  EXPECT_EQ(label_image(contours, 5, 3).voxels, ring.voxels);
}

TEST(LabelContours, PixelsThatTouchAtACornerArePartedAndComeBack) {
  const Mask corner = mask_of({"10", "01"});
  EXPECT_EQ(label_contours(corner).size(), 2u);
  EXPECT_EQ(label_image(label_contours(corner), 2, 2).voxels, corner.voxels);
}

TEST(LabelContours, AnyMaskComesBackExactly) {
  const RandomStream random(7, "masks");
  std::uint64_t draw = 0;
  for (int n = 0; n < 200; ++n) {
    Grid grid;
    grid.size = {1 + n % 13, 1 + n % 7, 1};
    Mask mask(grid);
    for (std::uint8_t& v : mask.voxels) v = static_cast<std::uint8_t>(4 * random.uniform(draw++));
    const auto contours = label_contours(mask);
    EXPECT_EQ(label_image(contours, grid.size[0], grid.size[1]).voxels, mask.voxels) << n;
    for (const LabelContour& contour : contours)
      for (std::size_t i = 0; i < contour.points.size(); ++i) {
        const auto &a = contour.points[i], &b = contour.points[(i + 1) % contour.points.size()],
                   &c = contour.points[(i + 2) % contour.points.size()];
        EXPECT_TRUE((a[0] == b[0]) != (a[1] == b[1])) << "sides follow pixel edges";
        EXPECT_NE(a[0] == b[0], b[0] == c[0]) << "only corners are listed";
      }
  }
}

TEST(LabelContours, DrawnContoursFillPixelsWhoseCentreTheyHold) {
  // A triangle on centres (0.5, 0.5) … and a muscle over the breast, partly outside of the picture.
  const std::vector<LabelContour> drawn{{1, {{0, 0}, {4, 0}, {0, 4}}},
                                        {3, {{-5, -5}, {1, -5}, {1, 9}, {-5, 9}}}};
  EXPECT_EQ(label_image(drawn, 4, 4).voxels, mask_of({"3110", "3100", "3000", "3000"}).voxels);
}

TEST(LabelContours, NoLabelHasNoContour) {
  EXPECT_TRUE(label_contours(mask_of({"000"})).empty());
  EXPECT_EQ(label_image({}, 3, 1).voxels, (std::vector<std::uint8_t>{0, 0, 0}));
}

}  // namespace
}  // namespace lobule::measure
