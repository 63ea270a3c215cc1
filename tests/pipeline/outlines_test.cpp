// lobule outlines: both outlines of every T1-weighted volume.
#include "pipeline/outlines.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "core/error.h"
#include "core/table.h"
#include "core/text.h"
#include "io/files.h"
#include "pipeline/outline_sources.h"
#include "pipeline/phantom_dicom.h"
#include "support/json_schema.h"
#include "support/small_phantom.h"
#include "support/test_support.h"
#include "support/tissue_model.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

class Outlines : public testing::Test {
 protected:
  void SetUp() override { setenv("LOBULE_MODELS", (scratch_ / "models").c_str(), 1); }
  void TearDown() override { unsetenv("LOBULE_MODELS"); }

  OutlinesOutcome compare(const phantom::ExamOptions& patient) {
    study_ = write_phantom_dicom(phantom::make_exam(patient), scratch_ / "dicom");
    OutlinesOptions options;
    options.output = (scratch_ / "out").string();
    Context context;
    return compare_outlines({(scratch_ / "dicom").string()}, options, context);
  }
  fs::path results() const { return scratch_ / "out" / study_.patient_id / study_.study_uid; }

  test::ScratchFolder scratch_;
  PhantomStudy study_;
};

TEST_F(Outlines, StandSideBySideForEveryT1Volume) {
  test::write_tissue_model(scratch_ / "models");
  phantom::ExamOptions patient = test::small_patient();
  patient.post_phases = 1;
  patient.choice.localizer = patient.choice.t2 = patient.choice.stir = patient.choice.diffusion = false;
  const OutlinesOutcome outcome = compare(patient);
  EXPECT_EQ(outcome.exams, 1);
  const auto json = nlohmann::json::parse(io::read_file(results() / "outlines.json"));
  const auto schema =
      nlohmann::json::parse(io::read_file(test::source_dir() / "docs/schemas/outlines.schema.json"));
  EXPECT_EQ(test::schema_errors(schema, json), std::vector<std::string>{});
  ASSERT_EQ(json["volumes"].size(), 3U);  // two phases and the T1
  EXPECT_FALSE(json["slab_z_mm"].is_null());
  EXPECT_TRUE(json["method"].get<std::string>().starts_with("network breast_mri, SHA-256 "));
  for (const auto& volume : json["volumes"]) {
    // The T1 stack's slices are too thick for the network.
    const bool asked = contains(volume["name"].get<std::string>(), "contrast");
    EXPECT_EQ(volume.contains("network"), asked) << volume["name"];
    for (const std::string way : {"network", "classical"})
      for (const char* mask : {"breast", "fgt"})
        EXPECT_EQ(fs::exists(results() / "masks" /
                             (volume["file"].get<std::string>() + "_" + way + "_" + mask + ".nii.gz")),
                  way == "classical" || asked);
  }
  const Table table = from_csv(io::read_file(results() / "outlines.csv"), "outlines.csv");
  EXPECT_EQ(table.rows.size(), 5U);
  const std::string page = io::read_file(test::source_dir() / "docs/formats/outlines.md");
  for (const std::string& column : table.columns) EXPECT_TRUE(contains(page, "`" + column + "`")) << column;
  const std::string report = io::read_file(results() / "report.html");
  EXPECT_TRUE(contains(report, "network, ")) << "captions of pictures";
  EXPECT_TRUE(contains(report, "the network was not asked"));
}

TEST_F(Outlines, AreClassicalAloneWithoutTheModelAndThatIsSaid) {
  const OutlinesOutcome outcome = compare(test::tiny_patient());
  EXPECT_EQ(outcome.exams, 1);
  ASSERT_FALSE(outcome.findings.empty());
  EXPECT_EQ(
      sentence(outcome.findings[0]),
      "model breast_mri: it is not among the shipped models; only classical outlines are made. Name its "
      "folder's parent in LOBULE_MODELS.");
  const auto json = nlohmann::json::parse(io::read_file(results() / "outlines.json"));
  for (const auto& volume : json["volumes"]) EXPECT_FALSE(volume.contains("network"));
}

// Voxels of 2 mm from z = −1 on, of which a slab takes one and a half.
TEST(OutlineSources, VoxelsThatASlabCutsCountInPart) {
  Grid grid;
  grid.size = {1, 1, 3};
  grid.spacing_mm = {10, 10, 2};
  const Mask mask(grid, 1);
  EXPECT_NEAR(slab_ml(mask, {-1, 2}), 0.3, 1e-12);
  EXPECT_NEAR(slab_ml(mask, {-50, 50}), 0.6, 1e-12);
  EXPECT_EQ(slab_ml(mask, {7, 9}), 0);
}

TEST(OutlineSources, TheSharedSlabIsWhatAllCover) {
  OutlineSource a, b;
  a.plan.grid.size = b.plan.grid.size = {4, 4, 10};
  a.plan.grid.spacing_mm = b.plan.grid.spacing_mm = {1, 1, 2};
  b.plan.grid.origin_mm = {0, 0, 8};
  const auto slab = shared_slab({a, b});
  ASSERT_TRUE(slab);
  EXPECT_DOUBLE_EQ(slab->first, 7);
  EXPECT_DOUBLE_EQ(slab->second, 19);
  b.plan.grid.origin_mm = {0, 0, 18};
  EXPECT_FALSE(shared_slab({a, b}));  // 2 mm
  EXPECT_FALSE(shared_slab({}));
}

}  // namespace
}  // namespace lobule::pipeline
