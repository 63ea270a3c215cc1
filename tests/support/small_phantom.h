#pragma once
// A digital patient small enough for tests that run the whole program.

#include "phantom/exam.h"

namespace lobule::test {

// About a second to analyse: two phases of 48 × 48 × 12 voxels, no other sequences.
inline phantom::ExamOptions tiny_patient() {
  phantom::ExamOptions options;
  options.dynamic_size = 48;
  options.dynamic_slices = 12;
  options.dynamic_spacing_mm = 7.4;
  options.dynamic_slice_mm = 12;
  options.post_phases = 1;
  options.truth_spacing_mm = 6;
  options.only_dynamic = true;
  return options;
}

// All sequences, three phases of 96 × 96 × 36 voxels.
inline phantom::ExamOptions small_patient() {
  phantom::ExamOptions options;
  options.dynamic_size = 96;
  options.dynamic_slices = 36;
  options.dynamic_spacing_mm = 3.7;
  options.dynamic_slice_mm = 4;
  options.post_phases = 2;
  options.truth_spacing_mm = 4;
  return options;
}

}  // namespace lobule::test
