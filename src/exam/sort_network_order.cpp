// The order of phases by the network that looks at each volume beside the others.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/text.h"
#include "exam/sort_likeness.h"
#include "exam/sort_network.h"

namespace lobule::exam {
namespace {

constexpr double kSure = 0.9;

std::string percent(double p) {
  return format_fixed(100 * p, 0) + " %";
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

// One opinion a point; empty where a volume cannot be shown or no network tells phases.
std::vector<PhaseOpinion> opinions_of(DynamicGroup& group, const std::vector<SeriesWork>& works,
                                      const FrameSource& source, const SeriesNetworks& networks,
                                      const Cancellation& cancellation) {
  std::vector<SeriesThumbnail> volumes;
  const auto slab = shared_slab(group, works);
  for (std::size_t p = 0; p < group.points.size(); ++p) {
    cancellation.check();
    TimePoint& point = group.points[p];
    if (point.shown.pictures.empty())
      point.shown = series_thumbnail(works[point.work].facts, slab[p], source);
    if (point.shown.pictures.empty()) return {};
    volumes.push_back(point.shown);
  }
  return networks.phases(volumes);
}

}  // namespace

void look_for_repeats(DynamicGroup& group, std::vector<SeriesWork>& works, FrameSource& source,
                      const SeriesNetworks& networks, const Cancellation& cancellation) {
  if (group.order_weight > kWeakOrder) return;
  const std::vector<PhaseOpinion> opinions = opinions_of(group, works, source, networks, cancellation);
  if (!opinions.empty()) set_aside_repeats(group, opinions, works, source);
}

void order_by_network(DynamicGroup& group, std::vector<SeriesWork>& works, const FrameSource& source,
                      const SeriesNetworks& networks, const Cancellation& cancellation) {
  const std::vector<PhaseOpinion> opinions = opinions_of(group, works, source, networks, cancellation);
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
  group.order_weight = std::max(group.order_weight, network_log_odds(order.pre_probability));
  group.time_s.clear();
}

}  // namespace lobule::exam
