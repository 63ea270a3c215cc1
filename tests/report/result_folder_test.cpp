#include "report/result_folder.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "io/files.h"
#include "io/nifti.h"
#include "report/fixture.h"
#include "support/test_support.h"

namespace lobule::report {
namespace {

using nlohmann::json;

exam::Exam named(const std::string& patient, const std::string& study) {
  exam::Exam exam;
  exam.patient_id = patient;
  exam.study_uid = study;
  return exam;
}

TEST(ResultFolder, NoIdLeadsOutOfTheOutputFolder) {
  EXPECT_EQ(result_folder("out", named("Anon13", "1.2.3")), "out/Anon13/1.2.3");
  EXPECT_EQ(result_folder("out", named("../..", "/etc")), "out/%2E.%2F../%2Fetc");
  EXPECT_EQ(result_folder("out", named("..", ".")), "out/%2E./%2E");
  EXPECT_EQ(result_folder("out", named("", "")), "out/%/%");
}

TEST(ResultFolder, MapsComeBackOnTheirGridWithTheirSidecars) {
  const test::ScratchFolder scratch;
  exam::Analysis a = fixture::analysis(6);
  a.maps[0].b_value_s_per_mm2 = 800;
  write_images(scratch.path(), a);

  const Image<float> back = io::read_nifti(scratch / "maps/sub_1.nii.gz");
  EXPECT_LT(corner_distance_mm(back.grid, a.maps[0].image.grid), 1e-3);
  EXPECT_EQ(back.voxels, a.maps[0].image.voxels);
  const json sidecar = json::parse(io::read_file(scratch / "maps/sub_1.json"));
  EXPECT_EQ(sidecar["PhaseIndex"], 1);
  EXPECT_EQ(sidecar["DiffusionBValue"], 800);
  EXPECT_EQ(sidecar["Description"], "Subtraction, phase 1 − phase 0");
  EXPECT_EQ(sidecar["MissingValue"], "NaN");
}

TEST(ResultFolder, UnmeasuredAdcIsZero) {
  const test::ScratchFolder scratch;
  write_images(scratch.path(), fixture::analysis(6));
  const Image<float> adc = io::read_nifti(scratch / "maps/adc.nii.gz");
  EXPECT_EQ(adc.voxels.front(), 0);
  const json sidecar = json::parse(io::read_file(scratch / "maps/adc.json"));
  EXPECT_EQ(sidecar["MissingValue"], 0);
  EXPECT_EQ(sidecar["Units"], "um2/s");
}

TEST(ResultFolder, MasksHoldOneForRightAndTwoForLeft) {
  const test::ScratchFolder scratch;
  const exam::Analysis a = fixture::analysis(6);
  write_images(scratch.path(), a);
  const Image<float> breast = io::read_nifti(scratch / "masks/breast.nii.gz");
  const Vec3 left = index_from_point(breast.grid, fixture::kLesion_mm);
  EXPECT_EQ(breast.at(int(left.x + 0.5), int(left.y + 0.5), int(left.z + 0.5)), 2);
  EXPECT_EQ(json::parse(io::read_file(scratch / "masks/breast.json"))["Labels"]["1"], "right");
  EXPECT_FALSE(std::filesystem::exists(scratch / "masks/vessels.nii.gz"));
}

TEST(ResultFolder, AllFilesAreThereAndTheSameTwice) {
  const test::ScratchFolder one, two;
  const exam::Analysis a = fixture::analysis(6);
  for (const auto* folder : {&one, &two}) {
    write_images(folder->path(), a);
    write_tables(folder->path(), a);
    write_report(folder->path(), a, fixture::provenance());
  }
  for (const char* name : {"report.html", "exam.json", "measurements.csv", "measurements.json",
                           "candidates.csv", "provenance.json", "maps/pe_1.nii.gz", "masks/fgt.nii.gz"})
    EXPECT_EQ(io::read_file(one / name), io::read_file(two / name)) << name;
}

}  // namespace
}  // namespace lobule::report
