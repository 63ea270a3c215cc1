#include "phantom/sampler_series_scene.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/parallel.h"
#include "phantom/sampler_elsewhere.h"
#include "phantom/sampler_warp.h"

namespace lobule::phantom {
namespace {

// A projection's depth, and its layers.
constexpr double kProjected_mm = 150;
constexpr int kLayers = 30;

// What a fat-water separation calls fat, with some water left in it.
void keep_fat(const TissueTable& tissues, MaterialSignals& signals) {
  for (std::size_t m = 0; m < signals.water.size(); ++m) {
    const std::size_t tissue = m < tissues.size() ? m : static_cast<std::size_t>(Tissue::lesion);
    const float share = static_cast<float>(tissues[tissue].fat_fraction);
    signals.water[m] = (signals.water[m] + signals.fat[m]) * (share + 0.03f * (1 - share));
    signals.fat[m] = 0;
  }
}

// One value: what of the channels is shown.
float shown(const SeriesPlan& plan, float late, float early) {
  switch (plan.show) {
    case Show::difference:
    case Show::projection: return std::max(0.0f, late - early + static_cast<float>(plan.offset));
    case Show::ratio: {
      const float ratio = early > 0.05f ? std::clamp((late - early) / early, 0.0f, 4.0f) : 0.0f;
      return plan.inverted ? 1 - std::min(1.0f, ratio) : ratio;
    }
    default: return late;
  }
}

}  // namespace

CoilShading::CoilShading(Draw& draw, double breasts_front_mm) {
  front_mm = breasts_front_mm + draw.uniform(0, 70);
  loop = draw.chance(0.5);
  fade_mm = loop ? draw.log_uniform(40, 200) : draw.log_uniform(40, 260);
  least = draw.uniform(0.02, 0.4);
  const bool banded = draw.chance(0.12);
  const double band = draw.uniform(25, 80);
  if (banded) band_mm = band;
}

double CoilShading::at(double y_mm) const {
  if (fade_mm == 0) return 1;
  const double depth = std::max(0.0, y_mm - front_mm) / fade_mm;
  // On the axis of a loop: (1 + (d / R)²)^(−3/2).
  const double fall = loop ? std::pow(1 + depth * depth, -1.5) : std::exp(-depth);
  const double gain = least + (1 - least) * fall;
  return y_mm > band_mm ? 0.1 * gain : gain;
}

Scene make_scene(Draw& draw, const SeriesSamplerOptions& o, const MriParameters& p, const SeriesPlan& plan,
                 const TissueRaster& raster, const BodyPose& pose, double front_mm) {
  std::vector<MaterialSignals> signals = material_signals(p, plan.channels, draw.stream());
  if (plan.fat_only) keep_fat(p.tissues, signals[0]);
  const BodyFields::Strength strength{o.strength.warp, plan.diffusion() ? p.epi_shift_mm : 0, 2 * p.bias,
                                      2 * p.fat_left_spread};
  const CoilShading coil = o.strength.appearance > 0 ? CoilShading(draw, front_mm) : CoilShading();
  // Maps have lost the shading.
  const bool is_map = plan.channels[0].contrast == MriContrast::adc;
  return {raster,
          pose,
          {signals.begin(), signals.end()},
          p.fat_left,
          p.fat_failure,
          BodyFields(draw, raster.grid, strength),
          coil,
          signals[0].fat_suppressed,
          !is_map};
}

std::vector<std::vector<float>> read_plane(const Scene& scene, const PlanePoints& points,
                                           const std::vector<Vec3>& shifts_mm) {
  std::vector<std::vector<float>> values(shifts_mm.size(), std::vector<float>(points.size()));
  constexpr std::size_t kAtOnce = 512;
  parallel_for((points.size() + kAtOnce - 1) / kAtOnce, [&](std::size_t part) {
    for (std::size_t i = part * kAtOnce; i < std::min(points.size(), (part + 1) * kAtOnce); ++i) {
      const BodyFields::Here here = scene.fields.at(points.mm[i]);
      const float left = fat_left_at(scene.fat_left, scene.fat_failure, here.fat);
      // (2 + x) / (2 − x) is the exponential to third order.
      const float gain =
          scene.shaded ? static_cast<float>(scene.coil.at(points.mm[i].y)) * (2 + here.bias) / (2 - here.bias)
                       : 1;
      const Vec3 place = scene.pose.source(points.mm[i]) + here.displacement_mm;
      for (std::size_t c = 0; c < shifts_mm.size(); ++c)
        values[c][i] = gain * signal_at(scene.raster, scene.channels[c], place + shifts_mm[c], left);
    }
  });
  return values;
}

void SeriesPictures::add_noise(float sigma, const QuickNormal& noise) {
  if (sigma > 0) add_quick_rician(values, sigma, noise);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (covered[i] == 0) values[i] = 0;
}

SeriesPictures draw_patient(const Scene& scene, const SeriesPlanes& planes, const SeriesPlan& plan,
                            Vec3 shift_mm) {
  SeriesPictures pictures(planes);
  const int layers = plan.show == Show::projection ? kLayers : 1;
  std::vector<Vec3> shifts{{0, 0, 0}};
  if (plan.channels.size() > 1) shifts.push_back(shift_mm);
  for (int plane = 0; plane < 3; ++plane)
    for (int layer = 0; layer < layers; ++layer) {
      const double depth_mm = layers == 1 ? 0 : ((layer + 0.5) / layers - 0.5) * kProjected_mm;
      const int axis = plan.projection_axis;
      PlanePoints points = points_of(planes, plane, axis < 0 ? depth_mm : 0);
      if (layers > 1 && axis >= 0)
        for (Vec3& point : points.mm) point[axis] = planes.center_mm[axis] + depth_mm;
      const auto values = read_plane(scene, points, shifts);
      const std::size_t start = static_cast<std::size_t>(plane) * planes.pixels();
      for (std::size_t i = 0; i < points.size(); ++i) {
        float& value = pictures.values[start + points.pixel[i]];
        value = std::max(value, shown(plan, values[0][i], values.size() > 1 ? values[1][i] : 0));
        pictures.covered[start + points.pixel[i]] = 1;
      }
    }
  return pictures;
}

std::vector<SeriesPictures> draw_phases(const Scene& scene, const SeriesPlanes& planes,
                                        const std::vector<Vec3>& shifts_mm, const std::vector<float>& gains) {
  std::vector<SeriesPictures> pictures(shifts_mm.size(), SeriesPictures(planes));
  for (int plane = 0; plane < 3; ++plane) {
    const PlanePoints points = points_of(planes, plane, 0);
    const auto values = read_plane(scene, points, shifts_mm);
    const std::size_t start = static_cast<std::size_t>(plane) * planes.pixels();
    for (std::size_t phase = 0; phase < pictures.size(); ++phase)
      for (std::size_t i = 0; i < points.size(); ++i) {
        pictures[phase].values[start + points.pixel[i]] = gains[phase] * values[phase][i];
        pictures[phase].covered[start + points.pixel[i]] = 1;
      }
  }
  return pictures;
}

SeriesPictures draw_other_body(Draw& draw, SeriesPlanes planes) {
  const OtherBody body(draw);
  const double field = 2 * body.half_size_mm() * draw.uniform(1.02, 1.6);
  const double coverage = planes.extent_mm[planes.slice_axis];
  planes.extent_mm = {field, field, field};
  planes.stack(std::min(coverage, field));
  planes.center_mm = {0.1 * field * draw.uniform(-1, 1), 0.1 * field * draw.uniform(-1, 1),
                      0.1 * field * draw.uniform(-1, 1)};
  const double fade_mm = draw.uniform(80, 600);
  const Vec3 coil{draw.uniform(-150, 150), draw.uniform(-150, 150), 0};
  SeriesPictures pictures(planes);
  parallel_for(static_cast<std::size_t>(3 * planes.size), [&](std::size_t line) {
    const int plane = static_cast<int>(line) / planes.size, y = static_cast<int>(line) % planes.size;
    Vec3 mm;
    for (int x = 0; x < planes.size; ++x) {
      if (!planes.point(plane, x, y, 0, mm)) continue;
      const std::size_t pixel = line * static_cast<std::size_t>(planes.size) + static_cast<std::size_t>(x);
      pictures.covered[pixel] = 1;
      pictures.values[pixel] = body.value(mm) * static_cast<float>(std::exp(-norm(mm - coil) / fade_mm));
    }
  });
  return pictures;
}

void speckle(Draw& draw, SeriesPictures& pictures) {
  constexpr float kAir = 0.03f;
  const float most = static_cast<float>(draw.uniform(0.2, 1.2));
  const QuickNormal noise(draw.stream(), draw.block());
  for (std::size_t i = 0; i < pictures.values.size(); ++i)
    if (pictures.covered[i] != 0 && pictures.values[i] < kAir)
      pictures.values[i] = most * std::abs(noise.pair(i)[0]);
}

void draw_odd(Draw& draw, Show show, int size, std::vector<float>& pictures) {
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
      if (show == Show::phase_map) {
        // Wrapped phase where there is signal, noise elsewhere.
        const float phase = value > 0.08f ? row[x] + 0.1f * random : 3.2f * random;
        value = 0.5f + (phase - 6.2832f * std::round(phase / 6.2832f)) / 6.2832f;
      } else if (show == Show::noise) {
        value = std::abs(random);
      } else {
        // Lines of text: short bright strokes on black.
        const bool text_row = line % 8 < 4, stroke = random > 0.6f && x > 6 && x < row.size() * 3 / 4;
        value = text_row && stroke ? 1.0f : 0.0f;
      }
    }
  }
}

void normalize_pictures(std::vector<float>& pictures, float most) {
  std::vector<float> above;
  for (const float value : pictures)
    if (value > 0) above.push_back(value);
  if (above.empty()) return;
  const auto at = above.begin() + static_cast<long>(0.995 * static_cast<double>(above.size() - 1));
  std::nth_element(above.begin(), at, above.end());
  for (float& value : pictures) value = std::min(most, value / *at);
}

}  // namespace lobule::phantom
