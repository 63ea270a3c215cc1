#include "pipeline/convert.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "io/dicom_tags.h"
#include "io/files.h"
#include "io/nifti.h"
#include "support/dicom_samples.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

using io::DicomDataset;
using test::MrSample;

// Headers that nobody takes for a phase of a dynamic series.
void turbo_spin_echo(int, DicomDataset& d) {
  d.put_text(io::tag::ScanningSequence, "CS", "SE");
  d.put_text(io::tag::SequenceVariant, "CS", "SK");
  d.put_text(io::tag::MRAcquisitionType, "CS", "2D");
  d.put_number(io::tag::EchoTime, "DS", 101);
  d.put_number(io::tag::RepetitionTime, "DS", 5800);
}

void diffusion(double b, DicomDataset& d) {
  turbo_spin_echo(0, d);
  d.put_text(io::tag::ScanningSequence, "CS", "EP");
  d.put_texts(io::tag::ImageType, "CS", {"ORIGINAL", "PRIMARY", "DIFFUSION", "NONE"});
  d.put_number(io::tag::DiffusionBValue, "FD", b);
}

MrSample sample(const std::string& seed, int number, const std::string& description) {
  MrSample s;
  s.grid = test::oblique_grid({6, 5, 4}, {1.5, 2.5, 3.3}, {-20, -30, -14.2}, {0.1, 0.2, 0.3});
  s.stored = [](int i, int j, int k) { return 1 + i + 10 * j + 100 * k; };
  s.seed = seed;
  s.series_number = number;
  s.description = description;
  s.protocol = description;
  s.edit = turbo_spin_echo;
  s.patient_id = "SECRET-4711";
  s.patient_name = "Hidden^Person";
  return s;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

ConvertOutcome convert(const fs::path& in, const fs::path& out) {
  Context context;
  ConvertOptions options;
  options.output = out.string();
  return convert_inputs({in.string()}, options, context);
}

void write_exam(const fs::path& folder) {
  test::write_mr_series(folder, sample("t2", 3, "t2_tse tra/p2"), "t2_");
  for (const int b : {50, 800}) {
    MrSample dwi = sample("dwi", 6, "ep2d_diff");
    dwi.first_instance_number = b;
    dwi.edit = [b](int, DicomDataset& d) { diffusion(b, d); };
    test::write_mr_series(folder, dwi, "b" + std::to_string(b) + "_");
  }
}

TEST(Convert, EveryVolumeBecomesOneImageWithItsSidecar) {
  const test::ScratchFolder in, out;
  write_exam(in.path());
  const ConvertOutcome outcome = convert(in.path(), out.path());
  EXPECT_EQ(outcome.files.size(), 3u);
  EXPECT_EQ(names_in(out.path()),
            (std::vector<std::string>{"1_3_t2_tse%20tra%2Fp2.json", "1_3_t2_tse%20tra%2Fp2.nii.gz",
                                      "1_6_ep2d_diff_b50.json", "1_6_ep2d_diff_b50.nii.gz",
                                      "1_6_ep2d_diff_b800.json", "1_6_ep2d_diff_b800.nii.gz"}));
  const Image<float> image = io::read_nifti(out / "1_6_ep2d_diff_b800.nii.gz");
  EXPECT_LT(corner_distance_mm(image.grid, sample("", 1, "").grid), 1e-3);
  EXPECT_EQ(image.at(1, 2, 3), 322);
}

TEST(Convert, SidecarSpeaksBidsInSeconds) {
  const test::ScratchFolder in, out;
  write_exam(in.path());
  convert(in.path(), out.path());
  const auto json = nlohmann::json::parse(io::read_file(out / "1_6_ep2d_diff_b800.json"));
  EXPECT_EQ(json.at("DiffusionBValue"), 800);
  EXPECT_EQ(json.at("EchoTime"), 0.101);
  EXPECT_EQ(json.at("RepetitionTime"), 5.8);
  EXPECT_EQ(json.at("FlipAngle"), 10);
  EXPECT_EQ(json.at("MagneticFieldStrength"), 1.5);
  EXPECT_EQ(json.at("SeriesNumber"), 6);
  EXPECT_EQ(json.at("SeriesDescription"), "ep2d_diff");
  EXPECT_EQ(json.at("Manufacturer"), "SIEMENS");
  EXPECT_EQ(json.at("ImageType").at(0), "ORIGINAL");
  EXPECT_NEAR(json.at("SpacingBetweenSlices").get<double>(), 3.3, 1e-6);
}

TEST(Convert, NothingWrittenNamesThePatient) {
  const test::ScratchFolder in, out;
  write_exam(in.path());
  convert(in.path(), out.path());
  for (const std::string& name : names_in(out.path())) {
    const std::string bytes = io::read_file(out / name);
    for (const std::string& secret :
         {std::string("SECRET"), std::string("4711"), std::string("Hidden"), std::string("Person"),
          std::string("20200102"), test::study_uid(sample("t2", 3, ""))}) {
      EXPECT_EQ(bytes.find(secret), std::string::npos) << name;
      EXPECT_EQ(name.find(secret), std::string::npos);
    }
  }
}

TEST(Convert, TheSameInputGivesTheSameBytes) {
  const test::ScratchFolder in, first, second;
  write_exam(in.path());
  convert(in.path(), first.path());
  convert(in.path(), second.path());
  ASSERT_EQ(names_in(first.path()), names_in(second.path()));
  for (const std::string& name : names_in(first.path()))
    EXPECT_EQ(io::read_file(first / name), io::read_file(second / name)) << name;
}

TEST(Convert, ABadSeriesIsSaidAndTheOthersAreWritten) {
  const test::ScratchFolder in, out;
  write_exam(in.path());
  fs::remove(in / "t2_0002.dcm");
  io::write_file(in / "empty.dcm", "");
  const ConvertOutcome outcome = convert(in.path(), out.path());
  EXPECT_EQ(outcome.files.size(), 2u);
  const auto said = [&](const std::string& text) {
    return std::any_of(outcome.findings.begin(), outcome.findings.end(),
                       [&](const Finding& f) { return sentence(f).find(text) != std::string::npos; });
  };
  EXPECT_TRUE(said("series 3 \"t2_tse tra/p2\": slice 3 of 4 is missing (gap of 6.6 mm after z = "));
  EXPECT_TRUE(said("empty.dcm"));
}

TEST(Convert, SeriesOfOneNumberAndNameGetNamesOfTheirOwn) {
  const test::ScratchFolder in, out;
  test::write_mr_series(in.path(), sample("one", 3, "same"), "a");
  test::write_mr_series(in.path(), sample("two", 3, "same"), "b");
  convert(in.path(), out.path());
  const auto names = names_in(out.path());
  EXPECT_EQ(names.size(), 4u);
  EXPECT_TRUE(std::count(names.begin(), names.end(), "1_3_same_2.nii.gz"));
}

}  // namespace
}  // namespace lobule::pipeline
