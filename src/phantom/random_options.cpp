// Patients, lesions and scanners drawn at random.

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/random.h"
#include "phantom/exam.h"

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

void draw_scanner(const RandomStream& random, ExamOptions& o) {
  o.tesla = random.uniform(20) < 0.5 ? 1.5 : 3;
  o.agent = static_cast<Agent>(static_cast<int>(3 * random.uniform(21)));
  o.dose = random.uniform(22, 0.85, 1.15);
  o.breathing_mm = random.uniform(23, 0.1, 0.8);
  o.noise = std::exp(random.uniform(24, std::log(0.6), std::log(1.8)));
  o.shading.coil = random.uniform(25, 0.6, 1.2);
  o.shading.fat_left = random.uniform(26, 0.06, 0.24);
  o.shading.fat_left_spread = random.uniform(27, 0.1, 0.4);
  // Transversal dynamic gradient echoes as protocols list them.
  o.sequence.tr_ms = random.uniform(28, 3.8, 6.0);
  o.sequence.te_ms = random.uniform(29, 1.4, 2.4);
  o.sequence.flip_degrees = random.uniform(30, 9, 15);
  o.artefacts.susceptibility = random.uniform(31, 0.4, 1.2);
  o.artefacts.gibbs = random.uniform(32, 0.3, 1);
  o.artefacts.chemical_shift = random.uniform(33, 0.5, 1.5);
  o.artefacts.epi_distortion = random.uniform(34, 0.4, 1.3);
  o.artefacts.pulsation = random.uniform(35, 0.2, 2);
  const std::vector<double> sets[] = {{50, 400, 800}, {0, 800},  {50, 800},
                                      {0, 500, 1000}, {50, 850}, {0, 50, 400, 800, 1200}};
  o.choice.b_values = sets[static_cast<int>(6 * random.uniform(36))];
}

}  // namespace

std::vector<LesionPlan> plan_lesions(std::uint64_t seed, const std::string& asked) {
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

std::vector<CurveType> draw_curves(std::uint64_t seed, const std::vector<LesionPlan>& lesions) {
  const RandomStream random(seed, "curve types");
  std::vector<CurveType> curves;
  for (const LesionPlan& lesion : lesions) curves.push_back(draw_curve(random, curves.size(), lesion.kind));
  return curves;
}

SeriesChoice random_choice(std::uint64_t seed) {
  const RandomStream random(seed, "series choice");
  SeriesChoice choice;
  choice.t1 = random.uniform(0) < 0.7;
  choice.t2 = random.uniform(1) < 0.6;
  choice.stir = random.uniform(2) < 0.6;
  choice.t2_fatsat = !choice.stir && random.uniform(3) < 0.7;
  choice.diffusion = random.uniform(4) < 0.85;
  choice.t1_fatsat = random.uniform(5) < 0.3;
  choice.post_highres = random.uniform(6) < 0.3;
  choice.dixon = random.uniform(7) < 0.2;
  choice.ultrafast_phases = random.uniform(8) < 0.25 ? 4 + static_cast<int>(8 * random.uniform(9)) : 0;
  return choice;
}

ExamOptions random_options(std::uint64_t seed, bool with_lesion) {
  const RandomStream random(seed, "exam options");
  ExamOptions options;
  AnatomyOptions& anatomy = options.anatomy;
  // Shape, pattern and body as random_anatomy draws them; sizes that the protocol's field of view holds.
  anatomy = random_anatomy(seed);
  anatomy.half_width_mm = random.uniform(0, 50, 64);
  anatomy.depth_mm = random.uniform(1, 60, 96);
  anatomy.half_height_mm = random.uniform(2, 52, 64);
  anatomy.asymmetry = random.uniform(3, -0.10, 0.10);
  anatomy.sag_mm = random.uniform(4, 2, 14);
  anatomy.splay_mm = std::clamp(anatomy.splay_mm, -4.0, 12.0);
  options.motion_mm = std::exp(random.uniform(6, std::log(0.3), std::log(3.0)));
  options.random_tissues = true;
  draw_scanner(random, options);
  anatomy.lesions.clear();
  if (with_lesion) {
    LesionPlan lesion;
    lesion.side = random.uniform(7) < 0.5 ? BreastSide::right : BreastSide::left;
    lesion.diameter_mm = std::exp(random.uniform(8, std::log(6), std::log(25)));
    const double around = random.uniform(9, 0, 2 * 3.14159265358979);
    const double out = random.uniform(10, 0.05, 0.5);
    lesion.place = {out * std::cos(around), random.uniform(11, 0.15, 0.6), out * std::sin(around)};
    lesion.irregularity = random.uniform(12, 0.05, 0.35);
    lesion.uptake_scale = random.uniform(13, 0.55, 1.5);
    anatomy.lesions = {lesion};
  }
  options.curves = draw_curves(seed, anatomy.lesions);
  return options;
}

}  // namespace lobule::phantom
