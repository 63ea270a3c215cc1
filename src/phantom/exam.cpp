#include "phantom/exam.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"
#include "core/random.h"
#include "phantom/axis_kernel.h"

namespace lobule::phantom {
namespace {

// Standard deviations of the noise at 1.5 T, in stored units, at noise = 1; signal to noise grows with the
// field (Edelstein et al., Magn Reson Med 3:604, 1986).
constexpr double kDynamicNoise = 4, kSpinEchoNoise = 6, kDiffusionNoise = 4, kUltrafastNoise = 8;

// Below this many noise standard deviations at the lowest b the scanner's ADC is 0.
constexpr double kAdcNoiseFloor = 3;

// Fat's frequency below water's, and the proton's precession.
constexpr double kFatPpm = 3.5, kHzPerTeslaPpm = 42.577;

// Receiver bandwidths, Hz a voxel, of usual protocols; EPI's along its phase direction, with parallel
// imaging.
constexpr double kDynamicBandwidth = 450, kSpinEchoBandwidth = 200, kEpiBandwidth = 30, kEpiBandwidth3T = 45;

// The share of the band along the phase directions that is acquired, the rest being filled with zeros; the
// share of the heart's signal in its ghosts.
constexpr double kDynamicKeep = 0.85, kSpinEchoKeep = 0.8, kEpiKeep = 0.9, kReadKeep = 0.9, kGhost = 0.02;

// Of the fat that a spectral pulse leaves, what the reversed slice gradient of EPI leaves: a choice of this
// phantom (the method: Park et al., Magn Reson Med 4:526, 1987).
constexpr float kEpiFatLeft = 0.5f;

using Rates = std::array<double, 256>;

// One patient on the scanner's table: what all acquisitions need.
struct Session {
  Exam& exam;
  const TissueRaster& raster;
  const Scanner& scanner;
  std::vector<TissueProperties> materials;  // tissues, then the planned lesions

  const ExamOptions& options() const { return exam.options; }
  double noise(double sigma) const { return options().noise * sigma * 1.5 / options().tesla; }
  void add_noise(Image<float>& image, double sigma, const std::string& purpose) const {
    if (options().noise > 0) add_rician_noise(image, noise(sigma), options().anatomy.seed, purpose);
  }
};

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
    list.push_back({type, base.ktrans_per_min > 0 ? shaped(base, type, plan.uptake_scale) : base});
  }
  return list;
}

// Of each material: the tissue's, but with each lesion's own kinetics. Tissues that only a lesion is made of
// get the first such lesion's.
std::vector<TissueProperties> materials_of(const Exam& exam) {
  std::vector<TissueProperties> list(exam.truth.tissues.begin(), exam.truth.tissues.end());
  const auto& plans = exam.options.anatomy.lesions;
  for (std::size_t n = plans.size(); n-- > 0;)
    list[static_cast<std::size_t>(tissue_of(plans[n].kind))].kinetics = exam.truth.kinetics[n].parameters;
  for (std::size_t n = 0; n < plans.size() && list.size() < 256; ++n) {
    list.push_back(list[static_cast<std::size_t>(Tissue::lesion)]);
    list.back().kinetics = exam.truth.kinetics[n].parameters;
  }
  return list;
}

// What the agent adds to each material's 1/T1.
Rates rates_at(const Session& session, double minutes) {
  Rates rates{};
  const ExamOptions& options = session.options();
  const double r1 = options.relaxivity_scale * relaxivity(options.agent, options.tesla);
  const ArterialInput input{options.dose * options.input_scale};
  for (std::size_t m = 0; m < session.materials.size(); ++m)
    rates[m] = r1 * tissue_concentrations_mm(session.materials[m].kinetics, input, std::array{minutes})[0];
  return rates;
}

// `standing_blood` of the heart's and aorta's blood stays in echo trains; negative: the tissue's own.
SignalTable signal_table(const Session& session, const Sequence& sequence, double scale,
                         const Rates& rates = {}, double standing_blood = -1) {
  SignalTable table;
  for (std::size_t m = 0; m < session.materials.size(); ++m) {
    TissueProperties material = session.materials[m];
    if (standing_blood >= 0 && m == static_cast<std::size_t>(Tissue::blood))
      material.standing = standing_blood;
    const PureSignal signal = pure_signal(material, sequence, rates[m]);
    table.water[m] = static_cast<float>(scale * signal.water);
    table.fat[m] = static_cast<float>(scale * signal.fat);
    const auto tissue = static_cast<Tissue>(m);
    if (tissue == Tissue::blood || tissue == Tissue::myocardium) table.pulsating[m] = table.water[m];
  }
  return table;
}

double fat_shift_mm(const ExamOptions& options, double bandwidth_hz, double spacing_mm) {
  return kFatPpm * kHzPerTeslaPpm * options.tesla / bandwidth_hz * spacing_mm;
}

Readout dynamic_readout(const ExamOptions& options, bool suppress_fat) {
  Readout readout;
  readout.suppress_fat = suppress_fat;
  readout.fat_shift_mm = fat_shift_mm(options, kDynamicBandwidth, options.dynamic_spacing_mm);
  readout.keep = kDynamicKeep;
  readout.keep_read = kReadKeep;
  readout.ghost = kGhost;
  // The ghosts' place follows the heart rate against the repetition time: any.
  readout.ghost_shift = RandomStream(options.anatomy.seed, "heart rate").uniform(0, 0.15, 0.45);
  return readout;
}

Readout spin_echo_readout(const ExamOptions& options, bool suppress_fat) {
  Readout readout = dynamic_readout(options, suppress_fat);
  readout.fat_shift_mm = fat_shift_mm(options, kSpinEchoBandwidth, spin_echo_grid(options).spacing_mm.x);
  readout.keep = kSpinEchoKeep;
  return readout;
}

Readout epi_readout(const ExamOptions& options) {
  Readout readout;
  readout.suppress_fat = true;
  readout.keep = kEpiKeep;
  readout.keep_read = kReadKeep;
  const double bandwidth = options.tesla < 2.25 ? kEpiBandwidth : kEpiBandwidth3T;
  readout.field_shift_mm_per_ppm =
      kHzPerTeslaPpm * options.tesla / bandwidth * diffusion_grid(options).spacing_mm.x;
  readout.fat_shift_mm = kFatPpm * readout.field_shift_mm_per_ppm;
  return readout;
}

// Unweighted log-linear fit over all b-values, as clinical scanners do.
Image<float> fit_adc(const std::vector<DiffusionImage>& images, double noise_floor) {
  if (images.size() < 2) return {};
  Image<float> adc(images[0].image.grid);
  double mean_b = 0, bottom = 0;
  for (const DiffusionImage& d : images) mean_b += d.b_s_per_mm2 / static_cast<double>(images.size());
  for (const DiffusionImage& d : images) bottom += std::pow(d.b_s_per_mm2 - mean_b, 2);
  parallel_for_ranges(adc.voxels.size(), 1 << 14, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (images[0].image.voxels[i] <= noise_floor) continue;
      double top = 0;
      for (const DiffusionImage& d : images)
        top += (d.b_s_per_mm2 - mean_b) * std::log(std::max(1e-3f, d.image.voxels[i]));
      adc.voxels[i] = static_cast<float>(std::max(0.0, -1e6 * top / bottom));
    }
  });
  return adc;
}

Motion motion_at(const ExamOptions& options, int phase) {
  if (phase == 0) return {};
  // The patient sinks into the table: fast at first, then slower.
  const double amount = 1 - 0.6 * (1 - std::sqrt(static_cast<double>(phase) / options.post_phases));
  const double breath =
      RandomStream(options.anatomy.seed, "breathing").uniform(static_cast<std::uint64_t>(phase), -1, 1);
  return Motion(options.anatomy.seed, options.motion_mm, amount, breath * options.breathing_mm);
}

void scale_image(Image<float>& image, double gain) {
  if (gain == 1) return;
  for (float& value : image.voxels) value *= static_cast<float>(gain);
}

double minutes_after_arrival(double middle_s) {
  return (middle_s - kInjection_s - kArrival_s) / 60;
}

void make_dynamic(const Session& session) {
  Exam& exam = session.exam;
  const ExamOptions& options = exam.options;
  const Sequence sequence = dynamic_sequence(options.sequence);
  for (int phase = 0; phase <= options.post_phases; ++phase) {
    if (options.brief && phase > 1 && phase < options.post_phases) continue;
    DynamicPhase out;
    out.phase_index = phase;
    if (phase > 0) {
      out.start_s = kFirstPost_s + (phase - 1) * kPhaseInterval_s;
      out.minutes_after_arrival = minutes_after_arrival(out.start_s + kPhase_s / 2);
    }
    out.motion = motion_at(options, phase);
    const Rates rates = rates_at(session, out.minutes_after_arrival);
    Readout readout = dynamic_readout(options, true);
    readout.fat_left_scale = 1 + (options.drift.fat_left - 1) * phase / options.post_phases;
    out.image =
        session.scanner.volume(signal_table(session, sequence, kDynamicScale, rates), readout, out.motion);
    session.add_noise(out.image, kDynamicNoise, "dynamic " + std::to_string(phase));
    scale_image(out.image, phase_gain(options, phase));
    auto& enhancement = exam.truth.percent_enhancement.emplace_back();
    for (std::size_t t = 0; t < kTissueCount; ++t)
      enhancement[t] = percent_enhancement(session.materials[t], sequence, rates[t]);
    exam.phases.push_back(std::move(out));
  }
}

std::vector<Image<float>> make_localizer(const Session& session) {
  const ExamOptions& options = session.options();
  const SignalTable table = signal_table(session, t1_volume_sequence(false), kDynamicScale);
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
    grid.origin_mm =
        options.field_center_mm - direction * Vec3{spacing * (n - 1) / 2, spacing * (n - 1) / 2, 40};
    stacks.push_back(session.scanner.survey(table, grid));
  }
  return stacks;
}

void make_spin_echoes(const Session& session) {
  Exam& exam = session.exam;
  const ExamOptions& options = exam.options;
  const auto scan = [&](const Sequence& sequence, double standing_blood, const char* purpose) {
    Image<float> image =
        session.scanner.slices(signal_table(session, sequence, kSpinEchoScale, {}, standing_blood),
                               spin_echo_readout(options, sequence.fat_suppressed), spin_echo_grid(options));
    session.add_noise(image, kSpinEchoNoise, purpose);
    return image;
  };
  const ProtocolOptions& protocol = options.protocol;
  if (options.choice.t1) exam.t1 = scan(t1_sequence(options), protocol.t1_blood, "t1");
  if (options.choice.t2) exam.t2 = scan(t2_sequence(options, false), protocol.t2_blood, "t2");
  if (options.choice.stir) exam.stir = scan(stir_sequence(options), protocol.stir_blood, "stir");
  if (options.choice.t2_fatsat) {
    const Sequence sequence = t2_sequence(options, true);
    exam.others.push_back({"t2_fatsat", "t2_fatsat", -1140, 170, false, sequence,
                           scan(sequence, protocol.t2_blood, "t2 fatsat")});
  }
}

void make_diffusion(const Session& session) {
  Exam& exam = session.exam;
  const Readout readout = epi_readout(exam.options);
  const Grid grid = diffusion_grid(exam.options);
  exam.truth.epi_shift_mm = session.scanner.epi_shift_mm(readout, grid);
  for (const double b : exam.options.choice.b_values) {
    SignalTable table = signal_table(session, diffusion_sequence(b), kDiffusionScale);
    for (float& fat : table.fat) fat *= kEpiFatLeft;
    DiffusionImage out{b, session.scanner.slices(table, readout, grid)};
    session.add_noise(out.image, kDiffusionNoise, "diffusion " + std::to_string(exam.diffusion.size()));
    exam.diffusion.push_back(std::move(out));
  }
  exam.adc = fit_adc(exam.diffusion,
                     kAdcNoiseFloor * std::max(session.noise(kDiffusionNoise), 0.01 * kDiffusionNoise));
}

void make_volumes(const Session& session) {
  Exam& exam = session.exam;
  const ExamOptions& options = exam.options;
  const auto add = [&](const char* role, const char* name, double start_s, bool contrast,
                       const Sequence& sequence, Image<float> image) {
    session.add_noise(image, kDynamicNoise, name);
    exam.others.push_back({role, name, start_s, kPhase_s, contrast, sequence, std::move(image)});
  };
  const Sequence plain = t1_volume_sequence(false), fatsat = t1_volume_sequence(true);
  if (options.choice.t1_fatsat)
    add("t1_fatsat", "t1_fatsat", -62, false, fatsat,
        session.scanner.volume(signal_table(session, fatsat, kDynamicScale), dynamic_readout(options, true)));
  if (options.choice.dixon) {
    const SignalTable both = signal_table(session, plain, kDynamicScale);
    SignalTable water = both, fat = both;
    water.fat = {};
    fat.water = fat.pulsating = {};
    const Readout readout = dynamic_readout(options, false);
    add("t1", "dixon_in_phase", -325, false, plain, session.scanner.volume(both, readout));
    add("t1_fatsat", "dixon_water", -325, false, plain, session.scanner.volume(water, readout));
    add("other", "dixon_fat", -325, false, plain, session.scanner.volume(fat, readout));
  }
  if (options.choice.post_highres) {
    const double start_s = kFirstPost_s + options.post_phases * kPhaseInterval_s;
    const Rates rates = rates_at(session, minutes_after_arrival(start_s + kPhase_s / 2));
    add("post_highres", "post_highres", start_s, true, fatsat,
        zero_filled(
            session.scanner.volume(signal_table(session, fatsat, kDynamicScale, rates),
                                   dynamic_readout(options, true), motion_at(options, options.post_phases)),
            highres_grid(options)));
  }
}

void make_ultrafast(const Session& session) {
  const ExamOptions& options = session.options();
  const Sequence sequence = dynamic_sequence(options.sequence);
  const Readout readout = dynamic_readout(options, true);
  for (int n = 0; n < options.choice.ultrafast_phases; ++n) {
    const double start_s = kInjection_s + n * options.ultrafast_interval_s;
    const Rates rates = rates_at(session, minutes_after_arrival(start_s + options.ultrafast_interval_s / 2));
    Image<float> image = session.scanner.slices(signal_table(session, sequence, kDynamicScale, rates),
                                                readout, ultrafast_grid(options));
    session.add_noise(image, kUltrafastNoise, "ultrafast " + std::to_string(n));
    session.exam.others.push_back({"ultrafast", "ultrafast", start_s, options.ultrafast_interval_s, true,
                                   sequence, std::move(image), n});
  }
}

void take_maps(ExamTruth& truth, TissueRaster raster) {
  truth.labels = Image<std::uint8_t>(raster.grid);
  truth.gland_share = Image<float>(raster.grid);
  parallel_for_ranges(raster.voxels.size(), 1 << 16, [&](std::size_t begin, std::size_t end) {
    for (std::size_t v = begin; v < end; ++v) {
      const Material most = raster.voxels[v].material[0];
      truth.labels.voxels[v] = most < kTissueCount ? most : static_cast<std::uint8_t>(Tissue::lesion);
      truth.gland_share.voxels[v] = share_of(raster.voxels[v], static_cast<Material>(Tissue::gland));
    }
  });
  truth.breast = std::move(raster.breast);
}

void check(const ExamOptions& o) {
  const auto require = [](bool good, const char* what, const std::string& why) {
    if (!good) throw Error("digital patient", what, "it must be " + why, "Give a value in this range");
  };
  require(o.dynamic_size >= 8 && o.dynamic_size <= 1024, "dynamic_size is out of range", "from 8 to 1024");
  require(o.dynamic_slices >= 1 && o.dynamic_slices <= 512, "dynamic_slices is out of range",
          "from 1 to 512");
  require(o.dynamic_spacing_mm > 0 && o.dynamic_slice_mm > 0, "the voxel size is out of range", "above 0");
  require(o.post_phases >= 1 && o.post_phases <= 60, "post_phases is out of range", "from 1 to 60");
  require(o.tesla > 0 && o.tesla <= 7, "tesla is out of range", "above 0, at most 7");
  require(o.motion_mm >= 0 && o.motion_mm <= 8, "motion_mm is out of range", "from 0 to 8");
  require(std::abs(o.breathing_mm) <= 5, "breathing_mm is out of range", "from -5 to 5");
}

Exam scan(Exam exam, TissueRaster raster) {
  const ExamOptions& options = exam.options;
  {
    const Scanner scanner(raster, options.shading, options.artefacts, options.anatomy.seed);
    const Session session{exam, raster, scanner, materials_of(exam)};
    make_dynamic(session);
    if (!options.only_dynamic && !options.brief) {
      if (options.choice.localizer) exam.localizer = make_localizer(session);
      make_spin_echoes(session);
      make_volumes(session);
      make_ultrafast(session);
    }
    if (!options.only_dynamic && options.choice.diffusion) make_diffusion(session);
  }
  take_maps(exam.truth, std::move(raster));
  return exam;
}

}  // namespace

Exam make_exam(const ExamOptions& options) {
  check(options);
  Exam exam;
  exam.options = options;
  exam.anatomy = std::make_shared<const Anatomy>(options.anatomy);
  exam.truth.tissues = tissues_of(options);
  exam.truth.kinetics = kinetics_of(options, exam.truth.tissues);
  exam = scan(std::move(exam), rasterize(*exam.anatomy, dynamic_grid(options)));
  exam.truth.breasts = {exam.anatomy->measure_breast(BreastSide::right, options.truth_spacing_mm),
                        exam.anatomy->measure_breast(BreastSide::left, options.truth_spacing_mm)};
  exam.truth.lesions = exam.anatomy->measure_lesions(options.truth_spacing_mm / 4);
  return exam;
}

Exam make_exam(const ExamOptions& options, TissueRaster raster) {
  check(options);
  if (!same_grid(raster.grid, dynamic_grid(options)))
    throw Error("digital patient", "the tissues lie on another grid than the dynamic series",
                describe(raster.grid) + " against " + describe(dynamic_grid(options)),
                "Rasterise on dynamic_grid(options)");
  Exam exam;
  exam.options = options;
  exam.options.anatomy.lesions.clear();
  exam.truth.tissues = tissues_of(exam.options);
  const double voxel_ml = raster.grid.voxel_volume_ml();
  for (const BreastSide side : {BreastSide::right, BreastSide::left}) {
    BreastTruth& truth = exam.truth.breasts[side == BreastSide::right ? 0 : 1];
    truth.side = side;
    for (std::size_t v = 0; v < raster.voxels.size(); ++v) {
      if (raster.breast.voxels[v] != static_cast<std::uint8_t>(side)) continue;
      truth.breast_ml += voxel_ml;
      truth.fgt_ml += voxel_ml * share_of(raster.voxels[v], static_cast<Material>(Tissue::gland));
    }
    if (truth.breast_ml > 0) truth.percent_density = 100 * truth.fgt_ml / truth.breast_ml;
  }
  return scan(std::move(exam), std::move(raster));
}

}  // namespace lobule::phantom
