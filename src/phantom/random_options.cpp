// Patients, scanners and protocols drawn at random.

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/random.h"
#include "phantom/exam.h"
#include "phantom/random_lesions.h"

namespace lobule::phantom {
namespace {

// Draws a factor whose logarithm is even between those of two numbers.
double factor(const RandomStream& random, std::uint64_t at, double low, double high) {
  return std::exp(random.uniform(at, std::log(low), std::log(high)));
}

// Steps of a receiver's gain: where a scanner prescans again after the injection and does not make up for it,
// the amplitude changes by up to one step of 3 dB. Protocols forbid that: a quarter of patients by choice.
constexpr double kPrescanAgain = 0.25, kGainStep = 1.41;
// Otherwise amplifiers, coils and their load drift by a few per cent within the minutes of a dynamic.
constexpr double kGainSlope = 0.05;

// A suppression pulse that leaves a tenth of the fat and whose efficiency drifts by four points in a hundred,
// with the magnet's frequency and the pulse's power, leaves 0.06 to 0.14: factors of up to about 1.6.
constexpr double kFatDrift = 1.6;

void draw_circulation(const RandomStream& random, ExamOptions& o) {
  o.agent = static_cast<Agent>(static_cast<int>(3 * random.uniform(21)));
  o.dose = random.uniform(22, 0.85, 1.15);
  // Indicator dilution (Stewart and Hamilton): the concentration is inverse to cardiac output, 4–8 l/min at
  // rest, and later to the volume of distribution per kilogram: both scatter by about 1.4 around the mean.
  o.input_scale = factor(random, 40, 0.7, 1.45);
  // Between studies of one agent in plasma r1 differs by about 10 % (Szomolanyi 2019 against older tables).
  o.relaxivity_scale = random.uniform(41, 0.9, 1.12);
}

// Ranges of breast protocols, as of the training samples (random_parameters.cpp).
void draw_protocol(const RandomStream& random, ExamOptions& o) {
  o.sequence.tr_ms = random.uniform(28, 3.6, 7.5);
  o.sequence.te_ms = random.uniform(29, 1.2, 2.8);
  o.sequence.flip_degrees = random.uniform(30, 8, 18);
  ProtocolOptions& p = o.protocol;
  p.t1_tr = random.uniform(42, 450, 900) / 780;
  p.t1_te = random.uniform(43, 7, 14) / 10;
  p.t2_tr = random.uniform(44, 3500, 7000) / 5800;
  p.t2_te = random.uniform(45, 70, 120) / 101;
  p.stir_tr = random.uniform(46, 3500, 6500) / 4170;
  p.stir_te = random.uniform(47, 50, 90) / 74;
  p.stir_ti = random.uniform(48, 0.93, 1.07);
  // Adiabatic pulses turn nearly all over; others lose some where the transmit field is off.
  p.inversion = random.uniform(49, 0.88, 1);
  // From all blood washed out of the slice to all still there, in each sequence by itself.
  p.t1_blood = random.uniform(50), p.t2_blood = random.uniform(51), p.stir_blood = random.uniform(52);
  const std::vector<double> sets[] = {{50, 400, 800}, {0, 800},  {50, 800},
                                      {0, 500, 1000}, {50, 850}, {0, 50, 400, 800, 1200}};
  o.choice.b_values = sets[static_cast<int>(6 * random.uniform(36))];
}

void draw_scanner(const RandomStream& random, ExamOptions& o) {
  o.tesla = random.uniform(20) < 0.5 ? 1.5 : 3;
  o.breathing_mm = random.uniform(23, 0.1, 0.8);
  o.noise = factor(random, 24, 0.6, 1.8);
  o.shading.coil = random.uniform(25, 0.6, 1.2);
  // A loop of radius R falls as (1 + (d/R)²)^(−3/2) along its axis: between 30 and 100 mm in front of one of
  // 50 mm to a seventh, of 110 mm to a half; arrays lie between, chest elements and normalisation raise what
  // is far.
  o.shading.fade_mm = factor(random, 53, 40, 130);
  o.shading.floor = factor(random, 54, 0.04, 0.3);
  o.shading.fat_left = factor(random, 26, 0.04, 0.3);
  o.shading.fat_left_spread = random.uniform(27, 0.1, 0.4);
  const bool prescan = random.uniform(55) < kPrescanAgain;
  o.drift.gain_step = prescan ? factor(random, 56, 1 / kGainStep, kGainStep) : 1;
  o.drift.gain_slope = random.uniform(57, -kGainSlope, kGainSlope);
  o.drift.fat_left = factor(random, 58, 1 / kFatDrift, kFatDrift);
  o.artefacts.susceptibility = random.uniform(31, 0.4, 1.2);
  o.artefacts.gibbs = random.uniform(32, 0.3, 1);
  o.artefacts.chemical_shift = random.uniform(33, 0.5, 1.5);
  o.artefacts.epi_distortion = random.uniform(34, 0.4, 1.3);
  o.artefacts.pulsation = random.uniform(35, 0.2, 2);
}

// What both families of phantoms can grow; the few that are larger become smaller in all directions.
constexpr double kMostHalf_mm = 89, kMostDepth_mm = 149;

void limit_sizes(AnatomyOptions& a) {
  const double s = std::min(
      {1.0, kMostHalf_mm / a.half_width_mm, kMostHalf_mm / a.half_height_mm, kMostDepth_mm / a.depth_mm});
  for (double* size : {&a.half_width_mm, &a.half_height_mm, &a.depth_mm}) *size *= s;
}

// What the technologist sets: a field of view of 300–400 mm, larger where the breasts need it, from in front
// of the nipples backwards; slices from below to above both breasts.
constexpr double kLeastField_mm = 300, kMostField_mm = 400, kLeastHeight_mm = 120;
// In front of the tips and beside and above the breasts.
constexpr double kLeastRoom_mm = 8, kMostRoom_mm = 25;

void draw_field_of_view(const RandomStream& random, ExamOptions& o) {
  const AnatomyOptions& a = o.anatomy;
  const double larger = 1 + 0.5 * std::abs(a.asymmetry);
  const BreastExtent extent = breast_extent(a);
  const double room = random.uniform(60, kLeastRoom_mm, kMostRoom_mm);
  const double width =
      std::max(random.uniform(61, kLeastField_mm, kMostField_mm), 2 * (extent.lateral_mm + kLeastRoom_mm));
  o.dynamic_size = 2 * static_cast<int>(std::ceil(width / o.dynamic_spacing_mm / 2));
  const double half_height = larger * a.half_height_mm + std::abs(a.sag_mm) + room;
  const double height = std::max(kLeastHeight_mm, 2 * half_height);
  o.dynamic_slices = 2 * static_cast<int>(std::ceil(height / o.dynamic_slice_mm / 2));
  o.field_center_mm = {0, extent.front_mm - room + 0.5 * o.dynamic_size * o.dynamic_spacing_mm, 0};
}

}  // namespace

SeriesChoice random_choice(std::uint64_t seed) {
  const RandomStream random(seed, "series choice");
  SeriesChoice choice;
  choice.t1 = random.uniform(0) < 0.7;
  choice.t2 = random.uniform(1) < 0.6;
  choice.stir = random.uniform(2) < 0.6;
  choice.t2_fatsat = !choice.stir && random.uniform(3) < 0.7;
  choice.diffusion = random.uniform(4) < 0.85;
  choice.t1_fatsat = random.uniform(5) < 0.3;
  choice.post_highres = random.uniform(6) < 0.3;
  choice.dixon = random.uniform(7) < 0.2;
  choice.ultrafast_phases = random.uniform(8) < 0.25 ? 4 + static_cast<int>(8 * random.uniform(9)) : 0;
  return choice;
}

ExamOptions random_options(std::uint64_t seed, bool with_lesion) {
  const RandomStream random(seed, "exam options");
  ExamOptions options;
  AnatomyOptions& anatomy = options.anatomy;
  anatomy = random_anatomy(seed);
  limit_sizes(anatomy);
  options.motion_mm = factor(random, 6, 0.3, 3.0);
  options.random_tissues = true;
  draw_circulation(random, options);
  draw_protocol(random, options);
  draw_scanner(random, options);
  draw_field_of_view(random, options);
  anatomy.lesions.clear();
  if (with_lesion) {
    LesionPlan lesion;
    lesion.side = random.uniform(7) < 0.5 ? BreastSide::right : BreastSide::left;
    lesion.diameter_mm = factor(random, 8, 6, 25);
    const double around = random.uniform(9, 0, 2 * std::numbers::pi);
    const double out = random.uniform(10, 0.05, 0.5);
    lesion.place = {out * std::cos(around), random.uniform(11, 0.15, 0.6), out * std::sin(around)};
    lesion.irregularity = random.uniform(12, 0.05, 0.35);
    lesion.uptake_scale = random.uniform(13, 0.55, 1.5);
    place_inside(Anatomy(anatomy), random, 0, lesion);
    anatomy.lesions = {lesion};
  }
  options.curves = draw_curves(seed, anatomy.lesions);
  return options;
}

}  // namespace lobule::phantom
