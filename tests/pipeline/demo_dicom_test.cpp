#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/text.h"
#include "io/dicom_read.h"
#include "io/dicom_tags.h"
#include "io/files.h"
#include "pipeline/phantom_dicom.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {

namespace fs = std::filesystem;
namespace tag = io::tag;

phantom::ExamOptions small() {
  phantom::ExamOptions options;
  options.dynamic_size = 48;
  options.dynamic_slices = 12;
  options.dynamic_spacing_mm = 7.5;
  options.dynamic_slice_mm = 12;
  options.truth_spacing_mm = 6;
  return options;
}

// The exam as files, written once for all tests.
struct Written {
  Written() : exam(phantom::make_exam(small())), study(write_phantom_dicom(exam, folder / "dicom")) {
    for (const auto& file : fs::recursive_directory_iterator(folder / "dicom")) {
      if (!file.is_regular_file()) continue;
      files.push_back(file.path());
      const io::DicomDataset d = io::read_dicom_header(file.path(), "file").dataset;
      headers[d.text(tag::SeriesInstanceUID)].push_back(d);
    }
    for (auto& [uid, list] : headers)
      std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
        return a.integer(tag::InstanceNumber) < b.integer(tag::InstanceNumber);
      });
  }
  const PhantomSeries& find(const std::string& role, int phase_index = -1) const {
    for (const PhantomSeries& s : study.series)
      if (s.role == role && s.phase_index == phase_index) return s;
    throw std::runtime_error("no series " + role);
  }
  test::ScratchFolder folder;
  phantom::Exam exam;
  PhantomStudy study;
  std::vector<fs::path> files;
  std::map<std::string, std::vector<io::DicomDataset>> headers;
};

const Written& written() {
  static const Written value;
  return value;
}

TEST(DemoDicom, HoldsEverySeriesOfAProtocolWithAllItsImages) {
  std::multiset<std::string> roles;
  std::size_t images = 0;
  for (const PhantomSeries& s : written().study.series) {
    roles.insert(s.role);
    images += static_cast<std::size_t>(s.n_images);
    EXPECT_EQ(written().headers.at(s.series_uid).size(), static_cast<std::size_t>(s.n_images))
        << s.description;
  }
  EXPECT_EQ(roles, (std::multiset<std::string>{"localizer", "t2", "t1", "t2_fatsat", "dwi", "adc", "dce_pre",
                                               "dce_post", "dce_post", "dce_post", "dce_post", "dce_post",
                                               "derived", "derived", "derived"}));
  EXPECT_EQ(written().files.size(), images);
}

TEST(DemoDicom, EveryInstanceHasItsOwnUidAndAllShareStudyAndFrame) {
  std::set<std::string> instances, studies, frames;
  for (const auto& [uid, list] : written().headers)
    for (const io::DicomDataset& d : list) {
      instances.insert(d.text(tag::SOPInstanceUID));
      studies.insert(d.text(tag::StudyInstanceUID));
      frames.insert(d.text(tag::FrameOfReferenceUID));
    }
  EXPECT_EQ(instances.size(), written().files.size());
  EXPECT_EQ(studies.size(), 1u);
  EXPECT_EQ(frames.size(), 1u);
}

TEST(DemoDicom, PositionsAreThoseOfTheGrid) {
  const auto& list = written().headers.at(written().find("dce_pre", 0).series_uid);
  const Grid grid = phantom::dynamic_grid(small());
  ASSERT_EQ(list.size(), static_cast<std::size_t>(grid.size[2]));
  for (std::size_t k = 0; k < list.size(); ++k) {
    const std::vector<double> p = list[k].numbers(tag::ImagePositionPatient);
    const Vec3 expected = point_from_index(grid, Vec3{0, 0, static_cast<double>(k)});
    EXPECT_LT(norm(Vec3{p[0], p[1], p[2]} - expected), 1e-6);
    EXPECT_EQ(list[k].numbers(tag::ImageOrientationPatient), (std::vector<double>{1, 0, 0, 0, 1, 0}));
    EXPECT_EQ(list[k].numbers(tag::PixelSpacing), (std::vector<double>{7.5, 7.5}));
    EXPECT_EQ(list[k].text(tag::PatientPosition), "HFP");
  }
}

TEST(DemoDicom, PhasesFollowEachOtherInAcquisitionNumberAndTime) {
  const std::vector<std::string> times = {"082000.00", "082200.00", "082305.00",
                                          "082410.00", "082515.00", "082620.00"};
  for (int phase = 0; phase < 6; ++phase) {
    const PhantomSeries& series = written().find(phase == 0 ? "dce_pre" : "dce_post", phase);
    for (const io::DicomDataset& d : written().headers.at(series.series_uid)) {
      EXPECT_EQ(d.integer(tag::AcquisitionNumber), phase + 1);
      EXPECT_EQ(d.text(tag::AcquisitionTime), times[phase]);
      EXPECT_EQ(d.has({0x0018, 0x0010}), phase > 0);  // ContrastBolusAgent
    }
  }
}

TEST(DemoDicom, BValuesStandInTheTagAndInTheSequenceName) {
  const auto& list = written().headers.at(written().find("dwi").series_uid);
  std::map<double, int> images;
  for (const io::DicomDataset& d : list) {
    const double b = d.number(tag::DiffusionBValue).value();
    ++images[b];
    EXPECT_EQ(d.text(tag::SequenceName), "*ep_b" + format_number(b) + "t");
  }
  const int slices = phantom::diffusion_grid(small()).size[2];
  EXPECT_EQ(images, (std::map<double, int>{{50, slices}, {400, slices}, {800, slices}}));
  EXPECT_EQ(written().headers.at(written().find("adc").series_uid)[0].text(tag::SequenceName), "*ep_b50_800");
}

TEST(DemoDicom, TheSameExamGivesTheSameBytes) {
  test::ScratchFolder again;
  write_phantom_dicom(written().exam, again.path());
  for (const fs::path& file : written().files)
    ASSERT_EQ(io::read_file(file), io::read_file(again / fs::relative(file, written().folder / "dicom")));
}

TEST(DemoDicom, DciodvfyFindsNoErrorInAnySeries) {
  if (std::system("command -v dciodvfy >/dev/null 2>&1") != 0) GTEST_SKIP() << "dciodvfy is not installed";
  for (const PhantomSeries& s : written().study.series) {
    char name[48];
    std::snprintf(name, sizeof name, "dicom/s%02d/0001", s.series_number);
    const auto result = test::run_program({"dciodvfy", (written().folder / name).string()});
    EXPECT_FALSE(contains(result.output, "Error")) << s.description << "\n" << result.output;
  }
}

}  // namespace
}  // namespace lobule::pipeline
