#include "pipeline/study_data.h"

#include <gtest/gtest.h>

#include "io/files.h"
#include "io/nifti.h"
#include "learn/study_samples.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

Grid small_grid() {
  Grid grid;
  grid.size = {8, 8, 3};
  grid.spacing_mm = {4, 4, 4};
  return grid;
}

void write_pair(const fs::path& study, const std::string& name, float label) {
  Image<float> image(small_grid(), 1.0F), labels(small_grid(), 0.0F);
  image.at(4, 4, 1) = 50;
  labels.at(4, 4, 1) = label;
  io::write_nifti(study / "images" / (name + ".nii.gz"), image);
  io::write_nifti(study / "labels" / (name + "_labels.nii.gz"), labels);
}

fs::path empty_study(const io::TemporaryFolder& folder) {
  const fs::path study = folder.path() / "study";
  fs::create_directories(study / "images");
  fs::create_directories(study / "labels");
  return study;
}

TEST(StudyData, EachImageWithLabelsBecomesACase) {
  const io::TemporaryFolder folder;
  const fs::path study = empty_study(folder);
  write_pair(study, "1_3_t1", 1);
  write_pair(study, "2_3_t1", 1);
  io::write_nifti(study / "images" / "3_3_t1.nii.gz", Image<float>(small_grid(), 1.0F));
  const learn::Task task = learn::make_task("breast_outline");
  Context context;
  const StudyData data = prepare_study(study, folder.path() / "samples", task, context);
  EXPECT_EQ(data.cases, 2u);
  ASSERT_EQ(data.findings.size(), 1u);
  EXPECT_EQ(sentence(data.findings[0]),
            "3_3_t1: no labels/3_3_t1_labels.nii.gz is there; the image is not learned from.");
  const learn::StudySources sources =
      learn::study_sources({.folder = folder.path() / "samples", .preprocessing = task.preprocessing});
  EXPECT_EQ(sources.validation->size(), 3u);
  EXPECT_EQ(sources.validation->at(1).inputs.at(0).shape, (Shape{1, 96, 96}));
  float breast = 0;
  for (std::uint64_t i = 0; i < 3; ++i) {
    const learn::Sample sample = sources.validation->at(i);
    for (const float v : sample.targets.at("breast").values) breast += v;
  }
  EXPECT_EQ(breast, 1);
}

TEST(StudyData, AStudyWithoutLabelsSaysWhatToDo) {
  const io::TemporaryFolder folder;
  fs::create_directories(folder.path() / "study" / "images");
  Context context;
  EXPECT_EQ(test::message_of([&] {
              prepare_study(folder.path() / "study", folder.path() / "samples",
                            learn::make_task("breast_outline"), context);
            }),
            "study study: it has no folder \"labels\". Put images into its folder images, and their labels "
            "into its "
            "folder labels as <image>_labels.nii.gz.");
}

TEST(StudyData, ALabelThatTheTaskDoesNotHaveIsRefused) {
  const io::TemporaryFolder folder;
  const fs::path study = empty_study(folder);
  write_pair(study, "1_3_t1", 2);
  Context context;
  EXPECT_EQ(test::message_of([&] {
              prepare_study(study, folder.path() / "samples", learn::make_task("breast_outline"), context);
            }),
            "study study: none of its images has labels that fit; 1_3_t1: 1_3_t1_labels.nii.gz: it holds a "
            "label that "
            "the task does not have; labels are whole numbers from 0 to 1.");
}

TEST(Tasks, AMisspeltTaskIsToldTheNearestOnes) {
  EXPECT_EQ(test::message_of([] { learn::make_task("breast_outlin"); }),
            "task breast_outlin: there is no such task. Did you mean breast_outline, breast_mri?");
}

}  // namespace
}  // namespace lobule::pipeline
