#include "phantom/sampler_xray.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "phantom/sampler_fields.h"
#include "phantom/shapes.h"
#include "phantom/xray_attenuation.h"

namespace lobule::phantom {
namespace {

// The energies that mammographic beams of 25 to 34 kVp amount to behind a breast, and that of the pool's.
constexpr double kLeastKev = 17.5, kMostKev = 23, kPoolKev = 20.5;
constexpr std::size_t kRowsPerPiece = 32;

// A wide Gaussian, made on every fourth pixel.
std::vector<float> wide_smooth(const std::vector<float>& image, const PathMaps& maps, double sigma) {
  constexpr int kStep = 4;
  const int columns = maps.columns, rows = maps.rows;
  const int across = (columns + kStep - 1) / kStep, down = (rows + kStep - 1) / kStep;
  std::vector<float> small(static_cast<std::size_t>(across) * down);
  for (int y = 0; y < down; ++y)
    for (int x = 0; x < across; ++x) {
      float sum = 0;
      for (int b = 0; b < kStep; ++b)
        for (int a = 0; a < kStep; ++a)
          sum += image[maps.at(std::min(columns - 1, x * kStep + a), std::min(rows - 1, y * kStep + b))];
      small[static_cast<std::size_t>(y) * across + x] = sum / (kStep * kStep);
    }
  smooth_slice(small, across, down, sigma / kStep);
  std::vector<float> out(image.size());
  for (int y = 0; y < rows; ++y) {
    const float fy = std::clamp((y - 1.5f) / kStep, 0.0f, static_cast<float>(down - 1));
    const int j = std::min(static_cast<int>(fy), std::max(0, down - 2)), j1 = std::min(j + 1, down - 1);
    const float ty = fy - static_cast<float>(j);
    for (int x = 0; x < columns; ++x) {
      const float fx = std::clamp((x - 1.5f) / kStep, 0.0f, static_cast<float>(across - 1));
      const int i = std::min(static_cast<int>(fx), std::max(0, across - 2)), i1 = std::min(i + 1, across - 1);
      const float tx = fx - static_cast<float>(i);
      const float a = small[static_cast<std::size_t>(j) * across + i],
                  b = small[static_cast<std::size_t>(j) * across + i1],
                  c = small[static_cast<std::size_t>(j1) * across + i],
                  d = small[static_cast<std::size_t>(j1) * across + i1];
      out[maps.at(x, y)] = (1 - ty) * (a + tx * (b - a)) + ty * (c + tx * (d - c));
    }
  }
  return out;
}

// The energy at the detector behind each pixel, air 1: attenuation, scatter, blur, noise.
std::vector<float> exposure(Draw& draw, const MammogramSamplerOptions& o, const PathMaps& maps) {
  const double kev = o.appearance > 0 ? draw.uniform(kLeastKev, kMostKev) : kPoolKev;
  const double a = attenuation_per_mm(XrayMaterial::adipose, kev);
  const double g = attenuation_per_mm(XrayMaterial::glandular, kev);
  // What is not adipose or dense weakens like glandular tissue.
  const double rest = g / pool_beam().dense;
  std::vector<float> energy(maps.breast.size());
  for (std::size_t i = 0; i < energy.size(); ++i)
    energy[i] = static_cast<float>(
        std::exp(-(a * (maps.breast[i] - maps.dense[i]) + g * maps.dense[i] + rest * maps.rest[i])));
  // Scatter that passes the grid: 0.1 to 0.3 of the primary, spread over 20 to 40 mm.
  const double scatter = o.appearance * draw.uniform(0.05, 0.3);
  if (scatter > 0) {
    const std::vector<float> halo = wide_smooth(energy, maps, draw.uniform(15, 30));
    for (std::size_t i = 0; i < energy.size(); ++i)
      energy[i] = static_cast<float>((energy[i] + scatter * halo[i]) / (1 + scatter));
  }
  const double sharp = draw.uniform(0, 0.7);
  if (o.appearance > 0) smooth_slice(energy, maps.columns, maps.rows, sharp);
  // Quanta per pixel behind air; at this size pixels hold some hundred detector pixels, but resampled images
  // and films are noisier than that.
  const double quanta = draw.log_uniform(1e4, 3e6), electronic = draw.uniform(0, 1e-3);
  const QuickNormal noise(draw.stream(), draw.block());
  if (o.noise > 0)
    for (std::size_t i = 0; i < energy.size(); ++i) {
      const auto [n, e] = noise.pair(i);
      const double sigma = std::sqrt(static_cast<double>(energy[i]) / quanta);
      energy[i] = static_cast<float>(std::max(1e-5, energy[i] + o.noise * (sigma * n + electronic * e)));
    }
  return energy;
}

// Log attenuation made into a picture as vendors do: the thin edge raised, detail enhanced, a window or a
// sigmoid over the breast's values.
void process(Draw& draw, const MammogramSamplerOptions& o, bool plain, std::vector<float>& image,
             const PathMaps& maps) {
  const double edge = plain ? 0 : draw.uniform(0, 1) * o.appearance;
  const double detail = plain ? 0 : draw.uniform(0, 1.2) * o.appearance;
  const double steep = plain ? 0 : draw.uniform(0, 3) * o.appearance;
  const double low_share = draw.uniform(0.005, 0.15), high_share = draw.uniform(0.96, 1.0);
  const double headroom = draw.uniform(0, 0.3), gamma = o.appearance > 0 ? draw.log_uniform(0.6, 1.6) : 1;
  const double spread = draw.uniform(4, 14);
  const std::vector<float> coarse = wide_smooth(image, maps, spread);
  std::vector<float> inside;
  for (std::size_t i = 0; i < image.size(); i += 7)
    if (maps.labels[i] == 1 || maps.labels[i] == 2) inside.push_back(coarse[i]);
  const float middle = quantile(inside, 0.4);
  for (std::size_t i = 0; i < image.size(); ++i) {
    const float fine = image[i] - coarse[i];
    float value = image[i] + static_cast<float>(detail) * fine;
    value +=
        static_cast<float>(edge) * std::max(0.0f, middle - coarse[i]) *
        static_cast<float>(smooth_step(0.1, 0.4, static_cast<double>(std::min(image[i], coarse[i] + 0.2f))));
    image[i] = value;
  }
  inside.clear();
  for (std::size_t i = 0; i < image.size(); i += 7)
    if (maps.labels[i] == 1 || maps.labels[i] == 2) inside.push_back(image[i]);
  const double low = static_cast<double>(quantile(inside, low_share)) * draw.uniform(0, 1);
  double high = static_cast<double>(quantile(inside, high_share));
  high += headroom * (high - low) + 1e-3;
  for (float& value : image) {
    double x = std::clamp((static_cast<double>(value) - low) / (high - low), 0.0, 1.0);
    if (steep > 0.2) {
      const double end = 1 / (1 + std::exp(steep)), s = 1 / (1 + std::exp(-2 * steep * (x - 0.5)));
      x = (s - end) / (1 - 2 * end);
    }
    value = static_cast<float>(std::pow(x, gamma));
  }
}

// Film: optical density against log exposure is a sigmoid (Hurter and Driffield); bright where little light
// passes the digitiser; grain and an uneven light box.
void film(Draw& draw, const MammogramSamplerOptions& o, std::vector<float>& energy, const PathMaps& maps) {
  std::vector<float> inside;
  for (std::size_t i = 0; i < energy.size(); i += 7)
    if (maps.labels[i] == 1 || maps.labels[i] == 2) inside.push_back(std::log10(energy[i]));
  const double speed = static_cast<double>(quantile(inside, draw.uniform(0.3, 0.7)));
  const double gradient = draw.uniform(2.5, 4), fog = draw.uniform(0.15, 0.25), most = draw.uniform(3, 4);
  const double seen = draw.uniform(2.4, 3.6), grain = o.noise * draw.uniform(0, 0.05);
  const bool in_density = draw.chance(0.6);
  const QuickNormal noise(draw.stream(), draw.block());
  const SmoothField light(draw.stream(), draw.block(), {maps.columns, maps.rows, 1}, {90, 90, 90},
                          o.appearance * draw.uniform(0, 0.4));
  const SmoothField::Plane lit(light, 0);
  for (int y = 0; y < maps.rows; ++y) {
    std::vector<float> lamp(static_cast<std::size_t>(maps.columns), 0.0f);
    lit.add_row(y, lamp.data());
    for (int x = 0; x < maps.columns; ++x) {
      const std::size_t i = maps.at(x, y);
      const double t = std::log10(static_cast<double>(energy[i])) - speed;
      double density = fog + (most - fog) / (1 + std::exp(-4 * gradient / (most - fog) * t));
      density += grain * noise.pair(i)[0] * std::sqrt(density) + lamp[static_cast<std::size_t>(x)];
      const double shown = in_density ? 1 - density / seen : std::pow(10.0, -0.6 * (density - fog));
      energy[i] = static_cast<float>(std::clamp(shown, 0.0, 1.0));
    }
  }
}

class Clutter {
 public:
  Clutter(Draw& draw, const PathMaps& maps, std::vector<float>& image)
      : draw_(draw), maps_(maps), image_(image) {}

  // A lead marker or a burnt-in text: a few strokes in a small box, where no breast is, or a film's sticker.
  void marker() {
    const int columns = maps_.columns, rows = maps_.rows;
    const int width = static_cast<int>(draw_.uniform(0.05, 0.14) * columns), height = std::max(4, width / 3);
    const int x = static_cast<int>(draw_.uniform(0, columns - width)),
              y = static_cast<int>(draw_.uniform(0, rows - height));
    const bool board = draw_.chance(0.3);
    const float paper = static_cast<float>(draw_.uniform(0, 0.4)),
                ink = static_cast<float>(draw_.uniform(0.7, 1));
    if (covers(x, y, width, height)) return;
    if (board) fill(x, y, width, height, paper);
    const int letters = std::max(1, width / std::max(3, height));
    for (int n = 0; n < letters; ++n) {
      const int left = x + 1 + n * width / letters, wide = std::max(2, width / letters - 2);
      const auto bits = draw_.stream().words(draw_.block());
      // Seven segments, some of them lit.
      const std::uint32_t lit = bits[0] | 1u;
      if (lit & 1) fill(left, y + 1, 1, height - 2, ink);
      if (lit & 2) fill(left + wide - 1, y + 1, 1, height - 2, ink);
      if (lit & 4) fill(left, y + 1, wide, 1, ink);
      if (lit & 8) fill(left, y + height / 2, wide, 1, ink);
      if (lit & 16) fill(left, y + height - 2, wide, 1, ink);
    }
  }

  // Borders cut off by the collimator or the digitiser: one value on one to four sides.
  void collimation() {
    const float value = draw_.chance(0.6) ? 0.0f : static_cast<float>(draw_.uniform(0.6, 1));
    const int columns = maps_.columns, rows = maps_.rows;
    for (int side = 0; side < 4; ++side) {
      if (!draw_.chance(0.4)) continue;
      const int thick = 1 + static_cast<int>(draw_.uniform(0, 0.03) * rows);
      if (side == 0) fill(0, 0, columns, thick, value);
      if (side == 1) fill(0, rows - thick, columns, thick, value);
      if (side == 2) fill(0, 0, thick, rows, value);
      if (side == 3) fill(columns - thick, 0, thick, rows, value);
    }
  }

  // Scratches and dust of a film.
  void scratches() {
    const std::size_t count = draw_.below(4);
    for (std::size_t n = 0; n < count; ++n) {
      const double length = draw_.uniform(1, 0.1 * maps_.rows), angle = draw_.uniform(0, 6.28);
      const double x = draw_.uniform(0, maps_.columns), y = draw_.uniform(0, maps_.rows);
      const float value = draw_.chance(0.7) ? 1.0f : 0.0f;
      for (double s = 0; s < length; s += 0.7)
        fill(static_cast<int>(x + s * std::cos(angle)), static_cast<int>(y + s * std::sin(angle)), 1, 1,
             value);
    }
  }

 private:
  bool covers(int x, int y, int width, int height) const {
    for (int b = y; b < y + height; ++b)
      for (int a = x; a < x + width; ++a)
        if (maps_.labels[maps_.at(a, b)] != 0) return true;
    return false;
  }
  void fill(int x, int y, int width, int height, float value) {
    for (int b = std::max(0, y); b < std::min(maps_.rows, y + height); ++b)
      for (int a = std::max(0, x); a < std::min(maps_.columns, x + width); ++a)
        image_[maps_.at(a, b)] = value;
  }

  Draw& draw_;
  const PathMaps& maps_;
  std::vector<float>& image_;
};

}  // namespace

BeamAttenuation pool_beam() {
  return {attenuation_per_mm(XrayMaterial::adipose, kPoolKev),
          attenuation_per_mm(XrayMaterial::glandular, kPoolKev)};
}

std::vector<float> power_law_texture(Draw& draw, int columns, int rows, double largest) {
  std::vector<float> texture(static_cast<std::size_t>(columns) * rows, 0.0f);
  // A power of f^−3 in two dimensions: each octave's variance halves with the feature size.
  for (double spacing = largest; spacing >= 1.4; spacing /= 2) {
    const SmoothField octave(draw.stream(), draw.block(), {columns, rows, 1}, {spacing, spacing, spacing},
                             3.6 * std::sqrt(spacing / largest));
    const SmoothField::Plane plane(octave, 0);
    parallel_for_ranges(
        static_cast<std::size_t>(rows), kRowsPerPiece, [&](std::size_t begin, std::size_t end) {
          for (std::size_t y = begin; y < end; ++y)
            plane.add_row(static_cast<int>(y), &texture[y * static_cast<std::size_t>(columns)]);
        });
  }
  return texture;
}

void expose_and_show(Draw& draw, const MammogramSamplerOptions& o, MammogramStyle style, bool inverted,
                     const PathMaps& maps, std::vector<float>& image) {
  image = exposure(draw, o, maps);
  if (style == MammogramStyle::film) {
    film(draw, o, image, maps);
  } else if (style == MammogramStyle::linear) {
    // As a detector stores it: air bright; the window may cut air off.
    const float top = static_cast<float>(draw.log_uniform(0.15, 1));
    for (float& value : image) value = 1 - std::min(1.0f, value / top);
  } else {
    for (float& value : image) value = -std::log(value);
    process(draw, o, style == MammogramStyle::logarithmic, image, maps);
  }
  if (o.clutter > 0) {
    Clutter clutter(draw, maps, image);
    const std::size_t markers = draw.below(4);
    for (std::size_t n = 0; n < markers; ++n) clutter.marker();
    if (style == MammogramStyle::film && draw.chance(0.7)) clutter.scratches();
    if (draw.chance(0.35 * o.clutter)) clutter.collimation();
  }
  if (inverted)
    for (float& value : image) value = 1 - value;
}

}  // namespace lobule::phantom
