#pragma once
// Small synthetic MR series as DICOM files, for tests: any grid, any pixel function, any header.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/image.h"
#include "io/dicom_dataset.h"
#include "io/dicom_write.h"

namespace lobule::test {

// One volume of one MR series. Slice k of the grid becomes one image; rows run along grid axis 0, columns
// along axis 1. Where axis 2 of the grid points against row × column, positions descend with k, as in a
// series whose instance numbers run against its positions.
struct MrSample {
  Grid grid;
  std::function<int(int i, int j, int k)> stored;  // stored value of each pixel; zero where not given
  bool is_signed = false;
  int bits_stored = 12;
  double slope = 1, intercept = 0;  // written when they differ from 1 and 0
  double slice_thickness_mm = 0;    // 0: the spacing of the slices
  std::string seed = "series";      // series and instance UIDs derive from it and the study's
  std::string study_seed = "study";
  std::string frame_seed = "frame";  // frame of reference
  std::string patient_id = "LOBULE-TEST";
  std::string patient_name = "Sample^Synthetic";
  std::string study_date = "20200102";  // used for series and content too; "" leaves dates empty
  std::string description = "t1_fl3d_tra";
  std::string protocol = "t1_fl3d_tra";
  std::string manufacturer = "SIEMENS";
  std::vector<std::string> image_type = {"ORIGINAL", "PRIMARY", "M", "ND"};
  int series_number = 1;
  int acquisition_number = 1;
  int first_instance_number = 1;
  std::string transfer_syntax = io::kExplicitLittleEndian;
  std::function<void(int k, io::DicomDataset&)> edit;  // the last word on each header, pixels included
};

std::string study_uid(const MrSample& sample);
std::string series_uid(const MrSample& sample);
std::string frame_of_reference_uid(const MrSample& sample);
std::string instance_uid(const MrSample& sample, int k);

// The MR Image Storage object of slice k, pixels included.
io::DicomDataset mr_slice(const MrSample& sample, int k);

// Writes all slices as folder/PREFIX0000.dcm … and returns the paths in order of k.
std::vector<std::filesystem::path> write_mr_series(const std::filesystem::path& folder,
                                                   const MrSample& sample, const std::string& prefix = "");

// Writes the volumes (of one size) as frames of one Enhanced MR object: volume after volume, slice after
// slice; dimension indices are (temporal position, in-stack position).
void write_enhanced_mr(const std::filesystem::path& path, const std::vector<MrSample>& volumes);

// A grid with an oblique orientation: rotations in radians about x, then y, then z.
Grid oblique_grid(Index3 size, Vec3 spacing_mm, Vec3 origin_mm, Vec3 rotation);

}  // namespace lobule::test
