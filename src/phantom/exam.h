#pragma once
// A whole synthetic breast MRI exam: images of every sequence, from one seed, with the truth beside them.
//
//   phantom::Exam exam = phantom::make_exam({});          // the demo's patient: about 10 s on two cores
//   exam.phases[0].image, exam.truth.lesions[0].center_mm …
//
// Anatomy (anatomy.h), signal equations (signal.h) and scanning (scan.h) are separate; so is DICOM, which is
// the pipeline's. The same options give the same voxels for any number of threads.

#include <memory>
#include <string>
#include <vector>

#include "phantom/artefacts.h"
#include "phantom/scan.h"
#include "phantom/signal.h"

namespace lobule::phantom {

// Which series there are beside the dynamic.
struct SeriesChoice {
  bool localizer = true, t1 = true, t2 = true, stir = true, diffusion = true;
  bool t1_fatsat = false, t2_fatsat = false, post_highres = false;
  bool dixon = false;                          // in-phase, water and fat of a gradient echo
  std::vector<double> b_values{50, 400, 800};  // s/mm²; the scanner's ADC is fitted to all
  int ultrafast_phases = 0;                    // short, coarse phases during the injection
};

// How one site's protocol beside the dynamic leaves the usual one: factors of its times.
struct ProtocolOptions {
  double t1_tr = 1, t1_te = 1, t2_tr = 1, t2_te = 1, stir_tr = 1, stir_te = 1, stir_ti = 1;
  double inversion = 1;  // efficiency of the STIR's inversion pulse
  // Share of the heart's and the aorta's blood that gives signal in the T1, T2 and STIR echo trains: slow and
  // in-plane flow. Negative: as the tissue's table says.
  double t1_blood = -1, t2_blood = -1, stir_blood = -1;
};

// What drifts between the pre-contrast phase and the last.
struct DriftOptions {
  double gain_step = 1;   // receiver gain of all phases after the injection
  double gain_slope = 0;  // by how much more it has changed at the last phase, relative
  double fat_left = 1;    // the share of fat that suppression leaves at the last phase, against the first's
};

struct ExamOptions {
  AnatomyOptions anatomy;  // its seed is the exam's
  int dynamic_size = 224;  // columns and rows of the dynamic series
  int dynamic_slices = 80;
  double dynamic_spacing_mm = 1.6, dynamic_slice_mm = 1.8;
  Vec3 field_center_mm{0, 66, 0};  // of every transversal series
  int post_phases = 5;
  double tesla = 1.5;           // or 3
  bool random_tissues = false;  // properties of tissues drawn from the seed; else the typical ones
  Agent agent = Agent::gadobutrol;
  double dose = 1;              // of 0.1 mmol/kg
  double input_scale = 1;       // of the arterial input beside the dose: cardiac output, distribution volume
  double relaxivity_scale = 1;  // of r1
  double motion_mm = 2.0;       // largest displacement in the breasts at the last phase
  double breathing_mm = 0.3;    // of the chest wall, between any two phases
  double noise = 1;             // 0: none; 1: a signal-to-noise ratio of about 45 in gland
  ShadingOptions shading;
  ArtefactOptions artefacts;
  GradientEcho sequence;
  ProtocolOptions protocol;
  DriftOptions drift;
  SeriesChoice choice;
  std::vector<CurveType> curves;    // of the planned lesions, in order; those left out: by kind
  double ultrafast_interval_s = 5;  // of a phase, and between phases
  double truth_spacing_mm = 1;      // of the grid that volumes are counted on (lesion: a quarter of it)
  bool only_dynamic = false;        // leaves the other sequences away
  // For studies over many patients: phases 0, 1 and the last, and diffusion; nothing else.
  bool brief = false;
};

// The same field of view in isotropic voxels: at 1 mm, 358 × 358 × 144.
ExamOptions with_spacing(ExamOptions options, double spacing_mm);

struct DynamicPhase {
  int phase_index = 0;
  double start_s = 0;                 // of the acquisition, after the pre-contrast one's
  double minutes_after_arrival = -1;  // at the middle of the acquisition; negative before the injection
  Image<float> image;
  Motion motion;  // of the tissue since the pre-contrast phase
};

struct DiffusionImage {
  double b_s_per_mm2 = 0;
  Image<float> image;
};

// An image beside the dynamic, the spin echoes and diffusion.
struct OtherImage {
  std::string role, name;  // as in SeriesImage
  double start_s = 0, duration_s = 0;
  bool contrast = false;
  Sequence sequence;
  Image<float> image;
  int phase_index = -1;  // of ultrafast phases
};

struct LesionKinetics {
  CurveType type = CurveType::washout;
  Pharmacokinetics parameters;
};

// What a kind of lesion usually does.
CurveType usual_curve(LesionKind kind);

struct ExamTruth {
  std::array<BreastTruth, 2> breasts;  // right, left
  std::vector<LesionTruth> lesions;
  std::vector<LesionKinetics> kinetics;  // of the lesions, in order
  TissueTable tissues;                   // the patient's, at the exam's field strength
  // Percent enhancement of pure tissue without drift, one entry a phase of `phases` (the first: all zero).
  std::vector<std::array<double, kTissueCount>> percent_enhancement;
  // Of the dynamic's grid at the pre-contrast phase.
  Image<std::uint8_t> labels;  // a Tissue's number
  Mask breast;                 // 1 right, 2 left
  Image<float> gland_share;
  // Of the diffusion images: by how much EPI moved what lies at a point, towards the back (but where the
  // limit of stretching held it).
  Image<float> epi_shift_mm;
};

// One image of the exam with what its header would say.
struct SeriesImage {
  std::string role;  // the words of exams.json ("t2_fatsat", "dce_post", …), or "ultrafast"
  std::string name;  // tells images of one role apart: "stir" and "t2_fatsat", "dixon_water" …
  int phase_index = -1;
  double b_s_per_mm2 = -1;
  const Image<float>* image = nullptr;
  double start_s = 0, duration_s = 0;  // of the acquisition; the pre-contrast phase starts at 0
  bool contrast = false;               // acquired after the injection
  Sequence sequence;
};

// Signals are in arbitrary units as a scanner would store them: 0 to a few thousand.
struct Exam {
  ExamOptions options;
  std::shared_ptr<const Anatomy> anatomy;
  std::vector<DynamicPhase> phases;
  Image<float> t1, t2, stir;  // T1 TSE, T2 TSE, short TI inversion recovery; on one grid
  std::vector<DiffusionImage> diffusion;
  Image<float> adc;                     // in 1e-6 mm²/s, fitted to `diffusion` as a scanner does; 0 in noise
  std::vector<Image<float>> localizer;  // three stacks: transversal, coronal, sagittal
  std::vector<OtherImage> others;
  ExamTruth truth;

  // Every image above, in the order of acquisition. It points into this exam.
  std::vector<SeriesImage> series() const;
};

// The timing of the dynamic: one phase takes kPhase_s, the injection follows the pre-contrast phase, post 1
// is centred 90 s after it (the middle of the 60–120 s of BI-RADS v2025's early series; the standards of
// ACRIN 6667 and EUSOBI ask for its end within 4 minutes), and the next follow without pause.
inline constexpr double kPhase_s = 60, kInjection_s = 60, kFirstPost_s = 120, kPhaseInterval_s = 65;
// From the injection in the arm to the arrival in the breast.
inline constexpr double kArrival_s = 20;

// The sequences beside the dynamic, with typical protocol values.
Sequence t1_sequence();
Sequence t2_sequence(bool fat_suppressed);
Sequence stir_sequence(double tesla);
Sequence diffusion_sequence(double b_s_per_mm2);
Sequence t1_volume_sequence(bool fat_suppressed);  // T1 fat-sat, late high resolution, Dixon
// The same as an exam's protocol has them.
Sequence t1_sequence(const ExamOptions& options);
Sequence t2_sequence(const ExamOptions& options, bool fat_suppressed);
Sequence stir_sequence(const ExamOptions& options);

// By how much the receiver's drift scales a phase of the dynamic.
double phase_gain(const ExamOptions& options, int phase);

// Throws Error for an option out of its range.
Exam make_exam(const ExamOptions& options);

// The same of tissues that come from elsewhere, such as a label map; without planned lesions, and without an
// anatomy. Throws Error where they do not lie on dynamic_grid(options).
Exam make_exam(const ExamOptions& options, TissueRaster raster);

// Grids of the sequences, transversal, rows towards the patient's left, columns to the back, slices upwards.
Grid dynamic_grid(const ExamOptions& options);
Grid spin_echo_grid(const ExamOptions& options);
Grid diffusion_grid(const ExamOptions& options);
Grid highres_grid(const ExamOptions& options);
Grid ultrafast_grid(const ExamOptions& options);

// Scale from relative signals to stored ones.
inline constexpr double kDynamicScale = 8000, kSpinEchoScale = 900, kDiffusionScale = 1500;

// A patient drawn at random from `seed`: breast size, asymmetry, density, tissues, kinetics, motion,
// breathing, field, agent, dose, coil, fat suppression, noise, artefacts, sequence, b-values; with a mass of
// random place, size (6–25 mm), irregularity and contrast where `with_lesion`. Ranges:
// docs/methods/phantom.md.
ExamOptions random_options(std::uint64_t seed, bool with_lesion);

// Lesions of an anatomy by request: "none", a kind ("mass", "rim", "spiculated", "nme", "focus", "cyst",
// "fibroadenoma", "calcifications"), or "mixed": none in a quarter of patients, else up to three of any kind.
// All of each lies inside its breast and off implants: places are drawn until one fits, and then smaller
// lesions. Where there are any it builds the anatomy once. Throws Error for another word.
std::vector<LesionPlan> plan_lesions(const AnatomyOptions& anatomy, std::uint64_t seed,
                                     const std::string& asked);

// Whether a planned lesion, number `number` of its patient, lies whole inside its breast and off the implant.
bool lesion_fits(const Anatomy& anatomy, const LesionPlan& plan, std::size_t number);

// How often each kind of lesion shows each curve, as in ExamOptions::curves.
std::vector<CurveType> draw_curves(std::uint64_t seed, const std::vector<LesionPlan>& lesions);

// Which series a site's protocol holds.
SeriesChoice random_choice(std::uint64_t seed);

}  // namespace lobule::phantom
