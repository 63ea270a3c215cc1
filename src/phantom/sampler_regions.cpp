#include "phantom/sampler_regions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "phantom/shapes.h"

namespace lobule::phantom {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;
// What a millimetre of calcification weakens the beam by, in millimetres of dense tissue: calcium oxalate to
// hydroxyapatite of 40 to 100 % density at 20 keV (NIST XCOM).
constexpr double kLeastSpeck = 8, kMostSpeck = 20;
constexpr double kSpeckHalo_mm = 2;    // a cluster reaches so far beyond its specks
constexpr double kLeastBreast_mm = 8;  // of tissue where lesions lie
// What a lesion has to add on average for somebody to see it: so much, and so many standard deviations of the
// dense paths around it.
constexpr double kLeastPath_mm = 1, kLeastContrast = 0.8;
constexpr int kAttempts = 8;  // to lay a lesion where it can be seen

// Millimetres of tissue in a window of a picture around a lesion.
struct Patch {
  int x0 = 0, y0 = 0, columns = 0, rows = 0;
  std::vector<float> mm;

  Patch(const PathMaps& maps, double x, double y, double reach)
      : x0(std::max(0, static_cast<int>(x - reach))), y0(std::max(0, static_cast<int>(y - reach))) {
    columns = std::max(0, std::min(maps.columns, static_cast<int>(x + reach) + 2) - x0);
    rows = std::max(0, std::min(maps.rows, static_cast<int>(y + reach) + 2) - y0);
    mm.assign(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows), 0.0f);
  }
  // Of a pixel of the patch.
  std::size_t index(int a, int b) const {
    return static_cast<std::size_t>(b) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(a);
  }
  bool has(int x, int y) const { return x >= x0 && y >= y0 && x < x0 + columns && y < y0 + rows; }
  float& at(int x, int y) { return mm[index(x - x0, y - y0)]; }
  // A disc whose edge is a pixel wide; the larger of the two paths stays.
  void stamp(double x, double y, double radius, double path) {
    const int reach = static_cast<int>(radius + 1.5);
    const int cx = static_cast<int>(std::lround(x)), cy = static_cast<int>(std::lround(y));
    for (int b = cy - reach; b <= cy + reach; ++b)
      for (int a = cx - reach; a <= cx + reach; ++a)
        if (has(a, b))
          at(a, b) =
              std::max(at(a, b), static_cast<float>(path * coverage(flat_norm(a - x, b - y) - radius, 1)));
  }
};

struct Place {
  int x = 0, y = 0;
  bool found = false;
};

// Somewhere in the breast, more often in dense tissue than in fat, as cancers are.
Place random_place(Draw& draw, const PathMaps& maps) {
  Place place;
  for (int attempt = 0; attempt < 40 && !place.found; ++attempt) {
    place.x = static_cast<int>(draw.uniform(0, maps.columns));
    place.y = static_cast<int>(draw.uniform(0, maps.rows));
    const std::size_t at = maps.at(place.x, place.y);
    const bool usual =
        draw.chance(0.4 + static_cast<double>(maps.dense[at] / std::max(1.0f, maps.breast[at])));
    place.found = maps.labels[at] == 1 && static_cast<double>(maps.breast[at]) > kLeastBreast_mm && usual;
  }
  return place;
}

enum class Shape { round, lobular, irregular, spiculated };

// The outline and profile of a mass, by BI-RADS's words: shape, margin, density.
struct MassPlan {
  double radius = 10, flat = 1, turn = 0;  // pixels
  std::array<double, 6> wave{}, phase{};   // of orders 2 to 7
  double softness = 0.5;  // path is (1 − t²) to this power: 0.5 a ball, 2 without a border
  double path_mm = 10;
  double spicule_count = 0, spicule_length = 0, spicule_mm = 0;
  bool malignant = false;

  double border(double angle) const {
    double r = radius;
    for (std::size_t n = 0; n < wave.size(); ++n)
      r += radius * wave[n] * std::cos((static_cast<double>(n) + 2) * angle + phase[n]);
    return std::max(0.3 * radius, r);
  }
};

MassPlan random_mass(Draw& draw, double pixel_mm) {
  MassPlan m;
  const auto shape = static_cast<Shape>(draw.weighted({0.3, 0.2, 0.2, 0.3}));
  const double radius_mm = draw.log_uniform(3, 16);
  m.flat = draw.uniform(0.6, 1), m.turn = draw.uniform(0, kTurn);
  const double most[] = {0.03, 0.09, 0.14, 0.1};
  for (std::size_t n = 0; n < m.wave.size(); ++n) {
    m.wave[n] = most[static_cast<std::size_t>(shape)] * draw.uniform(-1, 1);
    m.phase[n] = draw.uniform(0, kTurn);
  }
  m.malignant = shape == Shape::spiculated || (shape == Shape::irregular && draw.chance(0.85)) ||
                (shape != Shape::irregular && draw.chance(0.08));
  m.softness = shape == Shape::round || shape == Shape::lobular ? draw.log_uniform(0.35, 1.2)
                                                                : draw.log_uniform(0.6, 2.2);
  // Soft masses look smaller than they are.
  m.radius = radius_mm / pixel_mm / std::sqrt(1 - std::pow(0.5, 1 / std::max(0.5, m.softness))) * 0.87;
  m.path_mm = 2 * radius_mm * draw.uniform(0.25, 0.9);
  if (shape == Shape::spiculated) {
    m.spicule_count = std::floor(draw.uniform(8, 40));
    m.spicule_length = draw.uniform(0.4, 1.8);
    m.spicule_mm = draw.uniform(0.8, 3.5);
  }
  return m;
}

// Lines that radiate from a border and thin out: curved, of different lengths.
void add_spicules(Draw& draw, double x, double y, double pixel_mm, const MassPlan& m, double from,
                  Patch& patch) {
  for (int n = 0; n < static_cast<int>(m.spicule_count); ++n) {
    double angle = draw.uniform(0, kTurn);
    const double length = m.radius * m.spicule_length * draw.uniform(0.3, 1),
                 width = draw.uniform(0.15, 0.5) / pixel_mm, path = m.spicule_mm * draw.uniform(0.4, 1),
                 bend = draw.uniform(-0.5, 0.5) / std::max(1.0, length);
    double px = x + from * m.border(angle) * std::cos(angle),
           py = y + from * m.border(angle) * std::sin(angle);
    for (double s = 0; s < length; s += 0.6) {
      const double left = 1 - s / length;
      patch.stamp(px, py, width * (0.4 + 0.6 * left), path * std::sqrt(left));
      angle += 0.6 * bend, px += 0.6 * std::cos(angle), py += 0.6 * std::sin(angle);
    }
  }
}

// How much room a patch finds where fat is: dense tissue takes its place.
float room(const PathMaps& maps, std::size_t at, float mm) {
  return maps.labels[at] == 1 ? std::min(mm, 0.9f * (maps.breast[at] - maps.dense[at])) : 0.0f;
}

void add_dense(const Patch& patch, PathMaps& maps) {
  for (int b = 0; b < patch.rows; ++b)
    for (int a = 0; a < patch.columns; ++a) {
      const std::size_t at = maps.at(patch.x0 + a, patch.y0 + b);
      maps.dense[at] += room(maps, at, patch.mm[patch.index(a, b)]);
    }
}

// Whether a lesion stands out: what it would add on its pixels, on average, against the spread of dense paths
// on all others of its patch.
bool stands_out(const Patch& patch, const std::vector<std::size_t>& inside, const PathMaps& maps) {
  std::vector<std::uint8_t> own(patch.mm.size());
  for (const std::size_t at : inside) {
    const int x = static_cast<int>(at % static_cast<std::size_t>(maps.columns)) - patch.x0,
              y = static_cast<int>(at / static_cast<std::size_t>(maps.columns)) - patch.y0;
    if (x >= 0 && y >= 0 && x < patch.columns && y < patch.rows) own[patch.index(x, y)] = 1;
  }
  double added = 0, pixels = 0, n = 0, sum = 0, squares = 0;
  for (int b = 0; b < patch.rows; ++b)
    for (int a = 0; a < patch.columns; ++a) {
      const std::size_t at = maps.at(patch.x0 + a, patch.y0 + b), in = patch.index(a, b);
      if (maps.labels[at] != 1) continue;
      const auto dense = static_cast<double>(maps.dense[at]);
      if (own[in] != 0)
        added += static_cast<double>(room(maps, at, patch.mm[in])), ++pixels;
      else
        ++n, sum += dense, squares += dense * dense;
    }
  if (pixels < 0.7 * static_cast<double>(inside.size()) || n < 1) return false;
  const double spread = std::sqrt(std::max(0.0, squares / n - sum * sum / n / n));
  return added / pixels > kLeastPath_mm + kLeastContrast * spread;
}

class Inserter {
 public:
  Inserter(Draw& draw, PathMaps& maps, MammogramPair& pair) : draw_(draw), maps_(maps), pair_(pair) {}

  void mass() {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const MassPlan m = random_mass(draw_, pair_.pixel_mm);
      const Place place = random_place(draw_, maps_);
      if (!place.found) return;
      Patch patch(maps_, place.x, place.y, m.radius * (1.8 + 1.2 * m.spicule_length));
      std::vector<std::size_t> inside;
      fill_mass(m, place, patch, inside);
      if (!stands_out(patch, inside, maps_)) continue;
      if (m.spicule_count > 0) add_spicules(draw_, place.x, place.y, pair_.pixel_mm, m, 0.7, patch);
      add_dense(patch, maps_);
      return label({RegionKind::mass, m.malignant, static_cast<double>(place.x), static_cast<double>(place.y),
                    m.radius},
                   inside);
    }
  }

  // Strands pulled towards a point without a mass.
  void distortion() {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      MassPlan m;
      m.radius = draw_.log_uniform(2, 5) / pair_.pixel_mm;
      m.spicule_count = std::floor(draw_.uniform(12, 36));
      m.spicule_length = draw_.uniform(2, 4.5);
      m.spicule_mm = draw_.uniform(1.5, 5);
      const Place place = random_place(draw_, maps_);
      if (!place.found) return;
      const double reach = m.radius * (1 + m.spicule_length);
      Patch patch(maps_, place.x, place.y, reach + 2);
      add_spicules(draw_, place.x, place.y, pair_.pixel_mm, m, 0.3, patch);
      std::vector<std::size_t> strands, inside;
      for (int b = 0; b < patch.rows; ++b)
        for (int a = 0; a < patch.columns; ++a)
          if (patch.mm[patch.index(a, b)] > 0.3 * m.spicule_mm)
            strands.push_back(maps_.at(patch.x0 + a, patch.y0 + b));
      if (!stands_out(patch, strands, maps_)) continue;
      add_dense(patch, maps_);
      around(place.x, place.y, 0.6 * reach, inside);
      return label({RegionKind::distortion, draw_.chance(0.5), static_cast<double>(place.x),
                    static_cast<double>(place.y), 0.6 * reach},
                   inside);
    }
  }

  // Malignant: many specks of different sizes and forms, in a heap or along ducts. Benign: few round ones of
  // one size, or coarse ones.
  void cluster() {
    const Place place = random_place(draw_, maps_);
    if (!place.found) return;
    const bool malignant = draw_.chance(0.55), coarse = !malignant && draw_.chance(0.4);
    const double radius_mm = draw_.log_uniform(2.5, 14), radius = radius_mm / pair_.pixel_mm;
    const std::size_t count = malignant ? 6 + draw_.below(40)
                              : coarse  ? 3 + draw_.below(7)
                                        : 4 + draw_.below(16);
    const double size_mm = coarse ? draw_.log_uniform(0.7, 1.6) : draw_.log_uniform(0.3, 0.6);
    const double spread = malignant ? 0.4 : 0.12,
                 flat = malignant ? draw_.log_uniform(0.25, 1) : draw_.uniform(0.6, 1);
    const double turn = draw_.uniform(0, kTurn), weight = draw_.uniform(kLeastSpeck, kMostSpeck);
    std::vector<std::size_t> inside;
    double sx = 0, sy = 0, n = 0;
    for (std::size_t k = 0; k < count; ++k) {
      const double u = 0.5 * radius * draw_.normal(), v = 0.5 * flat * radius * draw_.normal();
      const double x = place.x + std::cos(turn) * u - std::sin(turn) * v,
                   y = place.y + std::sin(turn) * u + std::cos(turn) * v;
      const double diameter = std::min(2.0, size_mm * std::exp(spread * draw_.normal()));
      const double longer = malignant ? draw_.log_uniform(1, 3) : 1;
      if (!speck(x, y, diameter, weight, longer, turn + 0.5 * draw_.normal())) continue;
      around(x, y, kSpeckHalo_mm / pair_.pixel_mm, inside);
      sx += x, sy += y, ++n;
    }
    if (n < 3) return;
    label({RegionKind::calcifications, malignant, sx / n, sy / n, radius}, inside);
  }

  // Calcifications that are no clusters: single ones, some with a clear middle, and tram lines along vessels.
  void resembling() {
    const std::size_t singles = draw_.below(7);
    for (std::size_t n = 0; n < singles; ++n) {
      const double diameter = draw_.log_uniform(0.3, 2.5);
      speck(draw_.uniform(0, maps_.columns), draw_.uniform(0, maps_.rows), diameter,
            draw_.uniform(kLeastSpeck, kMostSpeck), draw_.uniform(1, 1.5), draw_.uniform(0, kTurn),
            diameter > 1.2 && draw_.chance(0.4));
    }
    if (draw_.chance(0.1)) vessel();
  }

 private:
  // One ellipsoid of calcium, drawn by the share of pixels under it; false outside the breast. `hollow`: a
  // rim.
  bool speck(double x, double y, double diameter_mm, double weight, double longer, double turn,
             bool hollow = false) {
    const int cx = static_cast<int>(std::lround(x)), cy = static_cast<int>(std::lround(y));
    if (cx < 0 || cy < 0 || cx >= maps_.columns || cy >= maps_.rows || maps_.labels[maps_.at(cx, cy)] != 1)
      return false;
    const double r = 0.5 * diameter_mm / pair_.pixel_mm, c = std::cos(turn), s = std::sin(turn);
    const double per_mm = pool_beam().dense * weight;
    const int reach = static_cast<int>(r * longer + 1.5);
    constexpr int kSub = 4;
    for (int b = std::max(0, cy - reach); b <= std::min(maps_.rows - 1, cy + reach); ++b)
      for (int a = std::max(0, cx - reach); a <= std::min(maps_.columns - 1, cx + reach); ++a) {
        double sum = 0;
        for (int j = 0; j < kSub; ++j)
          for (int i = 0; i < kSub; ++i) {
            const double dx = a + (i + 0.5) / kSub - 0.5 - x, dy = b + (j + 0.5) / kSub - 0.5 - y;
            const double u = (c * dx + s * dy) / (r * longer), v = (c * dy - s * dx) / r,
                         left = 1 - u * u - v * v;
            if (left <= 0) continue;
            const double inner = hollow ? 1 - (u * u + v * v) / 0.5 : 0;
            sum += std::sqrt(left) - (inner > 0 ? 0.7 * std::sqrt(0.5 * inner) : 0);
          }
        maps_.rest[maps_.at(a, b)] += static_cast<float>(per_mm * diameter_mm * sum / (kSub * kSub));
      }
    return true;
  }

  void vessel() {
    double x = draw_.uniform(0, maps_.columns), y = draw_.uniform(0, maps_.rows),
           angle = draw_.uniform(0, kTurn);
    const double half = draw_.uniform(0.6, 1.4) / pair_.pixel_mm, bend = draw_.uniform(0.02, 0.12),
                 step = 0.45 / pair_.pixel_mm, weight = draw_.uniform(kLeastSpeck, kMostSpeck);
    const int steps = static_cast<int>(draw_.uniform(40, 160));
    for (int n = 0; n < steps; ++n) {
      for (const double side : {-1.0, 1.0})
        if (draw_.chance(0.6))
          speck(x - side * half * std::sin(angle), y + side * half * std::cos(angle),
                draw_.uniform(0.25, 0.5), weight, 1.8, angle);
      angle += bend * draw_.normal(), x += step * std::cos(angle), y += step * std::sin(angle);
    }
  }

  void around(double x, double y, double radius, std::vector<std::size_t>& pixels) const {
    for (int b = std::max(0, static_cast<int>(y - radius));
         b <= std::min(maps_.rows - 1, static_cast<int>(y + radius)); ++b)
      for (int a = std::max(0, static_cast<int>(x - radius));
           a <= std::min(maps_.columns - 1, static_cast<int>(x + radius)); ++a)
        if (flat_norm(a - x, b - y) <= radius) pixels.push_back(maps_.at(a, b));
  }

  void label(const MammogramRegion& region, const std::vector<std::size_t>& pixels) {
    pair_.regions.push_back(region);
    for (const std::size_t at : pixels)
      if (maps_.labels[at] == 1) pair_.region[at] = static_cast<std::uint8_t>(pair_.regions.size());
  }

  // The path through a mass, and the pixels that readers would draw around.
  void fill_mass(const MassPlan& m, const Place& place, Patch& patch,
                 std::vector<std::size_t>& inside) const {
    // Of a soft mass they lie inside its end.
    const double drawn = m.softness > 1 ? 0.75 : 1, c = std::cos(m.turn), s = std::sin(m.turn);
    for (int b = patch.y0; b < patch.y0 + patch.rows; ++b)
      for (int a = patch.x0; a < patch.x0 + patch.columns; ++a) {
        const double dx = a - place.x, dy = b - place.y, u = c * dx + s * dy, v = (c * dy - s * dx) / m.flat;
        const double t = flat_norm(u, v) / m.border(std::atan2(v, u));
        if (t >= 1) continue;
        patch.at(a, b) = static_cast<float>(m.path_mm * std::pow(1 - t * t, m.softness));
        if (t < drawn) inside.push_back(maps_.at(a, b));
      }
  }

  Draw& draw_;
  PathMaps& maps_;
  MammogramPair& pair_;
};

}  // namespace

void add_fibres(Draw& draw, double pixel_mm, PathMaps& maps) {
  const auto pixels = static_cast<double>(
      std::count_if(maps.labels.begin(), maps.labels.end(), [](std::uint8_t label) { return label == 1; }));
  const double area_mm2 = pixels * pixel_mm * pixel_mm, length_mm = draw.uniform(15, 45),
               apart_mm = draw.log_uniform(1.2, 5);
  const auto count = static_cast<std::size_t>(std::min(2000.0, area_mm2 / apart_mm / length_mm));
  const double thick_mm = draw.uniform(0.12, 0.3), path_mm = draw.log_uniform(0.5, 2.5),
               fan = draw.uniform(0.4, 1.5), bend = draw.uniform(0.01, 0.06);
  Patch patch(maps, 0.5 * maps.columns, 0.5 * maps.rows, std::max(maps.columns, maps.rows));
  for (std::size_t n = 0; n < count; ++n) {
    double x = draw.uniform(0, maps.columns), y = draw.uniform(0, maps.rows), angle = fan * draw.normal(),
           turn = 0.3 * bend * draw.normal();
    const double radius = thick_mm * draw.uniform(0.5, 1.6) / pixel_mm, path = path_mm * draw.uniform(0.3, 2);
    const int steps = static_cast<int>(length_mm * draw.uniform(0.3, 1.7) / pixel_mm);
    if (maps.labels[maps.at(static_cast<int>(x), static_cast<int>(y))] != 1) continue;
    for (int step = 0; step < steps; ++step) {
      const double left = 1 - static_cast<double>(step) / steps;
      patch.stamp(x, y, radius, path * std::min(1.0, 3 * left));
      if (step % 8 == 0) turn = 0.8 * turn + 0.3 * bend * draw.normal();
      angle += turn * pixel_mm, x += std::cos(angle), y += std::sin(angle);
    }
  }
  add_dense(patch, maps);
}

void insert_regions(Draw& draw, const MammogramSamplerOptions& options, PathMaps& maps, MammogramPair& pair) {
  pair.region.assign(maps.labels.size(), 0);
  for (std::size_t i = 0; i < pair.lesion.size(); ++i)
    if (pair.lesion[i] != 0) pair.region[i] = MammogramPair::kUnsure;
  Inserter inserter(draw, maps, pair);
  inserter.resembling();
  if (!draw.chance(options.regions)) return;
  const std::size_t count = 1 + draw.weighted({0.2, 0.3, 0.3, 0.2});
  for (std::size_t n = 0; n < count; ++n) {
    const std::size_t kind = draw.weighted({0.45, 0.45, 0.1});
    if (kind == 0)
      inserter.mass();
    else if (kind == 1)
      inserter.cluster();
    else
      inserter.distortion();
  }
}

}  // namespace lobule::phantom
