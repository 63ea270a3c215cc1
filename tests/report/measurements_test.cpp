#include "report/measurements.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "report/fixture.h"

namespace lobule::report {
namespace {

using nlohmann::json;

TEST(Measurements, TheTableHasTheColumnsThatOthersRelyOn) {
  EXPECT_EQ(join(measurements_table({}).columns, ","), "patient_id,study_uid,side,name,value,unit,source");
  EXPECT_TRUE(
      join(candidates_table({}).columns, ",")
          .starts_with(
              "patient_id,study_uid,rank,score,suspicious,side,x_mm,y_mm,z_mm,series_uid,sop_instance_uid,"
              "frame,volume_ml,"));
}

TEST(Measurements, RowsHoldTheValuesAsTheyAre) {
  exam::Analysis a;
  a.exam.patient_id = "p,1";
  a.exam.study_uid = "1.2";
  a.measurements = {{exam::Side::right, "fgt_volume", 0.1, "ml", "masks/fgt"},
                    {exam::Side::both, "ftv", kMissing, "ml", ""}};
  EXPECT_EQ(to_csv(measurements_table(a)),
            "patient_id,study_uid,side,name,value,unit,source\n"
            "\"p,1\",1.2,R,fgt_volume,0.1,ml,masks/fgt\n"
            "\"p,1\",1.2,both,ftv,,ml,\n");
}

TEST(Measurements, AValueThatCouldNotBeMeasuredIsEmptyAndItsReasonIsAFinding) {
  const exam::Analysis a = fixture::analysis(6);
  const Table table = measurements_table(a);
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const bool missing = table.cell(row, "name") == "adc_fgt_median" && table.cell(row, "side") == "L";
    EXPECT_EQ(table.cell(row, "value").empty(), missing) << row;
  }
  const json exam = json::parse(exam_json(a));
  EXPECT_EQ(exam["findings"][2]["why"], "the diffusion series covers 3 of 71 ml of the tissue");
  const json measurements = json::parse(measurements_json(a));
  EXPECT_TRUE(measurements["measurements"][11]["value"].is_null());
  EXPECT_EQ(measurements["measurements"][11]["name"], "adc_fgt_median");
}

TEST(Measurements, CandidatesStandInLpsMillimetresWithTheSliceWhereTheyAreSeen) {
  const Table table = candidates_table(fixture::analysis(6));
  ASSERT_EQ(table.rows.size(), 2u);
  const std::vector<std::pair<const char*, const char*>> expected{{"rank", "1"},
                                                                  {"score", "0.87"},
                                                                  {"suspicious", "true"},
                                                                  {"side", "L"},
                                                                  {"x_mm", "82"},
                                                                  {"y_mm", "-58"},
                                                                  {"z_mm", "4"},
                                                                  {"series_uid", "1.2.3.9"},
                                                                  {"sop_instance_uid", "1.2.3.9.40"},
                                                                  {"frame", "0"},
                                                                  {"volume_ml", "0.91"},
                                                                  {"longest_diameter_mm", "12.6"},
                                                                  {"mean_ser", "1.21"},
                                                                  {"curve_type", "washout"},
                                                                  {"adc_median_um2_per_s", "1010"}};
  for (const auto& [column, value] : expected) EXPECT_EQ(table.cell(0, column), value) << column;
  EXPECT_EQ(table.cell(1, "mean_ser"), "");
  EXPECT_EQ(table.cell(1, "suspicious"), "false");
}

TEST(Measurements, TheExamSaysWhetherItsTimesAreKnownOrDeclared) {
  exam::Analysis a = fixture::analysis(6);
  EXPECT_EQ(json::parse(exam_json(a))["times"], "unknown");
  EXPECT_TRUE(json::parse(exam_json(a))["phases"][1]["time_s"].is_null());
  a.dynamic.times_known = true;
  a.dynamic.phases[1].time_s = 90;
  EXPECT_EQ(json::parse(exam_json(a))["times"], "headers");
  EXPECT_EQ(json::parse(exam_json(a))["phases"][1]["time_s"], 90);
  a.dynamic.times_declared = true;
  EXPECT_EQ(json::parse(exam_json(a))["times"], "declared");
}

TEST(Measurements, TheExamHoldsPhasesMotionMapsAndCounts) {
  const json exam = json::parse(exam_json(fixture::analysis(6)));
  EXPECT_EQ(exam["version"], 1);
  EXPECT_EQ(exam["kind"], "breast_mri");
  EXPECT_EQ(exam["early_phase_index"], 1);
  EXPECT_EQ(exam["phases"].size(), 6u);
  EXPECT_EQ(exam["n_candidates"], 2);
  EXPECT_EQ(exam["n_suspicious"], 1);
  EXPECT_EQ(exam["motion"][4]["before_p95_mm"], 3.1);
  EXPECT_EQ(exam["maps"][0]["file"], "maps/sub_1.nii.gz");
}

TEST(Measurements, BytesThatAreNoUtf8DoNotStopTheResult) {
  exam::Analysis a;
  a.findings.push_back({Severity::note, "series \"\xE9t\xE9\"", "odd", "", ""});
  EXPECT_EQ(json::parse(exam_json(a))["findings"][0]["where"], "series \"\uFFFDt\uFFFD\"");
}

TEST(Measurements, TheProvenanceKeepsStagesInTheirOrder) {
  const json provenance = json::parse(provenance_json(fixture::provenance()));
  EXPECT_EQ(provenance["command"], "analyze");
  EXPECT_EQ(provenance["options"]["suspicious-threshold"], "0.5");
  EXPECT_EQ(provenance["stages"][1]["name"], "exam 3: register phase 1");
  EXPECT_EQ(provenance["stages"][1]["cached"], true);
}

}  // namespace
}  // namespace lobule::report
