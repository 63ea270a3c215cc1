#include "exam/sort_network.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/text.h"

namespace lobule::exam {
namespace {

// More than words in a header say, less than its physics: docs/methods/sorting.md.
constexpr double kMostWeight = 3.5;
constexpr double kSure = 0.9;
constexpr double kUnmarked = 3, kMarkedWeight = 2;

double log_odds(double p) {
  const double most = 1 / (1 + std::exp(-kMostWeight));
  const double bounded = std::clamp(p, 1 - most, most);
  return std::log(bounded / (1 - bounded));
}

std::string percent(double p) {
  return format_fixed(100 * p, 0) + " %";
}

// On an axis, for the traits that the network tells apart there: the likeliest is claimed with its log-odds
// where it is likelier than all others together, and the others are claimed against such that the differences
// are those of the probabilities' logarithms, `most` at most.
void claim_probabilities(SeriesWork& work, const std::vector<std::pair<Trait, double>>& seen,
                         const char* words[], double total, double most = kMostWeight) {
  if (total <= 0) return;
  const auto best = std::max_element(seen.begin(), seen.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  const double p = best->second / total, weight = std::clamp(log_odds(p), 0.0, most);
  for (auto trait = seen.begin(); trait != seen.end(); ++trait) {
    const std::string word = words[trait - seen.begin()];
    const double share = trait->second / total;
    const double behind = weight - std::min(most, std::log(p / std::max(share, 1e-9)));
    if (trait == best && weight > 0)
      work.claim(trait->first, weight, "network", "pixels look like " + word + " (" + percent(share) + ")");
    if (trait != best && behind < 0)
      work.claim(trait->first, behind, "network",
                 "pixels do not look like " + word + " (" + percent(share) + ")");
  }
}

void claim_opinion(SeriesWork& work, const SeriesOpinion& o) {
  using S = SeenSequence;
  const double breast = 1 - o.of(S::not_breast);
  const double acquired = o.of(S::t1) + o.of(S::t2) + o.of(S::dwi);
  // What another part of the body shows was never learned.
  if (breast < 0.5) {
    work.claim(Trait::unknown_contrast, 0, "network",
               "pixels do not look like a breast exam (" + percent(o.of(S::not_breast)) + ")");
    return;
  }
  // The prior for acquired images rests on scanners' marking of the others, which counts more than a look.
  const double nature_weight = work.facts.image_type.empty() ? kMostWeight : kMarkedWeight;
  if (work.facts.image_type.empty())
    work.claim(Trait::acquired, -kUnmarked, "network",
               "pixels count more where no ImageType (0008,0008) says whether this is an acquired image");
  const char* natures[] = {"an acquired image", "a derived image", "an ADC map", "a localizer",
                           "no image of anatomy"};
  claim_probabilities(work,
                      {{Trait::acquired, acquired},
                       {Trait::derived, o.of(S::derived)},
                       {Trait::adc, o.of(S::adc)},
                       {Trait::localizer, o.of(S::localizer)},
                       {Trait::unusable, o.of(S::other)}},
                      natures, breast, nature_weight);
  if (acquired / breast < 0.5) return;
  // What the network takes for a breast it has learned the contrasts of.
  work.claim(Trait::unknown_contrast, -std::max(0.0, log_odds(breast)), "network",
             "pixels look like a breast exam (" + percent(breast) + ")");
  const char* contrasts[] = {"T1", "T2", "diffusion"};
  claim_probabilities(work,
                      {{Trait::t1, o.of(S::t1)}, {Trait::t2, o.of(S::t2)}, {Trait::diffusion, o.of(S::dwi)}},
                      contrasts, acquired);
  if (o.of(S::dwi) > 0.5 * acquired) {
    constexpr const char* kWords[] = {"a low", "an intermediate", "a high"};
    const auto b = std::max_element(o.diffusion.begin(), o.diffusion.end()) - o.diffusion.begin();
    work.claim(Trait::diffusion, 0, "network",
               std::string("pixels look like ") + kWords[b] + " b-value (" +
                   percent(o.diffusion[static_cast<std::size_t>(b)]) + ")");
    return;
  }
  const char* fats[] = {"suppressed fat", "bright fat"};
  claim_probabilities(
      work, {{Trait::fat_suppressed, o.fat_suppressed}, {Trait::fat_bright, 1 - o.fat_suppressed}}, fats, 1);
  // Before a dynamic is found, an agent says only that this is not the volume before it.
  if (o.of(S::t1) > 0.5 * acquired && o.contrast_agent > kSure)
    work.claim(Trait::late, 1, "network", "pixels show contrast agent (" + percent(o.contrast_agent) + ")");
}

// For each point its frames within the slices that all points cover, so that the same places are compared.
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

// The first and the last volume of a series: of diffusion the lowest and the highest b-value.
std::vector<std::vector<int>> shown_volumes(const SeriesFacts& facts) {
  const std::vector<TimePoint> points = time_points(facts, 0);
  if (points.size() > 1) return {points.front().frames, points.back().frames};
  std::vector<int> all(facts.frames.size());
  std::iota(all.begin(), all.end(), 0);
  return {all};
}

SeriesOpinion mean_of(const std::vector<SeriesOpinion>& opinions) {
  SeriesOpinion mean;
  mean.fat_suppressed = mean.contrast_agent = 0;
  const double share = 1 / static_cast<double>(opinions.size());
  for (const SeriesOpinion& o : opinions) {
    for (std::size_t i = 0; i < o.sequence.size(); ++i) mean.sequence[i] += share * o.sequence[i];
    for (std::size_t i = 0; i < o.diffusion.size(); ++i) mean.diffusion[i] += share * o.diffusion[i];
    mean.fat_suppressed += share * o.fat_suppressed;
    mean.contrast_agent += share * o.contrast_agent;
  }
  return mean;
}

// Nobody takes T2 images of one place twice; T1 images are a dynamic's.
void claim_repetition(SeriesWork& work, const SeriesOpinion& o, std::size_t volumes) {
  const bool like_t2 = o.of(SeenSequence::t2) + o.of(SeenSequence::dwi) > 0.5;
  if (volumes > 1 && like_t2)
    work.claim(Trait::diffusion, 2.5, "pixels",
               "it holds each position several times and looks weighted by T2 or diffusion");
}

struct Order {
  std::vector<std::size_t> points;
  double pre_probability = 0;
};

Order network_order(const std::vector<PhaseOpinion>& opinions) {
  Order order;
  order.points.resize(opinions.size());
  std::iota(order.points.begin(), order.points.end(), std::size_t{0});
  const auto pre = std::max_element(opinions.begin(), opinions.end(),
                                    [](const auto& a, const auto& b) { return a.phase[0] < b.phase[0]; }) -
                   opinions.begin();
  order.pre_probability = opinions[static_cast<std::size_t>(pre)].phase[0];
  std::stable_sort(order.points.begin(), order.points.end(), [&](std::size_t a, std::size_t b) {
    const bool a_pre = a == static_cast<std::size_t>(pre), b_pre = b == static_cast<std::size_t>(pre);
    if (a_pre != b_pre) return a_pre;
    return !a_pre && opinions[a].minutes < opinions[b].minutes;
  });
  return order;
}

}  // namespace

std::optional<double> claim_opinions(std::vector<SeriesWork>& works, const FrameSource& source,
                                     const SeriesNetworks& networks, const Cancellation& cancellation) {
  double sum = 0, count = 0;
  for (SeriesWork& work : works) {
    cancellation.check();
    std::vector<SeriesThumbnail> thumbnails;
    for (const std::vector<int>& frames : shown_volumes(work.facts)) {
      SeriesThumbnail thumbnail = normalized(series_thumbnail(work.facts, frames, source));
      if (!thumbnail.pictures.empty()) thumbnails.push_back(std::move(thumbnail));
    }
    if (thumbnails.empty()) continue;
    const SeriesOpinion opinion = mean_of(networks.sequences(thumbnails));
    claim_opinion(work, opinion);
    claim_repetition(work, opinion, thumbnails.size());
    // Localizers and screens show little of anything.
    const double anatomy = 1 - opinion.of(SeenSequence::other) - opinion.of(SeenSequence::localizer);
    if (anatomy < 0.5) continue;
    sum += 1 - opinion.of(SeenSequence::not_breast) / anatomy;
    count += 1;
  }
  return count > 0 ? std::optional<double>(sum / count) : std::nullopt;
}

void drop_opinions(std::vector<SeriesWork>& works) {
  for (SeriesWork& work : works)
    std::erase_if(work.claims, [](const Claim& c) { return c.source == "network" && c.weight != 0; });
}

void order_by_network(DynamicGroup& group, std::vector<SeriesWork>& works, const FrameSource& source,
                      const SeriesNetworks& networks, const Cancellation& cancellation) {
  std::vector<SeriesThumbnail> volumes;
  const auto slab = shared_slab(group, works);
  for (std::size_t p = 0; p < group.points.size(); ++p) {
    cancellation.check();
    volumes.push_back(series_thumbnail(works[group.points[p].work].facts, slab[p], source));
    if (volumes.back().pictures.empty()) return;
  }
  const std::vector<PhaseOpinion> opinions = networks.phases(volumes);
  if (opinions.empty()) return;
  constexpr const char* kWords[] = {"pre-contrast", "early", "later"};
  for (std::size_t p = 0; p < opinions.size(); ++p) {
    const auto& phase = opinions[p].phase;
    const auto best = std::max_element(phase.begin(), phase.end()) - phase.begin();
    const std::string when =
        best == 0 ? "" : ", about " + format_fixed(opinions[p].minutes, 1) + " min after the agent's arrival";
    works[group.points[p].work].claim(Trait::dynamic, 0.5, "network",
                                      std::string("among the volumes of its dynamic it looks like the ") +
                                          kWords[best] + " one (" +
                                          percent(phase[static_cast<std::size_t>(best)]) + when + ")");
  }
  const Order order = network_order(opinions);
  if (group.order_weight > kWeakOrder) {
    if (order.points[0] != 0 && order.pre_probability > kSure)
      group.order_conflicts.push_back("the network takes " +
                                      describe(*works[group.points[order.points[0]].work].series) +
                                      " for the pre-contrast phase (" + percent(order.pre_probability) +
                                      "), " + group.order_source + " another");
    return;
  }
  // A clear rise of the signal is a measurement; it chooses the first phase whatever the network says.
  std::vector<std::size_t> points = order.points;
  if (group.enhances) {
    std::erase(points, std::size_t{0});
    points.insert(points.begin(), std::size_t{0});
  }
  if (std::is_sorted(points.begin(), points.end()) && group.order_weight > 0) return;
  std::vector<TimePoint> sorted;
  for (const std::size_t p : points) sorted.push_back(std::move(group.points[p]));
  group.points = std::move(sorted);
  group.order_source +=
      group.order_weight > 0 ? "; the network orders otherwise and decides" : "; by the network";
  group.order_weight = std::max(group.order_weight, log_odds(order.pre_probability));
  group.time_s.clear();
}

}  // namespace lobule::exam
