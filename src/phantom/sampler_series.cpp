#include "phantom/sampler_series.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"
#include "phantom/exam.h"
#include "phantom/sampler_geometry.h"
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

// What of the lanes a picture shows.
enum class Show { first, difference, projection, ratio, phase_map, screen, noise };

struct Plan {
  std::vector<MriChannel> channels;  // one, or the later and the earlier phase
  Show show = Show::first;
  bool fat_only = false;
  double slice_mm = 2;
  double coverage_mm = 160;  // along the slice axis
  int slice_axis = 2;
};

MriChannel dynamic(int phase) {
  return {MriContrast::dce, phase, 0};
}

void plan_derived(Draw& draw, SeriesThumbnail& out, Plan& plan) {
  out.phase = 1 + static_cast<int>(draw.below(5));
  plan.channels = {dynamic(out.phase), dynamic(0)};
  const std::size_t kind = draw.weighted({0.5, 0.3, 0.2});
  out.kind = std::array{"SUB", "MIP", "PEI"}[kind];
  plan.show = std::array{Show::difference, Show::projection, Show::ratio}[kind];
}

void plan_other(Draw& draw, SeriesThumbnail& out, Plan& plan) {
  const std::size_t kind = draw.weighted({0.4, 0.25, 0.2, 0.15});
  out.kind = std::array{"fat", "phase", "screen", "noise"}[kind];
  plan.fat_only = kind == 0;
  plan.show = std::array{Show::first, Show::phase_map, Show::screen, Show::noise}[kind];
  plan.channels = {{MriContrast::t1, 0, 0}};
}

Plan make_plan(Draw& draw, SeriesThumbnail& out, MriParameters& p) {
  Plan plan;
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
    case SeriesRole::adc: one(MriContrast::adc); break;
    case SeriesRole::dce_pre: out.phase = 0, plan.channels = {dynamic(0)}; break;
    case SeriesRole::dce_post:
      out.phase = 1 + static_cast<int>(draw.below(6));
      plan.channels = {dynamic(out.phase)};
      break;
    case SeriesRole::derived: plan_derived(draw, out, plan); break;
    case SeriesRole::localizer:
      one(draw.chance(0.5) ? MriContrast::t1 : MriContrast::t2);
      plan.slice_mm = draw.uniform(8, 40), plan.coverage_mm = draw.uniform(60, 300);
      plan.slice_axis = static_cast<int>(draw.below(3));
      break;
    case SeriesRole::post_highres:
      p.dynamic = p.t1_volume;
      plan.channels = {dynamic(6 + static_cast<int>(draw.below(3)))};
      break;
    case SeriesRole::other: plan_other(draw, out, plan); break;
  }
  const bool thick = out.role == SeriesRole::t2 || out.role == SeriesRole::t2_fatsat;
  const bool diffusion = out.role == SeriesRole::dwi || out.role == SeriesRole::adc;
  if (thick || diffusion) plan.slice_mm = draw.uniform(2.5, 6);
  if (out.role != SeriesRole::localizer) {
    plan.slice_axis = static_cast<int>(std::array{2u, 0u, 1u}[draw.weighted({0.85, 0.1, 0.05})]);
    if (plan.slice_axis == 0) plan.coverage_mm = draw.uniform(250, 370);
  }
  return plan;
}

// What a fat-water separation calls fat, with some water left in it.
void keep_fat(const TissueTable& tissues, MaterialSignals& signals) {
  for (std::size_t m = 0; m < signals.water.size(); ++m) {
    const std::size_t tissue = m < tissues.size() ? m : static_cast<std::size_t>(Tissue::lesion);
    const float share = static_cast<float>(tissues[tissue].fat_fraction);
    signals.water[m] = (signals.water[m] + signals.fat[m]) * (share + 0.03f * (1 - share));
    signals.fat[m] = 0;
  }
}

// Coil, bias and saturation bands, in place on the lanes of images.
void shade(Draw& draw, const SeriesSamplerOptions& o, const MriParameters& p, const Grid& grid,
           std::size_t channels, SignalLanes& lanes) {
  const double a = o.strength.appearance;
  if (a <= 0) return;
  const double fade_mm = draw.uniform(60, 260), least = draw.uniform(0.02, 0.4);
  const bool banded = draw.chance(0.12);
  const double band_mm = draw.uniform(25, 80);
  const double spacing = 70 / o.patient_spacing_mm;
  const SmoothField bias(draw.stream(), draw.block(), grid.size, {spacing, spacing, spacing}, 2 * p.bias);
  parallel_for(static_cast<std::size_t>(grid.size[2]), [&](std::size_t k) {
    std::vector<float> row(static_cast<std::size_t>(grid.size[0]));
    const SmoothField::Plane shading(bias, static_cast<int>(k));
    for (int j = 0; j < grid.size[1]; ++j) {
      std::fill(row.begin(), row.end(), 0.0f);
      shading.add_row(j, row.data());
      const double y = grid.origin_mm.y + j * grid.spacing_mm.y;
      double coil = least + (1 - least) * std::exp(-std::max(0.0, y + 40) / fade_mm);
      if (banded && y > band_mm) coil *= 0.1;
      const std::size_t start = grid.offset(0, j, static_cast<int>(k));
      for (std::size_t i = 0; i < row.size(); ++i) {
        const float gain = static_cast<float>(coil) * (2 + row[i]) / (2 - row[i]);
        for (std::size_t c = 0; c < channels; ++c) lanes.lanes[c][start + i] *= gain;
      }
    }
  });
}

// Three planes through a point, each `size` pixels of `pixel_mm`; rows of voxels' places in the raster.
struct Planes {
  int size = 96;
  double pixel_mm = 4;
  Vec3 center_mm;
  double side = 1;  // which half the sagittal plane lies in
  int slice_axis = 2;
  double slice_mm = 2, coverage_mm = 160, half_field_mm = 160;

  static constexpr double kNarrow_mm = 110;  // half of a field that holds one breast

  // The LPS point of a pixel, moved to the middle of the slice it lies in; false outside of the series.
  bool point(int plane, int x, int y, double depth_mm, Vec3& mm) const {
    const double middle = (size - 1) / 2.0, u = (x - middle) * pixel_mm, v = (y - middle) * pixel_mm;
    const double front = -half_field_mm / 2,
                 beside = half_field_mm < kNarrow_mm ? 0 : side * half_field_mm / 2;
    const Vec3 offset = plane == 0   ? Vec3{u, v, depth_mm}
                        : plane == 1 ? Vec3{u, front + depth_mm, -v}
                                     : Vec3{beside + depth_mm, u, -v};
    mm = center_mm + offset;
    for (int axis = 0; axis < 3; ++axis) {
      const double from = mm[axis] - center_mm[axis];
      if (axis == slice_axis) {
        if (std::abs(from) > coverage_mm / 2) return false;
        mm[axis] = center_mm[axis] + slice_mm * std::round(from / slice_mm);
      } else if (std::abs(from) > half_field_mm) {
        return false;
      }
    }
    return true;
  }
};

// One picture's row: what of the lanes is shown at places.
float shown(Show show, float late, float early) {
  switch (show) {
    case Show::difference:
    case Show::projection: return std::max(0.0f, late - early);
    case Show::ratio: return early > 0.05f ? std::clamp((late - early) / early, 0.0f, 4.0f) : 0.0f;
    default: return late;
  }
}

void draw_planes(const Planes& planes, const Plan& plan, const Grid& grid, const SignalLanes& lanes,
                 Vec3 shift_mm, std::vector<float>& pictures) {
  const std::size_t n = static_cast<std::size_t>(planes.size);
  const int layers = plan.show == Show::projection ? 40 : 1;
  parallel_for(3 * n, [&](std::size_t line) {
    const int plane = static_cast<int>(line / n), y = static_cast<int>(line % n);
    std::vector<float> places(6 * n), late(n), early(n);
    std::vector<std::uint8_t> inside(n);
    LanePlaces there;
    float* out = &pictures[line * n];
    std::fill(out, out + n, 0.0f);
    for (int layer = 0; layer < layers; ++layer) {
      const double depth = layers == 1 ? 0 : ((layer + 0.5) / layers - 0.5) * 150;
      for (std::size_t x = 0; x < n; ++x) {
        Vec3 mm;
        inside[x] = planes.point(plane, static_cast<int>(x), y, depth, mm);
        for (int axis = 0; axis < 3; ++axis) {
          const double at = (mm[axis] - grid.origin_mm[axis]) / grid.spacing_mm[axis];
          places[static_cast<std::size_t>(axis) * n + x] = static_cast<float>(at);
          places[static_cast<std::size_t>(axis + 3) * n + x] =
              static_cast<float>(at + shift_mm[axis] / grid.spacing_mm[axis]);
        }
      }
      const auto read = [&](std::size_t first, std::size_t lane, std::vector<float>& values) {
        there.set(lanes, {&places[first * n], n}, {&places[(first + 1) * n], n},
                  {&places[(first + 2) * n], n});
        there.read(lanes, lane, values.data());
      };
      read(0, 0, late);
      if (plan.channels.size() > 1) read(3, 1, early);
      for (std::size_t x = 0; x < n; ++x)
        if (inside[x]) out[x] = std::max(out[x], shown(plan.show, late[x], early[x]));
    }
  });
}

// Pictures that show no anatomy, or not by its brightness.
void draw_odd(Draw& draw, const Plan& plan, int size, std::vector<float>& pictures) {
  const QuickNormal noise(draw.stream(), draw.block());
  const SmoothField field(draw.stream(), draw.block(), {size, size, 3}, {25, 25, 2}, 12);
  const std::array wrapped{SmoothField::Plane(field, 0), SmoothField::Plane(field, 1),
                           SmoothField::Plane(field, 2)};
  std::vector<float> row(static_cast<std::size_t>(size));
  for (std::size_t line = 0; line < 3 * row.size(); ++line) {
    std::fill(row.begin(), row.end(), 0.0f);
    wrapped[line / row.size()].add_row(static_cast<int>(line % row.size()), row.data());
    for (std::size_t x = 0; x < row.size(); ++x) {
      float& value = pictures[line * row.size() + x];
      const float random = noise.pair(line * row.size() + x)[0];
      if (plan.show == Show::phase_map) {
        // Wrapped phase where there is signal, noise elsewhere.
        const float phase = value > 0.08f ? row[x] + 0.1f * random : 3.2f * random;
        value = 0.5f + (phase - 6.2832f * std::round(phase / 6.2832f)) / 6.2832f;
      } else if (plan.show == Show::noise) {
        value = std::abs(random);
      } else {
        // Lines of text: short bright strokes on black.
        const bool text_row = line % 8 < 4, stroke = random > 0.6f && x > 6 && x < row.size() * 3 / 4;
        value = text_row && stroke ? 1.0f : 0.0f;
      }
    }
  }
}

void normalise(std::vector<float>& pictures) {
  std::vector<float> above;
  for (const float value : pictures)
    if (value > 0) above.push_back(value);
  if (above.empty()) return;
  const auto at = above.begin() + static_cast<long>(0.995 * static_cast<double>(above.size() - 1));
  std::nth_element(above.begin(), at, above.end());
  for (float& value : pictures) value = std::min(1.0f, value / *at);
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
  const std::shared_ptr<const Patient> patient = pool_->at(pool_place(index, o.pool, o.uses_per_patient));
  const Grid& grid = patient->raster.grid;
  Draw draw(sample_stream(o.seed, "series thumbnail", index));
  out.index = index, out.size = o.size;
  out.role = static_cast<SeriesRole>(draw.weighted(o.role_weights));
  MriParameters p = random_mri_parameters(draw, o.strength);
  const Plan plan = make_plan(draw, out, p);
  std::vector<MaterialSignals> signals = material_signals(p, plan.channels, draw.stream());
  out.fat_suppressed = signals[0].fat_suppressed || plan.channels[0].contrast == MriContrast::stir;
  if (plan.fat_only) keep_fat(p.tissues, signals[0]);

  const double fat_spacing = 60 / o.patient_spacing_mm;
  const FatLeft fat_left{p.fat_left, p.fat_failure,
                         SmoothField(draw.stream(), draw.block(), grid.size,
                                     {fat_spacing, fat_spacing, fat_spacing}, 2 * p.fat_left_spread)};
  thread_local SignalLanes lanes;
  SignalLanes& here = lanes;  // this thread's, also for the helpers of its loops
  make_lanes(patient->raster, {{0, 0, 0}, grid.size}, signals, fat_left, here);
  // Maps and differences have lost the shading, or have it as it was.
  if (out.role != SeriesRole::adc) shade(draw, o, p, grid, signals.size(), here);

  Planes planes;
  planes.size = o.size;
  const double field = draw.uniform(270, 370);
  planes.pixel_mm = std::max(field, plan.slice_axis == 2 ? field : plan.coverage_mm) / o.size;
  planes.half_field_mm = field / 2;
  planes.slice_axis = plan.slice_axis, planes.slice_mm = plan.slice_mm, planes.coverage_mm = plan.coverage_mm;
  // One breast in some series.
  const bool one_sided = draw.chance(0.12);
  const double side = draw.chance(0.5) ? 1 : -1;
  planes.center_mm = {one_sided ? side * 80 : draw.uniform(-10, 10), draw.uniform(20, 70),
                      draw.uniform(-20, 20)};
  planes.side = side;
  if (one_sided) planes.half_field_mm = 90, planes.pixel_mm = 190.0 / o.size;
  const double motion = p.motion_mm;
  const Vec3 shift{draw.uniform(-motion, motion), draw.uniform(-motion, motion),
                   draw.uniform(-motion, motion)};

  const std::size_t n = static_cast<std::size_t>(o.size);
  out.pictures.resize(3 * n * n);
  draw_planes(planes, plan, grid, here, shift, out.pictures);
  if (plan.show == Show::phase_map || plan.show == Show::screen || plan.show == Show::noise) {
    draw_odd(draw, plan, o.size, out.pictures);
  } else {
    // Sections of some millimetres average the noise of several voxels.
    const bool map = out.role == SeriesRole::adc;
    const float sigma = static_cast<float>((map ? 0.5 : 0.6) * p.noise);
    if (sigma > 0) add_quick_rician(out.pictures, sigma, QuickNormal(draw.stream(), draw.block()));
  }
  normalise(out.pictures);
}

}  // namespace lobule::phantom
