#pragma once
// Slices of one orientation divided into volumes: which image belongs to which b-value, echo, phase.

#include <optional>
#include <string>
#include <vector>

#include "exam/volume_slices.h"

namespace lobule::exam {

// What a set of slices was divided by, and which part this is.
struct Division {
  enum class Kind { component, image_type, echo, b_value, direction, time } kind;
  int part = 0;   // from 0, in order of value (of acquisition, for directions)
  int parts = 1;  // how many there were
};

struct SliceGroup {
  std::vector<SliceFacts> slices;
  std::vector<Division> divisions;  // outermost first
  std::string trouble;              // why the slices make no volume; empty when each position is there once

  const Division* division(Division::Kind kind) const;
};

// Slices closer than this along the slice axis lie at one position.
inline constexpr double kSamePositionMm = 0.02;

// Divides slices until each part has one image a position. The headers are asked in a fixed order and an
// attribute counts only where it really separates repeated positions: image component, image type, echo time,
// b-value, gradient direction; then time, by the phases of the sorting, temporal position, other dimensions
// of an Enhanced object, the file (of multi-frame objects and mosaics), acquisition number, trigger time,
// acquisition time; at last, where every position is there equally often, the order of instance numbers.
std::vector<SliceGroup> divide_slices(std::vector<SliceFacts> slices);

}  // namespace lobule::exam
