#include "phantom/xray_attenuation.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/text.h"

namespace lobule::phantom {
namespace {

// Energies and coefficients are thinned from the material tables (PENELOPE 2006) of the FDA's VICTRE, MCGPU
// and hybrid-breastCT (DIDSR on GitHub), works of the United States government in the public domain (CC0).
// Not from there: water above 25 keV, silicon and titanium (NIST XCOM, Berger and Hubbell, quoted from
// general knowledge); PMMA = 4/3 H2O + 1/3 polycarbonate and silicone = Si + 2 CH2 + H2O by the mixture rule.
constexpr int kEnergies = 32;
using Row = std::array<double, kEnergies>;
constexpr Row kKev = {5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
                      21, 22, 23, 24, 25, 26, 28, 30, 32, 33, 34, 36, 37, 40, 45, 50};

struct Material {
  const char* name;
  double density;  // g/cm³
  Row cm2_per_g;
};

constexpr Material kMaterials[kXrayMaterialCount] = {
    {"air", 0.00120479, {40.23,  23.38,  14.77,  9.912,  6.986,  5.116,  3.872,  3.011,
                         2.398,  1.95,   1.615,  1.359,  1.161,  1.005,  0.8807, 0.7802,
                         0.698,  0.6302, 0.5738, 0.5263, 0.4863, 0.452,  0.3973, 0.3561,
                         0.3243, 0.3111, 0.2994, 0.2795, 0.2711, 0.2502, 0.2257, 0.2092}},
    {"adipose", 0.92, {24.62,  14.22,  8.951,  6.015,  4.248,  3.133,  2.389,  1.876,  1.513,  1.247,  1.049,
                       0.8985, 0.7819, 0.6899, 0.6164, 0.5571, 0.5086, 0.4687, 0.4353, 0.4072, 0.3834, 0.3631,
                       0.3304, 0.3057, 0.2865, 0.2784, 0.2712, 0.259,  0.2537, 0.2405, 0.2247, 0.2136}},
    {"glandular", 1.06, {37.81,  21.86,  13.75,  9.203,  6.472,  4.736,  3.583,  2.787,
                         2.223,  1.811,  1.504,  1.27,   1.089,  0.9465, 0.8329, 0.7413,
                         0.6667, 0.6052, 0.5539, 0.5108, 0.4744, 0.4434, 0.3939, 0.3566,
                         0.3277, 0.3157, 0.3051, 0.287,  0.2793, 0.2602, 0.2378, 0.2225}},
    {"skin", 1.09, {39.03,  22.65,  14.29,  9.584,  6.752,  4.948,  3.746,  2.916,  2.326,  1.895, 1.573,
                    1.327,  1.137,  0.9876, 0.868,  0.7715, 0.6928, 0.628,  0.5739, 0.5284, 0.49,  0.4572,
                    0.4048, 0.3654, 0.3349, 0.3223, 0.311,  0.2919, 0.2838, 0.2637, 0.2401, 0.224}},
    {"muscle", 1.05, {42.01,  24.43,  15.44,  10.36,  7.306,  5.355,  4.054,  3.154,  2.514,  2.046,  1.695,
                      1.428,  1.222,  1.059,  0.9284, 0.8234, 0.7376, 0.667,  0.608,  0.5584, 0.5166, 0.4808,
                      0.4238, 0.3809, 0.3477, 0.334,  0.3217, 0.301,  0.2922, 0.2704, 0.2449, 0.2276}},
    {"connective", 1.12, {39.69,  23.04,  14.54,  9.755,  6.873,  5.036,  3.813,  2.968,
                          2.367,  1.927,  1.599,  1.349,  1.155,  1.002,  0.8802, 0.7819,
                          0.7016, 0.6355, 0.5803, 0.5339, 0.4947, 0.4613, 0.4079, 0.3677,
                          0.3366, 0.3238, 0.3123, 0.2928, 0.2845, 0.2641, 0.2401, 0.2237}},
    {"blood", 1.06, {42.27,  24.56,  15.5,   10.67,  7.525,  5.517, 4.178,  3.251,  2.591,  2.108,  1.747,
                     1.471,  1.257,  1.089,  0.9543, 0.8457, 0.757, 0.6839, 0.6229, 0.5716, 0.5282, 0.4912,
                     0.4322, 0.3878, 0.3534, 0.3392, 0.3265, 0.305, 0.2959, 0.2734, 0.247,  0.2291}},
    {"water", 1.0, {42.54,  24.62,  15.49,  10.36,  7.286,  5.326,  4.025,  3.126,  2.488,  2.023,  1.675,
                    1.41,   1.206,  1.045,  0.9161, 0.8126, 0.7283, 0.6588, 0.6009, 0.5522, 0.5111, 0.4757,
                    0.4186, 0.3756, 0.3433, 0.3299, 0.318,  0.2979, 0.2894, 0.2683, 0.2436, 0.2269}},
    {"aluminium", 2.6989, {193.3, 115.2, 74.04,  50.3,   35.67,  26.22,  19.79,  15.32,  12.1,   9.728, 7.946,
                           6.571, 5.504, 4.66,   3.983,  3.437,  2.989,  2.62,   2.312,  2.053,  1.835, 1.648,
                           1.351, 1.129, 0.9585, 0.8881, 0.8259, 0.7213, 0.6771, 0.5697, 0.4478, 0.3694}},
    {"calcium oxalate", 2.12, {215.4, 132.6, 87.35, 60.67,  43.75,  32.62,  24.96,  19.53,
                               15.57, 12.62, 10.38, 8.641,  7.277,  6.19,   5.313,  4.6,
                               4.01,  3.521, 3.111, 2.765,  2.471,  2.219,  1.817,  1.514,
                               1.28,  1.183, 1.097, 0.9526, 0.8912, 0.7416, 0.5717, 0.4616}},
    {"hydroxyapatite", 3.16, {312.3, 192.2, 126.6, 87.83, 63.3,  47.15, 36.05, 28.18,  22.44,  18.16, 14.93,
                              12.4,  10.43, 8.855, 7.586, 6.554, 5.702, 4.996, 4.403,  3.903,  3.48,  3.116,
                              2.535, 2.099, 1.762, 1.622, 1.499, 1.291, 1.203, 0.9881, 0.7447, 0.5875}},
    {"silicone", 0.97, {109.4,  65.22,  41.92,  28.52,  20.25,  14.92,  11.29,  8.765,  6.95,   5.611, 4.606,
                        3.827,  3.222,  2.744,  2.362,  2.053,  1.797,  1.587,  1.411,  1.264,  1.14,  1.033,
                        0.8646, 0.7383, 0.6404, 0.6001, 0.5644, 0.5044, 0.4791, 0.4173, 0.3465, 0.3004}},
    {"pmma", 1.19, {26.79,  15.44, 9.695,  6.492,  4.573,  3.358,  2.552,  1.997,  1.604,  1.318,  1.104,
                    0.9416, 0.816, 0.7171, 0.6381, 0.5745, 0.5225, 0.4797, 0.4439, 0.4139, 0.3884, 0.3666,
                    0.3315, 0.305, 0.2846, 0.2761, 0.2685, 0.2556, 0.25,   0.2362, 0.2197, 0.2082}},
    {"selenium", 4.3, {303,   185.3, 122,   84.81, 61.5,  46.12, 35.51, 28,    155.8, 128.8, 107.9,
                       91.1,  77.63, 66.7,  57.76, 50.39, 44.15, 38.92, 34.5,  30.75, 27.54, 24.72,
                       20.16, 16.69, 13.95, 12.8,  11.79, 10.06, 9.328, 7.507, 5.41,  4.038}},
    {"cesium iodide", 4.51, {530.7, 642.6, 433.5, 306.7, 225.7, 171,   132.9, 105.5, 85.16, 69.84, 58.08,
                             48.82, 41.48, 35.57, 30.74, 26.78, 23.48, 20.71, 18.37, 16.39, 14.69, 13.22,
                             10.83, 9.011, 7.585, 6.989, 19.9,  30.17, 28.13, 23.01, 16.93, 12.84}},
    {"titanium", 4.54, {684.3, 432.3, 287.8, 202.3, 147.2, 110.7, 84.94, 66.69, 53.39, 43.45, 35.87,
                        29.86, 25.14, 21.38, 18.33, 15.85, 13.79, 12.07, 10.63, 9.411, 8.374, 7.486,
                        6.056, 4.972, 4.147, 3.803, 3.497, 2.978, 2.757, 2.214, 1.612, 1.213}},
};

constexpr Row kAirPhotoelectric = {39.61,  22.85,  14.3,    9.493,   6.602,   4.76,    3.536,   2.693,
                                   2.094,  1.658,  1.334,   1.087,   0.8968,  0.7476,  0.6291,  0.5341,
                                   0.4569, 0.3937, 0.3414,  0.2977,  0.2611,  0.2301,  0.1812,  0.145,
                                   0.1176, 0.1065, 0.09664, 0.08027, 0.07342, 0.05697, 0.03882, 0.02752};

// Absorption edges within the range, with the coefficients on either side.
struct Edge {
  XrayMaterial material;
  double kev, below, above;
};
constexpr Edge kEdges[] = {{XrayMaterial::selenium, 12.658, 24.22, 167.03},
                           {XrayMaterial::cesium_iodide, 33.169, 6.895, 21.19},
                           {XrayMaterial::cesium_iodide, 35.985, 17.20, 30.20}};

double log_log(double x0, double x1, double y0, double y1, double x) {
  return y0 * std::exp(std::log(y1 / y0) * std::log(x / x0) / std::log(x1 / x0));
}

std::size_t interval_of(double kev) {
  if (!(kev >= kKev.front() && kev <= kKev.back()))
    throw Error("X-ray attenuation", "the energy " + format_number(kev) + " keV is not known",
                "the tables reach from 5 to 50 keV", "use an energy within them");
  const auto above = std::upper_bound(kKev.begin() + 1, kKev.end() - 1, kev);
  return static_cast<std::size_t>(above - kKev.begin()) - 1;
}

const Material& entry(XrayMaterial material) {
  return kMaterials[static_cast<std::size_t>(material)];
}

}  // namespace

const char* to_text(XrayMaterial material) {
  return entry(material).name;
}

double density_g_per_cm3(XrayMaterial material) {
  return entry(material).density;
}

double mass_attenuation_cm2_per_g(XrayMaterial material, double kev) {
  const std::size_t i = interval_of(kev);
  const Row& row = entry(material).cm2_per_g;
  double x0 = kKev[i], x1 = kKev[i + 1], y0 = row[i], y1 = row[i + 1];
  for (const Edge& edge : kEdges) {
    if (edge.material != material || edge.kev <= x0 || edge.kev >= x1) continue;
    if (kev < edge.kev)
      x1 = edge.kev, y1 = edge.below;
    else
      x0 = edge.kev, y0 = edge.above;
  }
  return log_log(x0, x1, y0, y1, kev);
}

double attenuation_per_mm(XrayMaterial material, double kev) {
  return 0.1 * density_g_per_cm3(material) * mass_attenuation_cm2_per_g(material, kev);
}

double air_kerma_cm2_per_g(double kev) {
  const std::size_t i = interval_of(kev);
  return log_log(kKev[i], kKev[i + 1], kAirPhotoelectric[i], kAirPhotoelectric[i + 1], kev);
}

}  // namespace lobule::phantom
