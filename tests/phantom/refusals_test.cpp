// What digital patients and their images cannot be, said in exact words.

#include <gtest/gtest.h>

#include <functional>

#include "phantom/exam.h"
#include "phantom/mammogram.h"
#include "phantom/random_lesions.h"
#include "phantom/second/grow.h"
#include "phantom/second/mammogram.h"
#include "phantom/xray_image.h"
#include "support/test_support.h"

namespace lobule::phantom {
namespace {

std::string exam_message(const std::function<void(ExamOptions&)>& change) {
  ExamOptions options;
  change(options);
  return test::message_of([&] { make_exam(options); });
}

TEST(Refusals, ExamsOutOfRange) {
  const auto range = [](const std::string& what, const std::string& allowed) {
    return "digital patient: " + what + " is out of range; it must be " + allowed +
           ". Give a value in this range.";
  };
  EXPECT_EQ(exam_message([](ExamOptions& o) { o.dynamic_size = 7; }),
            range("dynamic_size", "from 8 to 1024"));
  EXPECT_EQ(exam_message([](ExamOptions& o) { o.dynamic_slices = 0; }),
            range("dynamic_slices", "from 1 to 512"));
  EXPECT_EQ(exam_message([](ExamOptions& o) { o.dynamic_slice_mm = 0; }), range("the voxel size", "above 0"));
  EXPECT_EQ(exam_message([](ExamOptions& o) { o.post_phases = 61; }), range("post_phases", "from 1 to 60"));
  EXPECT_EQ(exam_message([](ExamOptions& o) { o.motion_mm = 9; }), range("motion_mm", "from 0 to 8"));
  EXPECT_EQ(exam_message([](ExamOptions& o) { o.breathing_mm = -6; }), range("breathing_mm", "from -5 to 5"));
}

TEST(Refusals, TissuesOnAnotherGridThanTheExam) {
  ExamOptions options;
  options.dynamic_size = 8, options.dynamic_slices = 1;
  options.dynamic_spacing_mm = 40, options.dynamic_slice_mm = 40;
  TissueRaster raster;
  raster.grid.size = {2, 1, 1};
  EXPECT_EQ(test::message_of([&] { make_exam(options, raster); }),
            "digital patient: the tissues lie on another grid than the dynamic series; 2×1×1 voxels of "
            "1.000×1.000×1.000 mm against 8×8×1 voxels of 40.000×40.000×40.000 mm. Rasterise on "
            "dynamic_grid(options).");
}

TEST(Refusals, ALesionThatFitsNowhere) {
  const Anatomy anatomy({});
  LesionPlan plan;
  plan.diameter_mm = 2;  // below the least size that is tried
  EXPECT_EQ(test::message_of([&] { place_inside(anatomy, RandomStream(1, "test"), 0, plan); }),
            "digital patient: no lesion fits into a breast; places and sizes down to 3 mm were tried. Plan a "
            "larger breast or a smaller implant.");
}

std::string mammogram_message(const std::function<void(MammogramOptions&)>& change) {
  static const Anatomy anatomy({});
  MammogramOptions options;
  change(options);
  return test::message_of([&] { make_mammograms(anatomy, options); });
}

TEST(Refusals, MammogramsOutOfRange) {
  EXPECT_EQ(
      mammogram_message([](MammogramOptions& o) { o.anatomy_mm = 5; }),
      "mammogram options: anatomy voxels of 5 mm; allowed is 0.1 to 4 mm. choose a value in that range.");
  EXPECT_EQ(mammogram_message([](MammogramOptions& o) { o.compression = 3; }),
            "mammogram options: a compression of 3; allowed is 0.5 to 2. choose a value in that range.");
  EXPECT_EQ(mammogram_message([](MammogramOptions& o) { o.noise = -1; }),
            "mammogram options: a strength of -1; allowed is 0 to 10. choose a value in that range.");
}

TEST(Refusals, VolumetricDensityWithoutABreast) {
  Grid grid;
  grid.size = {2, 2, 1};
  EXPECT_EQ(
      test::message_of([&] {
        volumetric_density(Image<float>(grid, 1), Image<float>(grid, 0), {},
                           XraySignal(tungsten_rhodium_28()));
      }),
      "volumetric density: there is no breast; the thickness is nowhere above zero. check the thickness "
      "and its units (mm).");
}

std::string second_message(const std::function<void(MammogramOptions&)>& change) {
  MammogramOptions options;
  change(options);
  return test::message_of([&] { second::make_mammograms({}, options); });
}

TEST(Refusals, TheSecondFamilysMammogramsOutOfRange) {
  EXPECT_EQ(second_message([](MammogramOptions& o) { o.compression = 0.2; }),
            "mammogram of the second family: compression is out of range. Choose 0.3 to 3, 1 is usual.");
  EXPECT_EQ(second_message([](MammogramOptions& o) { o.scatter = -1; }),
            "mammogram of the second family: noise, scatter or blur is negative. Choose 0 or more.");
}

}  // namespace
}  // namespace lobule::phantom
