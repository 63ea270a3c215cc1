// Digital patients as each vendor writes them: valid objects, the vendor's own tags, images and truth that
// agree.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "core/parallel.h"
#include "core/text.h"
#include "io/dicom_read.h"
#include "io/dicom_tags.h"
#include "io/files.h"
#include "pipeline/phantom_dicom.h"
#include "pipeline/phantom_headers.h"
#include "pipeline/phantom_options.h"
#include "pipeline/phantom_vendor.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {

namespace fs = std::filesystem;
namespace tag = io::tag;

const phantom::Exam& tiny_exam() {
  static const phantom::Exam value = [] {
    phantom::ExamOptions options;
    options.dynamic_size = 48;
    options.dynamic_slices = 12;
    options.dynamic_spacing_mm = 7.5;
    options.dynamic_slice_mm = 12;
    options.truth_spacing_mm = 8;
    options.post_phases = 2;
    return phantom::make_exam(options);
  }();
  return value;
}

MriDelivery delivery(const std::string& vendor, int variant, const std::string& headers = "honest") {
  MriDelivery d;
  d.patient_id = "P1", d.vendor = vendor, d.variant = variant, d.headers = headers;
  d.language = variant;
  return d;
}

const PhantomSeries& find(const PhantomStudy& study, const std::string& role) {
  for (const PhantomSeries& s : study.series)
    if (s.role == role) return s;
  throw std::runtime_error("no series " + role);
}

fs::path file_of(const fs::path& folder, const PhantomSeries& series, int file) {
  char name[48];
  std::snprintf(name, sizeof name, "s%02d/%04d", series.series_number, file);
  return folder / name;
}

io::DicomDataset header(const fs::path& folder, const PhantomSeries& series, int file = 1) {
  return io::read_dicom_header(file_of(folder, series, file), "file").dataset;
}

std::vector<std::pair<std::string, int>> all_variants() {
  std::vector<std::pair<std::string, int>> list;
  for (const std::string& vendor : mri_vendors())
    for (int v = 0; v < static_cast<int>(mr_habits(vendor).size()); ++v) list.emplace_back(vendor, v);
  return list;
}

TEST(PhantomVendor, DciodvfyFindsNoErrorInAnySeriesOfAnyVariant) {
  if (std::system("command -v dciodvfy >/dev/null 2>&1") != 0) GTEST_SKIP() << "dciodvfy is not installed";
  for (const auto& [vendor, variant] : all_variants()) {
    test::ScratchFolder folder;
    const PhantomStudy study = write_phantom_dicom(tiny_exam(), folder.path(), delivery(vendor, variant));
    for (const PhantomSeries& s : study.series)
      for (const int file : {1, s.n_files}) {
        const auto result = test::run_program({"dciodvfy", file_of(folder.path(), s, file).string()});
        EXPECT_FALSE(contains(result.output, "Error"))
            << vendor << " " << study.habits << " " << s.description << "\n"
            << result.output;
      }
  }
}

TEST(PhantomVendor, PrivateBValuesStandWhereTheVendorHasThem) {
  test::ScratchFolder folder;
  PhantomStudy study = write_phantom_dicom(tiny_exam(), folder / "s", delivery("siemens", 1));
  io::DicomDataset last = header(folder / "s", find(study, "dwi"), find(study, "dwi").n_files);
  EXPECT_EQ(last.number({0x0019, 0x100C}), 800);
  EXPECT_FALSE(last.has(tag::DiffusionBValue));
  study = write_phantom_dicom(tiny_exam(), folder / "g", delivery("ge", 0));
  last = header(folder / "g", find(study, "dwi"), find(study, "dwi").n_files);
  EXPECT_EQ(last.numbers({0x0043, 0x1039}), (std::vector<double>{1000000800, 8, 0, 0}));
  EXPECT_FALSE(last.has(tag::DiffusionBValue));
  study = write_phantom_dicom(tiny_exam(), folder / "p", delivery("philips", 0));
  last = header(folder / "p", find(study, "dwi"), find(study, "dwi").n_files);
  EXPECT_EQ(last.number({0x2001, 0x1003}), 800);
  EXPECT_EQ(last.number(tag::DiffusionBValue), 800);
}

TEST(PhantomVendor, PhasesShareASeriesOrHaveTheirOwnAsTheVendorDoes) {
  test::ScratchFolder folder;
  const auto study_of = [&](const char* vendor, int variant) {
    return write_phantom_dicom(tiny_exam(), folder / (vendor + std::to_string(variant)),
                               delivery(vendor, variant));
  };
  EXPECT_EQ(find(study_of("siemens", 0), "dce_pre").phase_index, 0);
  EXPECT_EQ(find(study_of("ge", 1), "dce").phases, (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(find(study_of("ge", 2), "dce").phases, (std::vector<int>{1, 2}));
  EXPECT_EQ(find(study_of("philips", 2), "dce").n_files, 1);
  EXPECT_EQ(find(study_of("siemens", 2), "dwi").n_files, 3);
}

TEST(PhantomVendor, AHalfTurnMovesThePixelsAndTheirPlaceTogether) {
  test::ScratchFolder folder;
  const PhantomStudy study = write_phantom_dicom(tiny_exam(), folder.path(), delivery("ge", 2));
  const io::DicomDataset d = header(folder.path(), find(study, "dce_pre"));
  EXPECT_EQ(d.text(tag::PatientPosition), "FFP");
  EXPECT_EQ(d.numbers(tag::ImageOrientationPatient), (std::vector<double>{-1, 0, 0, 0, -1, 0}));
  const Grid grid = phantom::dynamic_grid(tiny_exam().options);
  const Vec3 far = point_from_index(grid, Vec3{47, 47, 11});  // the topmost slice comes first
  const std::vector<double> p = d.numbers(tag::ImagePositionPatient);
  EXPECT_LT(norm(Vec3{p[0], p[1], p[2]} - far), 1e-6);
}

TEST(PhantomVendor, PhilipsRescalesToTheSimulatedSignal) {
  const MrHabits& habits = mr_habits("philips")[0];
  const PhantomProtocol protocol(tiny_exam(), habits, habits.phrases[0]);
  for (const PlannedSeries& series : protocol.series()) {
    EXPECT_NE(series.rescale_slope, 1) << series.description;
    EXPECT_EQ(series.unit, series.item == Item::adc ? 1e-3 : 1);
  }
}

TEST(PhantomHeaders, BlankLeavesGeometryPixelsRescaleAndGroupsOnly) {
  test::ScratchFolder folder;
  for (const auto& [vendor, variant] : {std::pair{"ge", 1}, {"philips", 2}}) {
    const PhantomStudy study =
        write_phantom_dicom(tiny_exam(), folder / vendor, delivery(vendor, variant, "blank"));
    const io::DicomDataset d = header(folder / vendor, study.series[0]);
    for (const io::DicomElement& e : d.elements()) {
      const std::uint16_t g = e.tag.group;
      EXPECT_TRUE(g == 0x0028 || g == 0x5200 || g == 0x7FE0 || e.tag == tag::SOPClassUID ||
                  e.tag == tag::SOPInstanceUID || e.tag == tag::SliceThickness ||
                  e.tag == tag::StudyInstanceUID || e.tag == tag::SeriesInstanceUID ||
                  e.tag == tag::FrameOfReferenceUID || e.tag == tag::ImagePositionPatient ||
                  e.tag == tag::ImageOrientationPatient)
          << io::to_text(e.tag);
    }
    EXPECT_EQ(d.text(tag::StudyInstanceUID), study.study_uid);
  }
}

TEST(PhantomHeaders, LazyAndLyingExamsSayWhatTheyGotWrong) {
  for (const char* mode : {"lazy", "lying"})
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const HeaderMode a = header_mode(mode, seed), b = header_mode(mode, seed);
      ASSERT_FALSE(a.kinds.empty());
      EXPECT_EQ(a.kinds, b.kinds);
      for (const std::string& kind : a.kinds)
        EXPECT_TRUE(std::any_of(header_kinds().begin(), header_kinds().end(), [&](const HeaderKind& k) {
          return kind == k.name && std::string(k.mode) == mode;
        })) << kind;
    }
}

TEST(PhantomVendor, TheSameBytesForOneAndTwoThreads) {
  std::map<std::string, std::string> first;
  for (const int threads : {1, 2}) {
    set_thread_count(threads);
    test::ScratchFolder folder;
    phantom::ExamOptions options;
    options.dynamic_size = 32, options.dynamic_slices = 8, options.post_phases = 1;
    options.dynamic_spacing_mm = 11, options.dynamic_slice_mm = 18, options.truth_spacing_mm = 12;
    write_phantom_dicom(phantom::make_exam(options), folder.path(), delivery("ge", 1));
    for (const auto& entry : fs::recursive_directory_iterator(folder.path()))
      if (entry.is_regular_file()) {
        const std::string name = fs::relative(entry.path(), folder.path()).string();
        const std::string bytes = io::read_file(entry.path());
        if (threads == 1)
          first[name] = bytes;
        else
          EXPECT_TRUE(first.at(name) == bytes) << name;
      }
  }
  set_thread_count(0);
}

}  // namespace
}  // namespace lobule::pipeline
