#include "phantom/xray_spectrum.h"

#include <cmath>
#include <span>

namespace lobule::phantom {
namespace {

// Photons per mm² and keV in bins of 0.5 keV from 8 keV on: files W28kVp_Rh50um_Be1mm.spc and
// W30kVp_Rh50um_Be1mm.spc of DIDSR/VICTRE_PIPELINE, a work of the United States government in the public
// domain (CC0 1.0).
constexpr double kFirstKev = 8, kBinKev = 0.5;
constexpr double kW28[] = {40.49,     570.9,     779,       5662,      2.001e+04, 1.261e+04, 1.965e+04,
                           4.071e+04, 4.472e+04, 5.802e+04, 8.331e+04, 1.187e+05, 1.608e+05, 2.117e+05,
                           2.657e+05, 3.09e+05,  3.493e+05, 3.857e+05, 4.264e+05, 4.59e+05,  4.938e+05,
                           5.25e+05,  5.514e+05, 5.7e+05,   5.839e+05, 5.848e+05, 5.799e+05, 5.662e+05,
                           5.475e+05, 5.298e+05, 5.012e+05, 1.894e+04, 2.042e+04, 2.098e+04, 2.192e+04,
                           2.139e+04, 2.034e+04, 1.769e+04, 1.351e+04, 7997};
constexpr double kW30[] = {
    37.4,      546.8,     730.3,     5417,      1.949e+04, 1.18e+04,  1.816e+04, 3.82e+04,  4.119e+04,
    5.312e+04, 7.633e+04, 1.091e+05, 1.486e+05, 1.982e+05, 2.493e+05, 2.908e+05, 3.309e+05, 3.678e+05,
    4.096e+05, 4.459e+05, 4.852e+05, 5.194e+05, 5.479e+05, 5.758e+05, 5.969e+05, 6.024e+05, 6.097e+05,
    6.022e+05, 5.941e+05, 5.841e+05, 5.704e+05, 2.219e+04, 2.458e+04, 2.672e+04, 2.936e+04, 3.11e+04,
    3.197e+04, 3.096e+04, 3.018e+04, 2.915e+04, 2.706e+04, 2.306e+04, 1.807e+04, 1.222e+04};

XraySpectrum make(double kvp, std::span<const double> per_kev) {
  XraySpectrum spectrum;
  spectrum.kvp = kvp;
  for (std::size_t i = 0; i < per_kev.size(); ++i) {
    spectrum.kev.push_back(kFirstKev + kBinKev * static_cast<double>(i));
    spectrum.photons.push_back(kBinKev * per_kev[i]);
  }
  return spectrum;
}

}  // namespace

const XraySpectrum& tungsten_rhodium_28() {
  static const XraySpectrum spectrum = make(28, kW28);
  return spectrum;
}

const XraySpectrum& tungsten_rhodium_30() {
  static const XraySpectrum spectrum = make(30, kW30);
  return spectrum;
}

double photon_count(const XraySpectrum& spectrum) {
  double sum = 0;
  for (const double n : spectrum.photons) sum += n;
  return sum;
}

double mean_energy_kev(const XraySpectrum& spectrum) {
  double sum = 0;
  for (std::size_t i = 0; i < spectrum.kev.size(); ++i) sum += spectrum.photons[i] * spectrum.kev[i];
  return sum / photon_count(spectrum);
}

XraySpectrum behind(const XraySpectrum& spectrum, XrayMaterial material, double mm) {
  XraySpectrum out = spectrum;
  for (std::size_t i = 0; i < out.kev.size(); ++i)
    out.photons[i] *= std::exp(-attenuation_per_mm(material, out.kev[i]) * mm);
  return out;
}

double relative_kerma(const XraySpectrum& spectrum) {
  double sum = 0;
  for (std::size_t i = 0; i < spectrum.kev.size(); ++i)
    sum += spectrum.photons[i] * spectrum.kev[i] * air_kerma_cm2_per_g(spectrum.kev[i]);
  return sum;
}

double half_value_layer_mm(const XraySpectrum& spectrum) {
  const double half = relative_kerma(spectrum) / 2;
  double low = 0, high = 20;
  for (int step = 0; step < 50; ++step) {
    const double middle = (low + high) / 2;
    (relative_kerma(behind(spectrum, XrayMaterial::aluminium, middle)) > half ? low : high) = middle;
  }
  return low;
}

double stopped_share(XrayMaterial material, double mm, double kev) {
  return 1 - std::exp(-attenuation_per_mm(material, kev) * mm);
}

}  // namespace lobule::phantom
