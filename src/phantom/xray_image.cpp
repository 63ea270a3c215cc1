#include "phantom/xray_image.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace lobule::phantom {
namespace {

constexpr double kFirst = -40, kLast = 160, kAdiposeStep = 1, kGlandularStep = 1;
constexpr int kAdipose = static_cast<int>((kLast - kFirst) / kAdiposeStep) + 1;
constexpr int kGlandular = static_cast<int>((kLast - kFirst) / kGlandularStep) + 1;

// Skin as a mixture of the two, for the given beam.
BasisShares skin_shares() {
  const XraySpectrum spectrum = behind(tungsten_rhodium_28(), XrayMaterial::adipose, 25);
  return basis_shares(XrayMaterial::skin, spectrum.kev, spectrum.photons);
}

}  // namespace

XraySignal::XraySignal(const XraySpectrum& tube, double paddle_mm, double selenium_mm) {
  const XraySpectrum beam = behind(tube, XrayMaterial::pmma, paddle_mm);
  double quanta = 0, sum = 0, squares = 0;
  for (std::size_t i = 0; i < beam.kev.size(); ++i) {
    const double absorbed = beam.photons[i] * stopped_share(XrayMaterial::selenium, selenium_mm, beam.kev[i]);
    quanta += absorbed, sum += absorbed * beam.kev[i], squares += absorbed * beam.kev[i] * beam.kev[i];
    weight_.push_back(absorbed * beam.kev[i]);
    adipose_.push_back(attenuation_per_mm(XrayMaterial::adipose, beam.kev[i]));
    glandular_.push_back(attenuation_per_mm(XrayMaterial::glandular, beam.kev[i]));
  }
  for (double& w : weight_) w /= sum;
  swank_ = sum * sum / (quanta * squares);
  table_.reserve(static_cast<std::size_t>(kAdipose) * kGlandular);
  for (int a = 0; a < kAdipose; ++a)
    for (int g = 0; g < kGlandular; ++g)
      table_.push_back(
          static_cast<float>(exact_log_attenuation(kFirst + a * kAdiposeStep, kFirst + g * kGlandularStep)));
}

double XraySignal::exact_log_attenuation(double adipose_mm, double glandular_mm) const {
  double sum = 0;
  for (std::size_t i = 0; i < weight_.size(); ++i)
    sum += weight_[i] * std::exp(-adipose_[i] * adipose_mm - glandular_[i] * glandular_mm);
  // cppcheck-suppress invalidFunctionArg ; a spectrum has energies, so the sum is positive
  return -std::log(sum);
}

double XraySignal::log_attenuation(double adipose_mm, double glandular_mm) const {
  const double x = (adipose_mm - kFirst) / kAdiposeStep, y = (glandular_mm - kFirst) / kGlandularStep;
  const int a = std::clamp(static_cast<int>(x), 0, kAdipose - 2);
  const int g = std::clamp(static_cast<int>(y), 0, kGlandular - 2);
  const double fx = x - a, fy = y - g;
  const float* row = &table_[static_cast<std::size_t>(a) * kGlandular + g];
  const double near = row[0] + fy * (row[1] - row[0]);
  const double far = row[kGlandular] + fy * (row[kGlandular + 1] - row[kGlandular]);
  return near + fx * (far - near);
}

double XraySignal::glandular_mm(double log_attenuation_value, double thickness_mm) const {
  // The signal falls with the dense share, almost along a straight line.
  double low = -kFirst < thickness_mm ? kFirst : -thickness_mm - 1, high = 2 * thickness_mm + 1;
  for (int step = 0; step < 48; ++step) {
    const double middle = (low + high) / 2;
    (log_attenuation(thickness_mm - middle, middle) < log_attenuation_value ? low : high) = middle;
  }
  return (low + high) / 2;
}

Image<float> project_glandularity(const Image<float>& glandularity, const Image<float>& thickness_mm,
                                  const XraySignal& signal, double air) {
  if (glandularity.grid.size != thickness_mm.grid.size)
    throw Error("mammogram from maps", "the maps of glandularity and thickness differ in size",
                describe(glandularity.grid) + " and " + describe(thickness_mm.grid), "give maps of one size");
  Image<float> raw(thickness_mm.grid, static_cast<float>(air));
  for (std::size_t i = 0; i < raw.voxels.size(); ++i) {
    const double t = thickness_mm.voxels[i], share = glandularity.voxels[i];
    if (!(t > 0) || std::isnan(share)) continue;
    raw.voxels[i] = static_cast<float>(air * std::exp(-signal.log_attenuation(t * (1 - share), t * share)));
  }
  return raw;
}

double volumetric_density(const Image<float>& raw, const Image<float>& thickness_mm,
                          const Image<float>& skin_mm, const XraySignal& signal, double air) {
  if (raw.grid.size != thickness_mm.grid.size || (!skin_mm.empty() && skin_mm.grid.size != raw.grid.size))
    throw Error("volumetric density", "the raw image and its thickness differ in size",
                describe(raw.grid) + " and " + describe(thickness_mm.grid), "give images of one size");
  const BasisShares skin = skin_shares();
  double dense = 0, breast = 0;
  for (std::size_t i = 0; i < raw.voxels.size(); ++i) {
    const double t = thickness_mm.voxels[i];
    if (!(t > 0) || !(raw.voxels[i] > 0)) continue;
    const double s = skin_mm.empty() ? 0 : skin_mm.voxels[i];
    // Skin stands for some adipose and some glandular tissue; what is left to explain is the inside.
    const double inside = t - s + s * (skin.adipose + skin.glandular);
    const double glandular = signal.glandular_mm(-std::log(raw.voxels[i] / air), inside);
    dense += glandular - s * skin.glandular;
    breast += t;
  }
  if (!(breast > 0))
    throw Error("volumetric density", "there is no breast", "the thickness is nowhere above zero",
                "check the thickness and its units (mm)");
  return 100 * dense / breast;
}

}  // namespace lobule::phantom
