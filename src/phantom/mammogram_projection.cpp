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
// Columns and rows of pixels whose rays are followed together, so that what they cross stays in the
// processor's cache.
constexpr int kColumns = 8, kRows = 32;
constexpr double kMuscleShare = 0.88;  // the rest of the pectoral muscle is fat between its fibres

class RayCaster {
 public:
  RayCaster(const Anatomy& anatomy, const MammogramBody& body, const ViewFrame& frame, const Compression& c,
            const XrayGeometry& g, double step)
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
        tip_(c.tip()),
        oblique_(c.shape().pectoral_mm > 0) {
    const double per_mm = 1 / body.grid.spacing_mm.x;
    first_ = per_mm * (frame.origin_mm - body.grid.origin_mm);
    forward_ = per_mm * frame.forward, across_ = per_mm * frame.across, beam_ = per_mm * frame.beam;
    slice(step);
  }

  void columns(int begin, int end, Rays& rays) const {
    for (int first = 0; first < geometry_.rows; first += kRows)
      for (int column = begin; column < end; ++column)
        for (const Layer& layer : layers_) {
          const int last = std::min(first + kRows, layer.rows);
          if (first < last) add_rows(layer, u_of(column) * layer.shrink, first, last, &rays.at(column, 0));
        }
    for (int column = begin; column < end; ++column) lengthen(column, rays);
  }

 private:
  // Rays that do not fall straight down cross more of every layer.
  void lengthen(int column, Rays& rays) const {
    const double u_detector = u_of(column);
    for (int row = 0; row < geometry_.rows; ++row) {
      const double v_detector = v_of(row);
      const float oblique = static_cast<float>(
          std::sqrt(1 + (u_detector * u_detector + v_detector * v_detector) /
                            (geometry_.source_to_detector_mm * geometry_.source_to_detector_mm)));
      Rays::Sums& sums = rays.at(column, row);
      for (float* part :
           {&sums.adipose, &sums.glandular, &sums.dense, &sums.breast, &sums.pectoral, &sums.skin})
        *part *= oblique;
    }
  }

  // What all columns of pixels share at one height above the support.
  struct Layer {
    double w = 0, shrink = 1;    // from the detector to there
    int rows = 0;                // below them lies air
    std::vector<double> pushed;  // by the pectoral muscle in every row, mm; empty where there is none
  };

  double u_of(int column) const { return (column + 0.5) * geometry_.pixel_mm; }
  double v_of(int row) const {
    return geometry_.top_v_mm - (row + 0.5) * geometry_.pixel_mm - geometry_.source_v_mm;
  }

  void slice(double step) {
    const double thickness = compression_.shape().thickness_mm;
    const int layers = std::max(1, static_cast<int>(std::lround(thickness / step)));
    dw_ = thickness / layers;
    for (int k = 0; k < layers; ++k) {
      Layer layer;
      layer.w = (k + 0.5) * dw_;
      layer.shrink = 1 / geometry_.magnification(layer.w);
      const double lowest = (compression_.low_mm() - kNippleReach - geometry_.source_v_mm) / layer.shrink;
      layer.rows = std::clamp(
          static_cast<int>((geometry_.top_v_mm - geometry_.source_v_mm - lowest) / geometry_.pixel_mm) + 1, 0,
          geometry_.rows);
      for (int row = 0; oblique_ && row < layer.rows; ++row)
        layer.pushed.push_back(
            compression_.pectoral_mm(geometry_.source_v_mm + layer.shrink * v_of(row), layer.w));
      layers_.push_back(std::move(layer));
    }
  }

  // One layer of a column of pixels, whose rays pass it at x mm from the chest wall.
  void add_rows(const Layer& layer, double x, int begin, int end, Rays::Sums* sums) const {
    const auto v = [&](int row) { return geometry_.source_v_mm + layer.shrink * v_of(row); };
    if (oblique_) {
      for (int row = begin; row < end; ++row)
        add({x, v(row), layer.w},
            compression_.release_unsheared(x - layer.pushed[static_cast<std::size_t>(row)], v(row), layer.w),
            sums[row]);
    } else if (x < compression_.depth_mm()) {
      const Compression::Plane plane = compression_.plane_at(x);
      for (int row = begin; row < end; ++row)
        add({x, v(row), layer.w}, plane.release(v(row), layer.w), sums[row]);
    } else if (x <= tip_.x + kNippleReach) {
      for (int row = begin; row < end; ++row) add({x, v(row), layer.w}, {}, sums[row]);
    }
  }

  void add(Vec3 point, const Compression::Source& source, Rays::Sums& sums) const {
    const double dw = dw_;
    if (source.depth_mm <= -dw / 2) {
      if (point.x > tip_.x - kNippleReach) add_nipple(point, dw, sums);
      return;
    }
    if (source.pectoral) return add_muscle(point, source.depth_mm, dw, sums);
    float rest = static_cast<float>(dw);
    if (source.depth_mm < (1 + kAreolaGain) * kSkin + dw) {
      const double inside = coverage(-source.depth_mm, dw);
      double skin_mm = kSkin;
      const Vec3 from_tip = point - tip_;
      const double near = dot(from_tip, from_tip) / (kAreola * kAreola);
      if (near < 9) skin_mm *= 1 + kAreolaGain * std::exp(-near);
      const double skin = inside - coverage(skin_mm - source.depth_mm, dw);
      rest = static_cast<float>((inside - skin) * dw);
      if (skin > 0) add_skin(skin * dw, sums);
      sums.breast += static_cast<float>(inside * dw);
      if (rest <= 0) return;
    } else {
      sums.breast += rest;
    }
    const Vec3& h = source.hanging;
    const BodySampler::Shares shares =
        sampler_.at_index(first_ + h.x * forward_ + h.y * across_ + h.z * beam_);
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
  bool oblique_;
  Vec3 first_, forward_, across_, beam_;  // the view's origin and axes in voxels of the body
  double dw_ = 0;                         // between layers, mm
  std::vector<Layer> layers_;
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
  const RayCaster caster(anatomy, body, frame, compression, geometry, step_mm);
  parallel_for_ranges(static_cast<std::size_t>(geometry.columns), kColumns,
                      [&](std::size_t begin, std::size_t end) {
                        caster.columns(static_cast<int>(begin), static_cast<int>(end), rays);
                      });
  return rays;
}

}  // namespace lobule::phantom
