#pragma once
// How materials weaken X-rays between 5 and 50 keV: mass attenuation coefficients, with coherent scattering,
// as small tables.

#include <array>
#include <cstdint>

namespace lobule::phantom {

enum class XrayMaterial : std::uint8_t {
  air,
  adipose,
  glandular,
  skin,
  muscle,
  connective,
  blood,
  water,
  aluminium,
  calcium_oxalate,
  hydroxyapatite,
  silicone,  // polydimethylsiloxane, as in implants
  pmma,
  selenium,       // amorphous, as in detectors
  cesium_iodide,  // from 6 keV, above its L edges
  titanium        // of marker clips
};
inline constexpr int kXrayMaterialCount = 16;

const char* to_text(XrayMaterial material);
double density_g_per_cm3(XrayMaterial material);

// The mass attenuation coefficient in cm²/g: log-log between the table's energies, never across an absorption
// edge. Within 0.4 % of the tables it was made from (blood 2 % at the K edge of iron, 7 keV). Throws Error
// for an energy outside 5 to 50 keV.
double mass_attenuation_cm2_per_g(XrayMaterial material, double kev);

// The linear one, for the material's nominal density, in 1/mm.
double attenuation_per_mm(XrayMaterial material, double kev);

// The photoelectric part of air's coefficient in cm²/g: times fluence and energy it is proportional to air
// kerma within 3 % up to 30 keV (what Compton electrons take is left out).
double air_kerma_cm2_per_g(double kev);

// A material as a mixture of `adipose` and `glandular` that weakens X-rays of mammographic energies as one
// millimetre of it does (Alvarez and Macovski, Phys Med Biol 21:733, 1976): weighted least squares over the
// given energies. Shares may be negative or exceed one.
struct BasisShares {
  double adipose = 0, glandular = 0;
};
template <class Energies, class Weights>
BasisShares basis_shares(XrayMaterial material, const Energies& kev, const Weights& weights) {
  double aa = 0, ag = 0, gg = 0, am = 0, gm = 0;
  for (std::size_t i = 0; i < kev.size(); ++i) {
    const double a = attenuation_per_mm(XrayMaterial::adipose, kev[i]);
    const double g = attenuation_per_mm(XrayMaterial::glandular, kev[i]);
    const double m = attenuation_per_mm(material, kev[i]);
    aa += weights[i] * a * a, ag += weights[i] * a * g, gg += weights[i] * g * g;
    am += weights[i] * a * m, gm += weights[i] * g * m;
  }
  const double determinant = aa * gg - ag * ag;
  return {(am * gg - gm * ag) / determinant, (gm * aa - am * ag) / determinant};
}

}  // namespace lobule::phantom
