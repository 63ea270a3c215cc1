// Series of scanners, against geometry calculated by other programs (the expected.csv of mri_qa).

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/hash.h"
#include "core/table.h"
#include "core/text.h"
#include "exam/volume_support.h"
#include "io/files.h"
#include "support/test_support.h"

namespace lobule::exam {
namespace {

Grid grid_from(const std::string& dims, const std::string& affine) {
  Grid grid;
  const auto sizes = split(dims, 'x');
  for (int a = 0; a < 3; ++a) grid.size[a] = static_cast<int>(*parse_number(sizes.at(a)));
  const auto numbers = split(affine, ' ');
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 3; ++c) grid.direction(r, c) = *parse_number(numbers.at(4 * r + c));
    grid.origin_mm[r] = *parse_number(numbers.at(4 * r + 3));
  }
  for (int c = 0; c < 3; ++c) {
    grid.spacing_mm[c] = norm(grid.direction.column[c]);
    grid.direction.column[c] = (1 / grid.spacing_mm[c]) * grid.direction.column[c];
  }
  return grid;
}

Grid slices_reversed(Grid grid) {
  grid.origin_mm = point_from_index(grid, {0, 0, grid.size[2] - 1.0});
  grid.direction.column[2] = -1.0 * grid.direction.column[2];
  return grid;
}

std::size_t volume_count(const Table& table, std::size_t row) {
  const auto dims = split(table.cell(row, "dims"), 'x');
  return dims.size() > 3 ? static_cast<std::size_t>(*parse_number(dims[3])) : 1;
}

std::vector<std::string> b_values_without_trace(const std::vector<VolumePlan>& plans) {
  std::vector<std::string> values;
  for (const VolumePlan& plan : plans)
    if (plan.b_value_s_per_mm2 && !plan.is_trace) values.push_back(format_number(*plan.b_value_s_per_mm2));
  return values;
}

// The grid of a NIfTI affine, RAS.
Grid grid_from_ras(const std::string& dims, const std::string& affine) {
  Grid grid = grid_from(dims, affine);
  const auto flip = [](Vec3 v) { return Vec3{-v.x, -v.y, v.z}; };
  grid.origin_mm = flip(grid.origin_mm);
  for (Vec3& axis : grid.direction.column) axis = flip(axis);
  return grid;
}

// The start of the SHA-256 of 16-bit voxels of all volumes on another grid of the same voxels, x slowest and
// the volume fastest.
std::string voxel_hash(const std::vector<Volume>& volumes, const Grid& theirs) {
  std::string bytes;
  for (int i = 0; i < theirs.size[0]; ++i)
    for (int j = 0; j < theirs.size[1]; ++j)
      for (int k = 0; k < theirs.size[2]; ++k)
        for (const Volume& volume : volumes) {
          const Vec3 point = point_from_index(theirs, {double(i), double(j), double(k)});
          const Vec3 at = index_from_point(volume.image.grid, point);
          const auto value = static_cast<std::uint16_t>(static_cast<std::int32_t>(
              volume.image.at(std::lround(at.x), std::lround(at.y), std::lround(at.z))));
          bytes.push_back(static_cast<char>(value & 0xFF));
          bytes.push_back(static_cast<char>(value >> 8));
        }
  return sha256_hex(bytes).substr(0, 16);
}

class VendorSeries : public testing::TestWithParam<const char*> {};

TEST_P(VendorSeries, LiesWhereOtherProgramsPutItWithTheVolumesThatTheyCount) {
  const std::string name = GetParam();
  LOBULE_NEEDS_DATA(archive, "mri_qa/" + name + ".tar.xz");
  const test::ScratchFolder folder;
  ASSERT_EQ(test::run_program({"tar", "xJf", archive.string(), "-C", folder.path().string()}).exit_code, 0);
  const test::Planned planned = test::plan_folder(folder.path());
  EXPECT_EQ(test::sentences(planned.findings), std::vector<std::string>{});

  const Table table = from_csv(io::read_file(archive.parent_path() / "expected.csv"), "expected.csv");
  std::size_t expected_volumes = 0;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    if (table.cell(row, "series") != name) continue;
    // The output ADC holds the volumes of the main one and the trace once more.
    if (table.cell(row, "output") == "ADC")
      expected_volumes = volume_count(table, row);
    else
      expected_volumes += volume_count(table, row);
    Grid theirs = grid_from(table.cell(row, "dims"), table.cell(row, "affine_lps_dicom"));
    if (name == "si_trio_epi_sag_mosaic_desc35")
      theirs = slices_reversed(theirs);  // docs/formats/geometry.md
    for (const VolumePlan& plan : planned.plans)
      EXPECT_LT(corner_distance_mm(plan.grid, theirs), 0.002) << plan.label << " " << describe(plan.grid);
    if (table.cell(row, "vendor") != "Philips") {  // the scaling of Philips is another in dcm2niix
      std::vector<Volume> volumes;
      for (const VolumePlan& plan : planned.plans)
        volumes.push_back(read_volume(planned.index, planned.series, plan));
      EXPECT_EQ(voxel_hash(volumes, grid_from_ras(table.cell(row, "dims"), table.cell(row, "affine"))),
                table.cell(row, "voxels_sha256_16"));
    }
    if (table.cell(row, "output") == "main") {
      EXPECT_EQ(b_values_without_trace(planned.plans), split(table.cell(row, "b_values"), ' '));
    }
  }
  EXPECT_EQ(planned.plans.size(), expected_volumes);
  std::set<std::string> labels;
  for (const VolumePlan& plan : planned.plans) {
    EXPECT_EQ(plan.frames.size(), static_cast<std::size_t>(plan.grid.size[2]));
    EXPECT_TRUE(labels.insert(plan.label).second) << "twice: " << plan.label;
  }
}

INSTANTIATE_TEST_SUITE_P(
    MriQa, VendorSeries,
    testing::Values("ge_dwi_tensor_2slices", "ge_epi_interleaved_15x10", "ge_genesis_t1_16slices",
                    "ge_multiphase_10x10", "ph_dti_ax_40x17", "ph_enh_fieldmap_32x2", "ph_enh_fieldmap_53x4",
                    "ph_enh_pcasl_real_40", "ph_epi_asc_9x3", "si_dwi_mosaic_prone_5of13",
                    "si_e11_dwi_slices_20of92", "si_skyra_epi_mosaic_ap", "si_t1_fl2d_sag_prone",
                    "si_trio_epi_cor_mosaic_int36", "si_trio_epi_sag_mosaic_desc35", "si_xa10_enh_epi",
                    "si_xa30_enh_dwi_5of21", "si_xa30_enh_dwi_fa_map"),
    [](const auto& series) { return std::string(series.param); });

}  // namespace
}  // namespace lobule::exam
