#pragma once
// What the headers of one series say, gathered once: the rules read facts and never a data set. Values of
// Enhanced objects come from their functional groups (per frame, then shared, then the top level).

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/vec.h"
#include "exam/exam.h"
#include "exam/index.h"

namespace lobule::exam {

struct FrameFacts {
  FrameRef ref;
  std::string file_name;
  bool has_geometry = false;
  Vec3 position_mm, row, column;  // centre of the first voxel; directions of growing column and row index
  double row_spacing_mm = 0, column_spacing_mm = 0;
  int rows = 0, columns = 0;
  int position_id = 0;  // equal where frames of the series lie within 0.05 mm of each other
  std::optional<double> b_value_s_per_mm2;
  std::optional<int> temporal_position, acquisition_number, instance_number;
  std::optional<double> trigger_time_ms;
  std::optional<double> acquisition_s;  // seconds of a day (with the date: since an epoch); for differences
  double echo_time_ms = 0;
  std::string flavour;  // Dixon part: "water", "fat", "in_phase", "opposed_phase"; "phase"; else ""

  Vec3 normal() const { return cross(row, column); }
  double along_normal_mm() const { return dot(position_mm, normal()); }
};

// A text of the header with the name and tag that evidence cites.
struct HeaderText {
  std::string name;  // "SeriesDescription (0008,103E)"
  std::string value;
};

struct SeriesFacts {
  std::string modality, sop_class_uid, vendor;  // vendor: "Siemens", "GE", "Philips" or ""
  std::string frame_of_reference_uid;           // of the first image; "" where there is none
  std::vector<HeaderText> descriptions;         // SeriesDescription, ProtocolName
  std::vector<HeaderText> sequences;            // SequenceName and the vendors' private names of it
  std::set<std::string> image_type, scanning_sequence, sequence_variant, scan_options;  // upper case
  std::string image_type_text, acquisition_type, acquisition_contrast;
  std::optional<double> repetition_time_ms, echo_time_ms, inversion_time_ms, flip_angle_deg,
      slice_thickness_mm, rescale_slope, rescale_intercept;
  std::optional<int> echo_train_length;
  bool echo_planar = false, spectral_fat_suppression = false;
  bool no_spectral_suppression = false;  // Enhanced MR says so
  bool has_contrast_agent = false;
  std::string contrast_agent_tag;  // which tag said so
  std::vector<FrameFacts> frames;
  std::vector<double> b_values;  // distinct, rising
  std::string b_value_source;    // what said the first of them
  int orientation_count = 0;     // distinct slice directions, 30 degrees apart at least
  int position_count = 0;        // distinct slice positions

  double slice_step_mm() const;  // smallest distance of two positions; 0 when there is one
};

SeriesFacts gather_facts(const DicomIndex& index, const Series& series);

}  // namespace lobule::exam
