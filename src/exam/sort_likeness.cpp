#include "exam/sort_likeness.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace lobule::exam {
namespace {

// Phases of one dynamic correlate at 0.8 and above over a slice; a subtraction does not with the pre-contrast
// phase.
constexpr double kAlike = 0.8;
constexpr double kAlikePrior = 0.2;  // that two such volumes are of one contrast, a repetition
constexpr double kSameImage = 0.99;
constexpr double kUnlike = 0.6;          // as of a map among phases
constexpr double kLikenessWeight = 2.5;  // less than a network that is sure
// Equality but for what scanners clamp, round and scale by time.
constexpr double kMapOfEnhancement = 0.9, kMapWeight = 4;
constexpr double kMostTissueChange = 1.5;  // a step of the receiver's gain by 3 dB; diffusion loses more
constexpr double kAgentWeight = 3;         // as of enhancement in a dynamic
constexpr std::size_t kFewestEnhanced = 2;
constexpr double kRepeatWeight = 4;

// The least correlation of a volume with those of its geometry that may be phases; nothing where fewer than
// two are, for T1 and T2 of one geometry correlate as well where fat is bright in both.
std::optional<double> least_correlation(const std::vector<SeriesWork>& works, std::size_t which,
                                        FrameSource& source) {
  std::optional<double> least;
  int partners = 0;
  for (std::size_t j = 0; j < works.size(); ++j) {
    if (j == which || !may_be_a_phase(works[j]) || !same_stack(works[j].facts, works[which].facts) ||
        !same_timing(works[j].facts, works[which].facts))
      continue;
    DynamicGroup pair;
    pair.points = {time_points(works[j].facts, j).front(), time_points(works[which].facts, which).front()};
    const auto samples = shared_samples(pair, works, source);
    if (samples.empty()) continue;
    const double r = correlation(samples[0], samples[1]);
    least = std::min(r, least.value_or(1));
    ++partners;
  }
  return partners >= 2 ? least : std::nullopt;
}

// Of the geometry of one series: the others that may be plain T1 or T2 images with bright fat.
std::vector<std::size_t> plain_volumes(const std::vector<SeriesWork>& works, const SeriesFacts& geometry) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < works.size(); ++i) {
    const SeriesWork& work = works[i];
    const Trait contrast = likeliest(work.claims, Trait::t1);
    if (!work.facts.image_type.empty() || work.facts.repetition_time_ms || !may_be_a_volume(work) ||
        work.facts.position_count != static_cast<int>(work.facts.frames.size()) ||
        likeliest(work.claims, Trait::acquired) != Trait::acquired ||
        (contrast != Trait::t1 && contrast != Trait::t2) ||
        likeliest(work.claims, Trait::fat_bright) != Trait::fat_bright || !same_stack(work.facts, geometry))
      continue;
    found.push_back(i);
  }
  return found;
}

// How volumes of one series differ, as factors.
struct Change {
  double of_tissue = 1;  // between the medians of tissue of the brightest and the darkest volume
  double largest = 1;    // of the median volume to the darkest, where they differ most, beyond the former
};
Change change_between(const std::vector<std::vector<float>>& samples) {
  const std::size_t size = samples[0].size(), n = samples.size();
  std::vector<float> mean(size, 0.0F), range(size);
  for (const auto& values : samples)
    for (std::size_t v = 0; v < size; ++v) mean[v] += values[v] / static_cast<float>(n);
  for (std::size_t v = 0; v < size; ++v) {
    float low = samples[0][v], high = low;
    for (const auto& values : samples) low = std::min(low, values[v]), high = std::max(high, values[v]);
    range[v] = high - low;
  }
  const float tissue = two_class_threshold(mean), changing = percentile(range, 1 - kChangingFraction);
  std::vector<double> medians, brightness;
  for (const auto& values : samples) {
    std::vector<float> ratios;
    double sum = 0;
    for (std::size_t v = 0; v < size; ++v) {
      if (mean[v] > tissue) ratios.push_back(values[v] / mean[v]);
      if (range[v] >= changing) sum += values[v];
    }
    medians.push_back(std::max(1e-3F, percentile(std::move(ratios), 0.5)));
    brightness.push_back(sum / medians.back());
  }
  const auto [low, high] = std::minmax_element(medians.begin(), medians.end());
  std::sort(brightness.begin(), brightness.end());
  return {*high / *low, brightness[n / 2] / std::max(1e-6, brightness[0])};
}

// The larger correlation of a map with post − pre and with (post − pre) / pre, where the map shows something
// and there is tissue.
double enhancement_correlation(const std::vector<float>& map, const std::vector<float>& post,
                               const std::vector<float>& pre) {
  constexpr float kTissueShare = 0.1F;
  constexpr std::size_t kFewestVoxels = 100;
  const float floor = kTissueShare * percentile(pre, 0.999);
  std::vector<float> values, difference, relative;
  for (std::size_t v = 0; v < map.size(); ++v) {
    if (pre[v] <= floor || map[v] == 0) continue;
    values.push_back(map[v]);
    difference.push_back(post[v] - pre[v]);
    relative.push_back((post[v] - pre[v]) / pre[v]);
  }
  if (values.size() < kFewestVoxels) return 0;
  return std::max(correlation(values, difference), correlation(values, relative));
}

// The probability of T1 where it is T1 or T2.
double t1_of_both(const SeriesWork& work) {
  const double t1 = probability(work.claims, Trait::t1), t2 = probability(work.claims, Trait::t2);
  return t1 / (t1 + t2);
}

// The median absolute deviation of the logarithm of a ratio in tissue: how differently two images weigh
// tissues against each other.
double contrast_difference(const std::vector<float>& a, const std::vector<float>& b) {
  const float tissue = two_class_threshold(b);
  std::vector<float> ratios;
  for (std::size_t v = 0; v < a.size(); ++v)
    if (b[v] > tissue && a[v] > 0) ratios.push_back(std::log(a[v] / b[v]));
  const float median = percentile(ratios, 0.5);
  for (float& ratio : ratios) ratio = std::abs(ratio - median);
  return percentile(std::move(ratios), 0.5);
}

}  // namespace

void claim_likeness(std::vector<SeriesWork>& works, FrameSource& source) {
  std::vector<std::pair<std::size_t, double>> alike;
  for (std::size_t i = 0; i < works.size(); ++i) {
    const SeriesWork& work = works[i];
    if (!work.facts.image_type.empty() || may_be_a_phase(work) || !may_be_a_volume(work)) continue;
    const auto least = least_correlation(works, i, source);
    if (least && *least >= kAlike) alike.emplace_back(i, *least);
  }
  for (const auto& [i, least] : alike)
    for (const Trait trait : {Trait::acquired, Trait::t1})
      works[i].claim(
          trait, kLikenessWeight, "pixels",
          "looks like the T1 volumes of its geometry (correlation " + format_fixed(least, 2) + " at least)");
}

void claim_agent(std::vector<SeriesWork>& works, FrameSource& source) {
  for (std::size_t w = 0; w < works.size(); ++w) {
    if (works[w].facts.frames.empty() || !may_be_a_volume(works[w])) continue;
    DynamicGroup volumes;
    volumes.points = time_points(works[w].facts, w);
    if (volumes.points.size() < 3) continue;
    const auto samples = shared_samples(volumes, works, source);
    if (samples.empty()) continue;
    const Change change = change_between(samples);
    if (change.of_tissue > kMostTissueChange || change.largest < kEnhancementRatio) continue;
    const std::string text =
        "of its " + std::to_string(samples.size()) + " volumes one is darker by " +
        format_fixed(change.largest, 1) +
        " where they differ most, while most tissue keeps its signal (within a factor of " +
        format_fixed(change.of_tissue, 2) + "): contrast agent arrives";
    works[w].claim(Trait::t1, kAgentWeight, "pixels", text);
    works[w].claim(Trait::acquired, kAgentWeight, "pixels", text);
  }
}

void claim_pairs(std::vector<SeriesWork>& works, FrameSource& source) {
  for (std::size_t first = 0; first < works.size(); ++first) {
    if (works[first].facts.frames.empty()) continue;
    const std::vector<std::size_t> pair = plain_volumes(works, works[first].facts);
    if (pair.size() != 2 || pair[0] != first) continue;
    DynamicGroup both;
    for (const std::size_t i : pair) both.points.push_back(time_points(works[i].facts, i).front());
    const auto samples = shared_samples(both, works, source);
    if (samples.empty() || correlation(samples[0], samples[1]) > kSameImage) continue;
    const double a = t1_of_both(works[pair[0]]), b = t1_of_both(works[pair[1]]);
    const double alike = kAlikePrior / 2, different = (1 - kAlikePrior) / 2;
    const double t1_t1 = alike * a * b, t2_t2 = alike * (1 - a) * (1 - b), t1_t2 = different * a * (1 - b),
                 t2_t1 = different * (1 - a) * b;
    const auto log_odds = [](double p, double q) { return std::log(p / q); };
    const double gained[] = {log_odds(t1_t1 + t1_t2, t2_t2 + t2_t1) - log_odds(a, 1 - a),
                             log_odds(t1_t1 + t2_t1, t2_t2 + t1_t2) - log_odds(b, 1 - b)};
    for (std::size_t n = 0; n < 2; ++n)
      works[pair[n]].claim(gained[n] > 0 ? Trait::t1 : Trait::t2, std::abs(gained[n]), "pixels",
                           "beside " + describe(*works[pair[1 - n]].series) +
                               " of the same geometry, which is seldom of the same contrast");
  }
}

void claim_kinetic_maps(const DynamicGroup& dynamic, std::vector<SeriesWork>& works, FrameSource& source) {
  const SeriesFacts& grid = works[dynamic.points.front().work].facts;
  for (std::size_t w = 0; w < works.size(); ++w) {
    const SeriesFacts& facts = works[w].facts;
    const bool is_phase = std::any_of(dynamic.points.begin(), dynamic.points.end(),
                                      [&](const TimePoint& point) { return point.work == w; });
    if (is_phase || !facts.image_type.empty() || !may_be_a_volume(works[w]) || !same_stack(facts, grid) ||
        facts.position_count != static_cast<int>(facts.frames.size()))
      continue;
    DynamicGroup with_map = dynamic;
    with_map.points.push_back(time_points(facts, w).front());
    const auto samples = shared_samples(with_map, works, source);
    if (samples.empty()) continue;
    double best = 0;
    for (std::size_t post = 1; post < dynamic.points.size(); ++post)
      best = std::max(best, enhancement_correlation(samples.back(), samples[post], samples[0]));
    if (best >= kMapOfEnhancement)
      works[w].claim(Trait::derived, kMapWeight, "arithmetic",
                     "correlates by " + format_fixed(best, 2) +
                         " in tissue with how a phase of the dynamic differs from the pre-contrast one");
  }
}

void drop_unlike(std::vector<DynamicGroup>& groups, const std::vector<SeriesWork>& works,
                 FrameSource& source) {
  for (DynamicGroup& group : groups) {
    const bool told = std::any_of(group.points.begin(), group.points.end(), [&](const TimePoint& point) {
      return works[point.work].facts.repetition_time_ms.has_value();
    });
    if (told) continue;
    const std::vector<std::vector<float>> samples = shared_samples(group, works, source);
    if (samples.empty()) continue;
    std::vector<TimePoint> stay;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      double nearest = -1;
      for (std::size_t j = 0; j < samples.size(); ++j)
        if (j != i) nearest = std::max(nearest, correlation(samples[i], samples[j]));
      if (nearest >= kUnlike) stay.push_back(std::move(group.points[i]));
    }
    group.points = std::move(stay);
  }
  std::erase_if(groups, [](const DynamicGroup& group) { return group.points.size() < 2; });
}

bool set_aside_repeats(DynamicGroup& group, const std::vector<PhaseOpinion>& opinions,
                       std::vector<SeriesWork>& works, FrameSource& source) {
  const std::size_t n = group.points.size();
  std::vector<std::size_t> dark;
  for (std::size_t i = 0; i < n; ++i)
    if (opinions[i].phase[0] > 0.5) dark.push_back(i);
  if (dark.size() < 2 || n - dark.size() < kFewestEnhanced) return false;
  const std::vector<std::vector<float>> samples = shared_samples(group, works, source);
  if (samples.empty()) return false;
  const auto is_dark = [&](std::size_t i) { return std::find(dark.begin(), dark.end(), i) != dark.end(); };
  std::vector<float> agent(samples[0].size(), 0.0F);
  for (std::size_t i = 0; i < n; ++i)
    if (!is_dark(i))
      for (std::size_t v = 0; v < agent.size(); ++v) agent[v] += samples[i][v];
  // Volumes of one series are of one measurement.
  const auto volumes = [&](std::size_t point) {
    return std::count_if(group.points.begin(), group.points.end(),
                         [&](const TimePoint& other) { return other.work == group.points[point].work; });
  };
  std::vector<double> difference(n, 0);
  for (const std::size_t i : dark) difference[i] = contrast_difference(samples[i], agent);
  const std::size_t kept = *std::min_element(dark.begin(), dark.end(), [&](std::size_t a, std::size_t b) {
    return volumes(a) != volumes(b) ? volumes(a) > volumes(b) : difference[a] < difference[b];
  });
  std::vector<TimePoint> stay;
  for (std::size_t i = 0; i < n; ++i) {
    if (i == kept || volumes(i) > 1 || !is_dark(i)) {
      stay.push_back(group.points[i]);
      continue;
    }
    works[group.points[i].work].claim(
        Trait::single, kRepeatWeight, "pixels",
        "shows no contrast agent, as " + describe(*works[group.points[kept].work].series) +
            " does not, whose contrast is nearer to the phases that show it (" +
            format_fixed(difference[kept], 3) + " against " + format_fixed(difference[i], 3) + ")");
  }
  if (stay.size() == n) return false;
  group.points = std::move(stay);
  group.time_s.clear();
  return true;
}

}  // namespace lobule::exam
