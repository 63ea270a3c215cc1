// Lesions drawn at random, such that each lies inside its breast.

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/random.h"
#include "phantom/exam.h"
#include "phantom/random_lesions.h"

namespace lobule::phantom {
namespace {

struct LesionWord {
  const char* word;
  LesionKind kind;
};
constexpr LesionWord kWords[] = {{"mass", LesionKind::mass},
                                 {"rim", LesionKind::rim_mass},
                                 {"spiculated", LesionKind::spiculated_mass},
                                 {"nme", LesionKind::non_mass},
                                 {"focus", LesionKind::focus},
                                 {"cyst", LesionKind::cyst},
                                 {"fibroadenoma", LesionKind::fibroadenoma},
                                 {"calcifications", LesionKind::calcifications}};

// The share of patients without a lesion where kinds are mixed; up to three lesions in the others.
constexpr double kWithoutLesion = 0.25, kMostLesions = 3;

LesionPlan draw_lesion(const RandomStream& random, std::uint64_t at, LesionKind kind) {
  LesionPlan lesion;
  lesion.kind = kind;
  lesion.side = random.uniform(at) < 0.5 ? BreastSide::right : BreastSide::left;
  lesion.diameter_mm = std::exp(random.uniform(at + 1, std::log(6), std::log(25)));
  if (kind == LesionKind::focus) lesion.diameter_mm = random.uniform(at + 1, 3, 4.9);  // BI-RADS: below 5 mm
  if (kind == LesionKind::non_mass) lesion.diameter_mm = random.uniform(at + 1, 15, 45);
  const double around = random.uniform(at + 2, 0, 2 * std::numbers::pi);
  const double out = random.uniform(at + 3, 0.05, 0.5);
  lesion.place = {out * std::cos(around), random.uniform(at + 4, 0.15, 0.6), out * std::sin(around)};
  lesion.irregularity = random.uniform(at + 5, 0.05, 0.35);
  lesion.uptake_scale = random.uniform(at + 6, 0.55, 1.5);
  return lesion;
}

// How often each kind shows each curve, persistent, plateau, washout. Malignant and benign masses: Kuhl et
// al., Radiology 211:101 (1999): 9, 34, 57 % and 83, 12, 6 %. Non-mass: mostly persistent or plateau.
CurveType draw_curve(const RandomStream& random, std::uint64_t at, LesionKind kind) {
  const double u = random.uniform(at);
  double persistent = 0.83, plateau = 0.115;
  if (kind == LesionKind::non_mass)
    persistent = 0.40, plateau = 0.40;
  else if (is_malignant(kind))
    persistent = 0.09, plateau = 0.34;
  if (u < persistent) return CurveType::persistent;
  return u < persistent + plateau ? CurveType::plateau : CurveType::washout;
}

std::vector<LesionPlan> draw_lesions(std::uint64_t seed, const std::string& asked) {
  const RandomStream random(seed, "planned lesions");
  if (asked == "none") return {};
  for (const LesionWord& row : kWords)
    if (asked == row.word) return {draw_lesion(random, 100, row.kind)};
  if (asked != "mixed")
    throw Error("digital patient", "there is no kind of lesion called '" + asked + "'", "",
                "Use none, mass, rim, spiculated, nme, focus, cyst, fibroadenoma, calcifications or mixed");
  std::vector<LesionPlan> lesions;
  if (random.uniform(0) < kWithoutLesion) return lesions;
  const int count = 1 + static_cast<int>(kMostLesions * random.uniform(1));
  for (int n = 0; n < count; ++n) {
    const std::uint64_t at = 100 + 20 * static_cast<std::uint64_t>(n);
    const auto row = static_cast<std::size_t>(random.uniform(at + 10) * std::size(kWords));
    lesions.push_back(draw_lesion(random, at, kWords[row].kind));
  }
  return lesions;
}

// Places that are tried before a lesion is made smaller, by this factor; the smallest that is tried.
constexpr int kPlaces = 40;
constexpr double kSmaller = 0.8, kSmallest_mm = 3;

// Steps of the points at which a lesion is looked at, mm.
constexpr double kLook_mm = 2;

}  // namespace

bool lesion_fits(const Anatomy& anatomy, const LesionPlan& plan, std::size_t number) {
  const Breast& home = anatomy.breast(plan.side);
  const Vec3 center = home.point_at(plan.place.x, plan.place.y, plan.place.z);
  const auto inside = [&](Vec3 p) {
    return anatomy.clearance_mm(p) < 0 && home.implant_distance_mm(p) > 0 &&
           anatomy.breast_at(p) == plan.side;
  };
  if (!inside(center)) return false;
  const Lesion lesion(plan, number, anatomy.options().seed, center, home.nipple_mm());
  for (const Speck& speck : lesion.specks())
    if (!inside(speck.center_mm)) return false;
  if (plan.kind == LesionKind::calcifications) return true;
  const double reach = std::ceil(lesion.reach_mm() / kLook_mm) * kLook_mm;
  for (double z = -reach; z <= reach; z += kLook_mm)
    for (double y = -reach; y <= reach; y += kLook_mm)
      for (double x = -reach; x <= reach; x += kLook_mm) {
        const Vec3 p = center + Vec3{x, y, z};
        if (lesion.distance_mm(p) < 0.5 * kLook_mm && !inside(p)) return false;
      }
  return true;
}

void place_inside(const Anatomy& anatomy, const RandomStream& random, std::size_t number, LesionPlan& plan) {
  std::uint64_t index = 1000 + 10000 * number;  // beyond what draws the lesions
  for (; plan.diameter_mm >= kSmallest_mm; plan.diameter_mm *= kSmaller)
    for (int n = 0; n < kPlaces; ++n, index += 3) {
      if (lesion_fits(anatomy, plan, number)) return;
      const double around = random.uniform(index, 0, 2 * std::numbers::pi);
      const double out = random.uniform(index + 1, 0, 0.6);
      plan.place = {out * std::cos(around), random.uniform(index + 2, 0.1, 0.75), out * std::sin(around)};
    }
  throw Error("digital patient", "no lesion fits into a breast", "places and sizes down to 3 mm were tried",
              "Plan a larger breast or a smaller implant");
}

std::vector<LesionPlan> plan_lesions(const AnatomyOptions& anatomy, std::uint64_t seed,
                                     const std::string& asked) {
  std::vector<LesionPlan> lesions = draw_lesions(seed, asked);
  if (lesions.empty()) return lesions;
  AnatomyOptions healthy = anatomy;
  healthy.lesions.clear();
  const Anatomy body(healthy);
  const RandomStream random(seed, "planned lesions");
  for (std::size_t n = 0; n < lesions.size(); ++n) place_inside(body, random, n, lesions[n]);
  return lesions;
}

std::vector<CurveType> draw_curves(std::uint64_t seed, const std::vector<LesionPlan>& lesions) {
  const RandomStream random(seed, "curve types");
  std::vector<CurveType> curves;
  for (const LesionPlan& lesion : lesions) curves.push_back(draw_curve(random, curves.size(), lesion.kind));
  return curves;
}

}  // namespace lobule::phantom
