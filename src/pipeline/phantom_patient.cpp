#include "pipeline/phantom_patient.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/random.h"
#include "pipeline/phantom_vendor.h"

namespace lobule::pipeline {
namespace {

using phantom::LesionKind;

struct LesionWord {
  const char* word;
  LesionKind kind;
};
constexpr LesionWord kLesions[] = {{"mass", LesionKind::mass},
                                   {"rim", LesionKind::rim_mass},
                                   {"spiculated", LesionKind::spiculated_mass},
                                   {"nme", LesionKind::non_mass},
                                   {"focus", LesionKind::focus},
                                   {"cyst", LesionKind::cyst},
                                   {"fibroadenoma", LesionKind::fibroadenoma},
                                   {"calcifications", LesionKind::calcifications}};

// Where the dynamic's field of view ends: 358 mm wide, 144 mm high, as a transversal breast protocol has it.
constexpr double kWidth_mm = 358, kHeight_mm = 144;
// The share of patients without a lesion where kinds are mixed.
constexpr double kWithoutLesion = 0.25;

// Sets of b-values that breast protocols use (EUSOBI's consensus asks for a low one and 800, in s/mm²:
// Baltzer et al., Eur Radiol 30:1436, 2020).
const std::vector<double> kBValues[] = {{50, 400, 800}, {50, 800}, {0, 800}, {0, 400, 800}, {0, 600, 1000}};

std::uint64_t patient_seed(int seed, int number) {
  const auto words = RandomStream(static_cast<std::uint64_t>(seed), "digital patients").words(number);
  const std::uint64_t bits = (std::uint64_t{words[0]} << 21) ^ words[1];
  return std::max<std::uint64_t>(1, bits & ((std::uint64_t{1} << 53) - 1));
}

std::size_t draw_index(const RandomStream& random, std::uint64_t index, std::size_t count) {
  return static_cast<std::size_t>(random.uniform(index) * static_cast<double>(count));
}

std::string drawn(const RandomStream& random, std::uint64_t index, const std::string& asked,
                  const std::vector<std::string>& possible) {
  if (std::find(possible.begin(), possible.end(), asked) != possible.end()) return asked;
  return possible[draw_index(random, index, possible.size())];
}

MriDelivery draw_delivery(const RandomStream& random, const PhantomOptions& options) {
  MriDelivery delivery;
  delivery.vendor = drawn(random, 0, options.vendor, mri_vendors());
  const std::vector<MrHabits>& variants = mr_habits(delivery.vendor);
  delivery.variant = static_cast<int>(draw_index(random, 2, variants.size()));
  delivery.language = static_cast<int>(
      draw_index(random, 3, variants[static_cast<std::size_t>(delivery.variant)].phrases.size()));
  delivery.headers = options.headers;
  return delivery;
}

phantom::LesionPlan draw_lesion(const RandomStream& random, std::uint64_t at, LesionKind kind) {
  phantom::LesionPlan lesion;
  lesion.kind = kind;
  lesion.side = random.uniform(at) < 0.5 ? phantom::BreastSide::right : phantom::BreastSide::left;
  lesion.diameter_mm = kind == LesionKind::focus ? random.uniform(at + 1, 3, 5)
                       : kind == LesionKind::non_mass
                           ? random.uniform(at + 1, 15, 40)
                           : std::exp(random.uniform(at + 1, std::log(6), std::log(25)));
  const double around = random.uniform(at + 2, 0, 2 * 3.14159265358979);
  const double out = random.uniform(at + 3, 0.05, 0.5);
  lesion.place = {out * std::cos(around), random.uniform(at + 4, 0.15, 0.6), out * std::sin(around)};
  lesion.irregularity = random.uniform(at + 5, 0.05, 0.35);
  lesion.uptake_scale = random.uniform(at + 6, 0.55, 1.5);
  return lesion;
}

std::vector<phantom::LesionPlan> draw_lesions(const RandomStream& random, const std::string& asked) {
  if (asked == "none") return {};
  for (const LesionWord& row : kLesions)
    if (asked == row.word) return {draw_lesion(random, 100, row.kind)};
  std::vector<phantom::LesionPlan> lesions;
  if (random.uniform(90) < kWithoutLesion) return lesions;
  const int count = 1 + static_cast<int>(random.uniform(91) * 3);
  for (int n = 0; n < count; ++n) {
    const std::uint64_t at = 100 + 20 * static_cast<std::uint64_t>(n);
    const auto kind = static_cast<std::size_t>(random.uniform(at + 10) * std::size(kLesions));
    lesions.push_back(draw_lesion(random, at, kLesions[kind].kind));
  }
  return lesions;
}

}  // namespace

PatientPlan plan_patient(const PhantomOptions& options, int number) {
  PatientPlan plan;
  char id[24];
  std::snprintf(id, sizeof id, "P%04d", number);
  plan.id = id;
  plan.seed = patient_seed(options.seed, number);
  const RandomStream random(plan.seed, "patient plan");
  plan.mri = draw_delivery(random, options);
  plan.mri.patient_id = plan.id;
  plan.mri.seed = plan.seed;
  plan.mammography = {plan.id, drawn(random, 1, options.vendor, mammogram_vendors()), options.headers,
                      plan.seed};
  const MammogramHabits& unit = mammogram_habits(plan.mammography.vendor);
  plan.mammograms.seed = plan.seed;
  plan.mammograms.look = unit.look;
  plan.mammograms.pixel_mm = unit.pixel_mm;
  plan.exam = phantom::random_options(plan.seed, false);
  plan.exam.anatomy.lesions = draw_lesions(random, options.lesion);
  plan.exam.tesla = mr_habits(plan.mri.vendor)[static_cast<std::size_t>(plan.mri.variant)].tesla;
  plan.exam.choice.b_values = kBValues[draw_index(random, 4, std::size(kBValues))];
  const double spacing = options.spacing_mm;
  plan.exam.dynamic_spacing_mm = plan.exam.dynamic_slice_mm = spacing;
  plan.exam.dynamic_size = std::max(16, static_cast<int>(std::lround(kWidth_mm / spacing)));
  plan.exam.dynamic_slices = std::max(8, static_cast<int>(std::lround(kHeight_mm / spacing)));
  plan.exam.truth_spacing_mm = std::max(1.0, 0.75 * spacing);
  return plan;
}

}  // namespace lobule::pipeline
