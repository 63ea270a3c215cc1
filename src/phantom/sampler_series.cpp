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
  double front_mm = -90;  // of the breasts
};

namespace {

using Patient = SeriesSampler::Patient;

// What a bilateral field of view may show of any patient: breasts to spine, and a little more for stretched
// ones.
constexpr Field kField{{-200, -125, -120}, {200, 225, 120}};

// Bodies vary more than between one centre's patients (docs/methods/phantom-sampler.md, Series).
AnatomyOptions random_body(std::uint64_t seed, bool with_lesion) {
  AnatomyOptions body = random_options(seed, with_lesion).anatomy;
  Draw draw(RandomStream(seed, "series sampler bodies"));
  body.trunk_half_width_mm =
      std::max(body.trunk_half_width_mm * draw.uniform(0.88, 1.15), body.half_width_mm + 72);
  body.trunk_half_depth_mm *= draw.uniform(0.85, 1.2);
  body.subcutaneous_mm = std::clamp(body.subcutaneous_mm * draw.log_uniform(0.6, 1.8), 4.0, 30.0);
  body.muscle = draw.log_uniform(0.6, 2);
  return body;
}

Patient random_patient(const SeriesSamplerOptions& o, std::uint64_t number) {
  const std::uint64_t own = RandomStream(o.seed, "series sampler patients").words(number)[0];
  const AnatomyOptions options = random_body(own, number % 2 == 0);
  return {rasterize(Anatomy(options), patient_grid(options, kField, o.patient_spacing_mm)),
          breast_extent(options).front_mm};
}

Vec3 motion_mm(Draw& draw, double most_mm) {
  Vec3 shift;
  for (int axis = 0; axis < 3; ++axis) shift[axis] = draw.uniform(-most_mm, most_mm);
  return shift;
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
  const auto make = [o = options_](std::uint64_t number) { return random_patient(o, number); };
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
  const auto patient = pool_->at(pool_place(index, o.pool, o.uses_per_patient));
  MriParameters p = random_mri_parameters(draw, o.strength);
  widen_parameters(draw, o.strength.appearance, p);
  const SeriesPlan plan = make_plan(draw, out, p);
  const BodyPose pose(draw, o.strength.warp);
  const double front_mm = pose.seen_y(patient->front_mm);
  const SeriesPlanes planes = place_planes(draw, o.size, plan, front_mm);
  const auto drawn = [&] {
    if (!out.breast) return draw_other_body(draw, planes);
    const Scene scene = make_scene(draw, o, p, plan, patient->raster, pose, front_mm);
    out.fat_suppressed = scene.fat_suppressed || plan.channels[0].contrast == MriContrast::stir;
    return draw_patient(scene, planes, plan, motion_mm(draw, p.motion_mm));
  };
  SeriesPictures pictures = drawn();
  const bool odd = plan.show == Show::phase_map || plan.show == Show::screen || plan.show == Show::noise;
  // Sections of some millimetres average the noise of several voxels; maps have less, echo planar images
  // more.
  const double louder = out.role == SeriesRole::dwi ? draw.uniform(1, 3) : 1;
  const double sigma = (out.role == SeriesRole::adc ? 0.5 : 0.6) * louder * p.noise;
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
  widen_parameters(draw, o.strength.appearance, p);
  const int phases = 2 + static_cast<int>(draw.weighted({1, 1, 2, 3, 3, 2, 1}));
  SeriesThumbnail as_series;
  as_series.role = SeriesRole::dce_pre;
  SeriesPlan plan = make_plan(draw, as_series, p);
  plan.channels.clear();
  for (int phase = 0; phase < phases; ++phase) {
    plan.channels.push_back({MriContrast::dce, phase, 0});
    out.minutes.push_back(phase == 0 ? -1 : p.first_post_min + (phase - 1) * p.interval_min);
  }
  const BodyPose pose(draw, o.strength.warp);
  const double front_mm = pose.seen_y(patient->front_mm);
  const SeriesPlanes planes = place_planes(draw, o.size, plan, front_mm);
  const Scene scene = make_scene(draw, o, p, plan, patient->raster, pose, front_mm);
  std::vector<Vec3> shifts;
  std::vector<float> gains;
  for (int phase = 0; phase < phases; ++phase) {
    shifts.push_back(phase == 0 ? Vec3{} : motion_mm(draw, p.motion_mm));
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
