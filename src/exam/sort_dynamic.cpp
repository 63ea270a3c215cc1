#include "exam/sort_dynamic.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

namespace lobule::exam {
namespace {

constexpr double kSameInPlaneMm = 0.1;  // corners of one grid agree far better; another box does not
constexpr double kSameDirectionCosine = 1 - 1e-6;
constexpr double kRelativeTolerance = 0.05;  // of TR and TE between phases of one protocol
constexpr int kFewestSlices = 3;             // of a volume whose phases are worth ordering
constexpr double kSameEchoMs = 0.3;

bool close(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * std::max(std::abs(a), std::abs(b));
}

bool close_if_known(const std::optional<double>& a, const std::optional<double>& b) {
  return !a || !b || close(*a, *b, kRelativeTolerance);
}

const FrameFacts* first_placed(const SeriesFacts& facts) {
  for (const FrameFacts& frame : facts.frames)
    if (frame.has_geometry) return &frame;
  return nullptr;
}

// Frames of the part that shows contrast agent best: water, else no Dixon part, else in-phase; and of one
// echo.
std::vector<int> usable_frames(const SeriesFacts& facts) {
  std::set<std::string> flavours;
  for (const FrameFacts& frame : facts.frames) flavours.insert(frame.flavour);
  std::string best = *flavours.begin();
  for (const char* flavour : {"in_phase", "", "water"})
    if (flavours.count(flavour) != 0) best = flavour;
  std::vector<int> frames;
  std::optional<double> echo_ms;
  for (std::size_t i = 0; i < facts.frames.size(); ++i) {
    const FrameFacts& frame = facts.frames[i];
    if (!frame.has_geometry || frame.flavour != best) continue;
    if (!echo_ms) echo_ms = frame.echo_time_ms;
    if (std::abs(frame.echo_time_ms - *echo_ms) <= kSameEchoMs) frames.push_back(static_cast<int>(i));
  }
  return frames;
}

using Key = std::function<std::optional<double>(const FrameFacts&)>;

// Frames grouped by a key; nothing unless every frame has it, no group has a position twice, and the
// largest two groups are of one size (the last phase of an aborted scan may be short).
std::vector<std::vector<int>> split_by(const SeriesFacts& facts, const std::vector<int>& frames,
                                       const Key& key) {
  std::map<double, std::vector<int>> groups;
  for (const int i : frames) {
    const auto value = key(facts.frames[static_cast<std::size_t>(i)]);
    if (!value) return {};
    groups[*value].push_back(i);
  }
  if (groups.size() < 2) return {};
  std::vector<std::vector<int>> result;
  std::vector<std::size_t> sizes;
  for (auto& [value, group] : groups) {
    std::set<int> positions;
    for (const int i : group)
      if (!positions.insert(facts.frames[static_cast<std::size_t>(i)].position_id).second) return {};
    sizes.push_back(group.size());
    result.push_back(std::move(group));
  }
  std::sort(sizes.rbegin(), sizes.rend());
  return sizes[0] == sizes[1] ? result : std::vector<std::vector<int>>{};
}

// Whether a name comes before another, runs of digits by their value.
bool natural_less(const std::string& a, const std::string& b) {
  std::size_t i = 0, j = 0;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  while (i < a.size() && j < b.size()) {
    if (!digit(a[i]) || !digit(b[j])) {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i, ++j;
      continue;
    }
    const auto run = [&](const std::string& text, std::size_t& at) {
      while (at + 1 < text.size() && text[at] == '0' && digit(text[at + 1])) ++at;
      const std::size_t from = at;
      while (at < text.size() && digit(text[at])) ++at;
      return text.substr(from, at - from);
    };
    const std::string x = run(a, i), y = run(b, j);
    if (x != y) return x.size() != y.size() ? x.size() < y.size() : x < y;
  }
  return a.size() - i < b.size() - j;
}

// The n-th image at each position by instance number, name of the file where there is none, frame within it.
std::vector<std::vector<int>> split_by_repetition(const SeriesFacts& facts, std::vector<int> frames) {
  std::stable_sort(frames.begin(), frames.end(), [&](int a, int b) {
    const FrameFacts &fa = facts.frames[static_cast<std::size_t>(a)],
                     &fb = facts.frames[static_cast<std::size_t>(b)];
    if (fa.instance_number != fb.instance_number) return fa.instance_number < fb.instance_number;
    if (fa.ref.entry != fb.ref.entry && fa.file_name != fb.file_name)
      return natural_less(fa.file_name, fb.file_name);
    return fa.ref.frame < fb.ref.frame;
  });
  std::map<int, std::size_t> seen;
  std::vector<std::vector<int>> result;
  for (const int i : frames) {
    const std::size_t n = seen[facts.frames[static_cast<std::size_t>(i)].position_id]++;
    if (n >= result.size()) result.resize(n + 1);
    result[n].push_back(i);
  }
  if (result.size() < 2 || result[0].size() != result[1].size()) return {};
  return result;
}

template <class T>
std::optional<double> as_number(const std::optional<T>& value) {
  return value ? std::optional<double>(static_cast<double>(*value)) : std::nullopt;
}

// Whether one surely shows fat bright and the other suppressed: phases are measured alike.
bool opposite_fat(const SeriesWork& a, const SeriesWork& b) {
  constexpr double kSure = 0.8;
  const Trait fat = likeliest(a.claims, Trait::fat_bright);
  return fat != likeliest(b.claims, Trait::fat_bright) && probability(a.claims, fat) > kSure &&
         probability(b.claims, fat) < 1 - kSure;
}

int flavour_rank(const std::string& flavour) {
  return flavour == "water" ? 2 : flavour == "in_phase" ? 0 : 1;
}

}  // namespace

bool may_be_a_phase(const SeriesWork& work) {
  return likeliest(work.claims, Trait::acquired) == Trait::acquired &&
         likeliest(work.claims, Trait::t1) == Trait::t1 && may_be_a_volume(work);
}

bool may_be_a_volume(const SeriesWork& work) {
  return work.flavour != "fat" && work.flavour != "opposed_phase" && work.flavour != "phase" &&
         work.facts.position_count >= kFewestSlices && first_placed(work.facts) != nullptr;
}

bool same_timing(const SeriesFacts& a, const SeriesFacts& b) {
  return close_if_known(a.repetition_time_ms, b.repetition_time_ms) &&
         close_if_known(a.echo_time_ms, b.echo_time_ms) && close_if_known(a.flip_angle_deg, b.flip_angle_deg);
}

bool same_stack(const SeriesFacts& a, const SeriesFacts& b) {
  const FrameFacts *fa = first_placed(a), *fb = first_placed(b);
  if (fa == nullptr || fb == nullptr || fa->rows != fb->rows || fa->columns != fb->columns) return false;
  if (!close(fa->row_spacing_mm, fb->row_spacing_mm, 1e-3) ||
      !close(fa->column_spacing_mm, fb->column_spacing_mm, 1e-3) ||
      dot(fa->row, fb->row) < kSameDirectionCosine || dot(fa->column, fb->column) < kSameDirectionCosine)
    return false;
  const Vec3 shift = fb->position_mm - fa->position_mm;
  if (std::abs(dot(shift, fa->row)) > kSameInPlaneMm || std::abs(dot(shift, fa->column)) > kSameInPlaneMm)
    return false;
  const double step_a = a.slice_step_mm(), step_b = b.slice_step_mm();
  if (step_a <= 0 || step_b <= 0) return true;
  if (!close(step_a, step_b, 1e-2)) return false;
  const double steps = dot(shift, fa->normal()) / step_a;
  return std::abs(steps - std::round(steps)) < 0.1;
}

std::vector<TimePoint> time_points(const SeriesFacts& facts, std::size_t work) {
  const std::vector<int> frames = usable_frames(facts);
  std::set<int> positions;
  for (const int i : frames) positions.insert(facts.frames[static_cast<std::size_t>(i)].position_id);
  if (positions.size() == frames.size()) return {{work, frames, {}}};
  std::vector<std::vector<int>> groups =
      split_by(facts, frames, [](const FrameFacts& f) { return as_number(f.temporal_position); });
  if (groups.empty()) groups = split_by(facts, frames, [](const FrameFacts& f) { return f.acquisition_s; });
  if (groups.empty()) groups = split_by(facts, frames, [](const FrameFacts& f) { return f.trigger_time_ms; });
  if (groups.empty())
    groups = split_by(facts, frames, [](const FrameFacts& f) { return as_number(f.acquisition_number); });
  if (groups.empty()) groups = split_by_repetition(facts, frames);
  if (groups.empty()) return {{work, frames, {}}};
  std::vector<TimePoint> points;
  for (auto& group : groups) points.push_back({work, std::move(group), {}});
  return points;
}

std::vector<DynamicGroup> find_dynamics(const std::vector<SeriesWork>& works) {
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < works.size(); ++i) {
    if (!may_be_a_phase(works[i])) continue;
    const auto partner = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
      const SeriesWork& first = works[group.front()];
      return first.flavour == works[i].flavour && same_stack(first.facts, works[i].facts) &&
             same_timing(first.facts, works[i].facts) && !opposite_fat(first, works[i]);
    });
    if (partner == groups.end())
      groups.push_back({i});
    else
      partner->push_back(i);
  }
  std::vector<DynamicGroup> dynamics;
  for (const auto& group : groups) {
    DynamicGroup dynamic;
    for (const std::size_t i : group)
      for (TimePoint& point : time_points(works[i].facts, i)) dynamic.points.push_back(std::move(point));
    if (dynamic.points.size() >= 2) dynamics.push_back(std::move(dynamic));
  }
  std::stable_sort(dynamics.begin(), dynamics.end(), [&](const DynamicGroup& a, const DynamicGroup& b) {
    if (a.points.size() != b.points.size()) return a.points.size() > b.points.size();
    return flavour_rank(works[a.points[0].work].flavour) > flavour_rank(works[b.points[0].work].flavour);
  });
  return dynamics;
}

std::vector<std::vector<int>> shared_slab(const DynamicGroup& group, const std::vector<SeriesWork>& works) {
  const Vec3 normal = works[group.points[0].work].facts.frames.front().normal();
  const auto frame = [&](const TimePoint& point, int i) -> const FrameFacts& {
    return works[point.work].facts.frames[static_cast<std::size_t>(i)];
  };
  double low = -1e9, high = 1e9;
  for (const TimePoint& point : group.points) {
    double first = 1e9, last = -1e9;
    for (const int i : point.frames) {
      const double at = dot(frame(point, i).position_mm, normal);
      first = std::min(first, at), last = std::max(last, at);
    }
    low = std::max(low, first), high = std::min(high, last);
  }
  constexpr double kMargin_mm = 0.1;
  std::vector<std::vector<int>> slab;
  for (const TimePoint& point : group.points) {
    slab.emplace_back();
    for (const int i : point.frames) {
      const double at = dot(frame(point, i).position_mm, normal);
      if (at > low - kMargin_mm && at < high + kMargin_mm) slab.back().push_back(i);
    }
  }
  return slab;
}

std::vector<std::vector<FrameRef>> shared_frames(const DynamicGroup& group,
                                                 const std::vector<SeriesWork>& works, int count) {
  // Positions along the normal of the first point, in steps fine enough to tell slices apart.
  const Vec3 normal = works[group.points[0].work].facts.frames.front().normal();
  const auto place = [&](const FrameFacts& frame) {
    return std::llround(dot(frame.position_mm, normal) / 0.2);
  };
  std::map<long long, std::vector<FrameRef>> rows;
  for (std::size_t p = 0; p < group.points.size(); ++p) {
    const SeriesFacts& facts = works[group.points[p].work].facts;
    for (const int i : group.points[p].frames) {
      const FrameFacts& frame = facts.frames[static_cast<std::size_t>(i)];
      auto found = rows.find(place(frame));
      // A position on the border of two steps counts for either.
      for (const long long near : {-1, 1})
        if (found == rows.end()) found = rows.find(place(frame) + near);
      if (found == rows.end()) {
        if (p != 0) continue;
        found = rows.emplace(place(frame), std::vector<FrameRef>{}).first;
      }
      if (found->second.size() == p) found->second.push_back(frame.ref);
    }
  }
  std::vector<std::vector<FrameRef>> complete;
  for (auto& [where, row] : rows)
    if (row.size() == group.points.size()) complete.push_back(std::move(row));
  std::vector<std::vector<FrameRef>> picked;
  for (int i = 0; i < count && !complete.empty(); ++i) {
    const std::size_t k =
        complete.size() * (2 * static_cast<std::size_t>(i) + 1) / (2 * static_cast<std::size_t>(count));
    if (picked.empty() || picked.back().front().entry != complete[k].front().entry ||
        picked.back().front().frame != complete[k].front().frame)
      picked.push_back(complete[k]);
  }
  return picked;
}

}  // namespace lobule::exam
