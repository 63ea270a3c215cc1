#include "measure/candidates.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "core/error.h"
#include "core/resample.h"
#include "measure/candidate_adc.h"
#include "measure/candidate_regions.h"
#include "measure/candidate_score.h"
#include "measure/compact_parts.h"
#include "measure/morphology.h"
#include "measure/order_statistics.h"

namespace lobule::measure {
namespace {

// Enhancement is sought on lightly smoothed images: one voxel's noise is no focus.
constexpr double kSmoothingMm = 1.0;

// What is thinner than this share of a mass's own half-width is no part of it: breast vessels are 1–3 mm
// wide, masses 5 mm and more.
constexpr double kNeck = 0.6;
// Of one region, which may be a whole tree of vessels.
constexpr int kMostParts = 12;

void check_grids(const CandidateInput& in) {
  if (in.phases.empty() || in.early_percent == nullptr || in.breast == nullptr)
    throw Error("candidates", "phases, early enhancement and breast mask are all needed");
  if (in.early_index < 1 || in.early_index >= static_cast<int>(in.phases.size()))
    throw Error("candidates",
                "there is no phase " + std::to_string(in.early_index) + " after the contrast agent");
  const Grid& grid = in.breast->grid;
  const auto check = [&](const Grid* other) {
    if (other != nullptr && !same_grid(grid, *other))
      throw Error("candidates",
                  "images lie on different grids: " + describe(grid) + " and " + describe(*other));
  };
  for (const auto* phase : in.phases) check(&phase->grid);
  check(&in.early_percent->grid);
  check(in.ser != nullptr ? &in.ser->grid : nullptr);
  check(in.body != nullptr ? &in.body->grid : nullptr);
  check(in.fgt != nullptr ? &in.fgt->grid : nullptr);
  check(in.vessels != nullptr && !in.vessels->empty() ? &in.vessels->grid : nullptr);
  check(in.chest_wall_depth_mm != nullptr ? &in.chest_wall_depth_mm->grid : nullptr);
}

Vec3 position(const Grid& grid, const Index3& p) {
  return point_from_index(grid, {double(p[0]), double(p[1]), double(p[2])});
}

// The largest extent over many directions plus one voxel: within half a percent of the largest distance.
double longest_diameter(const std::vector<Vec3>& points, double voxel_mm) {
  constexpr int kDirections = 400;
  double longest = 0;
  for (int d = 0; d < kDirections; ++d) {
    const double z = (d + 0.5) / kDirections;  // half of the sphere, a golden spiral
    const double turn = d * std::numbers::pi * (3 - std::sqrt(5.0)), r = std::sqrt(1 - z * z);
    const Vec3 axis{r * std::cos(turn), r * std::sin(turn), z};
    double low = 1e30, high = -1e30;
    for (const Vec3& p : points) {
      low = std::min(low, dot(p, axis));
      high = std::max(high, dot(p, axis));
    }
    longest = std::max(longest, high - low);
  }
  return longest + voxel_mm;
}

// Standard deviations along the principal axes, longest first, by Jacobi rotations.
std::array<double, 3> principal_spreads(const std::vector<Vec3>& points, double voxel_mm) {
  Vec3 mean;
  for (const Vec3& p : points) mean = mean + (1.0 / static_cast<double>(points.size())) * p;
  double m[3][3] = {};
  for (const Vec3& p : points)
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b)
        m[a][b] += (p[a] - mean[a]) * (p[b] - mean[b]) / static_cast<double>(points.size());
  for (int sweep = 0; sweep < 20; ++sweep)
    for (int a = 0; a < 2; ++a)
      for (int b = a + 1; b < 3; ++b) {
        if (std::abs(m[a][b]) < 1e-12) continue;
        const double angle = 0.5 * std::atan2(2 * m[a][b], m[a][a] - m[b][b]);
        const double c = std::cos(angle), s = std::sin(angle);
        for (int i = 0; i < 3; ++i) {
          const double u = m[i][a], v = m[i][b];
          m[i][a] = c * u + s * v;
          m[i][b] = c * v - s * u;
        }
        for (int i = 0; i < 3; ++i) {
          const double u = m[a][i], v = m[b][i];
          m[a][i] = c * u + s * v;
          m[b][i] = c * v - s * u;
        }
      }
  // A voxel has an extent itself; this keeps thin regions finite.
  const double own = voxel_mm * voxel_mm / 12;
  std::array<double, 3> spread{std::sqrt(m[0][0] + own), std::sqrt(m[1][1] + own), std::sqrt(m[2][2] + own)};
  std::sort(spread.rbegin(), spread.rend());
  return spread;
}

// What is the same for all regions of an exam.
struct Scene {
  Image<float> skin_depth;
  std::array<Vec3, 3> nipple;
  double midline_x_mm = 0;
  bool two_sides = false;
};

Scene make_scene(const CandidateInput& in) {
  Scene scene;
  scene.skin_depth = depth_inside(in.body != nullptr ? *in.body : *in.breast, false);
  scene.nipple = nipple_points(*in.breast);
  std::array<double, 3> sum{}, count{};
  const Grid& grid = in.breast->grid;
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i)
        if (const int side = in.breast->at(i, j, k); side == 1 || side == 2) {
          sum[side] += position(grid, {i, j, k}).x;
          ++count[side];
        }
  scene.two_sides = count[1] > 0 && count[2] > 0;
  if (scene.two_sides) scene.midline_x_mm = 0.5 * (sum[1] / count[1] + sum[2] / count[2]);
  return scene;
}

// Mean enhancement around the mirrored centre in the other breast.
std::optional<double> mirrored_percent(const CandidateInput& in, const Scene& scene, Vec3 center) {
  constexpr double kReachMm = 8;  // breasts are not exact mirrors
  if (!scene.two_sides) return {};
  center.x = 2 * scene.midline_x_mm - center.x;
  const Grid& grid = in.breast->grid;
  const Vec3 middle = index_from_point(grid, center);
  double sum = 0;
  int n = 0;
  Index3 low, high;
  for (int a = 0; a < 3; ++a) {
    low[a] = std::max(0, static_cast<int>(middle[a] - kReachMm / grid.spacing_mm[a]));
    high[a] = std::min(grid.size[a] - 1, static_cast<int>(middle[a] + kReachMm / grid.spacing_mm[a]));
  }
  for (int k = low[2]; k <= high[2]; ++k)
    for (int j = low[1]; j <= high[1]; ++j)
      for (int i = low[0]; i <= high[0]; ++i) {
        const float v = in.early_percent->at(i, j, k);
        if (in.breast->at(i, j, k) == 0 || std::isnan(v)) continue;
        sum += v;
        ++n;
      }
  if (n == 0) return {};
  return sum / n;
}

void measure_kinetics(Region& r, const CandidateInput& in) {
  const Grid& grid = in.breast->grid;
  std::vector<float> early;
  double ser = 0;
  int ser_count = 0;
  for (const Index3& p : r.voxels) {
    const std::size_t o = grid.offset(p[0], p[1], p[2]);
    if (!std::isnan(in.early_percent->voxels[o])) early.push_back(in.early_percent->voxels[o]);
    if (in.ser != nullptr && !std::isnan(in.ser->voxels[o])) {
      ser += in.ser->voxels[o];
      ++ser_count;
    }
  }
  r.peak_enhancement_percent = early.empty() ? std::nan("") : percentile(early, 0.95);
  for (const float v : early) r.mean_enhancement_percent += v / static_cast<double>(early.size());
  r.mean_ser = ser_count == 0 ? std::nan("") : ser / ser_count;
  for (const auto* phase : in.phases) {
    double sum = 0;
    int n = 0;
    for (const Index3& p : r.voxels)
      if (const float v = phase->at(p[0], p[1], p[2]); !std::isnan(v)) {
        sum += v;
        ++n;
      }
    r.mean_signal.push_back(n == 0 ? std::nan("") : sum / n);
  }
  r.curve = curve_type(r.mean_signal, in.early_index);
}

void measure_shape(Region& r, const Grid& grid) {
  std::vector<Vec3> points;
  Vec3 sum;
  for (const Index3& p : r.voxels) {
    points.push_back(position(grid, p));
    sum = sum + points.back();
  }
  r.center_mm = (1.0 / static_cast<double>(points.size())) * sum;
  // The centre is a voxel of the region, so that it can be shown on its slice.
  std::size_t nearest = 0;
  for (std::size_t i = 1; i < points.size(); ++i)
    if (norm(points[i] - r.center_mm) < norm(points[nearest] - r.center_mm)) nearest = i;
  r.center_index = r.voxels[nearest];
  r.volume_ml = static_cast<double>(points.size()) * grid.voxel_volume_ml();
  const double voxel = std::cbrt(1000 * grid.voxel_volume_ml());
  r.longest_diameter_mm = longest_diameter(points, voxel);
  const auto spread = principal_spreads(points, voxel);
  r.elongation = spread[0] / spread[1];
  r.flatness = spread[1] / spread[2];
  const double ball = std::numbers::pi / 6 * std::pow(r.longest_diameter_mm, 3);
  r.sphericity = std::min(1.0, 1000 * r.volume_ml / ball);
}

void measure_place(Region& r, const CandidateInput& in, const Scene& scene) {
  const Grid& grid = in.breast->grid;
  double skin = 0, wall = 0, vessels = 0, to_nipple = 1e30;
  for (const Index3& p : r.voxels) {
    const std::size_t o = grid.offset(p[0], p[1], p[2]);
    skin += scene.skin_depth.voxels[o];
    if (in.chest_wall_depth_mm != nullptr) wall += in.chest_wall_depth_mm->voxels[o];
    if (in.vessels != nullptr && !in.vessels->empty()) vessels += in.vessels->voxels[o] != 0;
    to_nipple = std::min(to_nipple, norm(position(grid, p) - scene.nipple[r.side]));
  }
  const auto n = static_cast<double>(r.voxels.size());
  r.distance_to_skin_mm = skin / n;
  r.distance_to_chest_wall_mm = in.chest_wall_depth_mm != nullptr ? wall / n : std::nan("");
  r.distance_to_nipple_mm = to_nipple;
  r.vessel_share = vessels / n;
  const auto mirrored = mirrored_percent(in, scene, r.center_mm);
  r.asymmetry_percent = mirrored ? r.mean_enhancement_percent - *mirrored : std::nan("");
}

void measure_adc(Region& r, const CandidateInput& in) {
  r.adc_median_um2_per_s = r.adc_unmixed_um2_per_s = std::nan("");
  if (in.adc_um2_per_s == nullptr || in.adc_um2_per_s->empty()) return;
  const RegionAdc adc = region_adc(r.voxels, in.breast->grid, *in.adc_um2_per_s);
  r.adc_median_um2_per_s = adc.median;
  r.adc_unmixed_um2_per_s = adc.unmixed;
}

// What a Gaussian of standard deviation `sigma_mm` leaves of the standard deviation of white noise.
double noise_after_smoothing(const Grid& grid, double sigma_mm) {
  double left = 1;
  for (int a = 0; a < 3; ++a)
    left *= std::sqrt(std::min(1.0, grid.spacing_mm[a] / (2 * std::sqrt(std::numbers::pi) * sigma_mm)));
  return left;
}

Region measured(CompactPart part, const CandidateInput& in, const Scene& scene) {
  Region r;
  r.voxels = std::move(part.voxels);
  r.inscribed_diameter_mm = 2 * part.inscribed_radius_mm;
  r.neighbourhood_share = part.share_of_neighbourhood;
  const Index3& first = r.voxels[0];
  r.side = in.breast->at(first[0], first[1], first[2]);
  measure_shape(r, in.breast->grid);
  measure_kinetics(r, in);
  measure_place(r, in, scene);
  measure_adc(r, in);
  return r;
}

// Nipples come in pairs that need not lie at mirrored places: what enhances behind one is compared with what
// enhances behind the other.
void compare_nipples(std::vector<Region>& regions) {
  std::array<double, 3> most{};
  for (const Region& r : regions)
    if (near_nipple(r)) most[r.side] = std::max(most[r.side], r.mean_enhancement_percent);
  for (Region& r : regions)
    if (near_nipple(r) && most[3 - r.side] > 0)
      r.asymmetry_percent = std::fmin(r.asymmetry_percent, r.mean_enhancement_percent - most[3 - r.side]);
}

}  // namespace

std::array<Vec3, 3> nipple_points(const Mask& breast) {
  const double nan = std::nan("");
  std::array<Vec3, 3> front{Vec3{nan, nan, nan}, Vec3{nan, nan, nan}, Vec3{nan, nan, nan}};
  const Grid& grid = breast.grid;
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        const int side = breast.at(i, j, k);
        if (side != 1 && side != 2) continue;
        const Vec3 p = position(grid, {i, j, k});
        if (!(p.y >= front[side].y)) front[side] = p;
      }
  return front;
}

std::vector<Region> find_candidates(const CandidateInput& in, const CandidateOptions& options) {
  check_grids(in);
  const Grid& grid = in.breast->grid;
  const Image<float> before = gaussian_smooth(*in.phases[0], kSmoothingMm);
  const Image<float> percent =
      percent_enhancement(before, gaussian_smooth(*in.phases[in.early_index], kSmoothingMm), in.noise_floor);
  GrowthInput growth{percent, *in.breast, {}, 0, before};
  growth.noise_percent_signal =
      100 * std::numbers::sqrt2 * in.noise_sigma * noise_after_smoothing(grid, kSmoothingMm);
  if (in.fgt != nullptr)
    for (const int side : {1, 2}) {
      const double ground = background_enhancement(*in.early_percent, *in.fgt, side).median_percent;
      growth.background_percent[side] = std::isnan(ground) ? 0 : ground;
    }
  std::vector<Region> regions;
  const auto grown = enhancing_regions(growth, options.seed_percent, options.weak_seed_percent);
  if (grown.empty()) return regions;
  const Scene scene = make_scene(in);
  const double smallest_ml = std::numbers::pi / 6 * std::pow(options.smallest_diameter_mm, 3) / 1000;
  for (const std::vector<Index3>& voxels : grown)
    for (CompactPart& part : compact_parts(voxels, grid, kNeck, smallest_ml, kMostParts))
      regions.push_back(measured(std::move(part), in, scene));
  compare_nipples(regions);
  for (Region& r : regions) score_region(r);
  std::stable_sort(regions.begin(), regions.end(),
                   [](const Region& a, const Region& b) { return a.score > b.score; });
  if (regions.size() > static_cast<std::size_t>(options.most)) regions.resize(options.most);
  return regions;
}

}  // namespace lobule::measure
