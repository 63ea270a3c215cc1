#include "phantom/mammogram_look.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "phantom/mammogram_detector.h"

namespace lobule::phantom {
namespace {

// What a vendor's processing does, in the words of published methods.
struct Processing {
  double peripheral;  // 0 … 1: how much of the thinning edge is made up for (Byng et al., 1997)
  double detail;  // gain of fine structure over coarse (multiscale contrast: Vuylsteke and Schoeters, 1994)
  double window;  // of log attenuation that spans the range
  double steepness;   // of the sigmoid; 0: a straight line
  double floor, top;  // of the values that the vendor uses
};

Processing processing_of(MammogramLook look) {
  switch (look) {
    case MammogramLook::ge: return {0.85, 1.6, 1.3, 2.2, 0, 4095};
    case MammogramLook::hologic: return {0.75, 1.8, 1.5, 2.4, 0, 4095};
    case MammogramLook::siemens: return {0.6, 1.5, 1.7, 2.0, 0, 4095};
    case MammogramLook::fuji: return {0.8, 2.0, 1.5, 2.6, 0, 4095};
    case MammogramLook::philips: return {0.9, 1.4, 1.2, 1.8, 0, 4095};
    case MammogramLook::film: return {0, 1.0, 1.6, 3.2, 150, 4000};
  }
  return {};
}

}  // namespace

const char* to_text(MammogramLook look) {
  constexpr const char* kNames[] = {"GE", "Hologic", "Siemens", "Fuji", "Philips", "film"};
  return kNames[static_cast<std::size_t>(look)];
}

Image<float> present(const Image<float>& raw, MammogramLook look, std::uint64_t) {
  const Processing how = processing_of(look);
  const int columns = raw.grid.size[0], rows = raw.grid.size[1];
  Image<float> out = raw;
  for (float& value : out.voxels) value = static_cast<float>(std::log(kRawAir / std::max(value, 1.0f)));
  const std::vector<float> log_signal = out.voxels;
  const double pixel = raw.grid.spacing_mm.x;
  std::vector<float> smooth = log_signal;
  blur(smooth, columns, rows, 4 / pixel);
  // The attenuation of the breast's middle.
  std::vector<float> inside;
  for (std::size_t i = 0; i < smooth.size(); i += 97)
    if (smooth[i] > 0.8f) inside.push_back(smooth[i]);
  if (inside.empty()) return out;
  std::nth_element(inside.begin(), inside.begin() + static_cast<std::ptrdiff_t>(inside.size() * 4 / 10),
                   inside.end());
  const float middle = inside[inside.size() * 4 / 10];
  for (std::size_t i = 0; i < out.voxels.size(); ++i) {
    double value = log_signal[i];
    if (smooth[i] > 0.12f)
      value += how.peripheral * std::max(0.0f, middle - smooth[i]) * std::min(1.0, (smooth[i] - 0.12) / 0.3);
    const double x = (value - middle + 0.25 * how.window) / how.window;
    const double sigmoid = 1 / (1 + std::exp(-2 * how.steepness * (x - 0.5)));
    out.voxels[i] = static_cast<float>(std::clamp(how.floor + sigmoid * (how.top - how.floor), 0.0, 4095.0));
  }
  return out;
}

}  // namespace lobule::phantom
