#pragma once
// What the header of one image says that matters for assembling volumes.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/vec.h"
#include "exam/exam.h"
#include "exam/index.h"

namespace lobule::exam {

struct SliceFacts {
  FrameRef ref;
  int tile = -1;  // of a mosaic

  int columns = 0, rows = 0;
  Vec3 row, column;                                  // unit vectors along which column and row indices grow
  double column_spacing_mm = 0, row_spacing_mm = 0;  // between columns, between rows
  Vec3 position_mm;                                  // centre of the first voxel
  Vec3 normal() const { return cross(row, column); }

  std::optional<double> b_value_s_per_mm2;
  std::optional<Vec3> gradient;
  std::string component;   // "" for magnitude or unknown; "phase", "real", "imaginary"
  std::string image_type;  // all values, joined
  double echo_time_ms = 0;
  std::optional<double> temporal_position, acquisition_number, trigger_time_ms, acquired_s;
  std::vector<double> dimensions;  // DimensionIndexValues that do not count positions
  double instance_number = 0;
  int planned_phase = -1;  // as the sorting decided
};

struct SliceList {
  std::vector<SliceFacts> slices;
  int without_geometry = 0;  // images that have no usable position, orientation, spacing or size
  std::string mosaic_trouble;
};

// The facts of all images of a series; a mosaic counts as its slices.
SliceList list_slices(const DicomIndex& index, const Series& series);

// RescaleSlope and RescaleIntercept of an image; (1, 0) where absent.
std::array<double, 2> rescale_of(const io::DicomDataset& header, int frame);

}  // namespace lobule::exam
