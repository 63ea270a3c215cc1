#pragma once
// Images of a series assembled into volumes by their positions, never by file order or instance number.

#include <optional>
#include <string>
#include <vector>

#include "core/image.h"
#include "exam/exam.h"
#include "exam/index.h"

namespace lobule::exam {

// Which DICOM frame a slice came from; what result objects refer to.
struct SliceSource {
  std::string sop_class_uid;
  std::string sop_instance_uid;
  int frame = 0;  // 1-based in a multi-frame object; 0 when the object is a single image
  friend bool operator==(const SliceSource&, const SliceSource&) = default;
  template <class F, class S>
  static void fields(F& f, S& s) {
    f(s.sop_class_uid), f(s.sop_instance_uid), f(s.frame);
  }
};

struct Volume {
  Image<float> image;               // rescaled; slices along increasing position on row × column
  std::vector<SliceSource> slices;  // one per index k; empty once resampled to another grid
  std::string series_uid;
  std::string frame_of_reference_uid;
  std::string unit;  // "" for signal
  std::optional<double> b_value_s_per_mm2;
  int phase_index = -1;
  std::optional<double> time_s;
  std::string label;  // tells volumes of one series apart: "b 400", "echo 2", "phase map"
  template <class F, class S>
  static void fields(F& f, S& s) {
    f(s.image), f(s.slices), f(s.series_uid), f(s.frame_of_reference_uid), f(s.unit), f(s.b_value_s_per_mm2),
        f(s.phase_index), f(s.time_s), f(s.label);
  }
};

// The dynamic of an exam on the grid of its pre-contrast phase. A phase that covers part of the grid is
// NaN outside it.
struct Dynamic {
  std::vector<Volume> phases;  // phase_index 0 … n
  int early_phase_index = 1;
  bool times_known = false;     // from headers or declared by the user
  bool times_declared = false;  // by --phase-times
  template <class F, class S>
  static void fields(F& f, S& s) {
    f(s.phases), f(s.early_phase_index), f(s.times_known), f(s.times_declared);
  }
};

struct AssemblyOptions {
  bool allow_gaps = false;       // fill a missing slice by its neighbours and say so
  bool resample_uneven = false;  // resample unequal spacing to the smallest step and say so
};

// What a series' headers say about its volumes, before pixels are read.
struct VolumePlan {
  Grid grid;
  std::vector<FrameRef> frames;  // one per slice, in slice order; entry −1 where a missing slice is filled
  std::optional<double> b_value_s_per_mm2;
  int phase_index = -1;          // of a series with several phases (or as the sorting decided); else −1
  std::optional<double> time_s;  // after the series' first phase, where the headers tell
  std::string label;

  // Each counts from 1 where the series holds several, else 0.
  int echo = 0;
  int direction = 0;      // of diffusion gradients, among the volumes of one b-value
  int repeat = 0;         // of the same diffusion weighting
  bool is_trace = false;  // a mean over gradient directions beside the directions themselves
  std::string component;  // "" for magnitude; "phase", "real", "imaginary", "fieldmap", …

  std::vector<int> tiles;  // of a Siemens mosaic: which tile of the image each slice is; else empty
  // Where the images lie along the slice axis, from the grid's origin, when their spacing was unequal and
  // read_volume resamples them to the grid; else empty.
  std::vector<double> uneven_offsets_mm;
};

// Groups the images of a series into volumes: by orientation, image type (magnitude, phase), echo, b-value,
// gradient direction, temporal position. Siemens mosaics become their slices. Slices are ordered by their
// position along row × column. Images that make no volume (localizers, MIPs, missing or duplicate slices,
// unequal spacing) are said in `findings`; those of severity error name volumes that the series should hold.
// Volumes come in order of component, echo, b-value, direction, phase. docs/formats/geometry.md has the
// rules.
std::vector<VolumePlan> plan_volumes(const DicomIndex& index, const Series& series,
                                     const AssemblyOptions& options, Findings& findings);

// Reads the pixels of a planned volume, in parallel, and rescales them (RescaleSlope and RescaleIntercept of
// each image). Filled slices are the mean of their neighbours, weighted by distance, and have no source.
// Throws Error naming the first bad slice.
Volume read_volume(const DicomIndex& index, const Series& series, const VolumePlan& plan);

}  // namespace lobule::exam
