#pragma once
// The X-rays that a mammography tube sends out, bin by bin.

#include <vector>

#include "phantom/xray_attenuation.h"

namespace lobule::phantom {

// Photons per mm² and bin of 0.5 keV at 1 mGy air kerma; `kev` is the bin's listed energy.
struct XraySpectrum {
  double kvp = 0;
  std::vector<double> kev;
  std::vector<double> photons;
};

// Spectra of a tungsten anode behind 50 µm rhodium and 1 mm beryllium (Boone, Fewell and Jennings, Med Phys
// 24:1863, 1997, as listed by VICTRE).
const XraySpectrum& tungsten_rhodium_28();
const XraySpectrum& tungsten_rhodium_30();

double photon_count(const XraySpectrum& spectrum);  // per mm²
double mean_energy_kev(const XraySpectrum& spectrum);

// Behind a layer of some material (narrow beam).
XraySpectrum behind(const XraySpectrum& spectrum, XrayMaterial material, double mm);

// Proportional to air kerma.
double relative_kerma(const XraySpectrum& spectrum);

// The thickness of aluminium in mm that halves air kerma in a narrow beam.
double half_value_layer_mm(const XraySpectrum& spectrum);

// The share of photons of one energy that a layer absorbs or scatters: 1 − exp(−µ d).
double stopped_share(XrayMaterial material, double mm, double kev);

}  // namespace lobule::phantom
