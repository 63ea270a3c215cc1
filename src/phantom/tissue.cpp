#include "phantom/tissue.h"

#include <cmath>

namespace lobule::phantom {
namespace {

// What of this was checked against its source: docs/methods/phantom.md.
// T1, T2 of gland and fat: Rakow-Penner et al., JMRI 23:87 (2006). Fat in an echo train: 165 ms, Gold et al.,
// AJR 183:343 (2004); why it is longer there: Henkelman et al., JMRI 4:533 (1994). Muscle, myocardium, blood:
// Stanisz et al., Magn Reson Med 54:507 (2005). Marrow: de Bazelaire et al., Radiology 230:652 (2004).
// Lesion T1, T2 within the range of carcinomas at 1.5 T in Merchant et al., Magn Reson Imaging 11:1077
// (1993). Diffusion: EUSOBI consensus, Baltzer et al., Eur Radiol 30:1436 (2020): gland 1.6–2.1, malignant
// 0.8–1.2 (10⁻³ mm²/s). Skin, nipple, ligament, lung, bone, uptake amplitudes: choices of this phantom, made
// so that enhancement at 90 s is mild in gland (BI-RADS minimal to mild) and above 100 % in lesion and
// vessels.
constexpr std::array<TissueProperties, kTissueCount> kProperties = {{
    // name          PD     T1    T2  T2 train fat  ADC  standing uptake
    {"air", 0, 1000, 50, 50, 0, 0, 1, {}},
    {"skin", 0.60, 900, 35, 35, 0, 1200, 1, {0.10, 0.5, 0.02}},
    {"fat", 0.95, 296, 53, 165, 1, 250, 1, {}},
    {"ligament", 0.55, 1000, 35, 35, 0, 1000, 1, {0.02, 0.3, 0}},
    {"gland", 0.85, 1266, 58, 58, 0, 1800, 1, {0.085, 0.35, 0.01}},
    {"nipple", 0.75, 1000, 45, 45, 0, 1400, 1, {0.38, 1.0, 0.02}},
    {"vessel", 0.90, 1441, 150, 150, 0, 2500, 0.5, {1.50, 6.0, 0.09}},
    {"muscle", 0.80, 1008, 44, 44, 0, 1500, 1, {0.07, 0.8, 0.03}},
    {"bone", 0.08, 1000, 20, 20, 0, 500, 1, {}},
    {"marrow", 0.80, 549, 49, 80, 0.5, 450, 1, {0.06, 0.8, 0.03}},
    {"lung", 0.10, 1200, 20, 20, 0, 1500, 0.5, {0.10, 3.0, 0.09}},
    {"blood", 0.90, 1441, 200, 200, 0, 2500, 0.1, {2.40, 8.0, 0.10}},
    {"myocardium", 0.80, 1030, 40, 40, 0, 1600, 0.7, {0.55, 4.0, 0.09}},
    {"lesion", 0.90, 1050, 75, 75, 0, 1000, 1, {1.10, 2.5, 0.07}},
    {"cyst", 1.00, 3000, 600, 600, 0, 2400, 1, {}},
    {"fibroadenoma", 0.90, 1100, 80, 80, 0, 1600, 1, {0.60, 0.8, 0}},
    {"node", 0.85, 1000, 75, 75, 0, 1000, 1, {0.90, 1.5, 0.04}},
    {"liver", 0.80, 586, 46, 46, 0.05, 1100, 1, {0.50, 1.0, 0.02}},
    {"implant", 0.90, 900, 100, 100, 0, 100, 1, {}},
    {"calcification", 0.02, 1000, 10, 10, 0, 500, 1, {}},
    {"clip", 0, 1000, 10, 10, 0, 500, 1, {}},
}};

}  // namespace

const TissueProperties& properties(Tissue tissue) {
  return kProperties[static_cast<std::size_t>(tissue)];
}

double concentration_mm(const Uptake& uptake, double minutes) {
  if (minutes <= 0) return 0;
  return uptake.amplitude_mm * (1 - std::exp(-uptake.uptake_per_min * minutes)) *
         std::exp(-uptake.washout_per_min * minutes);
}

}  // namespace lobule::phantom
