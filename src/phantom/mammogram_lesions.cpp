#include "phantom/mammogram_lesions.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"

namespace lobule::phantom {
namespace {

constexpr double kSpeckDensity = 1.781 / 2.12;  // VICTRE's calcifications against solid calcium oxalate
constexpr double kFinestStep = 0.2;             // mm between samples of a lesion
constexpr int kStepsAcross = 60;
constexpr double kOutlineShare = 0.12;  // of the longest path through a lesion; less is outside its outline
constexpr double kOutlineLeast = 0.3;   // mm
constexpr double kSpeckHalo = 1.0;      // mm around specks that belong to a cluster's outline
constexpr double kGap = 2, kNoiseCell = 1;

LesionShadow shadow_around(Vec3 center, double reach_pixels, const DetectorPaths& paths) {
  const auto clip = [](double value, int limit) { return std::clamp(static_cast<int>(value), 0, limit); };
  LesionShadow shadow;
  shadow.x0 = clip(center.x - reach_pixels, paths.columns);
  shadow.y0 = clip(center.y - reach_pixels, paths.rows);
  shadow.columns = clip(center.x + reach_pixels + 1, paths.columns) - shadow.x0;
  shadow.rows = clip(center.y + reach_pixels + 1, paths.rows) - shadow.y0;
  shadow.magnification = center.z;
  const std::size_t n = static_cast<std::size_t>(shadow.columns) * shadow.rows;
  shadow.lesion_mm.assign(n, 0), shadow.adipose.assign(n, 0);
  shadow.glandular.assign(n, 0), shadow.inside.assign(n, 0);
  return shadow;
}

bool has(const LesionShadow& shadow, int x, int y) {
  return x >= 0 && y >= 0 && x < shadow.columns && y < shadow.rows;
}
std::size_t index_of(const LesionShadow& shadow, int x, int y) {
  return static_cast<std::size_t>(y) * shadow.columns + x;
}

// What a lesion's own tissue at a point weighs in the two basis materials.
TissueXray lesion_tissue(const Lesion& lesion, Vec3 point, double width) {
  Composition c{};
  lesion.paint_over(c, point, lesion.distance_mm(point), width);
  TissueXray sum;
  double solid = 0;
  for (int t = 0; t < kTissueCount; ++t) {
    const double amount = c[static_cast<std::size_t>(t)];
    const TissueXray& x = xray_of(static_cast<Tissue>(t));
    sum.adipose += amount * x.adipose, sum.glandular += amount * x.glandular;
    solid += amount;
  }
  if (solid <= 0) return xray_of(tissue_of(lesion.plan().kind));
  sum.adipose /= solid, sum.glandular /= solid;
  return sum;
}

// Calls visit(column, row, share) for the pixels under a square of `width` pixels, whose shares sum to one.
template <class Visit>
void visit_square(double x, double y, double width, const Visit& visit) {
  const auto overlap = [&](int pixel, double center) {
    return std::max(0.0,
                    std::min(pixel + 0.5, center + width / 2) - std::max(pixel - 0.5, center - width / 2)) /
           width;
  };
  const int reach = static_cast<int>(std::ceil(width / 2 + 0.5));
  const int cx = static_cast<int>(std::lround(x)), cy = static_cast<int>(std::lround(y));
  for (int j = cy - reach; j <= cy + reach; ++j) {
    const double row = overlap(j, y);
    if (row <= 0) continue;
    for (int i = cx - reach; i <= cx + reach; ++i)
      if (const double share = row * overlap(i, x); share > 0) visit(i, j, share);
  }
}

// Spreads cubes of a lesion over the pixels that they cover, side by side: volume over area is path.
void splat(const Lesion& lesion, const ViewMap& view, const BodySampler& tissue, LesionShadow& shadow,
           std::vector<float>& dense_mm, int image_columns) {
  const double reach = lesion.reach_mm();
  const double step = std::max(kFinestStep, 2 * reach / kStepsAcross);
  const int n = static_cast<int>(std::ceil(reach / step));
  const double pixel = view.geometry.pixel_mm / view.factor;
  const Vec3 place = view.compression.compress(view.frame.to_view(lesion.center_mm()));
  for (int k = -n; k <= n; ++k)
    for (int j = -n; j <= n; ++j)
      for (int i = -n; i <= n; ++i) {
        const Vec3 offset = step * Vec3{double(i), double(j), double(k)};
        const Vec3 point = lesion.center_mm() + offset.x * view.frame.forward + offset.y * view.frame.across +
                           offset.z * view.frame.beam;
        const double amount = lesion.coverage_at(point, step);
        if (amount <= 0) continue;
        const Vec3 moved = place + offset;
        const Compression::Source source = view.compression.release(moved);
        if (source.depth_mm <= 0 || source.pectoral) continue;
        const auto before = tissue(view.frame.to_lps(source.hanging));
        const TissueXray own = lesion_tissue(lesion, point, step);
        const Vec3 at = view.pixel_of_compressed(moved);
        const double volume = amount * step * step * step * at.z * at.z / (pixel * pixel);
        visit_square(at.x, at.y, step * at.z / pixel, [&](int column, int row, double part) {
          const int x = column - shadow.x0, y = row - shadow.y0;
          if (!has(shadow, x, y)) return;
          const double path = part * volume;
          const std::size_t w = index_of(shadow, x, y);
          shadow.lesion_mm[w] += static_cast<float>(path);
          shadow.adipose[w] += static_cast<float>(path * (own.adipose - before.adipose));
          shadow.glandular[w] += static_cast<float>(path * (own.glandular - before.glandular));
          dense_mm[static_cast<std::size_t>(row) * image_columns + column] +=
              static_cast<float>(path * (1 - before.dense));
        });
      }
}

// Calls visit(column, row, mm) with the mean path through a speck on every pixel that it touches.
template <class Visit>
void visit_speck(const Speck& speck, const ViewMap& view, const Visit& visit) {
  const Vec3 at = view.pixel_of(speck.center_mm);
  const double radius = speck.radius_mm * at.z / (view.geometry.pixel_mm / view.factor);  // in pixels
  constexpr int kSub = 5;
  const int reach = static_cast<int>(std::ceil(radius)) + 1;
  const int cx = static_cast<int>(std::lround(at.x)), cy = static_cast<int>(std::lround(at.y));
  for (int y = cy - reach; y <= cy + reach; ++y)
    for (int x = cx - reach; x <= cx + reach; ++x) {
      double sum = 0;
      for (int v = 0; v < kSub; ++v)
        for (int u = 0; u < kSub; ++u) {
          const double dx = x + (u + 0.5) / kSub - 0.5 - at.x, dy = y + (v + 0.5) / kSub - 0.5 - at.y;
          const double rest = 1 - (dx * dx + dy * dy) / (radius * radius);
          if (rest > 0) sum += 2 * speck.radius_mm * std::sqrt(rest);
        }
      if (sum > 0) visit(x, y, sum / (kSub * kSub));
    }
}

// What a millimetre of calcification adds where a mean tissue was.
TissueXray speck_instead_of(double adipose, double glandular) {
  static const TissueXray calcium = [] {
    const XraySpectrum beam = behind(tungsten_rhodium_28(), XrayMaterial::adipose, 25);
    const BasisShares shares = basis_shares(XrayMaterial::calcium_oxalate, beam.kev, beam.photons);
    return TissueXray{kSpeckDensity * shares.adipose, kSpeckDensity * shares.glandular, false};
  }();
  const double all = std::max(1.0, adipose + glandular);
  return {calcium.adipose - adipose / all, calcium.glandular - glandular / all, false};
}

struct Moments {
  double n = 0, sum = 0, squares = 0;
  void add(double value) { n += 1, sum += value, squares += value * value; }
  double deviation() const { return n > 1 ? std::sqrt(std::max(0.0, squares / n - sum * sum / n / n)) : 0; }
};

// The spread of log signal around the outline, in cells of a millimetre; without lesion pixels.
double noise_around(const Image<float>& raw, const LesionShadow& window, const MammogramLesion& lesion,
                    const DetectorPaths& paths, double radius_pixels) {
  const double pixel = paths.pixel_mm;
  const int cell = std::max(1, static_cast<int>(std::lround(kNoiseCell / pixel)));
  const double far = 3 * radius_pixels + kGap / pixel, near = radius_pixels + kGap / pixel;
  Moments moments;
  for (double y = lesion.center_pixel.y - far; y < lesion.center_pixel.y + far; y += cell)
    for (double x = lesion.center_pixel.x - far; x < lesion.center_pixel.x + far; x += cell) {
      const double distance = std::hypot(x - lesion.center_pixel.x, y - lesion.center_pixel.y);
      const int left = static_cast<int>(x), top = static_cast<int>(y);
      if (distance < near || distance > far || left < 0 || top < 0 || left + cell >= paths.columns ||
          top + cell >= paths.rows)
        continue;
      double sum = 0;
      bool tissue = true;
      for (int j = top; j < top + cell; ++j)
        for (int i = left; i < left + cell; ++i) {
          const std::size_t at = static_cast<std::size_t>(j) * paths.columns + i;
          const int wx = i - window.x0, wy = j - window.y0;
          if (paths.breast[at] < 5 || (has(window, wx, wy) && window.inside[index_of(window, wx, wy)]))
            tissue = false;
          sum += std::log(kRawAir / std::max(1.0f, raw.voxels[at]));
        }
      if (tissue) moments.add(sum / (cell * cell));
    }
  return moments.deviation();
}

// Fills outline, centre, diameter and contrast from a window whose mask is set.
void finish(const LesionShadow& window, const DetectorPaths& paths, const XraySignal& signal,
            const Image<float>& raw, MammogramLesion& lesion) {
  double n = 0, sx = 0, sy = 0, contrast = 0, weight = 0;
  for (int y = 0; y < window.rows; ++y)
    for (int x = 0; x < window.columns; ++x) {
      const std::size_t w = index_of(window, x, y);
      if (!window.inside[w]) continue;
      n += 1, sx += x + window.x0, sy += y + window.y0;
      const std::size_t at = static_cast<std::size_t>(y + window.y0) * paths.columns + (x + window.x0);
      if (window.lesion_mm[w] > 0) {
        const double a = paths.adipose[at], g = paths.glandular[at];
        contrast += signal.log_attenuation(a, g) -
                    signal.log_attenuation(a - window.adipose[w], g - window.glandular[w]);
        weight += 1;
      }
      const bool border = !has(window, x - 1, y) || !has(window, x + 1, y) || !has(window, x, y - 1) ||
                          !has(window, x, y + 1) || !window.inside[index_of(window, x - 1, y)] ||
                          !window.inside[index_of(window, x + 1, y)] ||
                          !window.inside[index_of(window, x, y - 1)] ||
                          !window.inside[index_of(window, x, y + 1)];
      if (border) lesion.outline.push_back({x + window.x0, y + window.y0});
    }
  if (n == 0) return;
  lesion.center_pixel = {sx / n, sy / n, 0};
  double longest = 0;
  for (const auto& p : lesion.outline)
    for (int k = 0; k < 8; ++k) {
      // Extents along eight directions.
      const double angle = k * 3.14159265358979 / 8;
      const double along =
          (p[0] - lesion.center_pixel.x) * std::cos(angle) + (p[1] - lesion.center_pixel.y) * std::sin(angle);
      longest = std::max(longest, 2 * std::abs(along));
    }
  lesion.diameter_mm = (longest + 1) * paths.pixel_mm / window.magnification;
  const double noise = noise_around(raw, window, lesion, paths, longest / 2);
  if (noise > 0 && weight > 0) lesion.contrast_to_noise = contrast / weight / noise;
}

// The specks of a cluster: what they add, and discs around them as its outline.
void splat_specks(const Lesion& lesion, const ViewMap& view, const DetectorPaths& paths,
                  LesionShadow& shadow) {
  for (const Speck& speck : lesion.specks()) {
    visit_speck(speck, view, [&](int x, int y, double mm) {
      if (!has(shadow, x - shadow.x0, y - shadow.y0)) return;
      const std::size_t w = index_of(shadow, x - shadow.x0, y - shadow.y0);
      const std::size_t at = static_cast<std::size_t>(y) * paths.columns + x;
      const TissueXray change = speck_instead_of(paths.adipose[at], paths.glandular[at]);
      shadow.lesion_mm[w] += static_cast<float>(mm);
      shadow.adipose[w] += static_cast<float>(mm * change.adipose);
      shadow.glandular[w] += static_cast<float>(mm * change.glandular);
    });
    const Vec3 at = view.pixel_of(speck.center_mm);
    const double halo = (speck.radius_mm + kSpeckHalo) * at.z / paths.pixel_mm;
    for (int y = 0; y < shadow.rows; ++y)
      for (int x = 0; x < shadow.columns; ++x)
        if (std::hypot(x + shadow.x0 - at.x, y + shadow.y0 - at.y) <= halo)
          shadow.inside[index_of(shadow, x, y)] = 1;
  }
}

// Adds the breast's own calcifications, which the anatomy lists behind those of lesions. What lies behind the
// plane that the paddle reaches is not in the image.
void draw_benign_specks(const ViewMap& view, DetectorPaths& paths) {
  std::size_t first = 0;
  for (const Lesion& lesion : view.anatomy.lesions())
    if (lesion.plan().side == view.side) first += lesion.specks().size();
  const std::vector<Speck> specks = view.anatomy.specks(view.side);
  for (std::size_t n = first; n < specks.size(); ++n) {
    if (view.frame.to_view(specks[n].center_mm).x <= 0) continue;
    visit_speck(specks[n], view, [&](int x, int y, double mm) {
      if (x < 0 || y < 0 || x >= paths.columns || y >= paths.rows) return;
      const std::size_t at = static_cast<std::size_t>(y) * paths.columns + x;
      const TissueXray change = speck_instead_of(paths.adipose[at], paths.glandular[at]);
      paths.adipose[at] += static_cast<float>(mm * change.adipose);
      paths.glandular[at] += static_cast<float>(mm * change.glandular);
    });
  }
}

}  // namespace

Vec3 ViewMap::pixel_of_compressed(Vec3 compressed) const {
  const Vec3 coarse = geometry.project(compressed);
  double column = (coarse.x + 0.5) * factor - 0.5;
  if (mirrored) column = geometry.columns * factor - 1 - column;
  return {column, (coarse.y + 0.5) * factor - 0.5, geometry.magnification(compressed.z)};
}

Vec3 ViewMap::pixel_of(Vec3 lps) const {
  return pixel_of_compressed(compression.compress(frame.to_view(lps)));
}

std::vector<LesionShadow> draw_lesions(const ViewMap& view, const MammogramBody& body, DetectorPaths& paths,
                                       std::vector<float>& dense_mm) {
  draw_benign_specks(view, paths);
  std::vector<LesionShadow> shadows;
  const BodySampler tissue(body);
  const auto& lesions = view.anatomy.lesions();
  for (std::size_t number = 0; number < lesions.size(); ++number) {
    const Lesion& lesion = lesions[number];
    if (lesion.plan().side != view.side) continue;
    const Vec3 center = view.pixel_of(lesion.center_mm());
    if (center.x < 0 || center.y < 0 || center.x >= paths.columns || center.y >= paths.rows) continue;
    // Tissue, and specks with it, may stretch up to threefold.
    const double stretch = lesion.specks().empty() ? 1.1 : 3;
    LesionShadow shadow = shadow_around(
        center, stretch * (lesion.reach_mm() + kSpeckHalo) * center.z / paths.pixel_mm + 2, paths);
    shadow.lesion = static_cast<int>(number);
    if (lesion.specks().empty()) {
      splat(lesion, view, tissue, shadow, dense_mm, paths.columns);
      float most = 0;
      for (const float mm : shadow.lesion_mm) most = std::max(most, mm);
      const double least = std::max(std::min(kOutlineLeast, 0.5 * most), kOutlineShare * most);
      for (std::size_t w = 0; w < shadow.inside.size(); ++w) shadow.inside[w] = shadow.lesion_mm[w] > least;
    } else {
      splat_specks(lesion, view, paths, shadow);
    }
    for (int y = 0; y < shadow.rows; ++y)
      for (int x = 0; x < shadow.columns; ++x) {
        const std::size_t at = static_cast<std::size_t>(y + shadow.y0) * paths.columns + x + shadow.x0;
        paths.adipose[at] += shadow.adipose[index_of(shadow, x, y)];
        paths.glandular[at] += shadow.glandular[index_of(shadow, x, y)];
      }
    shadows.push_back(std::move(shadow));
  }
  return shadows;
}

std::vector<MammogramLesion> measure_lesions(const ViewMap& view, const std::vector<LesionShadow>& shadows,
                                             const DetectorPaths& paths, const XraySignal& signal,
                                             const Image<float>& raw) {
  std::vector<MammogramLesion> all;
  for (const LesionShadow& shadow : shadows) {
    MammogramLesion truth;
    truth.lesion = shadow.lesion;
    truth.kind = view.anatomy.lesions()[static_cast<std::size_t>(shadow.lesion)].plan().kind;
    truth.malignant = is_malignant(truth.kind);
    finish(shadow, paths, signal, raw, truth);
    if (!truth.outline.empty()) all.push_back(std::move(truth));
  }
  return all;
}

}  // namespace lobule::phantom
