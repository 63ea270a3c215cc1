#include "phantom/sampler_series_plan.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace lobule::phantom {
namespace {

MriChannel dynamic_phase(int phase) {
  return {MriContrast::dce, phase, 0};
}

// Ranges and their reasons: docs/methods/phantom-sampler.md, Series.
void widen_tissues(Draw& draw, double strength, TissueTable& tissues) {
  // A factor whose logarithm is normal, cut off at two standard deviations.
  const auto factor = [&](double spread) {
    return std::exp(strength * spread * std::clamp(draw.normal(), -2.0, 2.0));
  };
  for (TissueProperties& t : tissues) {
    t.t1_ms *= factor(0.12);
    const double t2 = factor(0.15);
    t.t2_ms *= t2, t.t2_echo_train_ms *= t2;
    t.proton_density = std::min(1.0, t.proton_density * factor(0.05));
    t.adc_um2_per_s *= factor(0.10);
    t.kinetics.ktrans_per_min *= factor(0.30);
  }
  const auto of = [&](Tissue tissue) -> TissueProperties& {
    return tissues[static_cast<std::size_t>(tissue)];
  };
  // From all blood washed out of the slice to all still there; cerebrospinal fluid pulsates.
  of(Tissue::blood).standing = draw.uniform(0, 1);
  of(Tissue::vessel).standing = draw.uniform(0.2, 1);
  if (draw.chance(0.4)) of(Tissue::cyst).standing = draw.uniform(0.05, 1);
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

}  // namespace

bool SeriesPlan::diffusion() const {
  return channels[0].contrast == MriContrast::dwi || channels[0].contrast == MriContrast::adc;
}

void widen_parameters(Draw& draw, double strength, MriParameters& p) {
  if (strength <= 0) return;
  widen_tissues(draw, strength, p.tissues);
  // Cardiac output of 4–8 l/min, as in exams (random_options.cpp).
  p.input.dose *= draw.log_uniform(0.7, 1.45);
  for (Sequence* volume : {&p.dynamic, &p.t1_volume}) {
    volume->tr_ms = draw.uniform(3, 10);
    volume->te_ms = draw.uniform(1, std::min(4.8, 0.6 * volume->tr_ms));
    volume->flip_degrees = draw.uniform(8, 25);
  }
  if (p.t1.weighting == Weighting::gradient_echo)
    p.t1.tr_ms = draw.uniform(3.5, 12), p.t1.flip_degrees = draw.uniform(10, 35);
  else
    p.t1.tr_ms = draw.uniform(350, 900), p.t1.te_ms = draw.uniform(7, 18);
  for (Sequence* echo : {&p.t2, &p.t2_fatsat})
    echo->tr_ms = draw.uniform(2500, 9000), echo->te_ms = draw.uniform(60, 150);
  p.stir.tr_ms = draw.uniform(2500, 9000), p.stir.te_ms = draw.uniform(35, 100);
  p.stir.ti_ms *= draw.uniform(0.93, 1.07), p.stir.inversion = draw.uniform(0.85, 1);
  p.diffusion.te_ms = draw.uniform(50, 105);
  p.fat_left = draw.uniform(0.02, 0.35);
}

SeriesPlan make_plan(Draw& draw, SeriesThumbnail& out, MriParameters& p) {
  SeriesPlan plan;
  plan.slice_mm = draw.uniform(0.9, 3);
  plan.coverage_mm = draw.uniform(110, 210);
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
  const bool thick = out.role == SeriesRole::t2 || out.role == SeriesRole::t2_fatsat ||
                     (out.role == SeriesRole::t1 && p.t1.weighting == Weighting::turbo_spin_echo);
  if (thick || plan.diffusion()) plan.slice_mm = draw.uniform(2.5, 7.5);
  if (out.role != SeriesRole::localizer) {
    plan.slice_axis = static_cast<int>(std::array{2u, 0u, 1u}[draw.weighted({0.85, 0.1, 0.05})]);
    if (plan.slice_axis == 0) plan.coverage_mm = draw.uniform(250, 370);
    // A few slices alone, as exports and derived series often have them.
    if (draw.chance(0.2)) plan.coverage_mm = plan.slice_mm * draw.uniform(1, 25);
  }
  return plan;
}

SeriesPlanes place_planes(Draw& draw, int size, const SeriesPlan& plan, double front_mm) {
  SeriesPlanes planes;
  planes.size = size;
  planes.slice_axis = plan.slice_axis, planes.slice_mm = plan.slice_mm;
  // One breast in some series, both in most.
  const bool one_sided = draw.chance(0.12);
  const double field = one_sided ? draw.uniform(150, 215) : draw.uniform(260, 410);
  planes.extent_mm = {field, field, field};
  if (plan.slice_axis != 2) planes.extent_mm.z = draw.uniform(0.6, 1) * field;
  // Rectangular fields leave the back away.
  const bool flat = draw.chance(plan.diffusion() ? 0.6 : 0.3) && !one_sided;
  if (flat) planes.extent_mm.y *= draw.uniform(0.45, 0.85);
  const bool few = plan.coverage_mm < 100;
  planes.stack(one_sided && plan.slice_axis == 0 && !few ? field : plan.coverage_mm);
  // Technologists let a field begin in front of the nipples; some series lie elsewhere.
  const double side = draw.chance(0.5) ? 1 : -1;
  planes.center_mm = {one_sided ? side * draw.uniform(70, 95) : draw.uniform(-10, 10),
                      front_mm - draw.uniform(3, 35) + planes.extent_mm.y / 2, draw.uniform(-25, 25)};
  if (!flat && draw.chance(0.4)) planes.center_mm.y = draw.uniform(-10, 90);
  if (plan.slice_axis == 1 && few) planes.center_mm.y = front_mm + draw.uniform(10, 80);
  return planes;
}

}  // namespace lobule::phantom
