#include "exam/sort_frames.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/parallel.h"
#include "exam/functional_groups.h"
#include "io/dicom_pixels.h"
#include "io/dicom_tags.h"

namespace lobule::exam {
namespace {

// Frames at distinct positions, by position along the normal of the first.
std::vector<const FrameFacts*> one_a_position(const SeriesFacts& facts) {
  std::vector<const FrameFacts*> frames;
  for (const FrameFacts& frame : facts.frames) frames.push_back(&frame);
  const Vec3 normal = facts.frames.empty() ? Vec3{} : facts.frames.front().normal();
  std::stable_sort(frames.begin(), frames.end(), [&](const FrameFacts* a, const FrameFacts* b) {
    return dot(a->position_mm, normal) < dot(b->position_mm, normal);
  });
  std::vector<const FrameFacts*> distinct;
  for (const FrameFacts* frame : frames)
    if (distinct.empty() || frame->position_id != distinct.back()->position_id) distinct.push_back(frame);
  return distinct;
}

std::vector<FrameRef> pick(const SeriesFacts& facts, int count, double low, double high) {
  const auto frames = one_a_position(facts);
  std::vector<FrameRef> picked;
  if (frames.empty() || count < 1) return picked;
  std::size_t last = frames.size();
  for (int i = 0; i < count; ++i) {
    const double at = count == 1 ? 0.5 : low + (high - low) * i / (count - 1);
    const auto k = static_cast<std::size_t>(std::lround(at * static_cast<double>(frames.size() - 1)));
    if (k != last) picked.push_back(frames[k]->ref);
    last = k;
  }
  return picked;
}

}  // namespace

Pixels FrameSource::read_or_explain(FrameRef ref, Finding& problem) const {
  const IndexEntry& entry = index_.entries[static_cast<std::size_t>(ref.entry)];
  try {
    Pixels pixels = io::read_frames_as_float(entry.file.path, entry.header, entry.file.name, ref.frame, 1);
    const auto& place = frame_attributes(entry.header.dataset, group_tag::PixelValueTransformation,
                                         io::tag::RescaleSlope, ref.frame);
    const auto slope = static_cast<float>(place.number(io::tag::RescaleSlope).value_or(1));
    const auto intercept = static_cast<float>(place.number(io::tag::RescaleIntercept).value_or(0));
    if (slope != 1 || intercept != 0)
      for (float& value : pixels) value = value * slope + intercept;
    return pixels;
  } catch (const Error& error) {
    problem = error.finding();
    problem.severity = Severity::warning;
    return {};
  }
}

Pixels FrameSource::read(FrameRef ref) const {
  Finding ignored;
  return read_or_explain(ref, ignored);
}

void FrameSource::preload(const std::vector<FrameRef>& frames, const Cancellation& cancellation) {
  std::vector<FrameRef> missing;
  for (const FrameRef ref : frames)
    if (frames_.try_emplace({ref.entry, ref.frame}).second) missing.push_back(ref);
  std::vector<Pixels> pixels(missing.size());
  std::vector<Finding> problems(missing.size());
  parallel_for(missing.size(), [&](std::size_t i) {
    cancellation.check();
    pixels[i] = read_or_explain(missing[i], problems[i]);
  });
  for (std::size_t i = 0; i < missing.size(); ++i) {
    frames_[{missing[i].entry, missing[i].frame}] = std::move(pixels[i]);
    if (!problems[i].what.empty()) findings_.push_back(std::move(problems[i]));
  }
}

const Pixels& FrameSource::frame(FrameRef ref) {
  const auto [found, is_new] = frames_.try_emplace({ref.entry, ref.frame});
  if (is_new) {
    Finding problem;
    found->second = read_or_explain(ref, problem);
    if (!problem.what.empty()) findings_.push_back(std::move(problem));
  }
  return found->second;
}

std::vector<FrameRef> middle_frames(const SeriesFacts& facts, int count) {
  return pick(facts, count, 0.25, 0.75);
}

std::vector<FrameRef> spread_frames(const SeriesFacts& facts, int count) {
  return pick(facts, count, 0, 1);
}

float percentile(std::vector<float> values, double fraction) {
  if (values.empty()) return 0;
  const auto k = static_cast<std::size_t>(fraction * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(k), values.end());
  return values[k];
}

double correlation(const std::vector<float>& a, const std::vector<float>& b) {
  const auto n = static_cast<double>(a.size());
  double sum_a = 0, sum_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum_a += a[i], sum_b += b[i];
  double aa = 0, bb = 0, ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double da = a[i] - sum_a / n, db = b[i] - sum_b / n;
    aa += da * da, bb += db * db, ab += da * db;
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

float two_class_threshold(const std::vector<float>& values) {
  if (values.empty()) return 0;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const float least = *low, range = *high - *low;
  if (range <= 0) return least;
  constexpr int kBins = 256;
  std::array<double, kBins> count{};
  for (const float v : values)
    ++count[static_cast<std::size_t>(std::min<float>(kBins - 1, (v - least) / range * kBins))];
  double total = 0, total_sum = 0;
  for (int i = 0; i < kBins; ++i) total += count[i], total_sum += i * count[i];
  double below = 0, below_sum = 0, best = -1;
  int best_bin = 0;
  for (int i = 0; i < kBins - 1; ++i) {
    below += count[i], below_sum += i * count[i];
    if (below == 0 || below == total) continue;
    const double d = below_sum / below - (total_sum - below_sum) / (total - below);
    const double between = below * (total - below) * d * d;
    if (between > best) best = between, best_bin = i;
  }
  return least + range * static_cast<float>(best_bin + 1) / kBins;
}

}  // namespace lobule::exam
