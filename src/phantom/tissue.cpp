#include "phantom/tissue.h"

#include <algorithm>
#include <cmath>

#include "core/random.h"

namespace lobule::phantom {
namespace {

// What of this was checked against its source: docs/methods/phantom.md.
// T1, T2 of gland and fat: Rakow-Penner et al., JMRI 23:87 (2006). Fat in an echo train: 165 ms, Gold et al.,
// AJR 183:343 (2004); why it is longer there: Henkelman et al., JMRI 4:533 (1994). Muscle, myocardium, blood:
// Stanisz et al., Magn Reson Med 54:507 (2005). Marrow, liver: de Bazelaire et al., Radiology 230:652 (2004).
// Lesion T1, T2 within the range of carcinomas at 1.5 T in Merchant et al., Magn Reson Imaging 11:1077
// (1993). Diffusion: EUSOBI consensus, Baltzer et al., Eur Radiol 30:1436 (2020): gland 1.6–2.1, malignant
// 0.8–1.2 (10⁻³ mm²/s). Skin, nipple, ligament, lung, bone, kinetics: choices of this phantom, made
// so that enhancement at 90 s is mild in gland (BI-RADS minimal to mild) and above 100 % in lesion and
// vessels. Pharmacokinetics: see the table of docs/methods/phantom.md.
constexpr TissueTable kProperties = {{
    // name          PD     T1    T2  T2 train fat  ADC  standing {Ktrans ve vp}
    {"air", 0, 1000, 50, 50, 0, 0, 1, {}},
    {"skin", 0.60, 900, 35, 35, 0, 1200, 1, {0.040, 0.30, 0.01}},
    {"fat", 0.95, 296, 53, 165, 1, 250, 1, {0.002, 0.05, 0.002}},
    {"ligament", 0.55, 1000, 35, 35, 0, 1000, 1, {0.006, 0.15, 0.003}},
    {"gland", 0.85, 1266, 58, 58, 0, 1800, 1, {0.012, 0.30, 0.005}},
    {"nipple", 0.75, 1000, 45, 45, 0, 1400, 1, {0.120, 0.35, 0.03}},
    {"vessel", 0.90, 1441, 150, 150, 0, 2500, 0.5, {0, 0, 0.58}},
    {"muscle", 0.80, 1008, 44, 44, 0, 1500, 1, {0.030, 0.12, 0.01}},
    {"bone", 0.08, 1000, 20, 20, 0, 500, 1, {}},
    {"marrow", 0.80, 549, 49, 80, 0.5, 450, 1, {0.030, 0.10, 0.02}},
    {"lung", 0.10, 1200, 20, 20, 0, 1500, 0.5, {0.050, 0.10, 0.08}},
    {"blood", 0.90, 1441, 200, 200, 0, 2500, 0.1, {0, 0, 0.58}},
    {"myocardium", 0.80, 1030, 40, 40, 0, 1600, 0.7, {0.500, 0.22, 0.07}},
    {"lesion", 0.90, 1050, 75, 75, 0, 1000, 1, {0.300, 0.40, 0.04}},
    {"cyst", 1.00, 3000, 600, 600, 0, 2400, 1, {}},
    {"fibroadenoma", 0.90, 1100, 80, 80, 0, 1600, 1, {0.100, 0.55, 0.02}},
    {"node", 0.85, 1000, 75, 75, 0, 1000, 1, {0.150, 0.30, 0.03}},
    {"liver", 0.80, 586, 46, 46, 0.05, 1100, 1, {0.400, 0.25, 0.08}},
    {"implant", 0.90, 900, 100, 100, 0, 100, 1, {}},
    {"calcification", 0.02, 1000, 10, 10, 0, 500, 1, {}},
    {"clip", 0, 1000, 10, 10, 0, 500, 1, {}},
}};

// At 3 T only relaxation differs. Gland and fat: Rakow-Penner 2006; muscle, myocardium, blood: Stanisz 2005;
// marrow, liver: de Bazelaire 2004. Tissues without a measurement: T1 longer by the ratio that gland shows.
struct Relaxation {
  Tissue tissue;
  double t1_ms, t2_ms, t2_echo_train_ms;
};
constexpr double kLonger = 1445.0 / 1266.0;
constexpr Relaxation kAt3T[] = {
    {Tissue::gland, 1445, 54, 54},
    {Tissue::fat, 367, 53, 154},  // echo train: 154 ms, Edden et al., JMRI 32:982 (2010)
    {Tissue::muscle, 1412, 50, 50},
    {Tissue::myocardium, 1471, 47, 47},
    {Tissue::blood, 1932, 190, 190},
    {Tissue::vessel, 1932, 140, 140},
    {Tissue::marrow, 586, 49, 75},
    {Tissue::liver, 809, 34, 34},
    {Tissue::lesion, kLonger * 1050, 70, 70},
    {Tissue::fibroadenoma, kLonger * 1100, 75, 75},
    {Tissue::node, kLonger * 1000, 70, 70},
    {Tissue::skin, kLonger * 900, 33, 33},
    {Tissue::nipple, kLonger * 1000, 42, 42},
    {Tissue::ligament, kLonger * 1000, 33, 33},
};

constexpr TissueTable at_3_tesla() {
  TissueTable table = kProperties;
  for (const Relaxation& r : kAt3T) {
    TissueProperties& p = table[static_cast<std::size_t>(r.tissue)];
    p.t1_ms = r.t1_ms, p.t2_ms = r.t2_ms, p.t2_echo_train_ms = r.t2_echo_train_ms;
  }
  return table;
}
constexpr TissueTable kProperties3T = at_3_tesla();

const TissueTable& table_at(double field_strength_tesla) {
  return field_strength_tesla < 2.25 ? kProperties : kProperties3T;
}

// How a population scatters around the typical value, as relative standard deviations. T1, T2: between
// persons in Edden 2010 (gland 11 and 8 %, fat 3 and 6 %), wider for lesions (Merchant 1993).
// Muscle: between studies at 3 T, T1 and T2 are 898 and 29 ms in de Bazelaire 2004, 1412 and 50 in Stanisz
// 2005. ADC: from the ranges of Baltzer 2020. Ktrans scatters as a factor: over BI-RADS minimal to marked in
// gland, and as between lesions of one kind.
struct Spread {
  double proton_density, t1, t2, adc, ktrans_log, ve, vp_log;
};
Spread spread_of(Tissue tissue) {
  switch (tissue) {
    case Tissue::fat: return {0.02, 0.03, 0.06, 0.10, 0.30, 0.20, 0.30};
    case Tissue::gland: return {0.04, 0.11, 0.08, 0.08, 0.55, 0.25, 0.40};
    case Tissue::lesion: return {0.03, 0.14, 0.14, 0.12, 0.40, 0.20, 0.40};
    case Tissue::fibroadenoma: return {0.03, 0.14, 0.20, 0.12, 0.45, 0.15, 0.40};
    case Tissue::muscle: return {0.03, 0.15, 0.20, 0.08, 0.45, 0.20, 0.30};
    case Tissue::cyst: return {0.00, 0.15, 0.25, 0.06, 0, 0, 0};
    case Tissue::nipple:
    case Tissue::node: return {0.03, 0.10, 0.12, 0.12, 0.40, 0.20, 0.40};
    case Tissue::blood:
    case Tissue::vessel: return {0.01, 0.05, 0.15, 0.05, 0, 0, 0.06};
    default: return {0.03, 0.06, 0.08, 0.08, 0.25, 0.15, 0.25};
  }
}

// Fat within what this phantom calls gland, as chemical-shift imaging of fibroglandular voxels sees it: a
// choice of this phantom.
constexpr double kMostFatInGland = 0.12, kLeastFatInLiver = 0.01, kMostFatInLiver = 0.20;

}  // namespace

const TissueProperties& properties(Tissue tissue) {
  return kProperties[static_cast<std::size_t>(tissue)];
}

const TissueProperties& properties(Tissue tissue, double field_strength_tesla) {
  return table_at(field_strength_tesla)[static_cast<std::size_t>(tissue)];
}

TissueTable random_properties(std::uint64_t seed, double field_strength_tesla) {
  const RandomStream random(seed, "tissue properties");
  TissueTable table = table_at(field_strength_tesla);
  for (int t = 0; t < kTissueCount; ++t) {
    const std::uint64_t base = 16 * static_cast<std::uint64_t>(t);
    // Normal, cut at two standard deviations.
    const auto deviation = [&](std::uint64_t n) { return std::clamp(random.normal(base + n), -2.0, 2.0); };
    const Tissue tissue = static_cast<Tissue>(t);
    const Spread spread = spread_of(tissue);
    TissueProperties& p = table[static_cast<std::size_t>(t)];
    p.proton_density = std::min(1.0, p.proton_density * (1 + spread.proton_density * deviation(0)));
    p.t1_ms *= 1 + spread.t1 * deviation(1);
    const double t2 = 1 + spread.t2 * deviation(2);
    p.t2_ms *= t2, p.t2_echo_train_ms *= t2;
    p.adc_um2_per_s *= 1 + spread.adc * deviation(3);
    p.kinetics.ktrans_per_min *= std::exp(spread.ktrans_log * deviation(4));
    p.kinetics.ve *= 1 + spread.ve * deviation(5);
    p.kinetics.vp = std::min(0.7, p.kinetics.vp * std::exp(spread.vp_log * deviation(6)));
    if (tissue == Tissue::gland) p.fat_fraction = random.uniform(base + 7, 0, kMostFatInGland);
    if (tissue == Tissue::liver) p.fat_fraction = random.uniform(base + 7, kLeastFatInLiver, kMostFatInLiver);
  }
  return table;
}

}  // namespace lobule::phantom
