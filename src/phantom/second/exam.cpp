#include "phantom/second/exam.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/parallel.h"
#include "phantom/second/scanner.h"

namespace lobule::phantom::second {
namespace {

// Noise of each coil's parts, in stored units, at noise = 1.
constexpr double kGradientNoise = 3.2, kEchoNoise = 5, kDiffusionNoise = 4;

class Session {
 public:
  explicit Session(const ExamOptions& options)
      : patient_(options.anatomy),
        tissues_(options),
        body_(body(patient_, options)),
        scanner_(body_.material, options) {
    exam_.options = options;
  }

  Exam run() {
    const ExamOptions& o = exam_.options;
    dynamic();
    if (!o.only_dynamic && !o.brief) echoes();
    if (!o.only_dynamic && o.choice.diffusion) diffusion();
    if (!o.only_dynamic && !o.brief) others();
    truth();
    return std::move(exam_);
  }

 private:
  static Body body(const Patient& patient, const ExamOptions& o) {
    const Grid grid = dynamic_grid(o);
    const double finest = std::min(o.dynamic_spacing_mm, o.dynamic_slice_mm);
    const double spacing = std::clamp(0.62 * finest, 0.5, 2.0);
    const Vec3 half = 0.5 * grid.spacing_mm;
    const Vec3 last = point_from_index(grid, {grid.size[0] - 1.0, grid.size[1] - 1.0, grid.size[2] - 1.0});
    return grow_body(patient, grid.origin_mm - half, last + half, spacing);
  }

  Image<float> image(const Sequence& sequence, const Grid& grid, double minutes, double scale, double noise,
                     const std::string& purpose, const Movement& movement = {}, int through_plane = 2) {
    Image<float> out = scanner_.acquire(contrast_of(tissues_, sequence, exam_.options, minutes, scale), grid,
                                        movement, through_plane);
    if (exam_.options.noise > 0)
      add_coil_noise(out, exam_.options.noise * noise, exam_.options.anatomy.seed, "second " + purpose);
    return out;
  }

  void dynamic() {
    const ExamOptions& o = exam_.options;
    for (int phase = 0; phase <= o.post_phases; ++phase) {
      if (o.brief && phase > 1 && phase < o.post_phases) continue;
      DynamicPhase out;
      out.phase_index = phase;
      Movement movement;
      if (phase > 0) {
        out.start_s = kFirstPost_s + (phase - 1) * kPhaseInterval_s;
        out.minutes_after_arrival = (out.start_s + kPhase_s / 2 - kInjection_s - kArrival_s) / 60;
        movement = Movement(o.anatomy.seed, phase, o.motion_mm * phase / o.post_phases, o.breathing_mm);
        if (!movement.none()) out.motion = Motion([movement](Vec3 p) { return movement.backward_mm(p); });
      }
      out.image = image(dynamic_sequence(o.sequence), dynamic_grid(o), out.minutes_after_arrival,
                        kDynamicScale, kGradientNoise, "dynamic " + std::to_string(phase), movement);
      for (float& value : out.image.voxels) value *= static_cast<float>(phase_gain(o, phase));
      std::array<double, kTissueCount> enhancement{};
      for (int t = 0; t < kTissueCount; ++t)
        enhancement[static_cast<std::size_t>(t)] =
            100 * tissues_[static_cast<Tissue>(t)].curve.at(out.minutes_after_arrival);
      if (!o.anatomy.lesions.empty())
        enhancement[static_cast<std::size_t>(tissue_of(o.anatomy.lesions[0].kind))] =
            100 * tissues_[kBulk].curve.at(out.minutes_after_arrival);
      exam_.truth.percent_enhancement.push_back(enhancement);
      exam_.phases.push_back(std::move(out));
    }
  }

  void echoes() {
    const ExamOptions& o = exam_.options;
    const Grid grid = spin_echo_grid(o);
    if (o.choice.t1) exam_.t1 = image(t1_sequence(o), grid, -1, kSpinEchoScale, kEchoNoise, "t1");
    if (o.choice.t2) exam_.t2 = image(t2_sequence(o, false), grid, -1, kSpinEchoScale, kEchoNoise, "t2");
    if (o.choice.stir) exam_.stir = image(stir_sequence(o), grid, -1, kSpinEchoScale, kEchoNoise, "stir");
    if (o.choice.localizer) localizer();
  }

  void localizer() {
    const ExamOptions& o = exam_.options;
    const double width = o.dynamic_size * o.dynamic_spacing_mm;
    const int n = std::clamp(static_cast<int>(width / 2.8), 16, 128);
    const Vec3 x{1, 0, 0}, y{0, 1, 0}, z{0, 0, 1};
    for (const Mat3& direction : {Mat3{{x, y, z}}, Mat3{{x, -1.0 * z, y}}, Mat3{{y, -1.0 * z, -1.0 * x}}}) {
      Grid grid;
      grid.size = {n, n, 3};
      grid.spacing_mm = {width / n, width / n, 40};
      grid.direction = direction;
      grid.origin_mm =
          o.field_center_mm - direction * Vec3{width / n * (n - 1) / 2, width / n * (n - 1) / 2, 40};
      exam_.localizer.push_back(image({Weighting::gradient_echo, 7.6, 3.5, 0, 20, 1, 0, false}, grid, -1,
                                      kDynamicScale, kGradientNoise,
                                      "localizer " + std::to_string(exam_.localizer.size()), {}, 1));
    }
  }

  void diffusion() {
    const ExamOptions& o = exam_.options;
    for (const double b : o.choice.b_values)
      exam_.diffusion.push_back(
          {b, image(diffusion_sequence(b), diffusion_grid(o), -1, kDiffusionScale, kDiffusionNoise,
                    "diffusion " + std::to_string(exam_.diffusion.size()), {}, 3)});
    if (exam_.diffusion.size() < 2) return;
    // As many scanners do: from the lowest and the highest b only.
    const auto by_b = [](const DiffusionImage& a, const DiffusionImage& b) {
      return a.b_s_per_mm2 < b.b_s_per_mm2;
    };
    const auto [low, high] = std::minmax_element(exam_.diffusion.begin(), exam_.diffusion.end(), by_b);
    exam_.adc = Image<float>(low->image.grid);
    const double floor = 6 * kDiffusionNoise * std::max(o.noise, 0.01),
                 span = high->b_s_per_mm2 - low->b_s_per_mm2;
    for (std::size_t i = 0; span > 0 && i < exam_.adc.voxels.size(); ++i) {
      const double a = low->image.voxels[i], b = std::max(0.001f, high->image.voxels[i]);
      if (a > floor) exam_.adc.voxels[i] = static_cast<float>(std::max(0.0, 1e6 * std::log(a / b) / span));
    }
  }

  void other(const char* role, const char* name, const Sequence& sequence, const Grid& grid, double start_s,
             bool late, double scale, double noise) {
    const double minutes = late ? (start_s + 75 - kInjection_s - kArrival_s) / 60 : -1;
    OtherImage out{
        role, name, start_s, 150, late, sequence, image(sequence, grid, minutes, scale, noise, name)};
    exam_.others.push_back(std::move(out));
  }

  void others() {
    const ExamOptions& o = exam_.options;
    if (o.choice.t1_fatsat)
      other("t1_fatsat", "t1_fatsat", t1_volume_sequence(true), dynamic_grid(o), -180, false, kDynamicScale,
            kGradientNoise);
    if (o.choice.t2_fatsat)
      other("t2_fatsat", "t2_fatsat", t2_sequence(o, true), spin_echo_grid(o), -420, false, kSpinEchoScale,
            kEchoNoise);
    const double after = kFirstPost_s + o.post_phases * kPhaseInterval_s + 20;
    if (o.choice.post_highres) {
      ExamOptions finer = o;
      finer.dynamic_size = o.dynamic_size * 8 / 7;
      finer.dynamic_spacing_mm = o.dynamic_spacing_mm * 7 / 8;
      other("post_highres", "post_highres", t1_volume_sequence(true), dynamic_grid(finer), after, true,
            kDynamicScale, kGradientNoise);
    }
  }

  void truth() {
    const ExamOptions& o = exam_.options;
    ExamTruth& truth = exam_.truth;
    truth.breasts = body_.breasts;
    truth.tissues = tissues_.as_tissues();
    for (const LesionShape& lesion : patient_.lesions)
      truth.lesions.push_back(lesion.measure(o.truth_spacing_mm / 4));
    for (std::size_t n = 0; n < o.anatomy.lesions.size(); ++n)
      truth.kinetics.push_back(
          {n < o.curves.size() ? o.curves[n] : usual_curve(o.anatomy.lesions[n].kind), {}});
    const Grid grid = dynamic_grid(o);
    truth.labels = Image<std::uint8_t>(grid);
    truth.breast = Mask(grid);
    truth.gland_share = Image<float>(grid);
    for (int k = 0; k < grid.size[2]; ++k)
      for (int j = 0; j < grid.size[1]; ++j)
        for (int i = 0; i < grid.size[0]; ++i) label(grid, i, j, k);
  }

  Material at(Vec3 p) const {
    const Grid& g = body_.material.grid;
    const Vec3 q = (1 / g.spacing_mm.x) * (p - g.origin_mm);
    const int i = static_cast<int>(std::lround(q.x)), j = static_cast<int>(std::lround(q.y)),
              k = static_cast<int>(std::lround(q.z));
    return g.contains(i, j, k) ? body_.material.at(i, j, k) : 0;
  }

  // The tissue at the voxel's centre; gland's share of 27 points.
  void label(const Grid& grid, int i, int j, int k) {
    ExamTruth& truth = exam_.truth;
    const Vec3 p = point_from_index(grid, {double(i), double(j), double(k)});
    const Material m = at(p);
    if (m == 0) return;
    const Tissue tissue =
        is_lesion(m) ? tissue_of(exam_.options.anatomy.lesions[static_cast<std::size_t>(lesion_of(m))].kind)
                     : static_cast<Tissue>(bare(m));
    truth.labels.at(i, j, k) = static_cast<std::uint8_t>(tissue);
    if (!(m & kInBreast)) return;
    truth.breast.at(i, j, k) = static_cast<std::uint8_t>(p.x < 0 ? BreastSide::right : BreastSide::left);
    int gland = 0;
    for (int n = 0; n < 27; ++n)
      gland += bare(at(p + Vec3{(n % 3 - 1) * grid.spacing_mm.x / 3, (n / 3 % 3 - 1) * grid.spacing_mm.y / 3,
                                (n / 9 - 1) * grid.spacing_mm.z / 3})) == material(Tissue::gland);
    truth.gland_share.at(i, j, k) = static_cast<float>(gland) / 27;
  }

  Exam exam_;
  Patient patient_;
  RelaxationTable tissues_;
  Body body_;
  Scanner scanner_;
};

}  // namespace

Exam make_exam(const ExamOptions& options) {
  return Session(options).run();
}

PatientMeasures measure_patient(const AnatomyOptions& anatomy, double spacing_mm) {
  const Patient patient(anatomy);
  PatientMeasures out;
  parallel_for(2, [&](std::size_t n) {
    out.breasts[n] = grow_breast(patient, n == 0 ? BreastSide::right : BreastSide::left, spacing_mm).truth;
  });
  for (const LesionShape& lesion : patient.lesions) out.lesions.push_back(lesion.measure(spacing_mm / 4));
  return out;
}

}  // namespace lobule::phantom::second
