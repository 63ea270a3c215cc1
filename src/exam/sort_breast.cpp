#include "exam/sort_breast.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace lobule::exam {
namespace {

// Tissue is brighter than this share of the bright voxels of a slice; air and its noise are not.
constexpr float kTissueShare = 0.12F;
constexpr double kBinMm = 4, kSampleMm = 3;
constexpr double kBodyFraction = 0.3;  // of the voxels of a bin, over all slices looked at
constexpr double kValleyDepthMm = 20;  // hanging breasts rise 50 mm and more above the sternum
constexpr double kPeakDistanceMm[2] = {80, 320};
constexpr double kNarrowFieldMm = 230;  // a field that cannot hold both breasts

struct Outline {
  double x0_mm = 0;                // of bin 0
  std::vector<double> forward_mm;  // −y of the most anterior tissue in each bin; NaN where there is none
};

// Body seen from the feet: the share of tissue in each (x, y) bin over all slices.
class Silhouette {
 public:
  void add(const FrameFacts& frame, const Pixels& pixels, double z_low, double z_high) {
    const float floor = kTissueShare * percentile(pixels, 0.99);
    // Every other pixel, but closely enough that coarse images leave no bin without one.
    const double step_j = std::min(2.0, kSampleMm / frame.row_spacing_mm),
                 step_i = std::min(2.0, kSampleMm / frame.column_spacing_mm);
    for (double at_j = 0; at_j <= frame.rows - 1; at_j += step_j)
      for (double at_i = 0; at_i <= frame.columns - 1; at_i += step_i) {
        const long j = std::lround(at_j), i = std::lround(at_i);
        const Vec3 p = frame.position_mm + at_i * frame.column_spacing_mm * frame.row +
                       at_j * frame.row_spacing_mm * frame.column;
        if (p.z < z_low || p.z > z_high) continue;
        const int x = bin(p.x), y = bin(p.y);
        if (x < 0 || y < 0) continue;
        const auto at = static_cast<std::size_t>(y) * kBins + static_cast<std::size_t>(x);
        ++seen_[at];
        if (pixels[static_cast<std::size_t>(j) * static_cast<std::size_t>(frame.columns) +
                   static_cast<std::size_t>(i)] > floor)
          ++tissue_[at];
      }
  }
  Outline outline() const {
    Outline result;
    result.x0_mm = -kHalfMm + kBinMm / 2;
    for (int x = 0; x < kBins; ++x) {
      double forward = std::nan("");
      for (int y = 0; y + 1 < kBins && std::isnan(forward); ++y)
        if (is_body(x, y) && is_body(x, y + 1)) forward = kHalfMm - (y + 0.5) * kBinMm;
      result.forward_mm.push_back(forward);
    }
    return result;
  }

 private:
  static constexpr int kBins = 200;
  static constexpr double kHalfMm = kBins * kBinMm / 2;
  static int bin(double mm) {
    const double at = std::floor((mm + kHalfMm) / kBinMm);
    return at >= 0 && at < kBins ? static_cast<int>(at) : -1;
  }
  bool is_body(int x, int y) const {
    const auto at = static_cast<std::size_t>(y) * kBins + static_cast<std::size_t>(x);
    return seen_[at] > 0 && tissue_[at] >= kBodyFraction * seen_[at];
  }
  std::vector<int> seen_ = std::vector<int>(kBins * kBins), tissue_ = std::vector<int>(kBins * kBins);
};

// The longest run of bins with tissue.
std::pair<int, int> body_range(const Outline& outline) {
  int best_begin = 0, best_end = 0, begin = 0;
  const int n = static_cast<int>(outline.forward_mm.size());
  for (int x = 0; x <= n; ++x) {
    if (x < n && !std::isnan(outline.forward_mm[static_cast<std::size_t>(x)])) continue;
    if (x - begin > best_end - best_begin) best_begin = begin, best_end = x;
    begin = x + 1;
  }
  return {best_begin, best_end};
}

BreastShape judge_outline(const Outline& outline) {
  BreastShape shape;
  const auto [begin, end] = body_range(outline);
  const auto forward = [&](int x) { return outline.forward_mm[static_cast<std::size_t>(x)]; };
  const auto x_mm = [&](int x) { return outline.x0_mm + x * kBinMm; };
  if (end - begin < 10) return {Lobes::none, "", "no body of 40 mm width is seen"};
  double best_depth = -1e9;
  int left_peak = begin, right_peak = begin;
  for (int v = begin + 1; v + 1 < end; ++v) {
    int low = v, high = v;
    for (int x = begin; x < v; ++x)
      if (forward(x) > forward(low) || low == v) low = x;
    for (int x = v + 1; x < end; ++x)
      if (forward(x) > forward(high) || high == v) high = x;
    const double apart = x_mm(high) - x_mm(low);
    if (apart < kPeakDistanceMm[0] || apart > kPeakDistanceMm[1]) continue;
    const double depth = std::min(forward(low), forward(high)) - forward(v);
    if (depth > best_depth) best_depth = depth, left_peak = low, right_peak = high;
  }
  const double width = (end - begin) * kBinMm;
  if (best_depth >= kValleyDepthMm) {
    shape.lobes = Lobes::two;
    shape.text = "the anterior outline has two hills " + format_fixed(x_mm(right_peak) - x_mm(left_peak), 0) +
                 " mm apart with a valley " + format_fixed(best_depth, 0) + " mm deep: two hanging breasts";
    return shape;
  }
  // One hill beside a shelf of chest wall: a single breast.
  int peak = begin;
  for (int x = begin; x < end; ++x)
    if (forward(x) > forward(peak)) peak = x;
  int shelf_low = 0, shelf_high = 0;
  for (int x = begin; x < end; ++x)
    if (forward(x) < forward(peak) - kValleyDepthMm) (x < peak ? shelf_low : shelf_high) += 1;
  const double offset = x_mm(peak) - 0.5 * (x_mm(begin) + x_mm(end - 1));
  const bool one = std::abs(offset) > 40 && std::max(shelf_low, shelf_high) * kBinMm > 80 && width > 200;
  shape.lobes = one ? Lobes::one : Lobes::none;
  shape.side = one ? (offset < 0 ? "right" : "left") : "";
  shape.text = one ? "the anterior outline has one hill, " + format_fixed(std::abs(offset), 0) +
                         " mm to the " + shape.side + " of the middle"
                   : "the anterior outline has no two hills (deepest valley " +
                         format_fixed(std::max(0.0, best_depth), 0) + " mm, body " + format_fixed(width, 0) +
                         " mm wide)";
  if (!one && width < kNarrowFieldMm) shape.lobes = Lobes::unknown;
  return shape;
}

const FrameFacts& facts_of(const SeriesFacts& facts, FrameRef ref) {
  return *std::find_if(facts.frames.begin(), facts.frames.end(), [&](const FrameFacts& f) {
    return f.ref.entry == ref.entry && f.ref.frame == ref.frame;
  });
}

bool fits(const FrameFacts& frame, const Pixels& pixels) {
  return frame.has_geometry && !pixels.empty() &&
         pixels.size() == static_cast<std::size_t>(frame.rows) * static_cast<std::size_t>(frame.columns);
}

// A line of an image from the anterior edge backwards: start, step, length and millimetres per step.
struct Line {
  std::ptrdiff_t start, step;
  int length;
  double mm;
};

std::vector<Line> lines_from_the_front(const FrameFacts& frame) {
  std::vector<Line> lines;
  const bool along_columns = std::abs(frame.column.y) >= std::abs(frame.row.y);
  const int length = along_columns ? frame.rows : frame.columns;
  const int count = along_columns ? frame.columns : frame.rows;
  const std::ptrdiff_t step = along_columns ? frame.columns : 1;
  const double mm = along_columns ? frame.row_spacing_mm : frame.column_spacing_mm;
  const bool forwards = (along_columns ? frame.column.y : frame.row.y) > 0;
  for (int i = 0; i < count; ++i) {
    const std::ptrdiff_t base = along_columns ? i : static_cast<std::ptrdiff_t>(i) * frame.columns;
    lines.push_back(forwards ? Line{base, step, length, mm}
                             : Line{base + step * (length - 1), -step, length, mm});
  }
  return lines;
}

// Signals under the skin and deeper, over the lines that begin in the breasts.
void collect_depths(const FrameFacts& frame, const Pixels& pixels, std::vector<float>& rim,
                    std::vector<float>& deep) {
  constexpr double kRimMm[2] = {3, 8}, kDeepMm[2] = {12, 50}, kBreastMm = 45;
  const float floor = kTissueShare * percentile(pixels, 0.99);
  const std::vector<Line> lines = lines_from_the_front(frame);
  std::vector<int> surface;
  for (const Line& line : lines) {
    int first = -1, run = 0;
    for (int k = 0; k < line.length && first < 0; ++k) {
      run = pixels[static_cast<std::size_t>(line.start + k * line.step)] > floor ? run + 1 : 0;
      if (run * line.mm >= 8) first = k - run + 1;
    }
    surface.push_back(first);
  }
  int front = -1;
  for (const int first : surface)
    if (first >= 0 && (front < 0 || first < front)) front = first;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    if (surface[i] < 0 || (surface[i] - front) * line.mm > kBreastMm) continue;
    for (int k = surface[i]; k < line.length; ++k) {
      const double depth = (k - surface[i]) * line.mm;
      const float value = pixels[static_cast<std::size_t>(line.start + k * line.step)];
      if (depth >= kRimMm[0] && depth <= kRimMm[1]) rim.push_back(value);
      if (depth >= kDeepMm[0] && depth <= kDeepMm[1] && value > floor / 2) deep.push_back(value);
      if (depth > kDeepMm[1]) break;
    }
  }
}

}  // namespace

BreastShape find_breasts(const SeriesFacts& facts, FrameSource& source, const Cancellation& cancellation) {
  if (facts.frames.empty() || !facts.frames.front().has_geometry) return {};
  const bool axial = std::abs(facts.frames.front().normal().z) > 0.8;
  const auto frames = axial ? middle_frames(facts, 3) : spread_frames(facts, 24);
  source.preload(frames, cancellation);
  double z_low = 1e9, z_high = -1e9;
  for (const FrameRef ref : frames) {
    const FrameFacts& f = facts_of(facts, ref);
    for (const int i : {0, f.columns - 1})
      for (const int j : {0, f.rows - 1}) {
        const Vec3 p = f.position_mm + i * f.column_spacing_mm * f.row + j * f.row_spacing_mm * f.column;
        z_low = std::min(z_low, p.z), z_high = std::max(z_high, p.z);
      }
  }
  const double margin = axial ? -1 : 0.25 * (z_high - z_low);
  Silhouette silhouette;
  bool any = false;
  for (const FrameRef ref : frames) {
    const FrameFacts& frame = facts_of(facts, ref);
    const Pixels& pixels = source.frame(ref);
    if (!fits(frame, pixels)) continue;
    any = true;
    silhouette.add(frame, pixels, z_low + margin, z_high - margin);
  }
  return any ? judge_outline(silhouette.outline()) : BreastShape{};
}

FatLook look_at_fat(const SeriesFacts& facts, FrameSource& source, const Cancellation& cancellation) {
  const auto frames = middle_frames(facts, 2);
  source.preload(frames, cancellation);
  std::vector<float> rim, deep;
  for (const FrameRef ref : frames) {
    const FrameFacts& frame = facts_of(facts, ref);
    const Pixels& pixels = source.frame(ref);
    if (fits(frame, pixels)) collect_depths(frame, pixels, rim, deep);
  }
  if (rim.size() < 100 || deep.size() < 100) return {};
  const float threshold = two_class_threshold(deep);
  std::vector<float> dark, bright;
  for (const float v : deep) (v < threshold ? dark : bright).push_back(v);
  const float fat = percentile(rim, 0.5), low = percentile(dark, 0.5), high = percentile(bright, 0.5);
  if (fat <= 0 || low <= 0 || high <= 0) return {};
  const bool is_dark = std::abs(std::log(fat / low)) < std::abs(std::log(fat / high));
  FatLook look;
  look.measured = true;
  look.ratio = fat / (is_dark ? high : low);
  look.text = "under the skin the signal is " + format_fixed(fat, 0) + ", the other tissue of the breast " +
              format_fixed(is_dark ? high : low, 0) + " (ratio " + format_fixed(look.ratio, 2) + ")";
  return look;
}

}  // namespace lobule::exam
