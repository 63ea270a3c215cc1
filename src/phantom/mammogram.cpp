#include "phantom/mammogram.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "core/error.h"
#include "core/random.h"
#include "core/text.h"
#include "phantom/mammogram_detector.h"
#include "phantom/mammogram_lesions.h"
#include "phantom/mammogram_look.h"
#include "phantom/mammogram_projection.h"
#include "phantom/mammogram_texture.h"
#include "phantom/mammogram_truth.h"

namespace lobule::phantom {
namespace {

// Compressed thickness follows the breast's size: about 55 mm for 700 ml, thinner for small breasts.
constexpr double kUsualThickness = 55, kUsualVolume = 7e5, kThicknessPower = 0.3;
constexpr double kObliqueThicker = 3;  // mm more in MLO
constexpr double kThinnest = 20, kThickest = 95;
// From this thickness on the tube runs at 30 kVp (VICTRE: 28 up to 45 mm, 30 from 55 mm on).
constexpr double kThickFrom = 50;
// Fields of view, depth × height: the small and the large plate.
constexpr double kSmallDepth = 180, kSmallHeight = 240, kLargeDepth = 240, kLargeHeight = 300;
constexpr double kOutOfField =
    0.07;  // share of the outline's height above the image in MLO: it goes to the armpit

void check(const MammogramOptions& options) {
  const auto refuse = [](const std::string& what, const std::string& range) {
    throw Error("mammogram options", what, "allowed is " + range, "choose a value in that range");
  };
  const auto number = [](double value) { return format_number(value); };
  if (!(options.pixel_mm >= 0.04 && options.pixel_mm <= 2))
    refuse("detector pixels of " + number(options.pixel_mm) + " mm", "0.04 to 2 mm");
  if (!(options.anatomy_mm >= 0.1 && options.anatomy_mm <= 4))
    refuse("anatomy voxels of " + number(options.anatomy_mm) + " mm", "0.1 to 4 mm");
  if (!(options.compression >= 0.5 && options.compression <= 2))
    refuse("a compression of " + number(options.compression), "0.5 to 2");
  for (const double factor : {options.scatter, options.blur, options.noise})
    if (!(factor >= 0 && factor <= 10)) refuse("a strength of " + number(factor), "0 to 10");
}

CompressedShape shape_for(const Anatomy& anatomy, const MammogramOptions& options, BreastSide side,
                          MammogramView view, double volume_mm3, const RandomStream& random) {
  const BreastShape& hanging = anatomy.breast(side).shape();
  CompressedShape shape;
  const bool oblique = view == MammogramView::mlo;
  const double thickness = kUsualThickness * std::pow(volume_mm3 / kUsualVolume, kThicknessPower);
  shape.thickness_mm =
      std::clamp((thickness + (oblique ? kObliqueThicker : 0)) / options.compression, kThinnest, kThickest);
  const double width = std::sqrt(hanging.radii_mm.x * hanging.radii_mm.z);
  shape.depth_to_width = std::clamp(0.68 * hanging.radii_mm.y / width, 0.75, 1.35);
  shape.exponent = random.uniform(0, 2.05, 2.3);
  if (oblique) {
    shape.wider_above = random.uniform(1, 1.4, 1.75);
    shape.exponent = random.uniform(6, 2.3, 2.6);
    shape.exponent_above = random.uniform(5, 1.3, 1.55);
    shape.pectoral_mm = random.uniform(2, 38, 58);
    shape.pectoral_end_mm = random.uniform(3, -35, 0);
    shape.pectoral_curve = random.uniform(4, 0.15, 0.5);
  }
  return shape;
}

XrayGeometry geometry_for(const Compression& compression, bool oblique, double pixel_mm,
                          const RandomStream& random) {
  XrayGeometry geometry;
  const double most = geometry.magnification(compression.shape().thickness_mm);
  const double height = compression.high_mm() - compression.low_mm();
  const double depth = most * (compression.tip().x + 12);
  const double shown = height * (oblique ? 1 - kOutOfField : 1) * most + 8;
  const bool large = depth > kSmallDepth || shown > kSmallHeight;
  const double field = large ? kLargeHeight : kSmallHeight;
  geometry.pixel_mm = pixel_mm;
  geometry.columns = static_cast<int>(std::lround((large ? kLargeDepth : kSmallDepth) / pixel_mm));
  geometry.rows = static_cast<int>(std::lround(field / pixel_mm));
  geometry.top_v_mm =
      oblique ? compression.high_mm() - kOutOfField * height
              : (compression.high_mm() + compression.low_mm() + field) / 2 + random.uniform(8, -6, 6);
  geometry.source_v_mm = geometry.top_v_mm - field / 2;
  return geometry;
}

// One of the rays' sums on the detector's own pixels, chest wall at the left edge of left breasts.
std::vector<float> map_of(const Rays& rays, float Rays::Sums::*part, int factor, int columns, int rows,
                          bool mirrored) {
  std::vector<float> coarse(rays.sums.size());
  for (int y = 0; y < rays.rows; ++y)
    for (int x = 0; x < rays.columns; ++x)
      coarse[static_cast<std::size_t>(y) * rays.columns + x] =
          rays.at(mirrored ? rays.columns - 1 - x : x, y).*part;
  return enlarge(coarse, rays.columns, rays.rows, factor, columns, rows);
}

Image<float> image_of(std::vector<float> values, int columns, int rows, double pixel_mm) {
  Image<float> image;
  image.grid.size = {columns, rows, 1};
  image.grid.spacing_mm = {pixel_mm, pixel_mm, 1};
  image.voxels = std::move(values);
  return image;
}

}  // namespace

MammogramExam make_mammograms(const Anatomy& anatomy, const MammogramOptions& options) {
  check(options);
  // Lesions are stiff and drawn into the compressed breast: tissue is compressed without them.
  std::optional<Anatomy> bare;
  if (!anatomy.lesions().empty()) {
    AnatomyOptions healthy = anatomy.options();
    healthy.lesions.clear();
    bare.emplace(healthy);
  }
  const Anatomy& tissue = bare ? *bare : anatomy;
  return make_mammograms(anatomy, options,
                         [&](BreastSide side) { return make_body(tissue, side, options.anatomy_mm); });
}

MammogramExam make_mammograms(const Anatomy& anatomy, const MammogramOptions& options,
                              const std::function<MammogramBody(BreastSide)>& body_of) {
  check(options);
  MammogramExam exam;
  exam.options = options;
  const XraySignal soft(tungsten_rhodium_28()), hard(tungsten_rhodium_30());
  for (const BreastSide side : options.sides) {
    MammogramBody body = body_of(side);
    add_fine_structure(body, anatomy.options().seed);
    for (const MammogramView view : options.views) {
      const bool oblique = view == MammogramView::mlo, right = side == BreastSide::right;
      const std::uint64_t number = (right ? 0 : 2) + (oblique ? 1 : 0);
      const RandomStream random(options.seed, "mammogram view " + std::to_string(number));
      Mammogram image;
      image.side = side, image.view = view, image.look = options.look;
      const double angle = oblique ? std::numbers::pi / 4 : 0;
      const ViewFrame frame = view_frame(body, angle);
      const BreastColumns columns = columns_of(body, frame);
      const Compression compression(columns,
                                    shape_for(anatomy, options, side, view, columns.volume_mm3(), random));
      const int factor = std::max(1, static_cast<int>(options.anatomy_mm / options.pixel_mm + 0.01));
      const XrayGeometry geometry = geometry_for(compression, oblique, factor * options.pixel_mm, random);
      const Rays rays = cast_rays(anatomy, body, frame, compression, geometry, options.anatomy_mm);
      DetectorPaths paths;
      paths.columns = factor * geometry.columns, paths.rows = factor * geometry.rows;
      paths.pixel_mm = options.pixel_mm;
      const auto map = [&](float Rays::Sums::*part) {
        return map_of(rays, part, factor, paths.columns, paths.rows, right);
      };
      paths.adipose = map(&Rays::Sums::adipose);
      paths.glandular = map(&Rays::Sums::glandular);
      std::vector<float> breast = map(&Rays::Sums::breast);
      const std::vector<float> pectoral = map(&Rays::Sums::pectoral);
      paths.breast = breast;
      for (std::size_t i = 0; i < breast.size(); ++i) paths.breast[i] += pectoral[i];
      const bool thick = compression.shape().thickness_mm >= kThickFrom;
      image.exposure.kvp = thick ? 30 : 28;
      image.exposure.source_to_detector_mm = geometry.source_to_detector_mm;
      image.exposure.angle_degrees = angle * 180 / std::numbers::pi;
      image.exposure.compressed_mm = compression.shape().thickness_mm;
      const ViewMap view_map{anatomy, side, frame, compression, geometry, factor, right};
      std::vector<float> dense = map(&Rays::Sums::dense);
      const std::vector<LesionShadow> shadows = draw_lesions(view_map, body, paths, dense);
      image.raw = expose(paths, thick ? hard : soft, options, number, image.exposure);
      image.presentation = present(image.raw, options.look, side, view, options.seed * 4 + number);
      image.breast_mm = image_of(std::move(breast), paths.columns, paths.rows, options.pixel_mm);
      image.dense_mm = image_of(std::move(dense), paths.columns, paths.rows, options.pixel_mm);
      image.skin_mm = image_of(map(&Rays::Sums::skin), paths.columns, paths.rows, options.pixel_mm);
      add_truth(image, pectoral, geometry.magnification(compression.shape().thickness_mm / 2));
      image.lesions = measure_lesions(view_map, shadows, paths, thick ? hard : soft, image.raw);
      exam.images.push_back(std::move(image));
    }
  }
  return exam;
}

}  // namespace lobule::phantom
