#include "phantom/anatomy.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/parallel.h"
#include "core/random.h"
#include "phantom/breast_lattice.h"

namespace lobule::phantom {
namespace {

constexpr double kSkin = 1.8;  // thickness, mm; mean 1.62, up to 3.0 in mammography (Willson et al., 1982)
constexpr double kBaseX = 76, kBaseGap = 16;  // of the breasts' bases from the middle, mm
constexpr double kBaseDepth = 6;              // of the bases below the trunk's surface, mm
constexpr double kFillet = 16;                // of the fold between breast and trunk, mm
constexpr double kDeep = 45;                  // below the trunk's surface no breast is near, mm
constexpr double kAreola = 14;                // radius over which skin thickens around the nipple, mm
constexpr double kClipHalf = 1.5, kClipRadius = 0.5;

BreastShape shape_of(const AnatomyOptions& options, const Torso& torso, BreastSide side) {
  BreastShape shape;
  shape.side = side;
  const bool left = side == BreastSide::left;
  const double scale = 1 + (left ? 0.5 : -0.5) * options.asymmetry;
  const double x = std::max(kBaseX * options.trunk_half_width_mm / 165, options.half_width_mm + kBaseGap);
  shape.base_mm = {left ? x : -x, torso.front_mm(x) + kBaseDepth, left ? -2.0 : 1.0};
  shape.radii_mm = {scale * options.half_width_mm, scale * options.depth_mm, scale * options.half_height_mm};
  shape.sag_mm = options.sag_mm;
  shape.splay_mm = options.splay_mm;
  shape.fullness = options.fullness;
  shape.density_percent = options.density_percent;
  shape.pattern = options.pattern;
  for (const ImplantPlan& implant : options.implants)
    if (implant.side == side)
      shape.implant_ml = implant.volume_ml, shape.implant_behind_muscle = implant.behind_muscle;
  shape.texture_seed = 2 * options.seed + (left ? 1 : 0);
  return shape;
}

TorsoShape torso_shape(const AnatomyOptions& o) {
  return {o.seed, o.trunk_half_width_mm, o.trunk_half_depth_mm, o.subcutaneous_mm, o.arms, o.muscle};
}

}  // namespace

BreastExtent breast_extent(const AnatomyOptions& options) {
  const Torso torso(torso_shape(options));
  BreastExtent extent{torso.front_mm(0), 0, 0, 0};
  for (const BreastSide side : {BreastSide::right, BreastSide::left}) {
    const BreastShape shape = shape_of(options, torso, side);
    extent.front_mm = std::min(extent.front_mm, shape.base_mm.y - shape.radii_mm.y);
    extent.lateral_mm = std::max(
        extent.lateral_mm, std::abs(shape.base_mm.x) + shape.radii_mm.x + std::max(0.0, shape.splay_mm));
    extent.low_mm = std::min(extent.low_mm, shape.base_mm.z - shape.radii_mm.z - std::max(0.0, shape.sag_mm));
    extent.high_mm =
        std::max(extent.high_mm, shape.base_mm.z + shape.radii_mm.z + std::max(0.0, -shape.sag_mm));
  }
  return extent;
}

Anatomy::Anatomy(const AnatomyOptions& options)
    : options_(options),
      torso_(torso_shape(options)),
      breasts_{Breast(shape_of(options, torso_, BreastSide::right)),
               Breast(shape_of(options, torso_, BreastSide::left))} {
  for (std::size_t n = 0; n < options.lesions.size(); ++n) {
    const LesionPlan& plan = options.lesions[n];
    const Breast& home = breast(plan.side);
    lesions_.emplace_back(plan, n, options.seed, home.point_at(plan.place.x, plan.place.y, plan.place.z),
                          home.nipple_mm());
  }
  place_clips_and_specks();
  for (Breast& b : breasts_) grow_gland(b);
}

void Anatomy::place_clips_and_specks() {
  const RandomStream random(options_.seed, "benign calcifications");
  std::uint64_t index = 0;
  const auto draw = [&](double low, double high) { return random.uniform(index++, low, high); };
  for (const ClipPlan& plan : options_.clips) {
    const double around = draw(0, std::numbers::pi), up = draw(-1, 1), rim = std::sqrt(1 - up * up);
    clips_.push_back({breast(plan.side).point_at(plan.place.x, plan.place.y, plan.place.z),
                      (kClipHalf - kClipRadius) * Vec3{rim * std::cos(around), rim * std::sin(around), up}});
  }
  for (const Breast& b : breasts_) {
    const BreastSide side = b.shape().side;
    for (int n = 0; n < options_.coarse_calcifications; ++n) {
      const double around = draw(0, 2 * std::numbers::pi), rim = 0.6 * std::sqrt(draw(0, 1));
      const Vec3 center = b.point_at(rim * std::cos(around), draw(0.15, 0.65), rim * std::sin(around));
      const double radius = draw(0.5, 1.6);
      benign_specks_.push_back({side, center, radius, {{center, radius}}});
    }
    const std::vector<TubeSegment>& tubes = b.vessels().segments();
    for (int n = 0; n < options_.calcified_vessels && !tubes.empty(); ++n) {
      // A stretch of a vessel whose walls are lined on both sides.
      const std::size_t first = static_cast<std::size_t>(draw(0, static_cast<double>(tubes.size())));
      SpeckGroup group{side, tubes[first].from_mm, 0, {}};
      for (std::size_t t = first; t < std::min(tubes.size(), first + 6); ++t) {
        const Vec3 along = tubes[t].to_mm - tubes[t].from_mm;
        for (double at = 0; at < 1; at += 0.6 / std::max(0.6, norm(along))) {
          const double turn = draw(0, 2 * std::numbers::pi), radius = tubes[t].radius_mm;
          const Vec3 wall{radius * std::cos(turn), 0, radius * std::sin(turn)};
          group.specks.push_back({tubes[t].from_mm + at * along + wall, draw(0.08, 0.22)});
          group.reach_mm =
              std::max(group.reach_mm, norm(group.specks.back().center_mm - group.center_mm) + 0.3);
        }
      }
      benign_specks_.push_back(std::move(group));
    }
  }
}

Anatomy::Surface Anatomy::surface_at(Vec3 point, double skin_mm) const {
  if (skin_mm < -kDeep) return {{kFillet, {}}, skin_mm};
  const Breast& near = breasts_[point.x < 0 ? 0 : 1];
  const Breast& far = breasts_[point.x < 0 ? 1 : 0];
  Surface surface{near.outline_at(point), 0};
  surface.distance_mm = smooth_union(skin_mm, surface.outline.distance_mm, kFillet);
  if (std::abs(point.x) < 30)
    surface.distance_mm = smooth_union(surface.distance_mm, far.outline_at(point).distance_mm, kFillet);
  return surface;
}

double Anatomy::clearance_mm(Vec3 point) const {
  const double surface = surface_at(point, torso_.place(point).skin_mm).distance_mm;
  const double nipple = norm(point - breasts_[point.x < 0 ? 0 : 1].nipple_mm()) - 8;
  // First-order distances overrate what is far: a third is taken off.
  return std::min(surface / 1.5, nipple);
}

const Breast* Anatomy::interior_of(Vec3 point, double reach, double width) const {
  // Distances are of first order and between lattice points: they may change by up to twice the way.
  const double change = 2 * reach;
  const Breast& home = breasts_[point.x < 0 ? 0 : 1];
  if (std::abs(point.x) <= reach || home.shape().base_mm.y - point.y <= reach ||
      norm(point - home.nipple_mm()) <= 12 + width + reach)
    return nullptr;
  const Torso::Place place = torso_.place(point);
  const Surface surface = surface_at(point, place.skin_mm);
  if (surface.distance_mm > -1.7 * kSkin - width - change || place.arm_mm < width + change ||
      -place.trunk_mm > place.muscle_mm - width - change ||
      !home.footprint_contains(point, surface.outline, kBreastFold - change))
    return nullptr;
  const auto near = [&](Vec3 center, double radius) {
    return norm(point - center) <= radius + 2 * width + reach;
  };
  for (const Lesion& lesion : lesions_)
    if (near(lesion.center_mm(), lesion.reach_mm())) return nullptr;
  for (const SpeckGroup& group : benign_specks_)
    if (near(group.center_mm, group.reach_mm)) return nullptr;
  for (const Clip& clip : clips_)
    if (near(clip.center_mm, kClipHalf)) return nullptr;
  return &home;
}

std::optional<BreastSide> Anatomy::breast_of(Vec3 point, const Torso::Place& place,
                                             const Surface& surface) const {
  if (surface.distance_mm > -kSkin || -place.trunk_mm > place.muscle_mm || place.arm_mm < 0)
    return std::nullopt;
  const Breast& near = breasts_[point.x < 0 ? 0 : 1];
  if (!near.footprint_contains(point, surface.outline, kBreastFold)) return std::nullopt;
  return near.shape().side;
}

std::optional<BreastSide> Anatomy::breast_at(Vec3 point) const {
  const Torso::Place place = torso_.place(point);
  return breast_of(point, place, surface_at(point, place.skin_mm));
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

Anatomy::Sample Anatomy::sample(Vec3 point, double width) const {
  Sample out;
  Composition& c = out.composition;
  const Torso::Place place = torso_.place(point);
  const Breast& breast = breasts_[point.x < 0 ? 0 : 1];
  const Surface surface = surface_at(point, place.skin_mm);
  const double from_nipple = norm(point - breast.nipple_mm());
  if (surface.distance_mm > width / 2 && from_nipple > 12 + width) {
    share(c, Tissue::air) = 1;
    return out;
  }
  share(c, Tissue::fat) = 1;
  const double depth = -place.trunk_mm;
  out.breast = breast_of(point, place, surface);
  if (depth < place.muscle_mm + width && place.arm_mm > -kFillet &&
      breast.footprint_contains(point, surface.outline, out.breast ? kBreastFold : 0))
    breast.paint_inside(c, point, surface.outline, width);
  if (surface.distance_mm < 0 && (depth > place.muscle_mm - width || place.arm_mm < width))
    torso_.paint_inside(c, point, place, width);
  paint_findings(c, point, width);
  paint_skin(c, point, surface.distance_mm, width);
  return out;
}

void Anatomy::paint_findings(Composition& c, Vec3 point, double width) const {
  for (const Lesion& lesion : lesions_) {
    if (norm(point - lesion.center_mm()) > lesion.reach_mm() + 2 * width) continue;
    const double distance = lesion.distance_mm(point);
    if (distance < width || lesion.plan().kind == LesionKind::calcifications)
      lesion.paint_over(c, point, distance, width);
  }
  for (const SpeckGroup& group : benign_specks_) {
    if (norm(point - group.center_mm) > group.reach_mm + width) continue;
    double amount = 0;
    for (const Speck& speck : group.specks) amount += speck_share(speck, point, width);
    paint(c, Tissue::calcification, std::min(1.0, amount));
  }
  for (const Clip& clip : clips_) {
    const Vec3 from = point - clip.center_mm, half = clip.half_axis_mm;
    if (norm(from) > kClipHalf + width) continue;
    const double along = std::clamp(dot(from, half) / dot(half, half), -1.0, 1.0);
    paint(c, Tissue::clip, coverage(norm(from - along * half) - kClipRadius, width));
  }
}

void Anatomy::paint_skin(Composition& c, Vec3 point, double surface, double width) const {
  const Breast& breast = breasts_[point.x < 0 ? 0 : 1];
  const double from_nipple = norm(point - breast.nipple_mm());
  if (surface < -1.7 * kSkin - width && from_nipple > 12 + width) return;
  const double thickness = kSkin * (1 + 0.7 * std::exp(-from_nipple * from_nipple / (kAreola * kAreola)));
  paint(c, Tissue::skin, 1 - coverage(surface + thickness, width));
  if (from_nipple < 12 + width) {
    const double nipple = breast.nipple_distance_mm(point);
    paint(c, Tissue::nipple, coverage(nipple, width));
    surface = std::min(surface, nipple);
  }
  paint(c, Tissue::air, 1 - coverage(surface, width));
}

void Anatomy::grow_gland(Breast& target) const {
  const auto depths = [&](Vec3 point) {
    const Torso::Place place = torso_.place(point);
    return Breast::Depths{-surface_at(point, place.skin_mm).distance_mm, place.muscle_mm + place.trunk_mm};
  };
  const BreastLattice lattice(target, 3.0);
  std::vector<Vec3> samples;
  for (int k = 0; k < lattice.size()[2]; ++k)
    lattice.visit_slice(k, [&](Vec3 point) {
      if (target.implant_distance_mm(point) > 0 && breast_at(point) == target.shape().side)
        samples.push_back(point);
    });
  target.grow_gland(depths, samples);
}

std::vector<Speck> Anatomy::specks(BreastSide side) const {
  std::vector<Speck> all;
  for (const Lesion& lesion : lesions_)
    if (lesion.plan().side == side) all.insert(all.end(), lesion.specks().begin(), lesion.specks().end());
  for (const SpeckGroup& group : benign_specks_)
    if (group.side == side) all.insert(all.end(), group.specks.begin(), group.specks.end());
  return all;
}

}  // namespace lobule::phantom
