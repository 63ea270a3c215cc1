#include "phantom/sampler_drawn_outline.h"

#include <algorithm>
#include <cmath>

namespace lobule::phantom {
namespace {

// A quarter of a superellipse: 1 at t = 0, 0 at t = 1.
double quarter(double t, double power) {
  return t >= 1 ? 0 : std::pow(1 - std::pow(std::max(0.0, t), power), 1 / power);
}

}  // namespace

double DrawnOutline::skin(double y) const {
  double depth_here = 0;
  if (y < nipple_y) {
    const double t = (nipple_y - y) / (nipple_y - top);
    if (view == MammogramView::cc) {
      depth_here = depth * quarter(t, upper_power);
    } else {
      // The breast's upper curve, and the armpit's skin that runs on to the border.
      const double breast = depth * quarter(t, upper_power);
      const double armpit =
          top_depth * (1 + 0.3 * std::pow(std::clamp(1 - y / nipple_y, 0.0, 1.5), armpit_power));
      const double fillet = 0.25 * depth, h = std::max(fillet - std::abs(breast - armpit), 0.0) / fillet;
      depth_here = std::max(breast, armpit) + h * h * fillet / 4;
      depth_here = std::min(depth_here, depth);
    }
  } else {
    depth_here = depth * quarter((y - nipple_y) / (bottom - nipple_y), lower_power);
    if (abdomen > 0)
      depth_here = std::max(depth_here, abdomen * std::clamp((y - nipple_y) / (bottom - nipple_y), 0.0, 1.0));
  }
  const double off = y - nipple_y;
  if (nipple_radius > std::abs(off)) depth_here += 0.9 * std::sqrt(nipple_radius * nipple_radius - off * off);
  return depth_here;
}

double DrawnOutline::muscle(double y) const {
  if (view == MammogramView::cc) {
    const double t = muscle_half > 0 ? (y - muscle_middle) / muscle_half : 1;
    return muscle_depth * (1 - t * t);
  }
  if (muscle_depth <= 0 || y >= muscle_end) return 0;
  return muscle_depth * std::pow(1 - std::max(0.0, y) / muscle_end, muscle_bend) +
         std::min(0.0, y) * -muscle_depth / muscle_end;
}

DrawnOutline random_outline(Draw& draw) {
  DrawnOutline o;
  o.view = draw.chance(0.6) ? MammogramView::mlo : MammogramView::cc;
  const bool mlo = o.view == MammogramView::mlo;
  o.depth = draw.uniform(45, 140);
  // Breasts are about as high as twice their depth; low ones sag, and their armpit takes more of the picture.
  const double upper = o.depth * draw.uniform(0.7, 1.5), lower = o.depth * draw.uniform(0.55, 1.2);
  o.upper_power = draw.uniform(1.6, 2.8), o.lower_power = draw.uniform(1.7, 3);
  o.armpit_power = draw.uniform(0.5, 2);
  if (mlo) {
    const double armpit = draw.uniform(0.1, 0.9) * o.depth;
    o.nipple_y = armpit + upper, o.top = armpit;
    o.top_depth = o.depth * draw.uniform(0.15, 0.75);
  } else {
    o.nipple_y = upper, o.top = 0;
  }
  o.bottom = o.nipple_y + lower;
  if (mlo && draw.chance(0.4)) o.abdomen = o.depth * draw.uniform(0.05, 0.4);
  if (draw.chance(0.6)) o.nipple_radius = draw.uniform(2.5, 7);
  if (mlo && draw.chance(0.96)) {
    o.muscle_depth = std::min(o.depth * draw.uniform(0.2, 0.9), 0.97 * (o.top_depth + 0.15 * o.depth));
    o.muscle_end = (o.bottom) * draw.uniform(0.25, 0.85);
    o.muscle_bend = draw.log_uniform(0.65, 1.5);
  } else if (!mlo && draw.chance(0.25)) {
    o.muscle_depth = o.depth * draw.uniform(0.02, 0.15);
    o.muscle_middle = o.nipple_y + draw.uniform(-0.3, 0.3) * o.depth;
    o.muscle_half = o.depth * draw.uniform(0.2, 0.8);
  }
  return o;
}

DrawnFrame random_frame(Draw& draw, const MammogramSamplerOptions& options, const DrawnOutline& outline) {
  DrawnFrame f;
  const bool mlo = outline.view == MammogramView::mlo, close = draw.chance(options.close);
  const double high = outline.bottom - (mlo ? 0 : outline.top);
  // Detectors are 18 × 24 or 24 × 30 cm; close pictures hold the breast and a small margin.
  const bool large = draw.chance(0.5);
  const double across = close ? outline.depth * draw.uniform(1.0, 1.2)
                              : std::max(large ? 240.0 : 180.0, 1.02 * outline.depth),
               down = close ? high * draw.uniform(0.98, 1.15) : std::max(large ? 300.0 : 240.0, high);
  const double scale = std::max(across / options.columns, down / options.rows);
  const double turn = options.warp * draw.uniform(-0.05, 0.05),
               aspect = std::pow(draw.uniform(0.8, 1.25), options.warp);
  const double stretch = std::sqrt(aspect);
  const bool mirror = !options.wall_left && draw.chance(0.5);
  const double c = std::cos(turn), s = std::sin(turn);
  f.xx = scale * c * stretch * (mirror ? -1 : 1), f.xy = -scale * s;
  f.yx = scale * s * (mirror ? -1 : 1), f.yy = scale * c / stretch;
  // The wall's border lies at the picture's, a little outside of it, or (as digitisers leave it) inside.
  const double border = mirror ? options.columns - 1 : 0, middle = (options.rows - 1) / 2.0;
  const double beyond =
      scale * options.columns * (draw.chance(0.12) ? draw.uniform(-0.06, 0) : draw.uniform(0, 0.04));
  f.x0 = beyond - f.xx * border - f.xy * middle;
  // MLO views are cut at the armpit by the picture's upper border; CC views lie where they lie.
  const double shown = f.yy * options.rows;
  double first = 0;
  if (mlo)
    first = draw.chance(0.12) ? draw.uniform(-0.06, 0) * high : draw.uniform(0, 0.08) * high;
  else
    first = outline.top - draw.uniform(0, 1) * std::max(0.0, shown - high);
  f.y0 = first - std::min(0.0, f.yx * (options.columns - 1));
  f.pixel_mm = scale;
  return f;
}

}  // namespace lobule::phantom
