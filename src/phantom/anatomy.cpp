#include "phantom/anatomy.h"

#include "core/parallel.h"

namespace lobule::phantom {
namespace {

constexpr double kSkin = 1.8;  // thickness, mm; mean 1.62, up to 3.0 in mammography (Willson et al., 1982)
constexpr double kBaseX = 76, kBaseY = 12;
constexpr double kFillet = 16;  // of the fold between breast and trunk, mm
// Around its footprint the skin still stands out from the trunk, by at least 1 mm: that is breast, too.
constexpr double kFold = kFillet / 2;
constexpr double kAreola = 14;  // radius over which skin thickens around the nipple, mm

BreastShape shape_of(const AnatomyOptions& options, BreastSide side) {
  BreastShape shape;
  shape.side = side;
  const bool left = side == BreastSide::left;
  const double scale = 1 + (left ? 0.5 : -0.5) * options.asymmetry;
  shape.base_mm = {left ? kBaseX : -kBaseX, kBaseY, left ? -2.0 : 1.0};
  shape.radii_mm = {scale * options.half_width_mm, scale * options.depth_mm, scale * options.half_height_mm};
  shape.sag_mm = options.sag_mm;
  shape.density_percent = options.density_percent;
  shape.texture_seed = 2 * options.seed + (left ? 1 : 0);
  return shape;
}

// Calls visit(point, i) for every point of a lattice with its slice number, a slice per task.
struct Lattice {
  Vec3 low_mm, high_mm;
  double spacing_mm;

  std::array<int, 3> size() const {
    std::array<int, 3> n;
    for (int axis = 0; axis < 3; ++axis)
      n[axis] = std::max(1, static_cast<int>(std::ceil((high_mm[axis] - low_mm[axis]) / spacing_mm)));
    return n;
  }
  template <class Visit>
  void visit_slice(int k, const Visit& visit) const {
    const auto n = size();
    for (int j = 0; j < n[1]; ++j)
      for (int i = 0; i < n[0]; ++i) visit(low_mm + spacing_mm * Vec3{i + 0.5, j + 0.5, k + 0.5});
  }
};

Lattice around_breast(const Breast& breast, double spacing_mm) {
  const BreastShape& s = breast.shape();
  const Vec3 margin{kFold + 2, 0, kFold + 2 + s.sag_mm};
  const Vec3 reach{s.radii_mm.x, 0, s.radii_mm.z};
  Vec3 low = s.base_mm - reach - margin, high = s.base_mm + reach + margin;
  low.y = s.base_mm.y - s.radii_mm.y - 12;
  high.y = s.base_mm.y + 0.5 * s.radii_mm.y;
  return {low, high, spacing_mm};
}

struct Sums {
  double breast = 0, gland = 0;
  Sums& operator+=(const Sums& other) {
    breast += other.breast, gland += other.gland;
    return *this;
  }
};

}  // namespace

Anatomy::Anatomy(const AnatomyOptions& options)
    : options_(options),
      torso_(options.seed),
      breasts_{Breast(shape_of(options, BreastSide::right)), Breast(shape_of(options, BreastSide::left))} {
  for (std::size_t n = 0; n < options.lesions.size(); ++n) {
    const LesionPlan& plan = options.lesions[n];
    const Breast& home = breast(plan.side);
    lesions_.emplace_back(plan, n, options.seed, home.point_at(plan.place.x, plan.place.y, plan.place.z),
                          home.nipple_mm());
  }
  for (Breast& b : breasts_) fit_density(b);
}

double Anatomy::surface_distance_mm(Vec3 point, double torso_mm) const {
  const Breast& near = breasts_[point.x < 0 ? 0 : 1];
  const Breast& far = breasts_[point.x < 0 ? 1 : 0];
  double distance = smooth_union(torso_mm, near.distance_mm(point), kFillet);
  if (std::abs(point.x) < 30) distance = smooth_union(distance, far.distance_mm(point), kFillet);
  return distance;
}

std::optional<BreastSide> Anatomy::breast_at(Vec3 point) const {
  const Breast& near = breasts_[point.x < 0 ? 0 : 1];
  if (!near.footprint_contains(point, kFold)) return std::nullopt;
  const double torso = torso_.distance_mm(point);
  if (-torso > torso_.muscle_depth_mm(point)) return std::nullopt;
  if (surface_distance_mm(point, torso) > -kSkin) return std::nullopt;
  return near.shape().side;
}

int Anatomy::lesion_at(Vec3 point, double width) const {
  int which = -1;
  double nearest = width / 2;
  for (std::size_t n = 0; n < lesions_.size(); ++n) {
    const double distance = lesions_[n].distance_mm(point);
    if (distance < nearest) nearest = distance, which = static_cast<int>(n);
  }
  return which;
}

Composition Anatomy::at(Vec3 point, double width) const {
  Composition c{};
  const double torso = torso_.distance_mm(point);
  const Breast& breast = breasts_[point.x < 0 ? 0 : 1];
  double distance = surface_distance_mm(point, torso);
  const double nipple = breast.nipple_distance_mm(point);
  if (std::min(distance, nipple) > width / 2) {
    share(c, Tissue::air) = 1;
    return c;
  }
  share(c, Tissue::fat) = 1;
  const double depth = -torso;
  const double muscle = torso_.muscle_depth_mm(point);
  if (breast.footprint_contains(point) && depth < muscle + width)
    breast.paint_inside(c, point, -distance, muscle - depth, width);
  if (depth > muscle - width && distance < 0) torso_.paint_inside(c, point, depth, muscle, width);
  for (const Lesion& lesion : lesions_) {
    const double to_lesion = lesion.distance_mm(point);
    if (to_lesion < width) lesion.paint_over(c, point, to_lesion, width);
  }
  const double from_nipple = norm(point - breast.nipple_mm());
  const double thickness = kSkin * (1 + 0.7 * std::exp(-from_nipple * from_nipple / (kAreola * kAreola)));
  paint(c, Tissue::skin, 1 - coverage(distance + thickness, width));
  if (nipple < width) {
    paint(c, Tissue::nipple, coverage(nipple, width));
    distance = std::min(distance, nipple);
  }
  paint(c, Tissue::air, 1 - coverage(distance, width));
  return c;
}

void Anatomy::fit_density(Breast& target) const {
  const Lattice lattice = around_breast(target, 3.0);
  std::vector<Breast::Sample> samples;
  for (int k = 0; k < lattice.size()[2]; ++k)
    lattice.visit_slice(k, [&](Vec3 point) {
      if (breast_at(point) != target.shape().side) return;
      const double torso = torso_.distance_mm(point);
      samples.push_back({point, -surface_distance_mm(point, torso), torso_.muscle_depth_mm(point) + torso});
    });
  target.fit_density(samples);
}

BreastTruth Anatomy::measure_breast(BreastSide side, double spacing_mm) const {
  const Breast& target = breast(side);
  const Lattice lattice = around_breast(target, spacing_mm);
  const std::size_t slices = static_cast<std::size_t>(lattice.size()[2]);
  const Sums sums = parallel_sum(slices, 1, Sums{}, [&](std::size_t k, std::size_t) {
    Sums slice;
    lattice.visit_slice(static_cast<int>(k), [&](Vec3 point) {
      if (breast_at(point) != side) return;
      const Composition c = at(point, spacing_mm);
      slice.breast += 1 - share(c, Tissue::nipple) - share(c, Tissue::air);
      slice.gland += share(c, Tissue::gland);
    });
    return slice;
  });
  const double ml = spacing_mm * spacing_mm * spacing_mm / 1000;
  BreastTruth truth;
  truth.side = side;
  truth.breast_ml = sums.breast * ml;
  truth.fgt_ml = sums.gland * ml;
  truth.percent_density = 100 * sums.gland / sums.breast;
  truth.nipple_mm = target.nipple_mm();
  return truth;
}

std::vector<LesionTruth> Anatomy::measure_lesions(double spacing_mm) const {
  std::vector<LesionTruth> truths;
  for (const Lesion& lesion : lesions_) truths.push_back(measure_lesion(lesion, spacing_mm));
  return truths;
}

}  // namespace lobule::phantom
