#include "phantom/ducts.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/random.h"

namespace lobule::phantom {
namespace {

// Ducts at the nipple: 9 on average are seen by ultrasound, 15–20 lobes in textbooks (Ramsay et al., J Anat
// 206:525, 2005, who also find ducts 2 mm wide near the nipple, branching within 8 mm of it).
constexpr double kLobesLow = 10, kLobesHigh = 15.99;
constexpr double kMainRadius = 0.9, kLeastRadius = 0.25;  // mm
constexpr double kStep = 0.075;                           // of the breast's depth
constexpr int kGenerations = 3;

struct Grower {
  const RandomStream& random;
  const std::function<Vec3(Vec3)>& to_point;
  Vec3 core, reach;
  std::vector<TubeSegment>& segments;
  std::uint64_t index = 100;

  double draw(double low, double high) { return random.uniform(index++, low, high); }

  bool inside(Vec3 q) const {
    const Vec3 p{(q.x - core.x) / reach.x, (q.y - core.y) / reach.y, (q.z - core.z) / reach.z};
    return dot(p, p) < 1.3;
  }

  // A winding duct from one place towards another, with branches; returns its end.
  Vec3 grow(Vec3 from, Vec3 towards, double radius, int generation) {
    const int steps = std::max(2, static_cast<int>(norm(towards - from) / kStep));
    Vec3 here = from;
    for (int step = 1; step <= steps; ++step) {
      const double wander = 0.030 * (step < steps ? 1 : 0.5);
      const Vec3 next = from + (static_cast<double>(step) / steps) * (towards - from) +
                        Vec3{draw(-wander, wander), draw(-wander, wander), draw(-wander, wander)};
      const double tapered = std::max(kLeastRadius, radius * (1 - 0.5 * step / steps));
      segments.push_back({to_point(here), to_point(next), tapered});
      const double away = 1 - next.y;
      if (generation < kGenerations && step < steps && away > 0.08 && draw(0, 1) < 0.75)
        branch(here, next, tapered, generation);
      here = next;
      if (step > 2 && !inside(here)) break;
    }
    return here;
  }

  void branch(Vec3 here, Vec3 next, double radius, int generation) {
    const Vec3 along = next - here;
    const double length = draw(1.5, 3.2) * std::pow(0.8, generation);
    const Vec3 aside{draw(-1, 1), draw(-0.6, 0.6), draw(-1, 1)};
    const Vec3 target = next + length * (0.9 * along + 0.9 * norm(along) * aside);
    grow(next, target, std::max(kLeastRadius, 0.7 * radius), generation + 1);
  }
};

}  // namespace

DuctTrees grow_ducts(std::uint64_t seed, const std::function<Vec3(Vec3)>& to_point, Vec3 nipple, Vec3 core,
                     Vec3 reach, double reach_mm) {
  const RandomStream random(seed, "duct trees");
  DuctTrees trees;
  std::vector<TubeSegment> segments;
  Grower grower{random, to_point, core, reach, segments};
  const int lobes = static_cast<int>(grower.draw(kLobesLow, kLobesHigh));
  for (int lobe = 0; lobe < lobes; ++lobe) {
    // Golden-angle spirals spread the lobes evenly over the cone behind the nipple.
    const double around = lobe * std::numbers::pi * (3 - std::sqrt(5.0)) + grower.draw(-0.3, 0.3);
    const double away = std::sqrt((lobe + 0.5) / lobes) * grower.draw(0.7, 1.0);
    const double depth = grower.draw(0.55, 1.0);
    const Vec3 end{core.x + away * reach.x * std::cos(around),
                   core.y - reach.y * (1.3 * depth - 0.55 - 0.25 * away),
                   core.z + away * reach.z * std::sin(around)};
    const Vec3 root{nipple.x + 0.03 * std::cos(around), 0.985, nipple.z + 0.03 * std::sin(around)};
    const Vec3 bend = root + 0.35 * (end - root) + Vec3{0, -0.06, 0};
    segments.push_back({to_point(root), to_point(bend + 0.6 * (root - bend)), kMainRadius});
    const Vec3 stop = grower.grow(bend + 0.6 * (root - bend), end, kMainRadius, 0);
    trees.lobe_ends_mm.push_back(to_point(stop));
  }
  trees.tubes = TubeTree(std::move(segments), reach_mm);
  return trees;
}

}  // namespace lobule::phantom
