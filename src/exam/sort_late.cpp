#include "exam/sort_late.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace lobule::exam {
namespace {

bool may_be_late(const SeriesWork& work) {
  const SeriesFacts& f = work.facts;
  // Late volumes are 3D spoiled gradient echoes; a T1 spin echo with the same place in time stays T1.
  return likeliest(work.claims, Trait::acquired) == Trait::acquired &&
         likeliest(work.claims, Trait::t1) == Trait::t1 &&
         likeliest(work.claims, Trait::single) != Trait::dynamic && f.scanning_sequence.count("SE") == 0 &&
         f.position_count >= 3;
}

double voxel_volume_mm3(const SeriesFacts& facts) {
  const FrameFacts& f = facts.frames.front();
  const double step =
      facts.slice_step_mm() > 0 ? facts.slice_step_mm() : facts.slice_thickness_mm.value_or(1);
  return f.row_spacing_mm * f.column_spacing_mm * step;
}

std::optional<double> earliest(const SeriesFacts& facts) {
  std::optional<double> best;
  for (const FrameFacts& frame : facts.frames)
    if (frame.acquisition_s && (!best || *frame.acquisition_s < *best)) best = frame.acquisition_s;
  return best;
}

const FrameFacts* nearest_frame(const SeriesFacts& facts, const std::vector<int>& frames,
                                const FrameFacts& to) {
  const FrameFacts* best = nullptr;
  double least = 0.75 * std::max(0.5, facts.slice_step_mm());
  for (const int i : frames) {
    const FrameFacts& frame = facts.frames[static_cast<std::size_t>(i)];
    const double distance = std::abs(dot(frame.position_mm - to.position_mm, to.normal()));
    if (distance <= least) least = distance, best = &frame;
  }
  return best;
}

// The values of `pixels` of `from` at the pixel centres of `to` (nearest neighbour), every third pixel;
// NaN outside.
std::vector<float> values_on(const FrameFacts& to, const FrameFacts& from, const Pixels& pixels) {
  std::vector<float> values;
  for (int j = 0; j < to.rows; j += 3)
    for (int i = 0; i < to.columns; i += 3) {
      const Vec3 p = to.position_mm + i * to.column_spacing_mm * to.row + j * to.row_spacing_mm * to.column -
                     from.position_mm;
      const auto x = static_cast<int>(std::lround(dot(p, from.row) / from.column_spacing_mm));
      const auto y = static_cast<int>(std::lround(dot(p, from.column) / from.row_spacing_mm));
      const bool inside = x >= 0 && y >= 0 && x < from.columns && y < from.rows;
      values.push_back(inside ? pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(from.columns) +
                                       static_cast<std::size_t>(x)]
                              : std::nanf(""));
    }
  return values;
}

double correlation_where_both(const std::vector<float>& a, const std::vector<float>& b) {
  std::vector<float> x, y;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!std::isnan(a[i]) && !std::isnan(b[i])) x.push_back(a[i]), y.push_back(b[i]);
  return correlation(x, y);
}

void compare_pixels(const DynamicGroup& dynamic, std::vector<SeriesWork>& works, SeriesWork& work,
                    FrameSource& source) {
  constexpr double kClearDifference = 0.02;
  const TimePoint &first = dynamic.points.front(), &last = dynamic.points.back();
  if (std::abs(dot(works[first.work].facts.frames.front().normal(), work.facts.frames.front().normal())) <
      0.99)
    return;
  for (const FrameRef ref : middle_frames(work.facts, 3)) {
    const auto frame = std::find_if(
        work.facts.frames.begin(), work.facts.frames.end(),
        [&](const FrameFacts& f) { return f.ref.entry == ref.entry && f.ref.frame == ref.frame; });
    const FrameFacts* pre = nearest_frame(works[first.work].facts, first.frames, *frame);
    const FrameFacts* post = nearest_frame(works[last.work].facts, last.frames, *frame);
    if (pre == nullptr || post == nullptr) continue;
    const Pixels &mine = source.frame(ref), &before = source.frame(pre->ref),
                 &after = source.frame(post->ref);
    if (mine.empty() || before.empty() || after.empty()) continue;
    const std::vector<float> own = values_on(*frame, *frame, mine);
    const double r_pre = correlation_where_both(own, values_on(*frame, *pre, before));
    const double r_post = correlation_where_both(own, values_on(*frame, *post, after));
    const std::string text = "correlation with the last phase " + format_fixed(r_post, 2) +
                             ", with the pre-contrast phase " + format_fixed(r_pre, 2);
    if (r_post > r_pre + kClearDifference) work.claim(Trait::late, 3, "pixels", text);
    if (r_pre > r_post + kClearDifference) work.claim(Trait::single, 3, "pixels", text);
    return;
  }
}

}  // namespace

void claim_late(const DynamicGroup& dynamic, std::vector<SeriesWork>& works, FrameSource* source) {
  const SeriesWork& last = works[dynamic.points.back().work];
  for (SeriesWork& work : works) {
    if (!may_be_late(work)) {
      std::erase_if(work.claims, [](const Claim& c) { return c.trait == Trait::late; });
      continue;
    }
    const auto mine = earliest(work.facts), theirs = earliest(last.facts);
    if (mine && theirs) {
      if (*mine > *theirs)
        work.claim(Trait::late, 3, "header",
                   "AcquisitionTime (0008,0032) after the last phase of the dynamic");
      else
        work.claim(Trait::single, 4, "header",
                   "AcquisitionTime (0008,0032) before the last phase of the dynamic");
    } else if (work.series->series_number == last.series->series_number) {
      // No series has a number, or all have one: nothing is told.
    } else if (work.series->series_number > last.series->series_number) {
      work.claim(Trait::late, 2, "header",
                 "SeriesNumber (0020,0011) " + std::to_string(work.series->series_number) +
                     " follows the dynamic's last, " + std::to_string(last.series->series_number));
    } else {
      work.claim(Trait::single, 2, "header",
                 "SeriesNumber (0020,0011) " + std::to_string(work.series->series_number) +
                     " precedes the dynamic's");
    }
    const double own = voxel_volume_mm3(work.facts), coarse = voxel_volume_mm3(last.facts);
    if (own > 0 && own < 0.9 * coarse)
      work.claim(
          Trait::late, 1.5, "header",
          "voxels of " + format_fixed(own, 2) + " mm³, finer than the dynamic's " + format_fixed(coarse, 2));
    if (source != nullptr) compare_pixels(dynamic, works, work, *source);
  }
}

void drop_late_claims(std::vector<SeriesWork>& works) {
  for (SeriesWork& work : works)
    std::erase_if(work.claims, [](const Claim& c) { return c.trait == Trait::late; });
}

}  // namespace lobule::exam
