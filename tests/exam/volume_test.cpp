#include "exam/volume.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "exam/volume_support.h"
#include "io/dicom_write.h"
#include "io/nifti.h"
#include "support/dicom_samples.h"
#include "support/test_support.h"

namespace lobule::exam {
namespace {

using io::DicomDataset;
using test::MrSample;
using test::plan_folder;
using test::sentences;

// A value that tells every voxel of a small grid from every other.
int code(int i, int j, int k) {
  return 1 + i + 10 * j + 100 * k;
}

MrSample sample_on(const Grid& grid) {
  MrSample sample;
  sample.grid = grid;
  sample.stored = code;
  sample.description = "t2_tse_tra";
  sample.series_number = 7;
  return sample;
}

Grid axial(int slices = 6) {
  return test::oblique_grid({4, 3, slices}, {1.5, 2.5, 3.3}, {-20, -30, -14.2}, {0, 0, 0});
}

Grid descending(Grid grid) {
  grid.direction.column[2] = -1.0 * grid.direction.column[2];
  return grid;
}

// Sagittal: rows along +y, columns along −z, so that row × column is −x.
Grid sagittal(int slices, double first_x) {
  Grid grid;
  grid.size = {4, 3, slices};
  grid.spacing_mm = {1, 1.2, 2};
  grid.origin_mm = {first_x, -50, 60};
  grid.direction = Mat3{{Vec3{0, 1, 0}, Vec3{0, 0, -1}, Vec3{-1, 0, 0}}};
  return grid;
}

// Moves slice k by `mm` along the stack.
void shift_slice(DicomDataset& header, const Grid& grid, int k, double mm) {
  const Vec3 p = point_from_index(grid, {0, 0, k + mm / grid.spacing_mm.z});
  header.put_numbers(io::tag::ImagePositionPatient, "DS", {p.x, p.y, p.z});
}

Volume only_volume(const test::Planned& planned) {
  EXPECT_EQ(planned.plans.size(), 1u);
  EXPECT_EQ(sentences(planned.findings), std::vector<std::string>{});
  return read_volume(planned.index, planned.series, planned.plans.at(0));
}

TEST(Volume, EverySeriesComesThroughToNiftiAndBackInItsPlace) {
  const Grid grids[] = {
      axial(), descending(axial()), sagittal(5, 40),
      test::oblique_grid({5, 4, 3}, {0.7, 1.3, 3.3}, {-173.947, 103.68, -100.243}, {0.3, -0.2, 0.5}),
      descending(test::oblique_grid({5, 4, 7}, {0.4, 0.4, 5}, {12, -80, 33}, {-1.1, 0.6, 0.2}))};
  for (const Grid& grid : grids) {
    const test::ScratchFolder folder;
    test::write_mr_series(folder.path(), sample_on(grid));
    const Volume volume = only_volume(plan_folder(folder.path()));
    io::write_nifti(folder / "v.nii.gz", volume.image);
    const Image<float> back = io::read_nifti(folder / "v.nii.gz");
    EXPECT_LT(corner_distance_mm(volume.image.grid, back.grid), 1e-3);
    EXPECT_NEAR(determinant(back.grid.direction), 1, 1e-6);
    for (int k = 0; k < grid.size[2]; ++k)
      for (int j = 0; j < grid.size[1]; ++j)
        for (int i = 0; i < grid.size[0]; ++i) {
          const Vec3 point = point_from_index(grid, {double(i), double(j), double(k)});
          const Vec3 at = index_from_point(back.grid, point);
          ASSERT_LT(norm(at - Vec3{std::round(at.x), std::round(at.y), std::round(at.z)}), 1e-3);
          ASSERT_EQ(back.at(std::lround(at.x), std::lround(at.y), std::lround(at.z)), code(i, j, k));
        }
  }
}

TEST(Volume, SlicesNameTheirSourcesInSliceOrder) {
  const test::ScratchFolder folder;
  const MrSample sample = sample_on(descending(axial(4)));
  test::write_mr_series(folder.path(), sample);
  const Volume volume = only_volume(plan_folder(folder.path()));
  ASSERT_EQ(volume.slices.size(), 4u);
  for (int k = 0; k < 4; ++k) {
    EXPECT_EQ(volume.slices[k].sop_instance_uid, test::instance_uid(sample, 3 - k));
    EXPECT_EQ(volume.slices[k].frame, 0);
  }
  EXPECT_EQ(volume.series_uid, test::series_uid(sample));
  EXPECT_EQ(volume.frame_of_reference_uid, test::frame_of_reference_uid(sample));
}

TEST(Volume, OrderOfFilesAndOfInstanceNumbersDecidesNothing) {
  const test::ScratchFolder a, b;
  MrSample sample = sample_on(axial());
  test::write_mr_series(a.path(), sample);
  sample.edit = [](int k, DicomDataset& d) {
    d.put_number(io::tag::InstanceNumber, "IS", (5 * k + 3) % 6);
    d.put_text(io::tag::SOPInstanceUID, "UI", "2.25." + std::to_string(100 + (5 * k) % 6));
  };
  for (int k = 0; k < 6; ++k)
    io::write_dicom(b / (std::to_string((k * 5 + 2) % 6) + ".x"), test::mr_slice(sample, k));
  const Volume first = only_volume(plan_folder(a.path()));
  const Volume second = only_volume(plan_folder(b.path()));
  EXPECT_EQ(first.image.grid, second.image.grid);
  EXPECT_EQ(first.image.voxels, second.image.voxels);
}

TEST(Volume, EachImageIsRescaledByItsOwnSlope) {
  const test::ScratchFolder folder;
  MrSample sample = sample_on(axial());
  sample.edit = [](int k, DicomDataset& d) {
    d.put_number(io::tag::RescaleSlope, "DS", 1 + k);
    d.put_number(io::tag::RescaleIntercept, "DS", -2048);
  };
  test::write_mr_series(folder.path(), sample);
  const Volume volume = only_volume(plan_folder(folder.path()));
  EXPECT_EQ(volume.image.at(1, 2, 3), code(1, 2, 3) * 4 - 2048);
}

TEST(Volume, NoiseInDirectionCosinesAndPositionsIsNoUnequalSpacing) {
  const test::ScratchFolder folder;
  MrSample sample = sample_on(axial());
  sample.edit = [&](int k, DicomDataset& d) {
    d.put_text(io::tag::ImageOrientationPatient, "DS", "1\\4.897e-012\\0\\-4.897e-012\\1\\0");
    shift_slice(d, sample.grid, k, k % 2 == 0 ? 0.002 : -0.002);
  };
  test::write_mr_series(folder.path(), sample);
  EXPECT_NEAR(only_volume(plan_folder(folder.path())).image.grid.spacing_mm.z, 3.3, 0.001);
}

TEST(Volume, SpacingComesFromPositionsAndNeverFromTheThickness) {
  const test::ScratchFolder folder;
  MrSample sample = sample_on(axial());
  sample.slice_thickness_mm = 9;
  sample.edit = [](int, DicomDataset& d) { d.put_number(io::tag::SpacingBetweenSlices, "DS", 7); };
  test::write_mr_series(folder.path(), sample);
  EXPECT_NEAR(only_volume(plan_folder(folder.path())).image.grid.spacing_mm.z, 3.3, 1e-6);
}

TEST(Volume, BilateralSagittalSlabsBecomeARightAndALeftVolume) {
  const test::ScratchFolder folder;
  MrSample left = sample_on(sagittal(5, 90));
  MrSample right = sample_on(sagittal(4, -70));
  right.first_instance_number = 101;
  test::write_mr_series(folder.path(), left, "l");
  test::write_mr_series(folder.path(), right, "r");
  const test::Planned planned = plan_folder(folder.path());
  ASSERT_EQ(planned.plans.size(), 2u);
  EXPECT_EQ(
      sentences(planned.findings),
      std::vector<std::string>{"series 7 \"t2_tse_tra\": the sagittal slices lie in two slabs, right and "
                               "left; each becomes a volume of its own."});
  for (const VolumePlan& plan : planned.plans) {
    const bool is_left = plan.label == "left";
    EXPECT_EQ(plan.grid.size[2], is_left ? 5 : 4);
    EXPECT_GT(point_from_index(plan.grid, {0, 0, 0}).x * (is_left ? 1 : -1), 0);
  }
}

TEST(Volume, MosaicBecomesItsSlices) {
  const test::ScratchFolder folder;
  MrSample sample = sample_on(test::oblique_grid({8, 6, 1}, {2, 3, 1}, {-8, -9, 5}, {0, 0, 0}));
  sample.stored = [](int i, int j, int) { return 100 * (2 * (j / 3) + i / 4) + 10 * (j % 3) + i % 4; };
  sample.image_type = {"ORIGINAL", "PRIMARY", "M", "ND", "MOSAIC"};
  sample.edit = [](int, DicomDataset& d) {
    d.put_number(io::tag::SpacingBetweenSlices, "DS", 4);
    d.put_text({0x0019, 0x0010}, "LO", "SIEMENS MR HEADER");
    d.put_number({0x0019, 0x100A}, "US", 3);
  };
  test::write_mr_series(folder.path(), sample);
  const Volume volume = only_volume(plan_folder(folder.path()));
  EXPECT_EQ(volume.image.grid.size, (Index3{4, 3, 3}));
  EXPECT_EQ(volume.image.grid.spacing_mm, (Vec3{2, 3, 4}));
  // The header's position belongs to a tile as large as the whole: half of the difference lies inwards.
  EXPECT_EQ(volume.image.grid.origin_mm, (Vec3{-8 + 2 * 2, -9 + 1.5 * 3, 5}));
  for (int k = 0; k < 3; ++k) EXPECT_EQ(volume.image.at(3, 2, k), 100 * k + 23);
}

TEST(Volume, EnhancedObjectOfTwoPhasesBecomesTwoVolumes) {
  const test::ScratchFolder folder;
  MrSample pre = sample_on(descending(axial())), post = pre;
  post.stored = [](int i, int j, int k) { return 2000 + code(i, j, k); };
  test::write_enhanced_mr(folder / "e.dcm", {pre, post});
  const test::Planned planned = plan_folder(folder.path());
  ASSERT_EQ(planned.plans.size(), 2u);
  EXPECT_TRUE(planned.findings.empty());
  for (int p = 0; p < 2; ++p) {
    EXPECT_EQ(planned.plans[p].phase_index, p);
    EXPECT_EQ(planned.plans[p].label, "phase " + std::to_string(p));
    const Volume volume = read_volume(planned.index, planned.series, planned.plans[p]);
    EXPECT_EQ(volume.image.at(1, 2, 0), 2000 * p + code(1, 2, 5));
    EXPECT_EQ(volume.slices[0].frame, 6 * p + 6);  // frames count from 1
  }
}

// One series whose images repeat every position; `edit` tells the repetitions apart, or not.
test::Planned repeated(int times, const std::function<void(int repeat, int k, DicomDataset&)>& edit) {
  const test::ScratchFolder folder;
  for (int r = 0; r < times; ++r) {
    MrSample sample = sample_on(axial());
    sample.first_instance_number = 1 + 100 * r;
    sample.edit = [&, r](int k, DicomDataset& d) { edit(r, k, d); };
    test::write_mr_series(folder.path(), sample, std::to_string(r) + "_");
  }
  return plan_folder(folder.path());
}

std::vector<std::string> labels(const test::Planned& planned) {
  std::vector<std::string> all;
  for (const VolumePlan& plan : planned.plans) all.push_back(plan.label);
  return all;
}

using Labels = std::vector<std::string>;

TEST(VolumeGrouping, PhasesAreToldApartByWhateverTheHeadersHold) {
  const Labels phases{"phase 0", "phase 1", "phase 2"};
  EXPECT_EQ(labels(repeated(3,
                            [](int r, int, DicomDataset& d) {
                              d.put_number(io::tag::TemporalPositionIdentifier, "IS", r + 1);
                            })),
            phases);
  EXPECT_EQ(labels(repeated(3,
                            [](int r, int, DicomDataset& d) {
                              d.put_number(io::tag::AcquisitionNumber, "IS", 10 * r + 4);
                            })),
            phases);
  EXPECT_EQ(labels(repeated(3, [](int, int, DicomDataset&) {})), phases);
}

TEST(VolumeGrouping, TimesCountFromTheFirstPhaseWhereTheClockRunsOn) {
  const char* clock[] = {"235930", "000030.5", "000130"};
  const char* date[] = {"20200102", "20200103", "20200103"};
  const test::Planned planned = repeated(3, [&](int r, int, DicomDataset& d) {
    d.put_text(io::tag::AcquisitionDate, "DA", date[r]);
    d.put_text(io::tag::AcquisitionTime, "TM", clock[r]);
  });
  ASSERT_EQ(planned.plans.size(), 3u);
  EXPECT_EQ(planned.plans[0].time_s, 0);
  EXPECT_EQ(planned.plans[1].time_s, 60.5);
  EXPECT_EQ(planned.plans[2].time_s, 120);
  const test::Planned still = repeated(2, [](int r, int, DicomDataset& d) {
    d.put_text(io::tag::AcquisitionDate, "DA", "20200102");
    d.put_text(io::tag::AcquisitionTime, "TM", "101500");
    d.put_number(io::tag::TemporalPositionIdentifier, "IS", r + 1);
  });
  EXPECT_FALSE(still.plans.at(1).time_s.has_value());
}

TEST(VolumeGrouping, BValuesDirectionsTraceAndRepeatsAreEachTheirVolume) {
  const double b[] = {0, 800, 800, 800, 0};
  const Vec3 g[] = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 0}, {0, 0, 0}};
  const test::Planned planned = repeated(5, [&](int r, int, DicomDataset& d) {
    d.put_number(io::tag::DiffusionBValue, "FD", b[r]);
    d.put_numbers({0x0018, 0x9089}, "FD", {g[r].x, g[r].y, g[r].z});
  });
  EXPECT_EQ(labels(planned), (Labels{"b 0, repeat 1", "b 0, repeat 2", "b 800, direction 1",
                                     "b 800, direction 2", "b 800, trace"}));
  EXPECT_EQ(planned.plans.at(2).b_value_s_per_mm2, 800);
  EXPECT_EQ(planned.plans.at(0).phase_index, -1);
}

TEST(VolumeGrouping, EchoesAndComponentsAreEachTheirVolume) {
  const test::Planned planned = repeated(4, [](int r, int, DicomDataset& d) {
    d.put_number(io::tag::EchoTime, "DS", r / 2 == 0 ? 2.3 : 4.6);
    d.put_texts(io::tag::ImageType, "CS", {"ORIGINAL", "PRIMARY", r % 2 == 0 ? "M" : "P", "ND"});
  });
  EXPECT_EQ(labels(planned), (Labels{"echo 1", "echo 2", "phase, echo 1", "phase, echo 2"}))
      << ::testing::PrintToString(sentences(planned.findings));
}

TEST(VolumeGrouping, PhasesOfTheSortingOutrankTheHeaders) {
  test::Planned planned = repeated(
      2, [](int r, int, DicomDataset& d) { d.put_number(io::tag::TemporalPositionIdentifier, "IS", r + 1); });
  for (const int p : {0, 1}) {
    Phase& phase = planned.series.phases.emplace_back();
    phase.phase_index = p;
    phase.time_s = 75.0 * p;
    for (const FrameRef& image : planned.plans.at(1 - p).frames) phase.images.push_back(image);
  }
  Findings findings;
  const auto again = plan_volumes(planned.index, planned.series, {}, findings);
  ASSERT_EQ(again.size(), 2u);
  EXPECT_EQ(again[1].time_s, 75);
  EXPECT_EQ(again[1].frames[0].entry, planned.plans[0].frames[0].entry);
}

// ---- images that make no volume ----

// The messages about one axial series of six slices whose files were changed.
std::vector<std::string> messages(const std::function<void(int k, DicomDataset&)>& edit, int left_out = -1,
                                  const AssemblyOptions& options = {}) {
  const test::ScratchFolder folder;
  MrSample sample = sample_on(axial());
  sample.edit = edit;
  const auto files = test::write_mr_series(folder.path(), sample);
  if (left_out >= 0) std::filesystem::remove(files.at(left_out));
  return sentences(plan_folder(folder.path(), options).findings);
}

using Messages = std::vector<std::string>;
const std::string kSeries = "series 7 \"t2_tse_tra\": ";

TEST(VolumeTroubles, MissingSliceIsNamedWithItsPlace) {
  EXPECT_EQ(
      messages(nullptr, 1),
      Messages{kSeries + "slice 2 of 6 is missing (gap of 6.6 mm after z = −14.2 mm); the volume is not "
                         "assembled. Send the series again, or pass --allow-gaps to fill it and mark it."});
}

TEST(VolumeTroubles, MissingSliceIsFilledAndMarkedWhereAsked) {
  const test::ScratchFolder folder;
  const auto files = test::write_mr_series(folder.path(), sample_on(axial()));
  std::filesystem::remove(files[1]);
  const test::Planned planned = plan_folder(folder.path(), {.allow_gaps = true});
  EXPECT_EQ(
      sentences(planned.findings),
      Messages{kSeries + "slice 2 of 6 is missing (gap of 6.6 mm after z = −14.2 mm); it was filled from "
                         "the neighbours."});
  const Volume volume = read_volume(planned.index, planned.series, planned.plans.at(0));
  EXPECT_LT(corner_distance_mm(volume.image.grid, axial()), 1e-6);
  EXPECT_FLOAT_EQ(volume.image.at(2, 1, 1), code(2, 1, 1));  // the code is linear in k
  EXPECT_EQ(volume.slices[1], SliceSource{});
  EXPECT_NE(volume.slices[2], SliceSource{});
}

TEST(VolumeTroubles, MissingSliceOfOnePhaseLeavesTheOthers) {
  const test::Planned planned = repeated(2, [](int r, int k, DicomDataset& d) {
    d.put_number(io::tag::TemporalPositionIdentifier, "IS", r + 1);
    if (r == 1 && k == 3) d.erase(io::tag::ImagePositionPatient);
  });
  EXPECT_EQ(labels(planned), Labels{"phase 0"});
  EXPECT_EQ(
      sentences(planned.findings),
      (Messages{kSeries + "1 image of 12: no usable position, orientation and pixel spacing in the "
                          "patient; they are left out.",
                "series 7 \"t2_tse_tra\", phase 1: slice 4 of 6 is missing (gap of 6.6 mm after z = −7.6 "
                "mm); the volume is not assembled. Send the series again, or pass --allow-gaps to fill it "
                "and mark it."}));
}

TEST(VolumeTroubles, UnequalSpacingIsRefusedAndResampledWhereAsked) {
  const auto uneven = [](int k, DicomDataset& d) {
    if (k == 5) shift_slice(d, axial(), k, 1.5);
  };
  EXPECT_EQ(
      messages(uneven),
      Messages{kSeries + "the spacing of the slices is unequal (3.3 to 4.8 mm); the volume is not "
                         "assembled. Send the series again, or pass --resample-uneven to resample it to the "
                         "smallest step."});
  const test::ScratchFolder folder;
  MrSample sample = sample_on(axial());
  sample.edit = uneven;
  test::write_mr_series(folder.path(), sample);
  const test::Planned planned = plan_folder(folder.path(), {.resample_uneven = true});
  EXPECT_EQ(
      sentences(planned.findings),
      Messages{kSeries + "the spacing of the slices is unequal (3.3 to 4.8 mm); the volume was resampled to "
                         "6 slices of 3.3 mm."});
  const Volume volume = read_volume(planned.index, planned.series, planned.plans.at(0));
  EXPECT_NEAR(volume.image.at(2, 1, 4), code(2, 1, 4), 0.01);
  EXPECT_NEAR(volume.image.at(2, 1, 5), code(2, 1, 4) + 100 * 3.3 / 4.8, 0.01);
  EXPECT_TRUE(volume.slices.empty());
}

TEST(VolumeTroubles, MissingSliceMayAlsoBeResampledOver) {
  EXPECT_EQ(
      messages(nullptr, 1, {.resample_uneven = true}),
      Messages{kSeries + "the spacing of the slices is unequal (3.3 to 6.6 mm); the volume was resampled to "
                         "6 slices of 3.3 mm."});
}

TEST(VolumeTroubles, DuplicateSliceIsNamed) {
  const test::ScratchFolder folder;
  MrSample sample = sample_on(axial());
  test::write_mr_series(folder.path(), sample);
  DicomDataset twin = test::mr_slice(sample, 4);
  twin.put_text(io::tag::SOPInstanceUID, "UI", "2.25.77");
  io::write_dicom(folder / "twin.dcm", twin);
  EXPECT_EQ(
      sentences(plan_folder(folder.path()).findings),
      Messages{kSeries + "slice 5 of 6 is there twice; the volume is not assembled. Remove the image that "
                         "does not belong."});
}

TEST(VolumeTroubles, IncompleteRepetitionThatNoHeaderNamesIsSaid) {
  const test::Planned planned = repeated(3, [](int r, int k, DicomDataset& d) {
    if (r == 2 && k == 0) d.erase(io::tag::ImagePositionPatient);
  });
  EXPECT_TRUE(planned.plans.empty());
  EXPECT_EQ(sentences(planned.findings).back(),
            kSeries +
                "of 6 slice positions 1 has 2 images, the others have 3, and no header tells the "
                "repetitions apart; the volume is not assembled. Send the series again.");
}

TEST(VolumeTroubles, SeveralOrientationsAreNotOneVolume) {
  const test::ScratchFolder folder;
  MrSample scout = sample_on(axial(5));
  test::write_mr_series(folder.path(), scout, "a");
  scout.grid = sagittal(6, 30);
  scout.first_instance_number = 101;
  test::write_mr_series(folder.path(), scout, "s");
  const test::Planned planned = plan_folder(folder.path());
  EXPECT_TRUE(planned.plans.empty());
  EXPECT_EQ(
      sentences(planned.findings),
      Messages{kSeries + "the images have 2 orientations (5 axial, 6 sagittal); they are not one volume."});
  EXPECT_EQ(planned.findings[0].severity, Severity::note);
}

TEST(VolumeTroubles, AStrayImageOfAnotherOrientationDoesNotCostTheVolume) {
  const test::ScratchFolder folder;
  MrSample sample = sample_on(axial());
  test::write_mr_series(folder.path(), sample, "a");
  sample.grid = sagittal(1, 30);
  sample.first_instance_number = 101;
  test::write_mr_series(folder.path(), sample, "s");
  const test::Planned planned = plan_folder(folder.path());
  EXPECT_EQ(planned.plans.size(), 1u);
  EXPECT_EQ(sentences(planned.findings),
            Messages{kSeries + "the images have 2 orientations (6 axial, 1 sagittal); only the 6 of one "
                               "orientation are used."});
}

TEST(VolumeTroubles, ProjectionsAtOnePositionAreNoVolume) {
  EXPECT_EQ(messages([](int k, DicomDataset& d) { shift_slice(d, axial(), k, -3.3 * k); }),
            Messages{kSeries + "all 6 images lie at one position (z = −14.2 mm); they make no volume."});
}

TEST(VolumeTroubles, ShearedStackIsRefused) {
  EXPECT_EQ(
      messages([](int k, DicomDataset& d) {
        const Vec3 p = point_from_index(axial(), {0.5 * k, 0, double(k)});
        d.put_numbers(io::tag::ImagePositionPatient, "DS", {p.x, p.y, p.z});
      }),
      Messages{kSeries + "the slices are shifted against each other in their plane by up to 3.8 mm; the "
                         "volume is not assembled. Sheared stacks are not read; send the images before they "
                         "were reformatted."});
}

TEST(VolumeTroubles, ImagesWithoutAPlaceAreANote) {
  EXPECT_EQ(
      messages([](int, DicomDataset& d) { d.erase(io::tag::ImageOrientationPatient); }),
      Messages{kSeries + "its images have no usable position, orientation and pixel spacing in the patient; "
                         "they make no volume."});
}

TEST(VolumeTroubles, AbsurdNumbersAreNoPlace) {
  for (const char* spacing : {"0\\1", "-1\\1", "1e30\\1"})
    EXPECT_EQ(
        messages([&](int, DicomDataset& d) { d.put_text(io::tag::PixelSpacing, "DS", spacing); }).size(), 1u);
  EXPECT_EQ(messages([](int, DicomDataset& d) {
              d.put_text(io::tag::ImageOrientationPatient, "DS", "0\\0\\0\\0\\0\\0");
            }).size(),
            1u);
}

TEST(VolumeTroubles, StepsTooDifferentToResampleAskForNoMemory) {
  const auto far = [](int k, DicomDataset& d) {
    if (k == 5) shift_slice(d, axial(), k, 90000.123);
  };
  EXPECT_EQ(
      messages(far, -1, {.resample_uneven = true}),
      Messages{kSeries + "the spacing of the slices is unequal (3.3 to 90003.4 mm); the volume is not "
                         "assembled. Send the series again; the steps differ too much to be resampled."});
}

TEST(VolumeTroubles, MosaicWithoutItsCountIsAnError) {
  const auto say = messages([](int, DicomDataset& d) {
    d.put_texts(io::tag::ImageType, "CS", {"ORIGINAL", "PRIMARY", "M", "MOSAIC"});
  });
  EXPECT_EQ(say,
            Messages{kSeries + "a mosaic without its number of slices (CSA header NumberOfImagesInMosaic); "
                               "they make no volume."});
}

TEST(VolumeTroubles, SliceWithoutPixelsIsNamedWhenTheVolumeIsRead) {
  const test::ScratchFolder folder;
  MrSample sample = sample_on(axial());
  sample.edit = [](int k, DicomDataset& d) {
    if (k == 2) d.erase(io::tag::PixelData);
  };
  test::write_mr_series(folder.path(), sample);
  const test::Planned planned = plan_folder(folder.path());
  ASSERT_EQ(planned.plans.size(), 1u);
  try {
    read_volume(planned.index, planned.series, planned.plans[0]);
    FAIL() << "was read";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("0002.dcm"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace lobule::exam
