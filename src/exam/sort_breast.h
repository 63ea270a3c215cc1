#pragma once
// What a few slices show without any label: a prone patient with two breasts, one, or none; and whether
// fat is bright or dark.

#include <string>

#include "exam/sort_frames.h"
#include "exam/sort_work.h"

namespace lobule::exam {

enum class Lobes { unknown, none, one, two };

struct BreastShape {
  Lobes lobes = Lobes::unknown;
  std::string side;  // of a single lobe: "right" or "left"
  std::string text;  // what was measured, in words
};

// The anterior outline of the body over x, from up to 24 slices of any orientation in patient
// coordinates: two hills with a valley between them are two hanging breasts.
BreastShape find_breasts(const SeriesFacts& facts, FrameSource& source, const Cancellation& cancellation);

struct FatLook {
  bool measured = false;
  double ratio = 0;  // median of the rim under the skin / median of the other class inside the breasts
  std::string text;
};

// Compares the rim of the breasts (subcutaneous fat) with what lies deeper and differs from it most.
FatLook look_at_fat(const SeriesFacts& facts, FrameSource& source, const Cancellation& cancellation);

}  // namespace lobule::exam
