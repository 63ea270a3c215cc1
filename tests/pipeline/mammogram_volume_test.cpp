#include "pipeline/mammogram_volume.h"

#include <gtest/gtest.h>

#include <cmath>

#include "phantom/exam.h"
#include "phantom/mammogram.h"

namespace lobule::pipeline {
namespace {

// A digital patient's raw image as read_mammogram_picture would give it, with her true labels.
struct Raw {
  exam::MammogramPicture picture;
  Mask labels;
  double volumetric_density = 0;
};

Raw raw_of(const phantom::Mammogram& image) {
  Raw raw{{}, image.labels, image.volumetric_density};
  raw.picture.signal = image.raw;
  raw.picture.spacing_mm = image.raw.grid.spacing_mm.x;
  raw.picture.beam = {image.exposure.kvp, image.exposure.compressed_mm, image.exposure.anode,
                      image.exposure.filter};
  return raw;
}

const Raw& patient() {
  static const Raw raw = [] {
    phantom::MammogramOptions options;
    options.seed = 7003, options.pixel_mm = 0.6, options.anatomy_mm = 0.8;
    options.sides = {phantom::BreastSide::left}, options.views = {phantom::MammogramView::cc};
    const phantom::Anatomy anatomy(phantom::random_options(options.seed, false).anatomy);
    return raw_of(phantom::make_mammograms(anatomy, options).images.at(0));
  }();
  return raw;
}

std::string reason_without(const std::function<void(exam::MammogramPicture&)>& change) {
  exam::MammogramPicture picture = patient().picture;
  change(picture);
  const MeasuredVolume measured = measured_volume(picture, patient().labels);
  EXPECT_FALSE(measured.density);
  return measured.reason;
}

// With scatter, skin, blur and noise, none of which the measurement models.
TEST(MammogramVolume, OfADigitalPatientIsWithinATenthOfTheTruth) {
  const MeasuredVolume measured = measured_volume(patient().picture, patient().labels);
  ASSERT_TRUE(measured.density) << measured.reason;
  EXPECT_NEAR(measured.density->percent_density / patient().volumetric_density, 1, 0.1);
}

TEST(MammogramVolume, TellsWhatIsMissing) {
  EXPECT_EQ(reason_without([](auto& p) { p.signal = {}; }),
            "the file holds no signal of the detector that is linear in exposure");
  EXPECT_EQ(reason_without([](auto& p) { p.spacing_mm.reset(); }), "the size of its pixels is not known");
  EXPECT_EQ(reason_without([](auto& p) { p.beam.compressed_mm.reset(); }),
            "the thickness under the paddle is not known (BodyPartThickness 0018,11A0)");
  EXPECT_EQ(reason_without([](auto& p) { p.beam.compressed_mm = 0; }),
            "the thickness under the paddle is not known (BodyPartThickness 0018,11A0)");
  EXPECT_EQ(reason_without([](auto& p) { p.beam.filter.clear(); }),
            "the beam is not known (KVP 0018,0060, AnodeTargetMaterial 0018,1191, FilterMaterial 0018,7050)");
  EXPECT_EQ(reason_without([](auto& p) {
              p.beam = {28, 50, "MOLYBDENUM", "MOLYBDENUM"};
            }),
            "no spectrum is at hand for molybdenum behind molybdenum at 28 kV");
  EXPECT_EQ(reason_without([](auto& p) { p.beam.kvp = 34; }),
            "no spectrum is at hand for tungsten behind rhodium at 34 kV");
  EXPECT_EQ(reason_without([](auto& p) { p.beam.compressed_mm = 400; }),
            "too little of the breast is as high as the paddle");
}

}  // namespace
}  // namespace lobule::pipeline
