#include "phantom/exam.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "core/random.h"

namespace lobule::phantom {
namespace {

constexpr double kDwiFatLeft = 0.2;

// Standard deviations of the noise, in stored units, at noise = 1.
constexpr double kDynamicNoise = 4, kSpinEchoNoise = 6, kDiffusionNoise = 4;

// Below this many noise standard deviations at the lowest b the scanner's ADC is 0.
constexpr double kAdcNoiseFloor = 3;

// The relative signals of all tissues, times a scale.
SignalTable signal_table(const TissueTable& tissues, const Sequence& sequence, double scale,
                         const std::array<double, kTissueCount>& rates_per_s = {}) {
  SignalTable table;
  for (int t = 0; t < kTissueCount; ++t) {
    const PureSignal signal = pure_signal(tissues[t], sequence, rates_per_s[t]);
    table.water[t] = scale * signal.water;
    table.fat[t] = scale * signal.fat;
  }
  return table;
}

// Where nothing suppresses fat by its frequency.
SignalTable with_all_fat(SignalTable table, double share = 1) {
  for (int t = 0; t < kTissueCount; ++t) table.water[t] += share * table.fat[t];
  table.fat = {};
  return table;
}

// A grid of whole voxels that covers the dynamic's field of view, both centred on one point.
Grid transversal_grid(const ExamOptions& options, double spacing_mm, double slice_mm) {
  const double width = options.dynamic_size * options.dynamic_spacing_mm;
  const double height = options.dynamic_slices * options.dynamic_slice_mm;
  Grid grid;
  const int n = std::max(1, static_cast<int>(std::lround(width / spacing_mm)));
  grid.size = {n, n, std::max(1, static_cast<int>(std::floor(height / slice_mm + 1e-6)))};
  grid.spacing_mm = {spacing_mm, spacing_mm, slice_mm};
  // From 112 mm in front of the isocentre to behind the back; slices around z = 0.
  constexpr double kMiddleY = 66;
  grid.origin_mm = {-spacing_mm * (n - 1) / 2.0, kMiddleY - spacing_mm * (n - 1) / 2.0,
                    -slice_mm * (grid.size[2] - 1) / 2.0};
  return grid;
}

// Unweighted log-linear fit over all b-values, as clinical scanners do.
Image<float> fit_adc(const std::vector<DiffusionImage>& images, double noise_floor) {
  Image<float> adc(images[0].image.grid);
  double mean_b = 0;
  for (const DiffusionImage& d : images) mean_b += d.b_s_per_mm2 / static_cast<double>(images.size());
  for (std::size_t i = 0; i < adc.voxels.size(); ++i) {
    if (images[0].image.voxels[i] <= noise_floor) continue;
    double top = 0, bottom = 0;
    for (const DiffusionImage& d : images) {
      const double b = d.b_s_per_mm2 - mean_b;
      top += b * std::log(std::max(1e-3f, d.image.voxels[i]));
      bottom += b * b;
    }
    adc.voxels[i] = static_cast<float>(std::max(0.0, -1e6 * top / bottom));
  }
  return adc;
}

std::vector<Image<float>> make_localizer(const ExamOptions& options, const Anatomy& anatomy,
                                         const SignalTable& table, const Shading& shading) {
  std::vector<Image<float>> stacks;
  const double width = options.dynamic_size * options.dynamic_spacing_mm;
  const int n = std::clamp(static_cast<int>(width / 2.8), 16, 128);
  const double spacing = width / n;
  const Vec3 x{1, 0, 0}, y{0, 1, 0}, z{0, 0, 1};
  for (const Mat3& direction : {Mat3{{x, y, z}}, Mat3{{x, -1.0 * z, y}}, Mat3{{y, -1.0 * z, -1.0 * x}}}) {
    Grid grid;
    grid.size = {n, n, 3};
    grid.spacing_mm = {spacing, spacing, 40};
    grid.direction = direction;
    grid.origin_mm = Vec3{0, 66, 0} - direction * Vec3{spacing * (n - 1) / 2, spacing * (n - 1) / 2, 40};
    stacks.push_back(acquire(anatomy, grid, {table}, shading)[0]);
  }
  return stacks;
}

// What the agent adds to each tissue's 1/T1; the lesion's is that of the first one planned.
std::array<double, kTissueCount> rates_at(const Exam& exam, double minutes) {
  std::array<double, kTissueCount> rates{};
  const double r1 = relaxivity(exam.options.agent, exam.options.tesla);
  for (int t = 0; t < kTissueCount; ++t) {
    const bool planned = static_cast<Tissue>(t) == Tissue::lesion && !exam.truth.kinetics.empty();
    const Pharmacokinetics& pk = planned ? exam.truth.kinetics[0].parameters : exam.truth.tissues[t].kinetics;
    rates[t] = r1 * tissue_concentrations_mm(pk, {exam.options.dose}, std::array{minutes})[0];
  }
  return rates;
}

void make_dynamic(Exam& exam, const Shading& shading) {
  const ExamOptions& options = exam.options;
  const Grid grid = dynamic_grid(options);
  const Sequence sequence = dynamic_sequence(options.sequence);
  for (int phase = 0; phase <= options.post_phases; ++phase) {
    if (options.brief && phase > 1 && phase < options.post_phases) continue;
    DynamicPhase out;
    out.phase_index = phase;
    if (phase > 0) {
      out.start_s = kFirstPost_s + (phase - 1) * kPhaseInterval_s;
      out.minutes_after_arrival = (out.start_s + kPhase_s / 2 - kInjection_s - kArrival_s) / 60;
      // The patient sinks into the table: fast at first, then slower.
      const double amount = 1 - 0.6 * (1 - std::sqrt(static_cast<double>(phase) / options.post_phases));
      out.motion = Motion(options.anatomy.seed, options.motion_mm, amount);
    }
    const auto rates = rates_at(exam, out.minutes_after_arrival);
    out.image =
        acquire(*exam.anatomy, grid, {signal_table(exam.truth.tissues, sequence, kDynamicScale, rates)},
                shading, out.motion)[0];
    if (options.noise > 0)
      add_rician_noise(out.image, options.noise * kDynamicNoise, options.anatomy.seed,
                       "dynamic " + std::to_string(phase));
    auto& enhancement = exam.truth.percent_enhancement.emplace_back();
    for (int t = 0; t < kTissueCount; ++t)
      enhancement[t] = percent_enhancement(exam.truth.tissues[t], sequence, rates[t]);
    exam.phases.push_back(std::move(out));
  }
}

void add_noise(Image<float>& image, const ExamOptions& options, double sigma, const std::string& purpose) {
  if (options.noise > 0) add_rician_noise(image, options.noise * sigma, options.anatomy.seed, purpose);
}

void make_spin_echoes(Exam& exam, const Shading& shading) {
  const ExamOptions& options = exam.options;
  std::vector<SignalTable> tables;
  for (const Sequence& s : {t1_sequence(), t2_sequence(false), stir_sequence(options.tesla)})
    tables.push_back(with_all_fat(signal_table(exam.truth.tissues, s, kSpinEchoScale)));
  auto images = acquire(*exam.anatomy, spin_echo_grid(options), tables, shading, {}, 2);
  add_noise(images[0], options, kSpinEchoNoise, "t1");
  add_noise(images[1], options, kSpinEchoNoise, "t2");
  add_noise(images[2], options, kSpinEchoNoise, "stir");
  exam.t1 = std::move(images[0]);
  exam.t2 = std::move(images[1]);
  exam.stir = std::move(images[2]);
  exam.localizer = make_localizer(options, *exam.anatomy, tables[0], shading);
}

void make_diffusion(Exam& exam, const Shading& shading) {
  const ExamOptions& options = exam.options;
  std::vector<SignalTable> weights;
  const std::vector<double>& b_values = options.choice.b_values;
  for (const double b : b_values)
    weights.push_back(
        with_all_fat(signal_table(exam.truth.tissues, diffusion_sequence(b), kDiffusionScale), kDwiFatLeft));
  auto weighted = acquire(*exam.anatomy, diffusion_grid(options), weights, shading, {}, 3);
  for (std::size_t n = 0; n < weighted.size(); ++n) {
    add_noise(weighted[n], options, kDiffusionNoise, "diffusion " + std::to_string(n));
    exam.diffusion.push_back({b_values[n], std::move(weighted[n])});
  }
  exam.adc = fit_adc(exam.diffusion, kAdcNoiseFloor * std::max(options.noise, 0.01) * kDiffusionNoise);
}

TissueTable tissues_of(const ExamOptions& options) {
  if (options.random_tissues) return random_properties(options.anatomy.seed, options.tesla);
  TissueTable table;
  for (int t = 0; t < kTissueCount; ++t) table[t] = properties(static_cast<Tissue>(t), options.tesla);
  return table;
}

std::vector<LesionKinetics> kinetics_of(const ExamOptions& options, const TissueTable& tissues) {
  std::vector<LesionKinetics> list;
  for (const LesionPlan& plan : options.anatomy.lesions) {
    const std::size_t n = list.size();
    const CurveType type = n < options.curves.size() ? options.curves[n] : usual_curve(plan.kind);
    const Pharmacokinetics& base = tissues[static_cast<std::size_t>(tissue_of(plan.kind))].kinetics;
    list.push_back({type, shaped(base, type, plan.uptake_scale)});
  }
  return list;
}

}  // namespace

Grid dynamic_grid(const ExamOptions& options) {
  return transversal_grid(options, options.dynamic_spacing_mm, options.dynamic_slice_mm);
}

Grid spin_echo_grid(const ExamOptions& options) {
  return transversal_grid(options, 0.875 * options.dynamic_spacing_mm, 2 * options.dynamic_slice_mm);
}

Grid diffusion_grid(const ExamOptions& options) {
  return transversal_grid(options, 1.75 * options.dynamic_spacing_mm, 2.5 * options.dynamic_slice_mm);
}

Exam make_exam(const ExamOptions& options) {
  Exam exam;
  exam.options = options;
  exam.anatomy = std::make_shared<const Anatomy>(options.anatomy);
  exam.truth.tissues = tissues_of(options);
  exam.truth.kinetics = kinetics_of(options, exam.truth.tissues);
  const Shading shading(options.shading, options.anatomy.seed);
  make_dynamic(exam, shading);
  if (!options.only_dynamic && !options.brief) make_spin_echoes(exam, shading);
  if (!options.only_dynamic) make_diffusion(exam, shading);
  exam.truth.breasts = {exam.anatomy->measure_breast(BreastSide::right, options.truth_spacing_mm),
                        exam.anatomy->measure_breast(BreastSide::left, options.truth_spacing_mm)};
  exam.truth.lesions = exam.anatomy->measure_lesions(options.truth_spacing_mm / 4);
  TissueMaps maps = tissue_maps(*exam.anatomy, dynamic_grid(options));
  exam.truth.labels = std::move(maps.labels);
  exam.truth.breast = std::move(maps.breast);
  exam.truth.gland_share = std::move(maps.gland_share);
  return exam;
}

CurveType usual_curve(LesionKind kind) {
  switch (kind) {
    case LesionKind::mass:
    case LesionKind::rim_mass:
    case LesionKind::spiculated_mass: return CurveType::washout;
    case LesionKind::non_mass: return CurveType::plateau;
    default: return CurveType::persistent;
  }
}

ExamOptions with_spacing(ExamOptions options, double spacing_mm) {
  const double width = options.dynamic_size * options.dynamic_spacing_mm;
  const double height = options.dynamic_slices * options.dynamic_slice_mm;
  options.dynamic_size = std::max(1, static_cast<int>(std::lround(width / spacing_mm)));
  options.dynamic_slices = std::max(1, static_cast<int>(std::lround(height / spacing_mm)));
  options.dynamic_spacing_mm = options.dynamic_slice_mm = spacing_mm;
  return options;
}

ExamOptions random_options(std::uint64_t seed, bool with_lesion) {
  const RandomStream random(seed, "exam options");
  ExamOptions options;
  AnatomyOptions& anatomy = options.anatomy;
  anatomy.seed = seed;
  anatomy.half_width_mm = random.uniform(0, 50, 64);
  anatomy.depth_mm = random.uniform(1, 60, 96);
  anatomy.half_height_mm = random.uniform(2, 52, 64);
  anatomy.asymmetry = random.uniform(3, -0.10, 0.10);
  anatomy.sag_mm = random.uniform(4, 2, 14);
  anatomy.density_percent = std::exp(random.uniform(5, std::log(5), std::log(45)));
  options.motion_mm = random.uniform(6, 0.3, 2.0);
  anatomy.lesions.clear();
  if (with_lesion) {
    LesionPlan lesion;
    lesion.side = random.uniform(7) < 0.5 ? BreastSide::right : BreastSide::left;
    lesion.diameter_mm = std::exp(random.uniform(8, std::log(6), std::log(25)));
    const double around = random.uniform(9, 0, 2 * 3.14159265358979);
    const double out = random.uniform(10, 0.05, 0.5);
    lesion.place = {out * std::cos(around), random.uniform(11, 0.15, 0.6), out * std::sin(around)};
    lesion.irregularity = random.uniform(12, 0.05, 0.35);
    lesion.uptake_scale = random.uniform(13, 0.55, 1.5);
    anatomy.lesions = {lesion};
  }
  return options;
}

}  // namespace lobule::phantom
