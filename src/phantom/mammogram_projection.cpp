#include "phantom/mammogram_projection.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"

namespace lobule::phantom {
namespace {

// Skin under compression, and its thickening around the nipple, as in the hanging breast.
constexpr double kSkin = 1.8, kAreola = 14, kAreolaGain = 0.7;
constexpr double kNippleSunk = 3.5;  // mm that its middle lies behind the skin's foremost point
constexpr double kNippleReach = 16;  // mm in front of the skin where nipple may lie
// Fat between the muscle and the paddles, mm; the muscle tapers off over kMuscleGrows towards its border.
constexpr double kMuscleDepth = 15, kMuscleGrows = 14;
constexpr double kMuscleShare = 0.88;  // the rest of the pectoral muscle is fat between its fibres

class RayCaster {
 public:
  RayCaster(const Anatomy& anatomy, const MammogramBody& body, const ViewFrame& frame, const Compression& c,
            const XrayGeometry& g)
      : breast_(anatomy.breast(body.side)),
        nipple_(body.nipple_mm),
        frame_(frame),
        compression_(c),
        geometry_(g),
        sampler_(body),
        fibres_(anatomy.options().seed * 2 + (body.side == BreastSide::left ? 1 : 0), "pectoral fibres"),
        skin_(xray_of(Tissue::skin)),
        muscle_(xray_of(Tissue::muscle)),
        nipple_tissue_(xray_of(Tissue::nipple)),
        tip_(c.tip()) {}

  void column(int column, double step, Rays& rays) const {
    const double thickness = compression_.shape().thickness_mm;
    const int layers = std::max(1, static_cast<int>(std::lround(thickness / step)));
    const double dw = thickness / layers;
    const double u_detector = (column + 0.5) * geometry_.pixel_mm;
    for (int k = 0; k < layers; ++k) {
      const double w = (k + 0.5) * dw;
      const double shrink = 1 / geometry_.magnification(w);
      const double u = u_detector * shrink;
      if (u > tip_.x + kNippleReach && compression_.shape().pectoral_mm <= 0) continue;
      // Rows below the breast see air.
      const double lowest = (compression_.low_mm() - kNippleReach - geometry_.source_v_mm) / shrink;
      const int rows = std::clamp(
          static_cast<int>((geometry_.top_v_mm - geometry_.source_v_mm - lowest) / geometry_.pixel_mm) + 1, 0,
          geometry_.rows);
      for (int row = 0; row < rows; ++row) {
        const double v_detector =
            geometry_.top_v_mm - (row + 0.5) * geometry_.pixel_mm - geometry_.source_v_mm;
        add({u, geometry_.source_v_mm + shrink * v_detector, w}, dw, rays.at(column, row));
      }
    }
    for (int row = 0; row < geometry_.rows; ++row) {
      const double v_detector = geometry_.top_v_mm - (row + 0.5) * geometry_.pixel_mm - geometry_.source_v_mm;
      const float oblique = static_cast<float>(
          std::sqrt(1 + (u_detector * u_detector + v_detector * v_detector) /
                            (geometry_.source_to_detector_mm * geometry_.source_to_detector_mm)));
      Rays::Sums& sums = rays.at(column, row);
      for (float* part :
           {&sums.adipose, &sums.glandular, &sums.dense, &sums.breast, &sums.pectoral, &sums.skin})
        *part *= oblique;
    }
  }

 private:
  void add(Vec3 point, double dw, Rays::Sums& sums) const {
    const Compression::Source source = compression_.release(point);
    if (source.depth_mm <= -dw / 2) {
      if (point.x > tip_.x - kNippleReach) add_nipple(point, dw, sums);
      return;
    }
    if (source.pectoral) return add_muscle(point, source.depth_mm, dw, sums);
    const double inside = coverage(-source.depth_mm, dw);
    double skin_mm = kSkin;
    const Vec3 from_tip = point - tip_;
    const double near = dot(from_tip, from_tip) / (kAreola * kAreola);
    if (near < 9) skin_mm *= 1 + kAreolaGain * std::exp(-near);
    const double skin = inside - coverage(skin_mm - source.depth_mm, dw);
    const float rest = static_cast<float>((inside - skin) * dw);
    if (skin > 0) add_skin(skin * dw, sums);
    sums.breast += static_cast<float>(inside * dw);
    if (rest <= 0) return;
    const BodySampler::Shares shares = sampler_(frame_.to_lps(source.hanging));
    sums.adipose += rest * shares.adipose;
    sums.glandular += rest * shares.glandular;
    sums.dense += rest * shares.dense;
  }

  void add_skin(double mm, Rays::Sums& sums) const {
    sums.adipose += static_cast<float>(mm * skin_.adipose);
    sums.glandular += static_cast<float>(mm * skin_.glandular);
    sums.skin += static_cast<float>(mm);
  }

  // The nipple is stiff: it moves with the tip and keeps its form.
  void add_nipple(Vec3 point, double dw, Rays::Sums& sums) const {
    const Vec3 from_tip = point - tip_;
    if (dot(from_tip, from_tip) > kNippleReach * kNippleReach) return;
    const Vec3 hanging = nipple_ + (from_tip.x + kNippleSunk) * frame_.forward + from_tip.y * frame_.across +
                         from_tip.z * frame_.beam;
    const double mm = coverage(breast_.nipple_distance_mm(hanging), dw) * dw;
    sums.adipose += static_cast<float>(mm * nipple_tissue_.adipose);
    sums.glandular += static_cast<float>(mm * nipple_tissue_.glandular);
    sums.breast += static_cast<float>(mm);
    sums.skin += static_cast<float>(mm);
  }

  void add_muscle(Vec3 point, double depth, double dw, Rays::Sums& sums) const {
    const double skin = coverage(depth - kSkin, dw) * dw;
    if (skin > 0) {
      add_skin(skin, sums);
      sums.breast += static_cast<float>(skin);
    }
    // Bundles of fibres run along the muscle's border, fat between them.
    const Vec3 place{(point.x + 0.45 * point.y) / 6, (point.y - 0.45 * point.x) / 35, point.z / 7};
    const double fibre = kMuscleShare * (1 - 0.35 * smooth_step(0.1, 0.8, fibres_(place)));
    const double behind = compression_.pectoral_mm(point.y, point.z) - point.x;
    const double taper = std::max(0.0, compression_.shape().thickness_mm / 2 + 3 - kMuscleDepth);
    const double cover = kMuscleDepth + taper * std::exp(-behind / kMuscleGrows);
    const double muscle = fibre * coverage(cover - depth, 6) * (dw - skin);
    const double fat = dw - skin - muscle;
    sums.adipose += static_cast<float>(fat + muscle * muscle_.adipose);
    sums.glandular += static_cast<float>(muscle * muscle_.glandular);
    sums.pectoral += static_cast<float>(dw - skin);
  }

  const Breast& breast_;
  Vec3 nipple_;
  ViewFrame frame_;
  const Compression& compression_;
  const XrayGeometry& geometry_;
  BodySampler sampler_;
  NoiseLattice fibres_;
  TissueXray skin_, muscle_, nipple_tissue_;
  Vec3 tip_;
};

}  // namespace

Vec3 XrayGeometry::project(Vec3 c) const {
  const double m = magnification(c.z);
  return {m * c.x / pixel_mm - 0.5, (top_v_mm - source_v_mm - m * (c.y - source_v_mm)) / pixel_mm - 0.5, 0};
}

Rays cast_rays(const Anatomy& anatomy, const MammogramBody& body, const ViewFrame& frame,
               const Compression& compression, const XrayGeometry& geometry, double step_mm) {
  Rays rays{geometry.columns, geometry.rows, {}};
  rays.sums.resize(static_cast<std::size_t>(geometry.columns) * geometry.rows);
  const RayCaster caster(anatomy, body, frame, compression, geometry);
  parallel_for(static_cast<std::size_t>(geometry.columns),
               [&](std::size_t column) { caster.column(static_cast<int>(column), step_mm, rays); });
  return rays;
}

}  // namespace lobule::phantom
