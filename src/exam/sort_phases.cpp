// The order of phases, from headers, and what the pixels say about it.

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/text.h"
#include "exam/sort_dynamic.h"
#include "exam/sort_rules.h"

namespace lobule::exam {
namespace {

constexpr std::size_t kFewestVoxels = 30;
struct OrderKey {
  const char* name;
  double weight;      // log-odds that the order by this key is the true one
  bool is_composite;  // of two tags: only where no single one tells all points apart
  std::function<std::optional<double>(const TimePoint&, const SeriesWork&)> value;
};

template <class Get>
std::optional<double> least(const TimePoint& point, const SeriesWork& work, const Get& get) {
  std::optional<double> best;
  for (const int i : point.frames) {
    const auto value = get(work.facts.frames[static_cast<std::size_t>(i)]);
    if (!value) return std::nullopt;
    if (!best || static_cast<double>(*value) < *best) best = static_cast<double>(*value);
  }
  return best;
}

const std::vector<OrderKey>& order_keys() {
  static const std::vector<OrderKey> kKeys = {
      {"AcquisitionTime (0008,0032)", 6, false,
       [](const TimePoint& p, const SeriesWork& w) {
         return least(p, w, [](const FrameFacts& f) { return f.acquisition_s; });
       }},
      {"TemporalPositionIdentifier (0020,0100)", 6, false,
       [](const TimePoint& p, const SeriesWork& w) {
         return least(p, w, [](const FrameFacts& f) { return f.temporal_position; });
       }},
      {"TriggerTime (0018,1060)", 5, false,
       [](const TimePoint& p, const SeriesWork& w) {
         return least(p, w, [](const FrameFacts& f) { return f.trigger_time_ms; });
       }},
      {"AcquisitionNumber (0020,0012)", 5, false,
       [](const TimePoint& p, const SeriesWork& w) {
         return least(p, w, [](const FrameFacts& f) { return f.acquisition_number; });
       }},
      {"SeriesNumber (0020,0011)", 3, false,
       [](const TimePoint&, const SeriesWork& w) -> std::optional<double> {
         return w.series->series_number;
       }},
      {"SeriesNumber (0020,0011), then TemporalPositionIdentifier (0020,0100)", 4, true,
       [](const TimePoint& p, const SeriesWork& w) -> std::optional<double> {
         const auto inner = least(p, w, [](const FrameFacts& f) { return f.temporal_position; });
         return w.series->series_number * 1e5 + inner.value_or(0);
       }},
      {"SeriesNumber (0020,0011), then AcquisitionNumber (0020,0012)", 4, true,
       [](const TimePoint& p, const SeriesWork& w) -> std::optional<double> {
         const auto inner = least(p, w, [](const FrameFacts& f) { return f.acquisition_number; });
         return w.series->series_number * 1e5 + inner.value_or(0);
       }},
      {"SeriesNumber (0020,0011), then TriggerTime (0018,1060)", 4, true,
       [](const TimePoint& p, const SeriesWork& w) -> std::optional<double> {
         const auto inner = least(p, w, [](const FrameFacts& f) { return f.trigger_time_ms; });
         return w.series->series_number * 1e7 + inner.value_or(0);
       }},
      {"InstanceNumber (0020,0013)", 2, false,
       [](const TimePoint& p, const SeriesWork& w) {
         return least(p, w, [](const FrameFacts& f) -> std::optional<double> {
           if (!f.instance_number) return std::nullopt;
           return *f.instance_number + 1e-6 * f.ref.frame;
         });
       }},
  };
  return kKeys;
}

// The key's value of every point; empty unless all have one and all differ.
std::vector<double> values_of(const OrderKey& key, const DynamicGroup& group,
                              const std::vector<SeriesWork>& works) {
  std::vector<double> values;
  for (const TimePoint& point : group.points) {
    const auto value = key.value(point, works[point.work]);
    if (!value) return {};
    values.push_back(*value);
  }
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  return std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end() ? values : std::vector<double>{};
}

template <class T>
void permute(std::vector<T>& items, const std::vector<std::size_t>& order) {
  std::vector<T> result;
  for (const std::size_t i : order) result.push_back(std::move(items[i]));
  items = std::move(result);
}

void read_times(DynamicGroup& group, const std::vector<SeriesWork>& works) {
  constexpr double kHalfADay = 43200, kLongestExam = 7200;
  for (const std::size_t k : {0u, 2u}) {  // acquisition time, trigger time
    std::vector<double> values = values_of(order_keys()[k], group, works);
    if (values.empty()) continue;
    if (k == 2)
      for (double& v : values) v /= 1000;
    std::vector<std::optional<double>> times;
    for (double v : values) {
      double t = v - values[0];
      if (t < -kHalfADay) t += 2 * kHalfADay;  // past midnight
      times.emplace_back(t);
    }
    const bool plausible =
        std::all_of(times.begin(), times.end(), [&](const auto& t) { return *t >= 0 && *t <= kLongestExam; });
    // Phases less than a second apart are no phases of a breast: such times mark slices or heart beats.
    if (!plausible || *times.back() < static_cast<double>(times.size() - 1)) continue;
    group.time_s = times;
    group.time_source = order_keys()[k].name;
    return;
  }
}

void check_words(DynamicGroup& group, const std::vector<SeriesWork>& works) {
  for (std::size_t i = 0; i < group.points.size(); ++i) {
    const SeriesWork& work = works[group.points[i].work];
    const std::string words = claimed_phase(work.facts);
    if (words.empty() || (words == "pre") == (i == 0)) continue;
    const bool several = i != 0 && group.points[0].work == group.points[i].work;
    if (!several)
      group.order_conflicts.push_back("the description of " + describe(*work.series) + " says " + words +
                                      "-contrast, its place in time is phase " + std::to_string(i));
  }
}

}  // namespace

void order_phases(DynamicGroup& group, const std::vector<SeriesWork>& works) {
  std::vector<std::size_t> chosen;
  for (const OrderKey& key : order_keys()) {
    const std::vector<double> values = values_of(key, group, works);
    if (values.empty() || (key.is_composite && !chosen.empty())) continue;
    std::vector<std::size_t> order(values.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    if (chosen.empty()) {
      chosen = order;
      group.order_source = key.name;
      group.order_weight = key.weight;
    } else if (order != chosen && key.weight >= kWeakOrder) {
      group.order_conflicts.push_back(std::string(key.name) + " orders the phases otherwise than " +
                                      group.order_source);
    }
  }
  if (chosen.empty())
    group.order_source = "nothing but the order of identifiers";
  else
    permute(group.points, chosen);
  read_times(group, works);
  check_words(group, works);
}

std::vector<std::vector<float>> shared_samples(const DynamicGroup& group,
                                               const std::vector<SeriesWork>& works, FrameSource& source) {
  std::vector<std::vector<float>> samples(group.points.size());
  for (const auto& row : shared_frames(group, works, 3)) {
    std::vector<const Pixels*> images;
    for (const FrameRef ref : row) images.push_back(&source.frame(ref));
    const std::size_t size = images[0]->size();
    if (size == 0 || std::any_of(images.begin(), images.end(), [&](auto* p) { return p->size() != size; }))
      continue;
    for (std::size_t i = 0; i < samples.size(); ++i)
      samples[i].insert(samples[i].end(), images[i]->begin(), images[i]->end());
  }
  if (samples[0].empty()) samples.clear();
  return samples;
}

void check_enhancement(DynamicGroup& group, const std::vector<SeriesWork>& works, FrameSource& source) {
  const std::size_t n = group.points.size();
  const std::vector<std::vector<float>> samples = shared_samples(group, works, source);
  if (samples.empty()) return;
  std::vector<float> range(samples[0].size());
  for (std::size_t v = 0; v < range.size(); ++v) {
    float low = samples[0][v], high = low;
    for (std::size_t i = 1; i < n; ++i)
      low = std::min(low, samples[i][v]), high = std::max(high, samples[i][v]);
    range[v] = high - low;
  }
  const float threshold = percentile(range, 1 - kChangingFraction);
  std::vector<double> mean(n, 0);
  std::size_t count = 0;
  for (std::size_t v = 0; v < range.size(); ++v) {
    if (range[v] < threshold || range[v] <= 0) continue;
    ++count;
    for (std::size_t i = 0; i < n; ++i) mean[i] += samples[i][v];
  }
  if (count < kFewestVoxels) return;
  for (double& m : mean) m /= static_cast<double>(count);
  const auto darkest = static_cast<std::size_t>(std::min_element(mean.begin(), mean.end()) - mean.begin());
  std::vector<double> others;
  for (std::size_t i = 0; i < n; ++i)
    if (i != darkest) others.push_back(mean[i]);
  std::sort(others.begin(), others.end());
  const double ratio = mean[darkest] > 0 ? others[others.size() / 2] / mean[darkest] : 0;
  const auto time_point = [&](std::size_t i) {
    const Series& series = *works[group.points[i].work].series;
    return describe(series) + (n > 1 && group.points[0].work == group.points[n - 1].work
                                   ? " time point " + std::to_string(i)
                                   : "");
  };
  group.change_text = "where signal changes most (heart, vessels) it rises from " +
                      format_fixed(mean[darkest], 0) + " in " + time_point(darkest) + " to " +
                      format_fixed(others[others.size() / 2], 0) + " in the others";
  group.measured_change = true;
  if (ratio < kEnhancementRatio) {
    group.change_text = "no enhancement between the phases (" + format_fixed(mean[darkest], 0) + " to " +
                        format_fixed(others[others.size() / 2], 0) + " where signal changes most)";
    return;
  }
  group.enhances = true;
  if (darkest == 0) return;
  if (group.order_weight > kWeakOrder) {
    group.order_conflicts.push_back("pixels: " + group.change_text + ", but by " + group.order_source + " " +
                                    time_point(0) + " is the first phase");
    return;
  }
  group.order_conflicts.push_back(group.order_source + " would place " + time_point(0) +
                                  " first; the pixels decide: " + group.change_text);
  const auto at = group.points.begin() + static_cast<std::ptrdiff_t>(darkest);
  std::rotate(group.points.begin(), at, at + 1);
  group.order_source += ", pre-contrast phase by pixels";
  group.time_s.clear();
}

}  // namespace lobule::exam
