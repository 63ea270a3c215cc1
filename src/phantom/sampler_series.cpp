#include "phantom/sampler_series.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/parallel.h"
#include "phantom/exam.h"
#include "phantom/sampler_geometry.h"
#include "phantom/sampler_series_scene.h"
#include "phantom/shapes.h"

namespace lobule::phantom {

struct SeriesSampler::Patient {
  TissueRaster raster;
};

namespace {

using Patient = SeriesSampler::Patient;

// What a bilateral field of view may show of any patient: breasts to spine.
constexpr Field kField{{-186, -120, -99}, {186, 213, 99}};

TissueRaster random_patient(const SeriesSamplerOptions& o, std::uint64_t number) {
  const std::uint64_t own = RandomStream(o.seed, "series sampler patients").words(number)[0];
  const AnatomyOptions options = random_options(own, number % 2 == 0).anatomy;
  return rasterize(Anatomy(options), patient_grid(options, kField, o.patient_spacing_mm));
}

MriChannel dynamic_phase(int phase) {
  return {MriContrast::dce, phase, 0};
}

void plan_derived(Draw& draw, SeriesThumbnail& out, SeriesPlan& plan) {
  out.phase = 1 + static_cast<int>(draw.below(5));
  plan.channels = {dynamic_phase(out.phase), dynamic_phase(0)};
  const std::size_t kind = draw.weighted({0.5, 0.3, 0.2});
  out.kind = std::array{"SUB", "MIP", "PEI"}[kind];
  plan.show = std::array{Show::difference, Show::projection, Show::ratio}[kind];
  // Scanners add a constant, so that what loses signal is seen too.
  if (kind != 2 && draw.chance(0.5)) plan.offset = draw.uniform(0.1, 1);
  if (kind == 1 && draw.chance(0.6)) plan.projection_axis = static_cast<int>(draw.below(3));
  plan.inverted = draw.chance(0.25);
}

void plan_other(Draw& draw, SeriesThumbnail& out, SeriesPlan& plan) {
  const std::size_t kind = draw.weighted({0.4, 0.25, 0.2, 0.15});
  out.kind = std::array{"fat", "phase", "screen", "noise"}[kind];
  plan.fat_only = kind == 0;
  plan.show = std::array{Show::first, Show::phase_map, Show::screen, Show::noise}[kind];
  plan.channels = {{MriContrast::t1, 0, 0}};
}

SeriesPlan make_plan(Draw& draw, SeriesThumbnail& out, MriParameters& p) {
  SeriesPlan plan;
  plan.slice_mm = draw.uniform(0.9, 3);
  plan.coverage_mm = draw.uniform(110, 195);
  const auto one = [&](MriContrast contrast) { plan.channels = {{contrast, 0, 0}}; };
  out.kind = "", out.phase = -1, out.b_s_per_mm2 = -1;
  switch (out.role) {
    case SeriesRole::t1: one(MriContrast::t1); break;
    case SeriesRole::t1_fatsat: one(MriContrast::t1_fatsat); break;
    case SeriesRole::t2: one(MriContrast::t2); break;
    case SeriesRole::t2_fatsat: one(draw.chance(0.5) ? MriContrast::stir : MriContrast::t2_fatsat); break;
    case SeriesRole::dwi: {
      constexpr std::array kB{0.0,   50.0,  100.0, 400.0,  500.0,  600.0,
                              700.0, 800.0, 850.0, 1000.0, 1200.0, 1500.0};
      out.b_s_per_mm2 = kB[draw.below(kB.size())];
      plan.channels = {{MriContrast::dwi, 0, out.b_s_per_mm2}};
      break;
    }
    case SeriesRole::adc:
      one(MriContrast::adc);
      plan.speckled = draw.chance(0.5);
      break;
    case SeriesRole::dce_pre: out.phase = 0, plan.channels = {dynamic_phase(0)}; break;
    case SeriesRole::dce_post:
      out.phase = 1 + static_cast<int>(draw.below(6));
      plan.channels = {dynamic_phase(out.phase)};
      break;
    case SeriesRole::derived: plan_derived(draw, out, plan); break;
    case SeriesRole::localizer:
      one(draw.chance(0.5) ? MriContrast::t1 : MriContrast::t2);
      plan.slice_mm = draw.uniform(8, 40), plan.coverage_mm = draw.uniform(60, 300);
      plan.slice_axis = static_cast<int>(draw.below(3));
      break;
    case SeriesRole::post_highres:
      p.dynamic = p.t1_volume;
      plan.channels = {dynamic_phase(6 + static_cast<int>(draw.below(3)))};
      break;
    case SeriesRole::other: plan_other(draw, out, plan); break;
  }
  const bool thick = out.role == SeriesRole::t2 || out.role == SeriesRole::t2_fatsat;
  const bool diffusion = out.role == SeriesRole::dwi || out.role == SeriesRole::adc;
  if (thick || diffusion) plan.slice_mm = draw.uniform(2.5, 6);
  if (out.role != SeriesRole::localizer) {
    plan.slice_axis = static_cast<int>(std::array{2u, 0u, 1u}[draw.weighted({0.85, 0.1, 0.05})]);
    if (plan.slice_axis == 0) plan.coverage_mm = draw.uniform(250, 370);
    // A few slices alone, as exports and derived series often have them.
    if (draw.chance(0.2)) plan.coverage_mm = plan.slice_mm * draw.uniform(1, 25);
  }
  return plan;
}

SeriesPlanes place_planes(Draw& draw, const SeriesSamplerOptions& o, const SeriesPlan& plan) {
  SeriesPlanes planes;
  planes.size = o.size;
  const double field = draw.uniform(270, 370);
  planes.pixel_mm = std::max(field, plan.slice_axis == 2 ? field : plan.coverage_mm) / o.size;
  planes.half_field_mm = field / 2;
  planes.slice_axis = plan.slice_axis, planes.slice_mm = plan.slice_mm, planes.coverage_mm = plan.coverage_mm;
  // One breast in some series.
  const bool one_sided = draw.chance(0.12);
  planes.side = draw.chance(0.5) ? 1 : -1;
  planes.center_mm = {one_sided ? planes.side * 80 : draw.uniform(-10, 10), draw.uniform(10, 90),
                      draw.uniform(-20, 20)};
  if (one_sided) planes.half_field_mm = 90, planes.pixel_mm = 190.0 / o.size;
  planes.half_depth_mm = planes.half_field_mm;
  return planes;
}

// Rectangular fields leave the back away.
void flatten_field(Draw& draw, SeriesPlanes& planes) {
  constexpr double kFront_mm = -115;  // of hanging breasts
  if (planes.slice_axis == 1) return;
  planes.half_depth_mm = planes.half_field_mm * draw.uniform(0.45, 0.85);
  planes.center_mm.y = kFront_mm + planes.half_depth_mm + draw.uniform(-20, 20);
}

Vec3 motion_shift(Draw& draw, const SeriesSamplerOptions& o, double most_mm) {
  const double most = most_mm / o.patient_spacing_mm;
  const double x = draw.uniform(-most, most), y = draw.uniform(-most, most), z = draw.uniform(-most, most);
  return {x, y, z};
}

void check_options(const SeriesSamplerOptions& o) {
  const auto refuse = [](const std::string& what, const std::string& why) {
    throw Error("series sampler", what, why);
  };
  if (o.size < 16 || o.size > 512)
    refuse("the size is " + std::to_string(o.size), "16 to 512 pixels can be made");
  if (!(o.patient_spacing_mm >= 1 && o.patient_spacing_mm <= 12))
    refuse("the patients' spacing is out of range", "1 to 12 mm can be made");
  if (o.pool < 1 || o.uses_per_patient < 1)
    refuse("the pool is empty", "it needs a patient and a use of each");
  if (!(o.other_bodies >= 0 && o.other_bodies <= 1))
    refuse("the share of other bodies is out of range", "it is 0 to 1");
  if (o.role_weights.size() != kSeriesRoles)
    refuse("there are not twelve weights of roles", "there is one for each");
}

}  // namespace

const char* to_text(SeriesRole role) {
  constexpr const char* kNames[] = {"t1",      "t1_fatsat", "t2",      "t2_fatsat", "dwi",          "adc",
                                    "dce_pre", "dce_post",  "derived", "localizer", "post_highres", "other"};
  return kNames[static_cast<std::size_t>(role)];
}

SeriesSampler::SeriesSampler(SeriesSamplerOptions options) : options_(std::move(options)) {
  check_options(options_);
  const auto make = [o = options_](std::uint64_t number) { return Patient{random_patient(o, number)}; };
  pool_ = std::make_shared<PatientPool<Patient>>(options_.pool, make);
}

SeriesThumbnail SeriesSampler::at(std::uint64_t index) const {
  SeriesThumbnail series;
  at(index, series);
  return series;
}

void SeriesSampler::at(std::uint64_t index, SeriesThumbnail& out) const {
  const SeriesSamplerOptions& o = options_;
  Draw draw(sample_stream(o.seed, "series thumbnail", index));
  out.index = index, out.size = o.size;
  out.role = static_cast<SeriesRole>(draw.weighted(o.role_weights));
  out.breast = !draw.chance(o.other_bodies);
  MriParameters p = random_mri_parameters(draw, o.strength);
  const SeriesPlan plan = make_plan(draw, out, p);
  SeriesPlanes planes = place_planes(draw, o, plan);
  const bool diffusion = out.role == SeriesRole::dwi || out.role == SeriesRole::adc;
  if (draw.chance(diffusion ? 0.6 : 0.3)) flatten_field(draw, planes);
  const auto patient = pool_->at(pool_place(index, o.pool, o.uses_per_patient));
  const auto drawn = [&] {
    if (!out.breast) return draw_other_body(draw, planes);
    const Scene scene = make_scene(draw, o, p, plan, patient->raster);
    out.fat_suppressed = scene.signals[0].fat_suppressed || plan.channels[0].contrast == MriContrast::stir;
    return draw_patient(scene, planes, plan, motion_shift(draw, o, p.motion_mm));
  };
  SeriesPictures pictures = drawn();
  const bool odd = plan.show == Show::phase_map || plan.show == Show::screen || plan.show == Show::noise;
  // Sections of some millimetres average the noise of several voxels; maps have less.
  const double sigma = (out.role == SeriesRole::adc ? 0.5 : 0.6) * p.noise;
  if (out.breast && odd)
    draw_odd(draw, plan.show, o.size, pictures.values);
  else
    pictures.add_noise(static_cast<float>(sigma), QuickNormal(draw.stream(), draw.block()));
  if (out.breast && plan.speckled) speckle(draw, pictures);
  out.pictures = std::move(pictures.values);
  normalize_pictures(out.pictures, 1);
}

DynamicThumbnails SeriesSampler::dynamic(std::uint64_t index) const {
  const SeriesSamplerOptions& o = options_;
  const auto patient = pool_->at(pool_place(index, o.pool, o.uses_per_patient));
  Draw draw(sample_stream(o.seed, "dynamic thumbnails", index));
  DynamicThumbnails out;
  out.index = index, out.size = o.size;
  MriParameters p = random_mri_parameters(draw, o.strength);
  const int phases = 2 + static_cast<int>(draw.weighted({1, 1, 2, 3, 3, 2, 1}));
  SeriesThumbnail as_series;
  as_series.role = SeriesRole::dce_pre;
  SeriesPlan plan = make_plan(draw, as_series, p);
  plan.channels.clear();
  for (int phase = 0; phase < phases; ++phase) {
    plan.channels.push_back(dynamic_phase(phase));
    out.minutes.push_back(phase == 0 ? -1 : p.first_post_min + (phase - 1) * p.interval_min);
  }
  const SeriesPlanes planes = place_planes(draw, o, plan);
  const Scene scene = make_scene(draw, o, p, plan, patient->raster);
  std::vector<Vec3> shifts;
  std::vector<float> gains;
  for (int phase = 0; phase < phases; ++phase) {
    shifts.push_back(phase == 0 ? Vec3{} : motion_shift(draw, o, p.motion_mm));
    // The receiver's gain drifts a little from phase to phase.
    gains.push_back(static_cast<float>(std::exp(0.03 * draw.normal())));
  }
  std::vector<SeriesPictures> pictures = draw_phases(scene, planes, shifts, gains);
  for (SeriesPictures& picture : pictures) {
    picture.add_noise(static_cast<float>(0.6 * p.noise), QuickNormal(draw.stream(), draw.block()));
    out.pictures.insert(out.pictures.end(), picture.values.begin(), picture.values.end());
  }
  normalize_pictures(out.pictures, std::numeric_limits<float>::infinity());
  return out;
}

}  // namespace lobule::phantom
