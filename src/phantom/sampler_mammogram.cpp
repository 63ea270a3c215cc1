#include "phantom/sampler_mammogram.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/parallel.h"
#include "phantom/exam.h"
#include "phantom/mammogram_truth.h"
#include "phantom/sampler_drawn.h"
#include "phantom/sampler_fields.h"
#include "phantom/sampler_mammogram_truth.h"
#include "phantom/sampler_regions.h"
#include "phantom/sampler_xray.h"
#include "phantom/shapes.h"

namespace lobule::phantom {

struct MammogramSampler::View {
  MammogramView view = MammogramView::cc;
  int columns = 0, rows = 0;
  double pixel_mm = 0.8;
  bool wall_left = true;                       // the chest wall is at the first column
  int first_row = 0, last_row = 0, depth = 0;  // rows with breast, and columns from the wall
  std::vector<float> breast, dense, rest;
  std::vector<std::uint8_t> pectoral;
  std::vector<std::uint8_t> lesion;
};

namespace {

using View = MammogramSampler::View;

// How far a sample's geometry may leave the view's (docs/methods/phantom-sampler.md).
constexpr double kMostTurn_rad = 0.07, kLeastScale = 0.9, kMostScale = 1.4, kMostElastic_px = 9;
constexpr double kElasticSpacing_px = 42;
constexpr double kCloseMargin = 1.05, kMostCloseScale = 1.1;
// What masses are mistaken for is as large as they are.
constexpr double kLargestTexture_mm = 40;

// Fills the bounds of breast and muscle.
void bound(View& view) {
  view.first_row = view.rows, view.last_row = 0, view.depth = 0;
  for (int y = 0; y < view.rows; ++y)
    for (int x = 0; x < view.columns; ++x) {
      const std::size_t at = static_cast<std::size_t>(y) * view.columns + static_cast<std::size_t>(x);
      if (!(view.breast[at] > kLeastBreast) && !view.pectoral[at]) continue;
      view.first_row = std::min(view.first_row, y), view.last_row = std::max(view.last_row, y);
      view.depth = std::max(view.depth, view.wall_left ? x + 1 : view.columns - x);
    }
}

View project(const MammogramSamplerOptions& o, std::uint64_t number) {
  Draw draw(sample_stream(o.seed, "mammogram sampler patients", number));
  AnatomyOptions anatomy = random_options(draw.stream().words(draw.block())[0], draw.chance(0.3)).anatomy;
  MammogramOptions options;
  options.seed = number + 1;
  options.pixel_mm = options.anatomy_mm = o.patient_pixel_mm;
  options.compression = draw.uniform(0.8, 1.25);
  options.scatter = options.blur = options.noise = 0;
  const BreastSide side = draw.chance(0.5) ? BreastSide::right : BreastSide::left;
  options.sides = {anatomy.lesions.empty() ? side : anatomy.lesions[0].side};
  options.views = {draw.chance(0.5) ? MammogramView::mlo : MammogramView::cc};
  const Mammogram image = make_mammograms(Anatomy(anatomy), options).images.at(0);
  View view;
  view.view = image.view;
  view.columns = image.raw.grid.size[0], view.rows = image.raw.grid.size[1];
  view.pixel_mm = o.patient_pixel_mm;
  view.wall_left = image.side == BreastSide::left;
  view.breast = image.breast_mm.voxels, view.dense = image.dense_mm.voxels;
  view.rest.resize(view.breast.size()), view.pectoral.resize(view.breast.size());
  view.lesion.resize(view.breast.size());
  const float air = *std::max_element(image.raw.voxels.begin(), image.raw.voxels.end());
  const BeamAttenuation beam = pool_beam();
  for (std::size_t i = 0; i < view.breast.size(); ++i) {
    const double known = beam.adipose * (view.breast[i] - view.dense[i]) + beam.dense * view.dense[i];
    const double all =
        std::log(static_cast<double>(air) / std::max(1e-3, static_cast<double>(image.raw.voxels[i])));
    view.pectoral[i] = image.labels.voxels[i] == 3;
    view.rest[i] = static_cast<float>(all - known);
  }
  bound(view);
  for (const MammogramLesion& lesion : image.lesions) {
    const double radius = 0.5 * lesion.diameter_mm / view.pixel_mm;
    for (int y = 0; y < view.rows; ++y)
      for (int x = 0; x < view.columns; ++x)
        if (std::hypot(x - lesion.center_pixel.x, y - lesion.center_pixel.y) <= radius)
          view.lesion[static_cast<std::size_t>(y) * view.columns + x] =
              lesion.kind == LesionKind::calcifications ? 2 : 1;
  }
  return view;
}

// Where pixels come from, in pixels of the view.
struct FlatGeometry {
  double x0 = 0, y0 = 0, xx = 1, xy = 0, yx = 0, yy = 1;
  SmoothField bend_x, bend_y;
  bool continued = true;  // what lies behind the chest wall's border repeats it
};

FlatGeometry random_geometry(Draw& draw, const MammogramSamplerOptions& o, const View& view,
                             double& pixel_mm) {
  FlatGeometry g;
  // The whole field fits the picture, or the breast does; then scaled, turned, moved, and mirrored along
  // either axis.
  const bool close = draw.chance(o.close) && view.depth > 0;
  const double wide = close ? kCloseMargin * view.depth : view.columns,
               high = close ? kCloseMargin * (view.last_row + 1 - view.first_row) : view.rows;
  const double fit = std::max(wide / o.columns, high / o.rows);
  const double scale =
      fit / std::pow(draw.uniform(kLeastScale, close ? kMostCloseScale : kMostScale), o.warp);
  const double turn = o.warp * draw.uniform(-kMostTurn_rad, kMostTurn_rad);
  const double aspect = std::pow(draw.uniform(0.92, 1.08), o.warp);
  const bool turned = o.warp > 0 && draw.chance(0.5), flip = o.warp > 0 && draw.chance(0.1);
  const bool mirror = o.wall_left ? !view.wall_left : turned;
  const double c = std::cos(turn) * scale, s = std::sin(turn) * scale, fx = mirror ? -1 : 1,
               fy = flip ? -1 : 1;
  g.xx = c * aspect * fx, g.xy = -s * fy, g.yx = s * aspect * fx, g.yy = c * fy;
  const double across = (o.columns - 1) / 2.0, down = (o.rows - 1) / 2.0;
  const double middle = close ? (view.first_row + view.last_row) / 2.0 : (view.rows - 1) / 2.0;
  // Along the chest wall the view's middle may move; across it the wall stays at the picture's border, a
  // little outside of it, or (as digitisers leave it) some way inside.
  const bool gap = o.warp > 0 && draw.chance(0.15);
  const double beyond = o.warp * o.columns * scale * (gap ? draw.uniform(-0.08, 0) : draw.uniform(0, 0.05));
  g.y0 = middle + o.warp * draw.uniform(-0.08, 0.08) * o.rows * scale - g.yx * across - g.yy * down;
  // The picture's border at which the wall lies, at half height.
  const double wall = view.wall_left ? 0 : view.columns - 1, inward = view.wall_left ? 1 : -1;
  const double border = (view.wall_left != mirror) ? 0 : o.columns - 1;
  g.x0 = wall + inward * beyond - g.xx * border - g.xy * down;
  g.continued = !gap;
  const double bend = o.warp * draw.uniform(0, kMostElastic_px) * scale;
  const Index3 size{o.columns, o.rows, 1};
  const std::array<double, 3> spacing{kElasticSpacing_px, kElasticSpacing_px, kElasticSpacing_px};
  g.bend_x = SmoothField(draw.stream(), draw.block(), size, spacing, bend);
  g.bend_y = SmoothField(draw.stream(), draw.block(), size, spacing, bend);
  pixel_mm = view.pixel_mm * scale;
  return g;
}

void read_view(const View& view, const FlatGeometry& g, double scale, PathMaps& maps,
               std::vector<std::uint8_t>& lesion) {
  const std::size_t columns = static_cast<std::size_t>(maps.columns);
  const SmoothField::Plane bend_x(g.bend_x, 0), bend_y(g.bend_y, 0);
  parallel_for_ranges(static_cast<std::size_t>(maps.rows), 32, [&](std::size_t begin, std::size_t end) {
    std::vector<float> px(columns), py(columns);
    for (std::size_t y = begin; y < end; ++y) {
      for (std::size_t x = 0; x < columns; ++x) {
        px[x] = static_cast<float>(g.x0 + g.xx * static_cast<double>(x) + g.xy * static_cast<double>(y));
        py[x] = static_cast<float>(g.y0 + g.yx * static_cast<double>(x) + g.yy * static_cast<double>(y));
      }
      bend_x.add_row(static_cast<int>(y), px.data());
      bend_y.add_row(static_cast<int>(y), py.data());
      for (std::size_t x = 0; x < columns; ++x) {
        const float last = static_cast<float>(view.columns) - 1.001f;
        const float fx = !g.continued     ? px[x]
                         : view.wall_left ? std::max(0.0f, px[x])
                                          : std::min(last, px[x]);
        const float fy = py[x];
        const std::size_t out = y * columns + x;
        maps.breast[out] = maps.dense[out] = maps.rest[out] = 0;
        maps.labels[out] = 0, lesion[out] = 0;
        if (!(fx >= 0 && fy >= 0 && fx < static_cast<float>(view.columns - 1) &&
              fy < static_cast<float>(view.rows - 1)))
          continue;
        const int i = static_cast<int>(fx), j = static_cast<int>(fy);
        const float tx = fx - static_cast<float>(i), ty = fy - static_cast<float>(j);
        const std::size_t at = static_cast<std::size_t>(j) * view.columns + static_cast<std::size_t>(i);
        const std::size_t below = at + static_cast<std::size_t>(view.columns);
        const auto mean = [&](const std::vector<float>& map) {
          const float a = map[at] + tx * (map[at + 1] - map[at]),
                      b = map[below] + tx * (map[below + 1] - map[below]);
          return a + ty * (b - a);
        };
        // Thinner or thicker all over: every path in proportion.
        maps.breast[out] = static_cast<float>(scale) * mean(view.breast);
        maps.dense[out] = static_cast<float>(scale) * mean(view.dense);
        maps.rest[out] = static_cast<float>(scale) * mean(view.rest);
        const std::size_t nearest = (ty < 0.5f ? at : below) + (tx < 0.5f ? 0 : 1);
        maps.labels[out] = view.pectoral[nearest] ? 3 : maps.breast[out] > kLeastBreast ? 1 : 0;
        lesion[out] = view.lesion[nearest];
      }
    }
  });
}

// Fine structure that the pool's maps are too coarse for: fat and fibres trade places along the ray.
void add_texture(Draw& draw, const MammogramSamplerOptions& o, double pixel_mm, PathMaps& maps) {
  if (o.appearance <= 0) return;
  const std::vector<float> texture =
      o.regions > 0 ? power_law_texture(draw, maps.columns, maps.rows, kLargestTexture_mm / pixel_mm)
                    : power_law_texture(draw, maps.columns, maps.rows);
  // At a fifth of a millimetre the texture is most of what there is to see.
  const bool fine = o.regions > 0;
  const float fat = static_cast<float>(o.appearance * draw.uniform(fine ? 0.012 : 0.005, fine ? 0.06 : 0.03)),
              gland = static_cast<float>(o.appearance * draw.uniform(fine ? 0.12 : 0.05, fine ? 0.4 : 0.25));
  for (std::size_t i = 0; i < texture.size(); ++i) {
    if (maps.labels[i] == 0) continue;
    const float dense = maps.dense[i] + texture[i] * (fat * maps.breast[i] + gland * maps.dense[i]);
    maps.dense[i] = std::clamp(dense, 0.0f, maps.breast[i]);
    if (maps.labels[i] == 3) maps.rest[i] *= 1 + 0.3f * gland * texture[i];
  }
}

// Masses: a ball of dense tissue in the ray's path, irregular or spiculated. Calcifications: a cluster of
// points that weaken as much as some millimetres of dense tissue.
void insert_lesion(Draw& draw, double pixel_mm, PathMaps& maps, std::vector<std::uint8_t>& lesion) {
  const int columns = maps.columns, rows = maps.rows;
  int x = 0, y = 0;
  for (int attempt = 0; attempt < 30; ++attempt) {
    x = static_cast<int>(draw.uniform(0, columns)), y = static_cast<int>(draw.uniform(0, rows));
    const std::size_t at = maps.at(x, y);
    if (maps.labels[at] == 1 && maps.breast[at] > 8) break;
    if (attempt == 29) return;
  }
  const bool cluster = draw.chance(0.35);
  const double radius = cluster ? draw.uniform(2, 12) / pixel_mm : draw.log_uniform(2.5, 14) / pixel_mm;
  const float beam = static_cast<float>(pool_beam().dense);
  if (cluster) {
    const std::size_t count = 4 + draw.below(30);
    for (std::size_t n = 0; n < count; ++n) {
      const int a = static_cast<int>(x + 0.6 * radius * draw.normal()),
                b = static_cast<int>(y + 0.6 * radius * draw.normal());
      const float extra = static_cast<float>(draw.log_uniform(1, 8));
      if (a < 0 || b < 0 || a >= columns || b >= rows) continue;
      const std::size_t at = maps.at(a, b);
      if (maps.labels[at] != 1) continue;
      maps.rest[at] += beam * extra;
      lesion[at] = 2;
    }
    return;
  }
  const double irregular = draw.uniform(0, 0.25), spicules = draw.chance(0.4) ? draw.uniform(0.3, 1.2) : 0;
  std::array<double, 4> phase{}, many{};
  for (std::size_t n = 0; n < phase.size(); ++n)
    phase[n] = draw.uniform(0, 6.28), many[n] = std::floor(draw.uniform(2, 6));
  const double spikes = std::floor(draw.uniform(7, 15)), flat = draw.uniform(0.5, 1),
               thickness = draw.uniform(0.5, 1);
  const int reach = static_cast<int>(2.3 * radius) + 1;
  for (int b = std::max(0, y - reach); b <= std::min(rows - 1, y + reach); ++b)
    for (int a = std::max(0, x - reach); a <= std::min(columns - 1, x + reach); ++a) {
      const std::size_t at = maps.at(a, b);
      if (maps.labels[at] != 1) continue;
      const double angle = std::atan2(b - y, a - x);
      double border = radius;
      for (std::size_t n = 0; n < phase.size(); ++n)
        border *= 1 + 0.5 * irregular * std::cos(many[n] * angle + phase[n]);
      const double spike = spicules * std::pow(std::max(0.0, std::cos(spikes * angle / 2 + phase[0])), 12);
      const double far = std::hypot(a - x, (b - y) / flat);
      const double core = far / border;
      double path = core < 1 ? 2 * border * std::sqrt(1 - core * core) * pixel_mm * thickness : 0;
      if (spike > 0 && far < border * (1 + spike)) path = std::max(path, 1.2 * spike);
      if (path <= 0) continue;
      const double fat = static_cast<double>(maps.breast[at] - maps.dense[at]);
      maps.dense[at] += static_cast<float>(std::min(path, 0.9 * fat));
      if (core < 1) lesion[at] = 1;
    }
}

void check_options(const MammogramSamplerOptions& o) {
  const auto refuse = [](const std::string& what, const std::string& why) {
    throw Error("mammogram sampler", what, why);
  };
  for (const int extent : {o.columns, o.rows})
    if (extent < 16 || extent > 2048)
      refuse("the size is " + std::to_string(o.columns) + " × " + std::to_string(o.rows),
             "16 to 2048 pixels can be made");
  if (!(o.patient_pixel_mm >= 0.2 && o.patient_pixel_mm <= 2))
    refuse("the patients' pixels are out of range", "0.2 to 2 mm can be made");
  if (o.pool < 1 || o.uses_per_patient < 1) refuse("the pool is empty", "it needs a view and a use of each");
  if (o.style_weights.size() != 4) refuse("there are not four weights of style", "there is one for each");
}

}  // namespace

MammogramSampler::MammogramSampler(MammogramSamplerOptions options) : options_(std::move(options)) {
  check_options(options_);
  const auto make = [o = options_](std::uint64_t number) { return project(o, number); };
  pool_ = std::make_shared<PatientPool<View>>(options_.pool, make);
}

MammogramPair MammogramSampler::at(std::uint64_t index) const {
  MammogramPair pair;
  at(index, pair);
  return pair;
}

void MammogramSampler::at(std::uint64_t index, MammogramPair& pair) const {
  const MammogramSamplerOptions& o = options_;
  Draw draw(sample_stream(o.seed, "mammogram pair", index));
  pair.index = index, pair.columns = o.columns, pair.rows = o.rows;
  pair.style = static_cast<MammogramStyle>(draw.weighted(o.style_weights));
  pair.inverted = draw.chance(o.inverted);
  PathMaps maps(o.columns, o.rows);
  pair.lesion.assign(maps.labels.size(), 0);
  pair.regions.clear(), pair.region.clear();
  if (draw.chance(o.drawn)) {
    const DrawnPaths drawn = draw_paths(draw, o, maps);
    pair.view = drawn.view, pair.pixel_mm = drawn.pixel_mm;
  } else {
    const std::shared_ptr<const View> view = pool_->at(pool_place(index, o.pool, o.uses_per_patient));
    pair.view = view->view;
    const FlatGeometry geometry = random_geometry(draw, o, *view, pair.pixel_mm);
    const double thickness = std::pow(draw.uniform(0.8, 1.25), o.warp);
    read_view(*view, geometry, thickness, maps, pair.lesion);
  }
  if (o.regions > 0) add_fibres(draw, pair.pixel_mm, maps);
  add_texture(draw, o, pair.pixel_mm, maps);
  if (o.regions > 0) {
    insert_regions(draw, o, maps, pair);
  } else if (draw.chance(o.inserted_lesions)) {
    const std::size_t count = 1 + draw.weighted({0.7, 0.2, 0.1});
    for (std::size_t n = 0; n < count; ++n) insert_lesion(draw, pair.pixel_mm, maps, pair.lesion);
  }
  label_dense(maps, o.region_mm, pair);
  // The labels that the picture's windows look at.
  maps.labels = pair.labels;
  expose_and_show(draw, o, pair.style, pair.inverted, maps, pair.image);
  if (o.regions > 0) doubt_hidden(pair);
  if (o.regions > 0 && pair.style == MammogramStyle::film) add_dust(draw, o, pair);
  if (o.visible > 0) unlabel_invisible(o.visible, pair);
  add_densities(maps, pair);
}

}  // namespace lobule::phantom
