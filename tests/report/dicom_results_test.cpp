#include "report/dicom_results.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "dicom_exam_sample.h"
#include "io/dicom_pixels.h"
#include "io/dicom_read.h"
#include "io/dicom_tags.h"
#include "io/files.h"
#include "report/dicom_sr.h"
#include "support/test_support.h"

namespace lobule::report {
namespace {
using exam::Side;
using io::DicomDataset;
namespace fs = std::filesystem;
namespace tag = io::tag;

constexpr io::Tag kPlanePosition{0x0020, 0x9113}, kPlaneOrientation{0x0020, 0x9116},
    kPixelMeasures{0x0028, 0x9110}, kSegmentIdentification{0x0062, 0x000A}, kSegmentNumber{0x0062, 0x000B},
    kDerivationImage{0x0008, 0x9124}, kSourceImage{0x0008, 0x2112}, kReferencedInstance{0x0008, 0x1155},
    kSegments{0x0062, 0x0002}, kContent{0x0040, 0xA730}, kCodeMeaning{0x0008, 0x0104},
    kConceptName{0x0040, 0xA043}, kConceptCode{0x0040, 0xA168}, kMeasuredValue{0x0040, 0xA300};

const std::vector<std::string> kFiles{"breast_seg", "fgt_seg", "candidates_seg", "measurements_sr",
                                      "map_pe_1",   "map_ser", "map_adc"};

fs::path file(const test::ScratchFolder& folder, const std::string& name) {
  return folder / "dicom" / (name + ".dcm");
}

io::DicomHeader header(const fs::path& path) {
  return io::read_dicom_header(path, path.filename().string());
}

std::string pixel_bytes(const fs::path& path) {
  const auto bytes = io::read_stored_pixels(path, header(path), path.filename().string());
  return {bytes.begin(), bytes.end()};
}

// The grid that the frames [first, first + count) state.
Grid stated_grid(const DicomDataset& object, std::size_t first, std::size_t count) {
  const DicomDataset& shared = *object.first_item(tag::SharedFunctionalGroupsSequence);
  const auto orientation = shared.first_item(kPlaneOrientation)->numbers(tag::ImageOrientationPatient);
  const auto spacing = shared.first_item(kPixelMeasures)->numbers(tag::PixelSpacing);
  const auto position = [&](std::size_t frame) {
    const auto p = object.items(tag::PerFrameFunctionalGroupsSequence)[frame]
                       .first_item(kPlanePosition)
                       ->numbers(tag::ImagePositionPatient);
    return Vec3{p[0], p[1], p[2]};
  };
  const Vec3 step = (1.0 / static_cast<double>(count - 1)) * (position(first + count - 1) - position(first));
  Grid grid;
  grid.size = {*object.integer(tag::Columns), *object.integer(tag::Rows), static_cast<int>(count)};
  grid.spacing_mm = {spacing[1], spacing[0], norm(step)};
  grid.origin_mm = position(first);
  grid.direction = {{Vec3{orientation[0], orientation[1], orientation[2]},
                     Vec3{orientation[3], orientation[4], orientation[5]}, (1 / norm(step)) * step}};
  return grid;
}

bool bit(const std::string& bytes, std::size_t index) {
  return (static_cast<unsigned char>(bytes[index / 8]) >> index % 8 & 1) != 0;
}

class DicomResults : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    const test::NamedGrid named = test::test_grids()[static_cast<std::size_t>(GetParam())];
    SCOPED_TRACE(named.name);
    sample_ = test::exam_source(named.grid);
    analysis_ = test::sample_analysis(sample_);
    EXPECT_TRUE(write_dicom_results(analysis_, "seed", folder_.path()).empty());
  }

  test::ScratchFolder folder_;
  test::MrSample sample_;
  exam::Analysis analysis_;
};

TEST_P(DicomResults, DciodvfyReportsNoError) {
  for (const std::string& name : kFiles) {
    const auto result = test::run_program({"dciodvfy", file(folder_, name).string()});
    if (result.exit_code == 127) GTEST_SKIP() << "needs dciodvfy (package dicom3tools)";
    EXPECT_EQ(result.output.find("Error"), std::string::npos) << name << "\n" << result.output;
    EXPECT_EQ(result.exit_code, 0) << name << "\n" << result.output;
  }
}

TEST_P(DicomResults, DcentvfyFindsTheResultsConsistentWithTheSources) {
  std::vector<std::string> command{"dcentvfy"};
  for (const fs::path& path : test::write_mr_series(folder_ / "source", sample_))
    command.push_back(path.string());
  for (const std::string& name : kFiles) command.push_back(file(folder_, name).string());
  const auto result = test::run_program(command);
  if (result.exit_code == 127) GTEST_SKIP() << "needs dcentvfy (package dicom3tools)";
  EXPECT_EQ(result.output.find("Error"), std::string::npos) << result.output;
}

TEST_P(DicomResults, SegmentsReadBackBitForBitOnTheSourceGrid) {
  const std::pair<const char*, const Mask*> sets[]{{"breast_seg", &analysis_.breast},
                                                   {"fgt_seg", &analysis_.fgt}};
  for (const auto& [name, mask] : sets) {
    const DicomDataset object = header(file(folder_, name)).dataset;
    const std::string bits = pixel_bytes(file(folder_, name));
    const auto slices = static_cast<std::size_t>(mask->grid.size[2]);
    ASSERT_EQ(object.items(tag::PerFrameFunctionalGroupsSequence).size(), 2 * slices);
    for (std::size_t segment = 0; segment < 2; ++segment) {
      EXPECT_LT(corner_distance_mm(stated_grid(object, segment * slices, slices), mask->grid), 1e-3);
      for (std::size_t v = 0; v < mask->voxels.size(); ++v)
        ASSERT_EQ(bit(bits, segment * mask->voxels.size() + v), mask->voxels[v] == segment + 1) << v;
    }
  }
}

TEST_P(DicomResults, EachFrameNamesItsSegmentAndItsSourceSlice) {
  const DicomDataset object = header(file(folder_, "breast_seg")).dataset;
  const auto& frames = object.items(tag::PerFrameFunctionalGroupsSequence);
  const auto slices = static_cast<std::size_t>(sample_.grid.size[2]);
  for (std::size_t f = 0; f < frames.size(); ++f) {
    EXPECT_EQ(frames[f].first_item(kSegmentIdentification)->integer(kSegmentNumber),
              static_cast<int>(f / slices) + 1);
    EXPECT_EQ(frames[f].first_item(kDerivationImage)->first_item(kSourceImage)->text(kReferencedInstance),
              test::instance_uid(sample_, static_cast<int>(f % slices)));
  }
  EXPECT_EQ(object.text(tag::FrameOfReferenceUID), test::frame_of_reference_uid(sample_));
}

TEST_P(DicomResults, LeftIsLeftInTheSegmentation) {
  for (const char* name : {"breast_seg", "fgt_seg"}) {
    const DicomDataset object = header(file(folder_, name)).dataset;
    const auto& segments = object.items(kSegments);
    ASSERT_EQ(segments.size(), 2u);
    const std::string bits = pixel_bytes(file(folder_, name));
    const auto slices = static_cast<std::size_t>(sample_.grid.size[2]);
    double mean_x[2] = {0, 0};
    for (std::size_t segment = 0; segment < 2; ++segment) {
      const Grid grid = stated_grid(object, segment * slices, slices);
      double count = 0;
      for (int k = 0; k < grid.size[2]; ++k)
        for (int j = 0; j < grid.size[1]; ++j)
          for (int i = 0; i < grid.size[0]; ++i)
            if (bit(bits, segment * grid.voxel_count() + grid.offset(i, j, k))) {
              mean_x[segment] += point_from_index(grid, {double(i), double(j), double(k)}).x;
              count += 1;
            }
      mean_x[segment] /= count;
    }
    const auto side = [&](std::size_t segment) {
      return segments[segment]
          .first_item({0x0062, 0x000F})
          ->first_item({0x0062, 0x0011})
          ->text({0x0008, 0x0100});
    };
    EXPECT_EQ(side(0), "24028007");  // Right
    EXPECT_EQ(side(1), "7771000");   // Left
    EXPECT_LT(mean_x[0], mean_x[1]);
  }
}

TEST_P(DicomResults, MapsReadBackBitForBitWithNanWhereNothingWasMeasured) {
  for (const exam::Map& map : analysis_.maps) {
    const fs::path path = file(folder_, "map_" + map.name);
    const DicomDataset object = header(path).dataset;
    const std::string bytes = pixel_bytes(path);
    ASSERT_EQ(bytes.size(), map.image.voxels.size() * 4);
    EXPECT_EQ(std::memcmp(bytes.data(), map.image.voxels.data(), bytes.size()), 0);
    const auto slices = static_cast<std::size_t>(map.image.grid.size[2]);
    EXPECT_LT(corner_distance_mm(stated_grid(object, 0, slices), map.image.grid), 1e-3);
  }
}

INSTANTIATE_TEST_SUITE_P(Grids, DicomResults, ::testing::Range(0, 5));

const DicomDataset* content(const DicomDataset& parent, const std::string& meaning) {
  for (const DicomDataset& item : parent.items(kContent))
    if (const DicomDataset* name = item.first_item(kConceptName); name && name->text(kCodeMeaning) == meaning)
      return &item;
  return nullptr;
}

// The measurement groups of a report by their tracking identifier.
std::map<std::string, DicomDataset> groups(const DicomDataset& report) {
  std::map<std::string, DicomDataset> out;
  for (const DicomDataset& group : content(report, "Imaging Measurements")->items(kContent))
    out[content(group, "Tracking Identifier")->text({0x0040, 0xA160})] = group;
  return out;
}

double measured_value(const DicomDataset& group, const std::string& meaning) {
  return *content(group, meaning)->first_item(kMeasuredValue)->number({0x0040, 0xA30A});
}

std::string site_laterality(const DicomDataset& group) {
  return content(*content(group, "Finding Site"), "Laterality")->first_item(kConceptCode)->text(kCodeMeaning);
}

exam::Analysis axial_analysis() {
  return test::sample_analysis(test::exam_source(test::test_grids()[0].grid));
}

TEST(DicomReport, LeftIsLeftInTheMeasurementGroups) {
  const test::ScratchFolder folder;
  write_dicom_results(axial_analysis(), "seed", folder.path());
  auto group = groups(header(file(folder, "measurements_sr")).dataset);
  EXPECT_EQ(site_laterality(group.at("breast R")), "Right");
  EXPECT_EQ(site_laterality(group.at("breast L")), "Left");
  EXPECT_EQ(site_laterality(group.at("breast both")), "Bilateral");
  EXPECT_EQ(measured_value(group.at("breast R"), "Volume of breast"), 411.5);
  EXPECT_EQ(measured_value(group.at("breast L"), "Volume of breast"), 522.25);
  EXPECT_EQ(measured_value(group.at("fgt L"), "Volume of parenchymal tissue"), 62.25);
  EXPECT_EQ(site_laterality(group.at("candidate 1")), "Right");
  EXPECT_EQ(site_laterality(group.at("candidate 2")), "Left");
}

TEST(DicomReport, GroupsReferToTheSegmentsOfTheWrittenSegmentations) {
  const test::ScratchFolder folder;
  write_dicom_results(axial_analysis(), "seed", folder.path());
  const auto group = groups(header(file(folder, "measurements_sr")).dataset);
  const std::tuple<const char*, const char*, int> expected[]{
      {"breast L", "breast_seg", 2}, {"fgt R", "fgt_seg", 1}, {"candidate 2", "candidates_seg", 2}};
  for (const auto& [tracking, name, number] : expected) {
    const DicomDataset segmentation = header(file(folder, name)).dataset;
    const DicomDataset& target =
        *content(group.at(tracking), "Referenced Segment")->first_item({0x0008, 0x1199});
    EXPECT_EQ(target.text(kReferencedInstance), segmentation.text(tag::SOPInstanceUID));
    EXPECT_EQ(target.integer(kSegmentNumber), number);
    EXPECT_EQ(content(group.at(tracking), "Tracking Unique Identifier")->text({0x0040, 0xA124}),
              segmentation.items(kSegments)[static_cast<std::size_t>(number) - 1].text({0x0062, 0x0021}));
  }
}

TEST(DicomReport, OnlyASuspiciousCandidateIsCalledALesion) {
  const test::ScratchFolder folder;
  write_dicom_results(axial_analysis(), "seed", folder.path());
  const auto group = groups(header(file(folder, "measurements_sr")).dataset);
  const DicomDataset segmentation = header(file(folder, "candidates_seg")).dataset;
  const auto& segments = segmentation.items(kSegments);
  const char* expected[]{"Enhancing Lesion", "Focal Contrast Enhancement"};
  for (std::size_t n = 0; n < 2; ++n) {
    const DicomDataset& row = group.at("candidate " + std::to_string(n + 1));
    EXPECT_EQ(content(row, "Finding")->first_item(kConceptCode)->text(kCodeMeaning), expected[n]);
    EXPECT_EQ(segments[n].first_item({0x0062, 0x000F})->text(kCodeMeaning), expected[n]);
  }
}

TEST(DicomReport, ACandidateCarriesItsCentreInPatientCoordinates) {
  const exam::Analysis analysis = axial_analysis();
  const test::ScratchFolder folder;
  write_dicom_results(analysis, "seed", folder.path());
  const auto group = groups(header(file(folder, "measurements_sr")).dataset);
  const DicomDataset& center = *content(group.at("candidate 2"), "Center");
  const auto at = center.numbers({0x0070, 0x0022});
  const Vec3 truth = analysis.candidates[1].center_mm;
  EXPECT_EQ(at, (std::vector<double>{truth.x, truth.y, truth.z}));
  EXPECT_EQ(center.text({0x3006, 0x0024}), analysis.dynamic.phases[0].frame_of_reference_uid);
}

TEST(DicomReport, WhatWasNotMeasuredHasNoValueButAReason) {
  const test::ScratchFolder folder;
  write_dicom_results(axial_analysis(), "seed", folder.path());
  const auto group = groups(header(file(folder, "measurements_sr")).dataset);
  const DicomDataset& adc = *content(group.at("fgt L"), "Apparent Diffusion Coefficient");
  EXPECT_TRUE(adc.items(kMeasuredValue).empty());
  EXPECT_EQ(adc.first_item({0x0040, 0xA301})->text(kCodeMeaning), "Not a number");
}

TEST(DicomReport, DsrdumpPrintsIt) {
  const test::ScratchFolder folder;
  write_dicom_results(axial_analysis(), "seed", folder.path());
  const auto result = test::run_program({"dsrdump", file(folder, "measurements_sr").string()});
  if (result.exit_code == 127) GTEST_SKIP() << "needs dsrdump (package dcmtk)";
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_NE(result.output.find("Comprehensive 3D SR Document"), std::string::npos) << result.output;
  EXPECT_NE(result.output.find("Volume of breast"), std::string::npos) << result.output;
}

TEST(DicomReport, MeasurementNamesWithoutAPublicCodeGetDistinctCodesOfAtMost16Characters) {
  EXPECT_EQ(measurement_code("breast_volume").quantity, (Code{"112193", "DCM", "Volume of breast"}));
  EXPECT_EQ(measurement_code("new_value").quantity, (Code{"new_value", "99LOBULE", "new value"}));
  const Code a = measurement_code("a_rather_long_name_1").quantity;
  const Code b = measurement_code("a_rather_long_name_2").quantity;
  EXPECT_NE(a.value, b.value);
  EXPECT_EQ(a.value.size(), 16u);
}

TEST(DicomFiles, TheSameAnalysisGivesTheSameBytes) {
  const test::ScratchFolder a, b;
  write_dicom_results(axial_analysis(), "seed", a.path());
  write_dicom_results(axial_analysis(), "seed", b.path());
  for (const std::string& name : kFiles)
    EXPECT_EQ(io::read_file(file(a, name)), io::read_file(file(b, name))) << name;
}

TEST(DicomFiles, AnotherMaskIsAnotherInstanceOfTheSameSeries) {
  exam::Analysis other = axial_analysis();
  const test::ScratchFolder a, b;
  write_dicom_results(other, "seed", a.path());
  std::fill_n(other.breast.voxels.begin(), 5, std::uint8_t{1});
  write_dicom_results(other, "seed", b.path());
  const DicomDataset first = header(file(a, "breast_seg")).dataset;
  const DicomDataset second = header(file(b, "breast_seg")).dataset;
  EXPECT_NE(first.text(tag::SOPInstanceUID), second.text(tag::SOPInstanceUID));
  EXPECT_EQ(first.text(tag::SeriesInstanceUID), second.text(tag::SeriesInstanceUID));
}

TEST(DicomFiles, WithoutDatesInTheSourcesTheContentDateIsAConstant) {
  exam::Analysis analysis = axial_analysis();
  analysis.study.newest_source_date = analysis.study.study_date = analysis.study.study_time = "";
  const test::ScratchFolder folder;
  write_dicom_results(analysis, "seed", folder.path());
  for (const std::string& name : kFiles) {
    EXPECT_EQ(header(file(folder, name)).dataset.text(tag::ContentDate), "19000101");
    const auto result = test::run_program({"dciodvfy", file(folder, name).string()});
    EXPECT_EQ(result.output.find("Error"), std::string::npos) << name << "\n" << result.output;
  }
}

TEST(DicomFiles, ADateThatIsNoneGivesTheConstantToo) {
  exam::StudyContext study;
  study.newest_source_date = "2020.1.2";
  EXPECT_EQ(content_date(study), "19000101");
  study.newest_source_date = "20200102";
  EXPECT_EQ(content_date(study), "20200102");
}

TEST(DicomFiles, EditedMasksAreSemiautomatic) {
  exam::Analysis analysis = axial_analysis();
  analysis.masks_source = "edited by a person";
  const test::ScratchFolder folder;
  write_dicom_results(analysis, "seed", folder.path());
  const DicomDataset object = header(file(folder, "breast_seg")).dataset;
  EXPECT_EQ(object.items(kSegments)[0].text({0x0062, 0x0008}), "SEMIAUTOMATIC");
}

TEST(DicomFiles, AnExamWithoutDynamicStillGivesAReportAndItsMaps) {
  exam::Analysis analysis = axial_analysis();
  analysis.dynamic.phases.clear();
  analysis.breast = analysis.fgt = Mask{};
  analysis.candidates.clear();
  analysis.maps.erase(analysis.maps.begin(), analysis.maps.begin() + 2);
  const test::ScratchFolder folder;
  EXPECT_TRUE(write_dicom_results(analysis, "seed", folder.path()).empty());
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder / "dicom"))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"map_adc.dcm", "measurements_sr.dcm"}));
  const auto result = test::run_program({"dciodvfy", file(folder, "measurements_sr").string()});
  EXPECT_EQ(result.output.find("Error"), std::string::npos) << result.output;
}

TEST(DicomFiles, WhatCannotBeWrittenIsAFindingForEachObject) {
  const test::ScratchFolder folder;
  std::ofstream(folder / "taken") << "a file";
  const Findings findings = write_dicom_results(axial_analysis(), "seed", folder / "taken");
  ASSERT_EQ(findings.size(), kFiles.size());
  EXPECT_EQ(findings[0].severity, Severity::error);
  EXPECT_NE(sentence(findings[0]).find("Not a directory"), std::string::npos) << sentence(findings[0]);
}

TEST(DicomFiles, WithoutAStudyUidNothingIsWrittenAndThatIsSaid) {
  exam::Analysis analysis = axial_analysis();
  analysis.study.study_uid = "";
  const test::ScratchFolder folder;
  const Findings findings = write_dicom_results(analysis, "seed", folder.path());
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(sentence(findings[0]),
            "DICOM results: they were not written; the source images name no study (0020,000D).");
  EXPECT_FALSE(fs::exists(folder / "dicom"));
}

}  // namespace
}  // namespace lobule::report
