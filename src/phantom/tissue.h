#pragma once
// The tissues of a digital patient and what each is to an MRI scanner.

#include <array>
#include <cstdint>

namespace lobule::phantom {

// Labels of the truth's label map.
enum class Tissue : std::uint8_t {
  air,
  skin,
  fat,
  ligament,  // Cooper's ligaments: thin sheets, never pure at clinical resolution
  gland,     // fibroglandular tissue
  nipple,
  vessel,
  muscle,
  bone,  // cortical
  marrow,
  lung,
  blood,  // of heart and aorta
  myocardium,
  lesion,  // what a carcinoma is made of
  cyst,    // its fluid
  fibroadenoma,
  node,  // cortex of a lymph node; its hilum is fat
  liver,
  implant,  // silicone gel
  calcification,
  clip  // a metal marker: no signal
};
inline constexpr int kTissueCount = 21;

// Fractions of volume by tissue; they sum to 1.
using Composition = std::array<float, kTissueCount>;

inline float& share(Composition& c, Tissue t) {
  return c[static_cast<std::size_t>(t)];
}
inline float share(const Composition& c, Tissue t) {
  return c[static_cast<std::size_t>(t)];
}

// The extended Tofts model's parameters (Tofts et al., J Magn Reson Imaging 10:223, 1999):
// Ct(t) = vp Cp(t) + Ktrans ∫ Cp(τ) exp(−Ktrans/ve (t − τ)) dτ.
// Blood has Ktrans 0 and vp = 1 − haematocrit, so that Ct is its whole concentration.
struct Pharmacokinetics {
  double ktrans_per_min = 0;
  double ve = 0, vp = 0;  // fractions of volume; where ve is 0 nothing leaves the plasma
};

// What a tissue is at one field strength; see docs/methods/phantom.md for the source of each number.
struct TissueProperties {
  const char* name;
  double proton_density;  // relative to water
  double t1_ms, t2_ms;
  double t2_echo_train_ms;  // as a turbo spin echo sees it: longer in fat, whose J-coupling is refocused
  double fat_fraction;      // of the proton density; what fat suppression acts on
  double adc_um2_per_s;
  double standing;  // share of the spins that do not flow away in a spin echo
  Pharmacokinetics kinetics;
};
using TissueTable = std::array<TissueProperties, kTissueCount>;

// The typical tissue, at 1.5 T unless told. Field strengths below 2.25 T count as 1.5 T, others as 3 T.
const TissueProperties& properties(Tissue tissue);
const TissueProperties& properties(Tissue tissue, double field_strength_tesla);

// All tissues of one patient, drawn around the typical ones within the spread of the literature. A patient's
// tissues at two field strengths deviate from the typical ones by the same factors.
TissueTable random_properties(std::uint64_t seed, double field_strength_tesla = 1.5);

}  // namespace lobule::phantom
