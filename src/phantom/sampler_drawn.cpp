#include "phantom/sampler_drawn.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/parallel.h"
#include "phantom/mammogram_truth.h"
#include "phantom/noise_lattice.h"
#include "phantom/sampler_drawn_outline.h"
#include "phantom/sampler_fields.h"
#include "phantom/shapes.h"

namespace lobule::phantom {
namespace {

constexpr std::size_t kRowsPerPiece = 32;
constexpr float kFar_mm = 1e6f, kDeep_mm = 1e3f;

// One smooth texture for all samples; each looks at places of its own.
const NoiseLattice& lattice() {
  static const NoiseLattice noise(1, "drawn mammograms");
  return noise;
}

// A plane through the texture, turned at random: one along its axes would show its lattice.
struct Slice {
  Vec3 origin, across, down;

  double operator()(double x, double y) const {
    return static_cast<double>(lattice()(origin + x * across + y * down));
  }
};

Slice random_slice(Draw& draw) {
  Slice slice;
  slice.origin = {draw.uniform(0, 32), draw.uniform(0, 32), draw.uniform(0, 32)};
  const auto unit = [](Vec3 v) { return (1 / std::max(1e-3, norm(v))) * v; };
  slice.across = unit({draw.normal(), draw.normal(), draw.normal()});
  const Vec3 other{draw.normal(), draw.normal(), draw.normal()};
  slice.down = unit(other - dot(other, slice.across) * slice.across);
  return slice;
}

// What a pixel is before it has tissue: where it lies, and in what.
struct Places {
  std::vector<float> x_mm, y_mm;
  std::vector<float> skin_mm;    // distance to the nearest background; 0 there
  std::vector<float> muscle_mm;  // how far inside the muscle, along x; negative before it
};

// Two passes of a chamfer of steps 1 and √2 (Borgefors 1986), in pixels, through what is not 0.
void fill_distances(const PathMaps& maps, double pixel_mm, std::vector<float>& distance) {
  const float straight = static_cast<float>(pixel_mm), diagonal = 1.41421356f * straight;
  const auto take = [&](std::size_t at, int x, int y, float step) {
    // The breast goes on beyond the picture's border.
    if (x < 0 || y < 0 || x >= maps.columns || y >= maps.rows) return;
    distance[at] = std::min(distance[at], distance[maps.at(x, y)] + step);
  };
  for (int y = 0; y < maps.rows; ++y)
    for (int x = 0; x < maps.columns; ++x) {
      const std::size_t at = maps.at(x, y);
      if (distance[at] == 0) continue;
      take(at, x - 1, y, straight), take(at, x, y - 1, straight);
      take(at, x - 1, y - 1, diagonal), take(at, x + 1, y - 1, diagonal);
    }
  for (int y = maps.rows - 1; y >= 0; --y)
    for (int x = maps.columns - 1; x >= 0; --x) {
      const std::size_t at = maps.at(x, y);
      if (distance[at] == 0) continue;
      take(at, x + 1, y, straight), take(at, x, y + 1, straight);
      take(at, x + 1, y + 1, diagonal), take(at, x - 1, y + 1, diagonal);
    }
}

// The distance to the skin; borders of the detector are none.
void fill_skin(const DrawnFrame& frame, const PathMaps& maps, std::vector<float>& skin_mm) {
  for (int y = 0; y < maps.rows; ++y)
    for (int x = 0; x < maps.columns; ++x) {
      const std::size_t at = maps.at(x, y);
      skin_mm[at] = maps.labels[at] != 0 || !frame.seen(x, y) ? kFar_mm : 0;
    }
  fill_distances(maps, frame.pixel_mm, skin_mm);
  for (std::size_t i = 0; i < skin_mm.size(); ++i)
    skin_mm[i] = maps.labels[i] != 0 ? std::min(skin_mm[i], kDeep_mm) : 0;
}

Places lay_out(Draw& draw, const MammogramSamplerOptions& options, const DrawnOutline& outline,
               const DrawnFrame& frame, PathMaps& maps) {
  Places p;
  const std::size_t pixels = maps.labels.size();
  p.x_mm.resize(pixels), p.y_mm.resize(pixels), p.muscle_mm.resize(pixels);
  p.skin_mm.assign(pixels, 0);
  const double bend = options.warp * draw.uniform(1, 8), dent = options.warp * draw.uniform(0, 2.5);
  const Index3 size{maps.columns, maps.rows, 1};
  const auto field = [&](double spacing_mm, double amplitude) {
    const double spacing = std::max(4.0, spacing_mm / frame.pixel_mm);
    return SmoothField(draw.stream(), draw.block(), size, {spacing, spacing, spacing}, amplitude);
  };
  const SmoothField bend_x = field(60, bend), bend_y = field(60, bend), dent_x = field(18, dent),
                    edge = field(25, options.warp * draw.uniform(0, 3));
  const SmoothField::Plane px(bend_x, 0), py(bend_y, 0), pd(dent_x, 0), pe(edge, 0);
  std::vector<float> muscle_shift(static_cast<std::size_t>(maps.columns));
  for (int y = 0; y < maps.rows; ++y) {
    const std::size_t row = maps.at(0, y);
    for (int x = 0; x < maps.columns; ++x) {
      p.x_mm[maps.at(x, y)] = static_cast<float>(frame.x_mm(x, y));
      p.y_mm[maps.at(x, y)] = static_cast<float>(frame.y_mm(x, y));
    }
    px.add_row(y, &p.x_mm[row]), py.add_row(y, &p.y_mm[row]), pd.add_row(y, &p.x_mm[row]);
    std::fill(muscle_shift.begin(), muscle_shift.end(), 0.0f);
    pe.add_row(y, muscle_shift.data());
    for (int x = 0; x < maps.columns; ++x) {
      const std::size_t at = maps.at(x, y);
      const double height = static_cast<double>(p.y_mm[at]);
      // Nothing is bent at the wall, where the detector ends.
      maps.labels[at] = frame.seen(x, y) && static_cast<double>(p.x_mm[at]) < outline.skin(height) ? 1 : 0;
      p.muscle_mm[at] = outline.muscle_depth > 0 ? static_cast<float>(outline.muscle(height)) - p.x_mm[at] +
                                                       muscle_shift[static_cast<std::size_t>(x)]
                                                 : -kFar_mm;
    }
  }
  fill_skin(frame, maps, p.skin_mm);
  return p;
}

// How dense tissue is spread in one breast.
struct Gland {
  double share = 0.3;                // of the breast's area
  double base = 0.6, strands = 0.4;  // share along rays inside; how much of it strands carry
  double outside = 0.03, outside_strands = 0.05;
  double edge = 0.1;                    // softness of its border
  double uneven_mm = 30, uneven = 0.3;  // how the share varies inside, as its logarithm
  double middle_x = 0, middle_y = 0, turn = 0, long_mm = 50, wide_mm = 40;
  double lobes_mm = 40, lobes = 0.3, fringe_mm = 12, fringe = 0.15, rays = 0.2, ray_count = 5;
  double fat_layer_mm = 4, back_fat = 0;
  double pocket_mm = 8, pocket_level = 0.4, pocket_depth = 0.5;
  double fan = 0.5, strand_mm = 8, strand_stretch = 3, strand_width = 0.15;
  std::array<Slice, 7> slice;
};

Gland random_gland(Draw& draw, const DrawnOutline& outline) {
  Gland g;
  // From almost none to nearly all; women between 40 and 75 lie in the lower half (Boyd et al., N Engl J Med
  // 356:227, 2007), films of dense breasts must not be rare all the same.
  g.share = draw.chance(0.7) ? draw.uniform(0.01, 0.35) : draw.uniform(0.25, 0.85);
  g.base = std::clamp(0.32 + 0.6 * draw.uniform(0, 1) + 0.25 * (g.share - 0.3), 0.32, 0.95);
  g.strands = draw.uniform(0.05, 0.7);
  g.outside = draw.uniform(0, 0.08), g.outside_strands = draw.log_uniform(0.01, 0.2);
  // A gland is a body: the path through it shrinks to nothing towards its border, over little or much of it.
  g.edge = draw.log_uniform(0.05, 2);
  g.uneven_mm = draw.uniform(12, 50), g.uneven = draw.uniform(0, 0.9);
  // Behind the nipple, towards the armpit in MLO views.
  const double towards = draw.uniform(0.2, 0.85), aside = draw.normal() * 0.12 * outline.depth;
  g.turn = outline.view == MammogramView::mlo ? draw.uniform(-0.2, 0.9) : draw.uniform(-0.5, 0.5);
  g.middle_x = outline.depth * (1 - towards * std::cos(g.turn));
  g.middle_y = outline.nipple_y - outline.depth * towards * std::sin(g.turn) + aside;
  g.long_mm = outline.depth, g.wide_mm = outline.depth * draw.log_uniform(0.5, 1.7);
  g.lobes_mm = draw.uniform(20, 60), g.lobes = draw.uniform(0.1, 0.7);
  g.fringe_mm = draw.uniform(6, 18), g.fringe = draw.uniform(0.03, 0.3);
  g.rays = draw.chance(0.6) ? draw.uniform(0, 0.35) : 0, g.ray_count = draw.uniform(2, 6);
  g.fat_layer_mm = draw.log_uniform(1, 9), g.back_fat = draw.chance(0.6) ? draw.uniform(0, 0.8) : 0;
  g.pocket_mm = draw.log_uniform(3, 14), g.pocket_level = draw.uniform(0.05, 0.6),
  g.pocket_depth = draw.uniform(0, 0.95);
  g.fan = draw.uniform(0, 1), g.strand_mm = draw.log_uniform(2.5, 9), g.strand_stretch = draw.uniform(1, 4),
  g.strand_width = draw.uniform(0.06, 0.22);
  for (Slice& slice : g.slice) slice = random_slice(draw);
  return g;
}

// At a fifth of a millimetre strands are thin and glands are clouds: what carries them is then the texture
// and the fibres that sampler_regions.h adds.
void make_cloudy(Draw& draw, Gland& g) {
  g.strands = draw.uniform(0, 0.1), g.strand_width *= draw.uniform(0.4, 0.8);
  g.outside_strands *= 0.15;
  g.edge = std::max(g.edge, draw.log_uniform(0.3, 2));
  g.pocket_depth *= draw.uniform(0, 0.6);
}

// Bright where a smooth texture crosses 0: sheets of connective tissue seen edge-on.
double strand(const Gland& g, double along, double across, const Slice& slice) {
  const double t = slice(along / (g.strand_mm * g.strand_stretch), across / g.strand_mm) / g.strand_width;
  return std::exp(-t * t);
}

// How much a place belongs to the gland, before its size is known; larger is more.
std::vector<float> belonging(const Gland& g, const DrawnOutline& outline, const Places& p,
                             const PathMaps& maps) {
  std::vector<float> value(maps.labels.size());
  const double c = std::cos(g.turn), s = std::sin(g.turn);
  parallel_for_ranges(
      static_cast<std::size_t>(maps.rows), kRowsPerPiece, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin * maps.columns; i < end * maps.columns; ++i) {
          if (maps.labels[i] != 1) continue;
          const double x = static_cast<double>(p.x_mm[i]), y = static_cast<double>(p.y_mm[i]);
          const double dx = x - g.middle_x, dy = y - g.middle_y;
          const double u = (c * dx - s * dy) / g.long_mm, v = (s * dx + c * dy) / g.wide_mm;
          const double nx = x - outline.depth, ny = y - outline.nipple_y;
          const double angle = std::atan2(ny, -nx), far = std::hypot(nx, ny);
          double b = -std::sqrt(u * u + v * v);
          b += g.lobes * g.slice[0](x / g.lobes_mm, y / g.lobes_mm);
          b += g.fringe * g.slice[1](x / g.fringe_mm, y / g.fringe_mm);
          if (g.rays > 0) b += g.rays * g.slice[2](far / 60, g.ray_count * angle);
          b -= 1.2 * std::exp(-static_cast<double>(p.skin_mm[i]) / g.fat_layer_mm) * smooth_step(4, 20, far);
          b -= g.back_fat * std::exp(-x / 15);
          value[i] = static_cast<float>(b);
        }
      });
  return value;
}

// The value that `share` of the breast's pixels exceed.
float level_of(const std::vector<float>& value, double share, const PathMaps& maps) {
  std::vector<float> inside;
  for (std::size_t i = 0; i < value.size(); ++i)
    if (maps.labels[i] == 1) inside.push_back(value[i]);
  return quantile(inside, 1 - share);
}

// Strands: a fan of ducts from the nipple and a net of ligaments.
std::vector<float> strands_of(const Gland& g, const DrawnOutline& outline, const Places& p,
                              const PathMaps& maps) {
  std::vector<float> strands(maps.labels.size());
  parallel_for_ranges(
      static_cast<std::size_t>(maps.rows), kRowsPerPiece, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin * maps.columns; i < end * maps.columns; ++i) {
          if (maps.labels[i] == 0) continue;
          const double x = static_cast<double>(p.x_mm[i]), y = static_cast<double>(p.y_mm[i]);
          const double nx = x - outline.depth, ny = y - outline.nipple_y;
          const double fan = g.fan * strand(g, std::hypot(nx, ny), 40 * std::atan2(ny, -nx), g.slice[3]);
          strands[i] = static_cast<float>(std::max(fan, strand(g, x, y, g.slice[4])));
        }
      });
  return strands;
}

void fill_gland(const Gland& g, const DrawnOutline& outline, const Places& p, PathMaps& maps) {
  const std::vector<float> value = belonging(g, outline, p, maps), strands = strands_of(g, outline, p, maps);
  const float level = level_of(value, g.share, maps);
  const double mean_strand = std::max(
      0.05, std::accumulate(strands.begin(), strands.end(), 0.0) /
                std::max<double>(
                    1, static_cast<double>(std::count_if(maps.labels.begin(), maps.labels.end(),
                                                         [](std::uint8_t label) { return label != 0; }))));
  parallel_for_ranges(
      static_cast<std::size_t>(maps.rows), kRowsPerPiece, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin * maps.columns; i < end * maps.columns; ++i) {
          if (maps.labels[i] == 0) continue;
          const double x = static_cast<double>(p.x_mm[i]), y = static_cast<double>(p.y_mm[i]);
          const double t = static_cast<double>(value[i] - level) / (0.25 * g.edge);
          const double region = maps.labels[i] == 1 ? 1 / (1 + std::exp(-t)) : 0;
          const double hole = g.pocket_depth * smooth_step(g.pocket_level, g.pocket_level + 0.25,
                                                           g.slice[5](x / g.pocket_mm, y / g.pocket_mm));
          // Strands move tissue, they add none: the share's mean over the region stays.
          const double net = static_cast<double>(strands[i]) / mean_strand;
          const double uneven = std::exp(g.uneven * g.slice[6](x / g.uneven_mm, y / g.uneven_mm));
          const double inside = g.base * uneven * (1 - g.strands + g.strands * net) * (1 - hole);
          const double outside =
              g.outside * (0.5 + 0.5 * net) + g.outside_strands * static_cast<double>(strands[i]);
          const double share = region * inside + (1 - region) * outside;
          maps.dense[i] = static_cast<float>(std::clamp(share, 0.0, 0.97)) * maps.breast[i];
        }
      });
}

// Paths through fat, muscle and skin.
void fill_thickness(Draw& draw, const DrawnOutline& outline, const Places& p, PathMaps& maps) {
  const double thick = draw.uniform(25, 80), roll = thick * draw.uniform(0.25, 0.6);
  const double tilt_x = draw.uniform(-0.25, 0.25), tilt_y = draw.uniform(-0.15, 0.15);
  const double soft = draw.log_uniform(1, 15), muscle_share = draw.uniform(0.35, 1);
  const double skin = draw.uniform(1, 2.5);
  const double per_mm = pool_beam().dense;
  for (std::size_t i = 0; i < maps.labels.size(); ++i) {
    if (maps.labels[i] == 0) continue;
    const double d = static_cast<double>(p.skin_mm[i]);
    const double t = std::min(1.0, d / roll), x = static_cast<double>(p.x_mm[i]) / outline.depth - 0.5,
                 y = static_cast<double>(p.y_mm[i]) / outline.bottom - 0.5;
    const double path = thick * std::sqrt(t * (2 - t)) * (1 + tilt_x * x + tilt_y * y) + 0.6;
    double muscle = 0;
    if (p.muscle_mm[i] > 0) {
      maps.labels[i] = 3;
      // The muscle's front is a wedge, and lies above the gland for a while.
      muscle = path * muscle_share * std::min(1.0, 0.35 + static_cast<double>(p.muscle_mm[i]) / soft);
    }
    maps.breast[i] = static_cast<float>(path - muscle);
    const double through_skin = std::min(path, 2 * skin * (1 + std::exp(-d / 1.5)));
    maps.rest[i] = static_cast<float>(per_mm * (muscle + 0.5 * through_skin));
  }
}

// Vessels, lymph nodes, folds of skin: weaken the beam, and are no dense tissue.
void add_extras(Draw& draw, const DrawnOutline& outline, double pixel_mm, PathMaps& maps) {
  const double per_mm = pool_beam().dense;
  std::vector<float> extra(maps.labels.size());
  const auto stamp = [&](double px, double py, double radius_mm, double path_mm) {
    const double radius = radius_mm / pixel_mm;
    const int reach = static_cast<int>(radius + 1.5);
    for (int b = -reach; b <= reach; ++b)
      for (int a = -reach; a <= reach; ++a) {
        const int x = static_cast<int>(std::lround(px)) + a, y = static_cast<int>(std::lround(py)) + b;
        if (x < 0 || y < 0 || x >= maps.columns || y >= maps.rows) continue;
        const std::size_t at = maps.at(x, y);
        if (maps.labels[at] == 0) continue;
        const double far = std::hypot(x - px, y - py);
        extra[at] = std::max(extra[at], static_cast<float>(per_mm * path_mm * coverage(far - radius, 1)));
      }
  };
  const std::size_t lines = draw.below(6);
  for (std::size_t n = 0; n < lines; ++n) {
    double x = draw.uniform(0, maps.columns), y = draw.uniform(0, maps.rows), angle = draw.uniform(0, 6.28);
    const double radius = draw.uniform(0.4, 1.3), path = draw.uniform(1, 5), bend = draw.uniform(0, 0.15);
    const int steps = static_cast<int>(draw.uniform(20, 120) / pixel_mm);
    for (int step = 0; step < steps; ++step) {
      stamp(x, y, radius, path);
      angle += bend * draw.normal(), x += std::cos(angle), y += std::sin(angle);
    }
  }
  const std::size_t nodes = draw.chance(0.25) ? 1 + draw.below(3) : 0;
  for (std::size_t n = 0; n < nodes && outline.view == MammogramView::mlo; ++n)
    stamp(draw.uniform(0, 0.6) * maps.columns, draw.uniform(0, 0.35) * maps.rows, draw.uniform(2, 7),
          draw.uniform(3, 14));
  if (draw.chance(0.15)) {
    const double x = draw.uniform(0, 0.6) * maps.columns, y = draw.uniform(0, 0.2) * maps.rows,
                 slope = draw.uniform(-0.5, 0.8);
    for (double t = 0; t < 0.4 * maps.columns; t += 0.7)
      stamp(x + t, y + slope * t, draw.uniform(0.6, 2), draw.uniform(2, 9));
  }
  for (std::size_t i = 0; i < extra.size(); ++i) maps.rest[i] += extra[i];
}

}  // namespace

DrawnPaths draw_paths(Draw& draw, const MammogramSamplerOptions& options, PathMaps& maps) {
  const DrawnOutline outline = random_outline(draw);
  const DrawnFrame frame = random_frame(draw, options, outline);
  const Places places = lay_out(draw, options, outline, frame, maps);
  fill_thickness(draw, outline, places, maps);
  Gland gland = random_gland(draw, outline);
  if (options.regions > 0) make_cloudy(draw, gland);
  fill_gland(gland, outline, places, maps);
  add_extras(draw, outline, frame.pixel_mm, maps);
  return {outline.view, frame.pixel_mm};
}

}  // namespace lobule::phantom
