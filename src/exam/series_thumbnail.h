#pragma once
// A series as three small pictures: what a network that sorts series looks at. phantom/sampler_series.h makes
// the same of digital patients.

#include <vector>

#include "core/context.h"
#include "exam/sort_frames.h"

namespace lobule::exam {

inline constexpr int kThumbnailSize = 96;  // columns and rows of a picture

// Three pictures [plane][row][column]: transversal through the middle of the field of view, coronal a quarter
// of the field from its front, sagittal a quarter from the patient's left (through the middle of fields
// narrower than 220 mm, which hold one breast). Columns run to the left (sagittal: to the back), rows to the
// back (others: to the feet). Pixels are square and of one size, such that the longest extent fills a
// picture; what the series does not cover is 0, as is what is negative.
struct SeriesThumbnail {
  int size = kThumbnailSize;
  std::vector<float> pictures;  // empty: nothing could be read
};

// Of some frames of a series (indices into facts.frames): those of its commonest slice direction, the first
// at each position, no closer together than half a pixel. Values are the series' own, each the mean over its
// pixel. Reads without keeping; safe to call from several threads.
SeriesThumbnail series_thumbnail(const SeriesFacts& facts, const std::vector<int>& frames,
                                 const FrameSource& source);

// The value that becomes 1: the 99.5th percentile of what is above 0 in the pictures; 1 where nothing is.
float thumbnail_scale(const std::vector<float>& pictures);

// Divided by the scale and cut off at 1.
SeriesThumbnail normalized(SeriesThumbnail thumbnail);

}  // namespace lobule::exam
