#include "pipeline/mammogram_study.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "io/files.h"
#include "io/png.h"
#include "learn/study_samples.h"
#include "pipeline/mammogram_inputs.h"
#include "support/mammogram_sample.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

// Of the drawing: its values above which a pixel is breast and dense (support/mammogram_sample.h).
std::uint8_t label_of(float value) {
  return value > 1750 ? 2 : value > 400 ? 1 : 0;
}

void write_png(const fs::path& path, const Image<float>& image, const std::function<float(float)>& value_of) {
  io::Picture picture{image.grid.size[0], image.grid.size[1], 1, {}};
  for (const float v : image.voxels) picture.pixels.push_back(static_cast<std::uint8_t>(value_of(v)));
  io::write_file(path, io::encode_png(picture));
}

void write_pair(const fs::path& study, const std::string& name, const Image<float>& image, int more = 0) {
  write_png(study / "images" / (name + ".png"), image, [](float v) { return std::min(255.0F, v / 12); });
  write_png(study / "labels" / (name + "_labels.png"), image,
            [&](float v) { return static_cast<float>(label_of(v) + more); });
}

struct Prepared {
  io::TemporaryFolder folder;
  fs::path study = folder.path() / "study", samples = folder.path() / "samples";
  learn::Task task = learn::make_task("density");

  Prepared() {
    fs::create_directories(study / "images");
    fs::create_directories(study / "labels");
  }
  StudyData run() {
    Context context;
    return prepare_mammogram_study(study, samples, task, context);
  }
};

TEST(MammogramStudy, EachImageGivesItsWholeAndItsBreast) {
  Prepared p;
  const Image<float> left = test::drawn_mammogram();
  write_pair(p.study, "1_L", left);
  write_pair(p.study, "2_R", test::mirrored(left));
  write_png(p.study / "images/3_L.png", left, [](float v) { return std::min(255.0F, v / 12); });
  const StudyData data = p.run();
  EXPECT_EQ(data.cases, 2u);
  ASSERT_EQ(data.findings.size(), 1u);
  EXPECT_EQ(sentence(data.findings[0]),
            "3_L: no labels/3_L_labels.png is there; the image is not learned from.");
  const learn::StudySources sources =
      learn::study_sources({.folder = p.samples, .preprocessing = p.task.preprocessing});
  ASSERT_EQ(sources.validation->size(), 2u);
  double drawn[3] = {};
  for (const float v : left.voxels) ++drawn[label_of(v)];
  for (std::uint64_t i = 0; i < 2; ++i) {
    const learn::Sample sample = sources.validation->at(i);
    EXPECT_EQ(sample.inputs.at(0).shape,
              (Shape{1, p.task.preprocessing.window[1], p.task.preprocessing.window[0]}));
    double found[3] = {}, grey[3] = {};
    const std::vector<float>& labels = sample.targets.at("tissue").values;
    for (std::size_t v = 0; v < labels.size(); ++v) {
      const std::size_t label = static_cast<std::size_t>(labels[v]);
      ASSERT_LT(label, 3u);
      ++found[label], grey[label] += static_cast<double>(sample.inputs[0].values[v]);
    }
    EXPECT_NEAR(found[2] / (found[1] + found[2]), drawn[2] / (drawn[1] + drawn[2]), 0.02);
    // Labels lie on what they label.
    EXPECT_LT(grey[0] / found[0] + 0.1, grey[1] / found[1]);
    EXPECT_LT(grey[1] / found[1] + 0.1, grey[2] / found[2]);
  }
}

TEST(MammogramStudy, AMirroredImageGivesTheSameSamples) {
  Prepared a, b;
  const Image<float> left = test::drawn_mammogram();
  for (Prepared* p : {&a, &b}) {
    const Image<float> image = p == &a ? left : test::mirrored(left);
    write_pair(p->study, "1_L", image), write_pair(p->study, "2_L", image);
    p->run();
  }
  EXPECT_EQ(io::read_file(a.samples / "1_L.safetensors"), io::read_file(b.samples / "1_L.safetensors"));
}

// A handful of images would soon be learned by heart.
TEST(MammogramStudy, FewImagesAreLearnedFromInFewAndSmallSteps) {
  Prepared p;
  for (const char* name : {"1_L", "2_L", "3_L", "4_L", "5_L"})
    write_pair(p.study, name, test::drawn_mammogram());
  p.run();
  const learn::TrainingRecipe recipe = learn::make_task("density", {.data = p.samples.string()}).recipe;
  EXPECT_EQ(recipe.steps, 25);
  EXPECT_DOUBLE_EQ(recipe.learning_rate, 2e-4);
}

TEST(MammogramStudy, LabelsThatDoNotFitAreSaidAndLeftOut) {
  Prepared p;
  const Image<float> image = test::drawn_mammogram();
  write_pair(p.study, "1_L", image);
  write_pair(p.study, "2_L", image, 2);
  write_pair(p.study, "3_L", image);
  Grid small = image.grid;
  small.size = {20, 10, 1};
  write_png(p.study / "labels/3_L_labels.png", Image<float>(small), [](float) { return 0.0F; });
  const StudyData data = p.run();
  EXPECT_EQ(data.cases, 1u);
  ASSERT_EQ(data.findings.size(), 2u);
  EXPECT_EQ(
      sentence(data.findings[0]),
      "2_L: 2_L_labels.png: it holds a label that the task does not have; labels are whole numbers from 0 "
      "to 3.");
  EXPECT_EQ(sentence(data.findings[1]), "3_L: mask: it has another size than the picture; 20 × 10 against " +
                                            std::to_string(image.grid.size[0]) + " × " +
                                            std::to_string(image.grid.size[1]) + ".");
}

TEST(MammogramStudy, StudiesThatLackAPartAreRefused) {
  Prepared p;
  EXPECT_EQ(test::message_of([&] { p.run(); }),
            "study study: none of its images has labels that fit; it has no images.");
  fs::remove(p.study / "labels");
  EXPECT_EQ(test::message_of([&] { p.run(); }),
            "study study: it has no folder \"labels\". Put mammograms into its folder images, and their "
            "labels into "
            "its folder labels as <image>_labels.png.");
}

TEST(MammogramStudy, StemsAreThoseOfMasks) {
  EXPECT_EQ(mammogram_stem("a.tar:x/R_MLO.png"), "R_MLO");
  EXPECT_EQ(mammogram_stem(".hidden"), "%2Ehidden") << "as other names of files that lobule writes";
}

}  // namespace
}  // namespace lobule::pipeline
