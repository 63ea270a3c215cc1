// Sorting by headers: each vendor's way to store a dynamic, and what must not be guessed.

#include "exam/sort.h"

#include <gtest/gtest.h>

#include "exam/clock.h"
#include "exam/sort_mr.h"
#include "exam/sort_rules.h"
#include "sort_support.h"
#include "support/test_support.h"

namespace lobule::exam {
namespace {

using test::add;
using test::add_series;
using test::has_finding;
using test::header_of;
using test::HeaderSeries;
using test::series_numbered;
using test::sort_headers;

HeaderSeries dynamic_phase(int number) {
  HeaderSeries s;
  s.uid = "1.2." + std::to_string(number);
  s.number = number;
  s.scan_options = {"FS"};
  return s;
}

TEST(SortHeaders, SiemensPhasesAreOneSeriesEachOrderedByAcquisitionNumber) {
  DicomIndex index;
  for (const int phase : {2, 0, 1}) {
    const HeaderSeries s = dynamic_phase(20 - phase);  // series numbers run backwards
    for (int k = 0; k < s.slices; ++k) {
      auto d = header_of(s, k);
      d.put_number(io::tag::AcquisitionNumber, "IS", phase + 1);
      add(index, std::move(d));
    }
  }
  const Exam exam = sort_headers(index).at(0);
  EXPECT_EQ(exam.kind, ExamKind::breast_mri);
  EXPECT_EQ(series_numbered(exam, 20).role, Role::dce_pre);
  EXPECT_EQ(series_numbered(exam, 19).role, Role::dce_post);
  EXPECT_EQ(series_numbered(exam, 19).phase_index, 1);
  EXPECT_EQ(series_numbered(exam, 18).phase_index, 2);
  EXPECT_EQ(exam.early_phase_index, 1);
  EXPECT_TRUE(has_finding(exam, "the times of the phases are unknown"));
  EXPECT_FALSE(series_numbered(exam, 20).conflicts.empty()) << "the series numbers disagree";
}

TEST(SortHeaders, GePhasesInOneSeriesAreSplitByTriggerTimeWithTheEarlyPhaseNearest90Seconds) {
  DicomIndex index;
  HeaderSeries s = dynamic_phase(5);
  s.vendor = "GE MEDICAL SYSTEMS";
  s.description = "Ax VIBRANT MPh";
  int instance = 0;
  for (int k = 0; k < s.slices; ++k)
    for (int phase = 0; phase < 4; ++phase) {
      auto d = header_of(s, k);
      d.put_number(io::tag::InstanceNumber, "IS", ++instance);
      d.put_number(io::tag::TemporalPositionIdentifier, "IS", phase + 1);
      d.put_number(io::tag::TriggerTime, "DS", phase * 45000.0);
      add(index, std::move(d));
    }
  const Exam exam = sort_headers(index).at(0);
  const Series& series = exam.series.at(0);
  ASSERT_EQ(series.role, Role::dce);
  ASSERT_EQ(series.phases.size(), 4U);
  EXPECT_EQ(series.phases[0].role, Role::dce_pre);
  EXPECT_EQ(series.phases[3].role, Role::dce_post);
  EXPECT_EQ(series.phases[2].images.size(), 4U);
  EXPECT_DOUBLE_EQ(series.phases[2].time_s.value(), 90);
  EXPECT_EQ(exam.early_phase_index, 2);
}

TEST(SortHeaders, PhilipsPhasesInOneSeriesAreSplitByAcquisitionTime) {
  DicomIndex index;
  HeaderSeries s = dynamic_phase(501);
  s.vendor = "Philips Medical Systems";
  s.description = "dyn_eTHRIVE";
  for (int phase = 0; phase < 3; ++phase)
    for (int k = 0; k < s.slices; ++k) {
      auto d = header_of(s, k);
      d.put_text(io::tag::AcquisitionTime, "TM", "1000" + std::to_string(10 + phase * 20));
      add(index, std::move(d));
    }
  const Exam exam = sort_headers(index).at(0);
  ASSERT_EQ(exam.series.at(0).role, Role::dce);
  EXPECT_DOUBLE_EQ(exam.series[0].phases.at(2).time_s.value(), 40);
}

TEST(SortHeaders, TimesGoOnPastMidnight) {
  DicomIndex index;
  const char* times[] = {"235930", "000030"};
  for (int phase = 0; phase < 2; ++phase) {
    HeaderSeries s = dynamic_phase(5 + phase);
    s.description = "dyn";
    for (int k = 0; k < s.slices; ++k) {
      auto d = header_of(s, k);
      d.put_text(io::tag::AcquisitionTime, "TM", times[phase]);
      d.put_text(io::tag::AcquisitionDateTime, "DT", phase == 0 ? "20240229235930" : "20240301000030");
      add(index, std::move(d));
    }
  }
  const Exam exam = sort_headers(index).at(0);
  EXPECT_EQ(series_numbered(exam, 5).role, Role::dce_pre);
  EXPECT_DOUBLE_EQ(series_numbered(exam, 6).time_s.value(), 60);
}

TEST(SortHeaders, APreContrastSeriesJoinsAMultiPhaseSeriesOfItsGeometry) {
  DicomIndex index;
  add_series(index, dynamic_phase(4));
  const HeaderSeries s = dynamic_phase(5);
  for (int phase = 0; phase < 3; ++phase)
    for (int k = 0; k < s.slices; ++k) {
      auto d = header_of(s, k);
      d.put_number(io::tag::TemporalPositionIdentifier, "IS", phase + 1);
      add(index, std::move(d));
    }
  const Exam exam = sort_headers(index).at(0);
  EXPECT_EQ(series_numbered(exam, 4).role, Role::dce_pre);
  ASSERT_EQ(series_numbered(exam, 5).role, Role::dce);
  EXPECT_EQ(series_numbered(exam, 5).phases.front().phase_index, 1);
  EXPECT_EQ(series_numbered(exam, 5).phases.front().role, Role::dce_post);
}

TEST(SortHeaders, PhysicsTellsT1T2StirAndDiffusionWithoutAnyName) {
  DicomIndex index;
  HeaderSeries t2;
  t2.scanning_sequence = "SE", t2.acquisition_type = "2D", t2.scan_options = {"PFP"};
  t2.tr_ms = 5000, t2.te_ms = 100, t2.flip_deg = 150;
  HeaderSeries t1 = t2;
  t1.uid = "1.2", t1.number = 2, t1.tr_ms = 600, t1.te_ms = 10;
  add_series(index, t2);
  add_series(index, t1);
  HeaderSeries stir = t2;
  stir.uid = "1.3", stir.number = 3, stir.scan_options = {"IR"};
  for (int k = 0; k < 4; ++k) {
    auto d = header_of(stir, k);
    d.put_number(io::tag::InversionTime, "DS", 170);
    add(index, std::move(d));
  }
  HeaderSeries dwi = t2;
  dwi.uid = "1.4", dwi.number = 4, dwi.scanning_sequence = "EP", dwi.te_ms = 70;
  for (const double b : {800.0, 50.0})
    for (int k = 0; k < 4; ++k) {
      auto d = header_of(dwi, k);
      d.put_number(io::tag::DiffusionBValue, "FD", b);
      add(index, std::move(d));
    }
  HeaderSeries fatsat = t2;
  fatsat.uid = "1.5", fatsat.number = 5, fatsat.scan_options = {"FS"};
  add_series(index, fatsat);
  const Exam exam = sort_headers(index).at(0);
  EXPECT_EQ(series_numbered(exam, 1).role, Role::t2);
  EXPECT_EQ(series_numbered(exam, 2).role, Role::t1);
  EXPECT_EQ(series_numbered(exam, 3).role, Role::t2_fatsat);
  EXPECT_EQ(series_numbered(exam, 4).role, Role::dwi);
  EXPECT_EQ(series_numbered(exam, 4).b_values, (std::vector<double>{50, 800}));
  EXPECT_EQ(series_numbered(exam, 5).role, Role::t2_fatsat);
  EXPECT_TRUE(has_finding(exam, "there is no dynamic series"));
}

TEST(SortHeaders, DixonWaterIsFatSuppressedInPhaseIsNotAndFatIsOther) {
  DicomIndex index;
  int number = 0;
  for (const char* part : {"WATER", "IN_PHASE", "FAT", "OPP_PHASE"}) {
    HeaderSeries s = dynamic_phase(++number);
    s.scan_options.clear();
    s.image_type = {"DERIVED", "PRIMARY", "DIXON", part};
    add_series(index, s);
  }
  const Exam exam = sort_headers(index).at(0);
  EXPECT_EQ(series_numbered(exam, 1).role, Role::t1_fatsat);
  EXPECT_EQ(series_numbered(exam, 2).role, Role::t1);
  EXPECT_EQ(series_numbered(exam, 3).role, Role::other);
  EXPECT_EQ(series_numbered(exam, 4).role, Role::other);
}

TEST(SortHeaders, MapsWithAcquisitionNumberOneAreNotThePreContrastPhase) {
  DicomIndex index;
  for (int phase = 0; phase < 3; ++phase) {
    const HeaderSeries s = dynamic_phase(8 + phase);
    for (int k = 0; k < s.slices; ++k) {
      auto d = header_of(s, k);
      d.put_number(io::tag::AcquisitionNumber, "IS", phase + 1);
      add(index, std::move(d));
    }
  }
  HeaderSeries map = dynamic_phase(2);
  map.image_type = {"ORIGINAL", "SECONDARY", "M", "PEI"};
  for (int k = 0; k < map.slices; ++k) {
    auto d = header_of(map, k);
    d.put_number(io::tag::AcquisitionNumber, "IS", 1);
    add(index, std::move(d));
  }
  const Exam exam = sort_headers(index).at(0);
  EXPECT_EQ(series_numbered(exam, 2).role, Role::derived);
  EXPECT_EQ(series_numbered(exam, 8).role, Role::dce_pre);
}

TEST(SortHeaders, OnePhaseAloneIsNoDynamicAndIsSaid) {
  DicomIndex index;
  add_series(index, dynamic_phase(5));
  const Exam exam = sort_headers(index).at(0);
  EXPECT_EQ(exam.series.at(0).role, Role::t1_fatsat);
  EXPECT_EQ(exam.early_phase_index, -1);
  EXPECT_TRUE(
      has_finding(exam,
                  "dynamic series: only one phase: there is no dynamic series; series 5 has no partner of "
                  "its geometry and timing. Enhancement needs a pre-contrast and a post-contrast phase."));
}

TEST(SortHeaders, AnExamWithoutEvidenceIsNotABreastExam) {
  DicomIndex index;
  HeaderSeries s = dynamic_phase(5);
  s.body_part = "";
  add_series(index, s);
  const Exam exam = sort_headers(index).at(0);
  EXPECT_EQ(exam.kind, ExamKind::not_breast);
  EXPECT_TRUE(
      has_finding(exam, "this is not taken for a breast MRI; for it: PatientPosition (0018,5100) is prone"));
}

TEST(SortHeaders, BreastIsRecognisedInManyLanguages) {
  for (const char* words : {"MAMA^ROTINA", "IRM SEIN", "MRT BRUST", "MAMMA MR", "RM MAMOGRAFIA", "乳腺MRI"}) {
    DicomIndex index;
    HeaderSeries s = dynamic_phase(5);
    s.body_part = "";
    for (int k = 0; k < s.slices; ++k) {
      auto d = header_of(s, k);
      d.put_text(io::tag::StudyDescription, "LO", words);
      add(index, std::move(d));
    }
    EXPECT_EQ(sort_headers(index).at(0).kind, ExamKind::breast_mri) << words;
  }
}

TEST(SortHeaders, ConflictingBodyPartsAreNotABreastExam) {
  DicomIndex index;
  HeaderSeries s = dynamic_phase(5);
  s.body_part = "HEAD";
  s.description = "t1 breast";
  add_series(index, s);
  EXPECT_EQ(sort_headers(index).at(0).kind, ExamKind::not_breast);
}

TEST(SortHeaders, TheSameStudyUnderTwoPatientsIsKeptApartAndReported) {
  DicomIndex index;
  HeaderSeries a = dynamic_phase(5), b = dynamic_phase(6);
  b.patient = "P2";
  add_series(index, a);
  add_series(index, b);
  const auto exams = sort_headers(index);
  ASSERT_EQ(exams.size(), 2U);
  for (const Exam& exam : exams) {
    EXPECT_EQ(exam.series.size(), 1U);
    EXPECT_TRUE(has_finding(
        exam,
        "the same StudyInstanceUID (0020,000D) occurs under 2 patients (exam 1, exam 2); files of "
        "two people were mixed or renamed; each patient's images are kept apart."));
    for (const Finding& finding : exam.findings) EXPECT_EQ(sentence(finding).find("P2"), std::string::npos);
  }
}

TEST(SortHeaders, CorrectionsWin) {
  DicomIndex index;
  add_series(index, dynamic_phase(5));
  const Exam exam = sort_headers(index, {{"1.2.5", Role::dce_post, 3, {}}}).at(0);
  EXPECT_EQ(exam.series.at(0).role, Role::dce_post);
  EXPECT_EQ(exam.series[0].phase_index, 3);
  EXPECT_EQ(exam.series[0].confidence, 1);
  EXPECT_EQ(exam.series[0].evidence.at(0).source, "user");
}

TEST(SortHeaders, EveryImageIsInExactlyOneSeriesAndClaimedFramesAreNotBelieved) {
  DicomIndex index;
  auto d = header_of(dynamic_phase(5), 0);
  d.put_number(io::tag::NumberOfFrames, "IS", 2'000'000'000);
  add(index, std::move(d));
  EXPECT_EQ(sort_headers(index).at(0).series.at(0).images.size(), 1U + 4096 / 64);
}

TEST(SortHeaders, EarlyPhaseIsTheOneNearest90SecondsElseTheFirst) {
  EXPECT_EQ(early_phase({0, 60, 100, 160}, 4), 2);
  EXPECT_EQ(early_phase({0, 30, 150}, 3), 1);  // a tie goes to the earlier
  EXPECT_EQ(early_phase({}, 3), 1);
  EXPECT_EQ(early_phase({}, 1), -1);
}

TEST(SortHeaders, WordsAreFoundWholeAndByTheirBeginning) {
  EXPECT_EQ(as_words("t2_TSE-tra"), " t2 tse tra ");
  EXPECT_EQ(as_words(""), " ");
}

TEST(SortHeaders, TimesOfDayAndDatesBecomeSeconds) {
  EXPECT_DOUBLE_EQ(seconds_from_time("010203.5").value(), 3723.5);
  EXPECT_DOUBLE_EQ(seconds_from_time("20240301000000").value() - seconds_from_time("20240228000000").value(),
                   2 * 86400.0);
  EXPECT_DOUBLE_EQ(seconds_from_time("0102").value(), 3720);
  EXPECT_DOUBLE_EQ(seconds_from_time("19700102000001.25+0100").value(), 86401.25);
  EXPECT_FALSE(seconds_from_time("20240230000000").has_value());
  EXPECT_FALSE(seconds_from_time("256100").has_value());
  EXPECT_FALSE(seconds_from_time("").has_value());
  EXPECT_FALSE(seconds_from_time("noon").has_value());
}

TEST(RoleWords, AnUnknownRoleNamesTheNearest) {
  try {
    role_from_text("dce_pst");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "role \"dce_pst\": there is no such role. Did you mean dce_post, dce_pre?");
  }
}

}  // namespace
}  // namespace lobule::exam
