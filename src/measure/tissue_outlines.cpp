#include "measure/tissue_outlines.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "core/resample.h"
#include "measure/depth_map.h"
#include "measure/morphology.h"
#include "measure/order_statistics.h"
#include "measure/outline_doubt.h"

namespace lobule::measure {
namespace {

// Values without a source are by design; docs/methods/outlines.md has the reason of each.

// Below this the network rules gland out: without bias of volumes on digital patients of the first family
// (docs/methods/outlines.md).
constexpr float kNotRuledOut = 0.1F;
// Where both ways work three quarters and more of the smaller one lie in the other, where fat suppression
// fails a third (digital patients of the first family); in between by design.
constexpr double kContradicting = 0.5;
constexpr float kHalf = 0.5F;  // more likely than not; or half of the voxel
// The edge of what is kept may lie this far from the voxels that the maps' own grid keeps.
constexpr double kEdgeMm = 2.5;
// The classical chest wall is rarely off by as much; what lies deeper is rib cage, heart or liver.
constexpr double kDeepMm = 10;
// Confidence of the classical outlines from which on their chest wall counts: below it they lack a breast,
// the valley or the wall's edge.
constexpr double kTrustedWall = 0.5;
// Where more than this share of what is called breast lies outside the body, the body's outline is what
// failed: fat suppressed to the level of noise makes it end at the muscle.
constexpr double kBodyLost = 0.5;
// As in breast_segmentation.cpp: below the smallest breast of 400 women.
constexpr double kSmallestBreastMl = 30;
// A plane that leaves more than this share of what is called breast on its smaller side, without a valley,
// cuts one breast.
constexpr double kCutInTwo = 0.2;
// Hollows below it are specks that the network took for something else; larger ones are said and left.
constexpr double kSmallHollowMl = 3;
constexpr double kSmallestVesselMl = 0.02, kSmallestMuscleMl = 2, kSmallestHeartMl = 5, kSpeckMl = 0.01;
// A nipple lies at its breast's surface.
constexpr double kNippleReachMm = 15;
constexpr float kNipple = 0.3F;
constexpr double kBoundaryMm = 6;

std::size_t voxels_of(double ml, const Grid& grid) {
  return static_cast<std::size_t>(std::ceil(ml / grid.voxel_volume_ml()));
}

Mask at_least(const Image<float>& map, float value, const Mask& within) {
  Mask mask(map.grid);
  for (std::size_t v = 0; v < mask.voxels.size(); ++v)
    mask.voxels[v] = map.voxels[v] >= value && within.voxels[v] != 0;
  return mask;
}

void add(Mask& mask, const Mask& other) {
  for (std::size_t v = 0; v < mask.voxels.size(); ++v)
    if (other.voxels[v] != 0) mask.voxels[v] = 1;
}

double set_ml(const Mask& mask) {
  return volume_ml(mask, 1);
}

// How many breast voxels each column of constant x holds, and the body's middle column.
struct Columns {
  std::vector<double> fullness;
  double body_middle = 0;
};

Columns columns_of(const Mask& inside, const Mask& body) {
  const Grid& grid = inside.grid;
  Columns columns{std::vector<double>(static_cast<std::size_t>(grid.size[0]), 0.0), 0.5 * (grid.size[0] - 1)};
  std::vector<double> middles;
  for (int k = 0; k < grid.size[2]; ++k) {
    int first = -1, last = -1;
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        columns.fullness[static_cast<std::size_t>(i)] += inside.at(i, j, k);
        if (body.at(i, j, k) == 0) continue;
        if (first < 0 || i < first) first = i;
        last = std::max(last, i);
      }
    if (first >= 0) middles.push_back(0.5 * (first + last));
  }
  if (!middles.empty()) columns.body_middle = percentile(middles, 0.5);
  return columns;
}

// The x between the breasts. Two breasts show a valley between their fullest columns on both sides of the
// body's middle. Without one it is that middle, unless it would cut one breast in two, as where the field of
// view holds no more: then all is on the side on which it lies of the scanner's centre, and that is a guess.
double find_midline(const Mask& inside, const Mask& body, BreastReport& report, OutlineJudgement& judgement) {
  const Grid& grid = inside.grid;
  const Columns columns = columns_of(inside, body);
  const std::vector<double>& fullness = columns.fullness;
  const auto x_at = [&](double i) {
    return point_from_index(grid, {i, 0.5 * (grid.size[1] - 1), 0.5 * (grid.size[2] - 1)}).x;
  };
  const auto middle = static_cast<std::ptrdiff_t>(std::lround(columns.body_middle));
  const auto right = std::max_element(fullness.begin(), fullness.begin() + middle + 1);
  const auto left = std::max_element(fullness.begin() + middle, fullness.end());
  const double smaller = std::min(*right, *left);
  const double emptiest = right < left ? *std::min_element(right, left + 1) : smaller;
  double sum = 0, count = 0;
  // On the slope of one breast there is no valley.
  if (smaller > 0 && emptiest <= 0.7 * smaller) {
    for (auto column = right; column <= left; ++column)
      if (*column <= emptiest + 0.02 * smaller)
        sum += static_cast<double>(column - fullness.begin()), ++count;
    report.evidence.push_back("parted in the valley between two breasts");
    return x_at(sum / count);
  }
  double all = 0, beyond = 0;
  for (std::size_t i = 0; i < fullness.size(); ++i) {
    all += fullness[i], sum += static_cast<double>(i) * fullness[i];
    if (static_cast<double>(i) > columns.body_middle) beyond += fullness[i];
  }
  if (all <= 0 || std::min(beyond, all - beyond) < kCutInTwo * all) {
    report.evidence.push_back("parted at the middle of the body");
    return x_at(columns.body_middle);
  }
  judgement.side_unknown = true;
  report.evidence.push_back("one breast lies across the middle of the body and is not parted");
  const double low = std::min(x_at(-1), x_at(grid.size[0])), high = std::max(x_at(-1), x_at(grid.size[0]));
  return x_at(sum / all) < 0 ? high : low;
}

// One side of the plane x = midline, 1 right, 2 left.
int side_of(double x_mm, double midline_x_mm) {
  return x_mm < midline_x_mm ? 1 : 2;
}

Mask sides_of(const Mask& inside, double midline_x_mm) {
  Mask sides = inside;
  const Grid& grid = inside.grid;
  parallel_for(static_cast<std::size_t>(grid.size[2]), [&](std::size_t slice) {
    const int k = static_cast<int>(slice);
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i)
        if (std::uint8_t& voxel = sides.at(i, j, k); voxel != 0)
          voxel = static_cast<std::uint8_t>(
              side_of(point_from_index(grid, {double(i), double(j), double(k)}).x, midline_x_mm));
  });
  return sides;
}

// Takes away what lies deep behind the chest wall, and says how much that was.
double leave_chest_out(Mask& inside, const Image<float>& wall_depth_mm) {
  const Image<float> depth = resample(wall_depth_mm, inside.grid, Interpolation::linear);
  const double before = set_ml(inside);
  for (std::size_t v = 0; v < inside.voxels.size(); ++v)
    if (depth.voxels[v] < -kDeepMm) inside.voxels[v] = 0;
  return before - set_ml(inside);
}

// The largest part of each side, if it is large enough to be a breast.
Mask largest_of_sides(const Mask& sides) {
  Mask kept(sides.grid);
  for (const int label : {1, 2}) {
    Mask one(sides.grid);
    for (std::size_t v = 0; v < one.voxels.size(); ++v) one.voxels[v] = sides.voxels[v] == label;
    one = largest_component(one, Connectivity::faces);
    if (set_ml(one) < kSmallestBreastMl) continue;
    for (std::size_t v = 0; v < one.voxels.size(); ++v)
      if (one.voxels[v] != 0) kept.voxels[v] = static_cast<std::uint8_t>(label);
  }
  return kept;
}

Mask any_of(const Mask& labels) {
  Mask mask(labels.grid);
  for (std::size_t v = 0; v < mask.voxels.size(); ++v) mask.voxels[v] = labels.voxels[v] != 0;
  return mask;
}

// The map, changed to agree with what is kept: 0 away from it, 1 in its small hollows.
void keep_only(Image<float>& inside, const Mask& kept, OutlineJudgement& judgement) {
  const Mask breast = any_of(kept);
  const Mask near = dilate(breast, kEdgeMm), filled = fill_holes(breast);
  Mask hollow(breast.grid);
  for (std::size_t v = 0; v < hollow.voxels.size(); ++v)
    hollow.voxels[v] = filled.voxels[v] != 0 && breast.voxels[v] == 0;
  const Mask large =
      remove_small_components(hollow, Connectivity::faces, voxels_of(kSmallHollowMl, hollow.grid));
  judgement.hollow_ml = set_ml(large);
  for (std::size_t v = 0; v < hollow.voxels.size(); ++v) {
    if (near.voxels[v] == 0) inside.voxels[v] = 0;
    if (hollow.voxels[v] != 0 && large.voxels[v] == 0) inside.voxels[v] = 1;
  }
}

void measure_sureness(const Image<float>& inside, const Mask& kept, double midline_x_mm,
                      OutlineJudgement& judgement) {
  const Mask breast = any_of(kept);
  if (std::none_of(breast.voxels.begin(), breast.voxels.end(), [](auto v) { return v != 0; })) return;
  const Image<float> outside = distance_to(breast), depth = depth_inside(breast, false);
  std::array<double, 3> sum{}, count{};
  const Grid& grid = inside.grid;
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        const std::size_t v = grid.offset(i, j, k);
        if (outside.voxels[v] > kBoundaryMm || depth.voxels[v] > kBoundaryMm) continue;
        const double sure = std::max(inside.voxels[v], 1 - inside.voxels[v]);
        const auto side = static_cast<std::size_t>(
            side_of(point_from_index(grid, {double(i), double(j), double(k)}).x, midline_x_mm));
        for (const std::size_t s : {side, std::size_t{0}}) sum[s] += sure, ++count[s];
      }
  for (std::size_t s = 0; s < 3; ++s) judgement.sureness[s] = count[s] > 0 ? sum[s] / count[s] : 0;
}

// Where the breast ends towards the back, by columns of 3 mm; elsewhere NaN.
DepthMap back_of(const Mask& breast) {
  constexpr double kStepMm = 3;
  const Grid& grid = breast.grid;
  Vec3 low{1e30, 1e30, 1e30}, high{-1e30, -1e30, -1e30};
  const auto each_voxel = [&](const auto& visit) {
    for (int k = 0; k < grid.size[2]; ++k)
      for (int j = 0; j < grid.size[1]; ++j)
        for (int i = 0; i < grid.size[0]; ++i)
          if (breast.at(i, j, k) != 0) visit(point_from_index(grid, {double(i), double(j), double(k)}));
  };
  each_voxel([&](Vec3 p) {
    for (int a = 0; a < 3; ++a) low[a] = std::min(low[a], p[a]), high[a] = std::max(high[a], p[a]);
  });
  if (low.x > high.x) return {};
  DepthMap back(2 + static_cast<int>((high.x - low.x) / kStepMm),
                2 + static_cast<int>((high.z - low.z) / kStepMm), low.x, low.z, kStepMm);
  const double half = 0.5 * grid.spacing_mm.y;
  each_voxel([&](Vec3 p) {
    float& y = back.at(static_cast<int>(std::lround((p.x - low.x) / kStepMm)),
                       static_cast<int>(std::lround((p.z - low.z) / kStepMm)));
    if (!(y >= p.y + half)) y = static_cast<float>(p.y + half);
  });
  return smooth(back, kStepMm);
}

// The chest wall lies where the breast ends, and where there is none as the classical outline has it.
Image<float> chest_wall_depth(const Mask& breast, const Image<float>& classical) {
  const DepthMap back = back_of(breast);
  Image<float> depth = classical;
  if (back.y_mm.empty()) return depth;
  const Grid& grid = depth.grid;
  parallel_for(static_cast<std::size_t>(grid.size[2]), [&](std::size_t slice) {
    const int k = static_cast<int>(slice);
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        const Vec3 p = point_from_index(grid, {double(i), double(j), double(k)});
        const bool covered = p.x > back.x0_mm && p.x < back.x_mm(back.nx - 1) && p.z > back.z0_mm &&
                             p.z < back.z_mm(back.nz - 1);
        const float y = covered ? back.interpolate(p.x, p.z) : kMissing;
        if (!std::isnan(y)) depth.at(i, j, k) = y - static_cast<float>(p.y);
      }
  });
  return depth;
}

// A tissue on the masks' grid, in the body, without parts below a volume.
Mask outlined(const Image<float>& map, const Mask& body, double smallest_ml) {
  return remove_small_components(at_least(resample(map, body.grid, Interpolation::linear), kHalf, body),
                                 Connectivity::full, voxels_of(smallest_ml, body.grid));
}

// Of each side the part of the nipple's map that weighs most, near the breast's surface.
std::vector<Nipple> find_nipples(const Image<float>& map, const Mask& kept) {
  std::vector<Nipple> nipples;
  const Grid& grid = map.grid;
  for (const int side : {1, 2}) {
    Mask breast(grid);
    for (std::size_t v = 0; v < breast.voxels.size(); ++v) breast.voxels[v] = kept.voxels[v] == side;
    const Image<float> away = distance_to(breast), depth = depth_inside(breast, true);
    Mask possible(grid);
    for (std::size_t v = 0; v < possible.voxels.size(); ++v)
      possible.voxels[v] =
          map.voxels[v] >= kNipple && away.voxels[v] <= kNippleReachMm && depth.voxels[v] <= kNippleReachMm;
    const Components parts = connected_components(possible, Connectivity::full);
    std::vector<double> weight(parts.count.size(), 0.0);
    std::vector<Vec3> sum(parts.count.size());
    std::vector<float> most(parts.count.size(), 0.0F);
    for (int k = 0; k < grid.size[2]; ++k)
      for (int j = 0; j < grid.size[1]; ++j)
        for (int i = 0; i < grid.size[0]; ++i) {
          const auto part = static_cast<std::size_t>(parts.label.at(i, j, k));
          if (part == 0) continue;
          const float value = map.at(i, j, k);
          weight[part] += value;
          sum[part] = sum[part] + value * point_from_index(grid, {double(i), double(j), double(k)});
          most[part] = std::max(most[part], value);
        }
    const auto best =
        static_cast<std::size_t>(std::max_element(weight.begin(), weight.end()) - weight.begin());
    if (!(weight[best] > 0)) continue;
    nipples.push_back({side, (1 / weight[best]) * sum[best], most[best]});
  }
  return nipples;
}

// Gland by its share, vessels left out, on the breast mask's grid.
void measure_fgt_shares(const Image<float>& gland, const Mask& breast, const Mask& vessels,
                        OutlineJudgement& judgement) {
  const Image<float> share = resample(gland, breast.grid, Interpolation::linear);
  const double ml = breast.grid.voxel_volume_ml();
  for (std::size_t v = 0; v < share.voxels.size(); ++v) {
    if (breast.voxels[v] == 0 || vessels.voxels[v] != 0 || std::isnan(share.voxels[v])) continue;
    judgement.fgt_share_ml[breast.voxels[v]] += share.voxels[v] * ml;
    judgement.fgt_share_ml[0] += share.voxels[v] * ml;
  }
}

// What is at least as likely gland as fat, from values on the breast mask's grid.
Mask likely_gland(const Image<float>& mostly_gland, const Mask& breast, const Mask& vessels) {
  Mask all(breast.grid);
  for (std::size_t v = 0; v < all.voxels.size(); ++v)
    all.voxels[v] = breast.voxels[v] != 0 && (vessels.empty() || vessels.voxels[v] == 0) &&
                    mostly_gland.voxels[v] >= kHalf;
  all = remove_small_components(all, Connectivity::full, voxels_of(kSpeckMl, all.grid));
  for (std::size_t v = 0; v < all.voxels.size(); ++v)
    if (all.voxels[v] != 0) all.voxels[v] = breast.voxels[v];
  return all;
}

}  // namespace

Mask fgt_of(const Image<float>& mostly_gland, const Mask& breast, const Mask& vessels) {
  return likely_gland(resample(mostly_gland, breast.grid, Interpolation::linear), breast, vessels);
}

AgreedFgt agreed_fgt(const Mask& clustered, const Image<float>& mostly_gland, const Mask& breast,
                     const Mask& vessels) {
  const Image<float> value = resample(mostly_gland, breast.grid, Interpolation::linear);
  AgreedFgt result{clustered};
  for (std::size_t v = 0; v < value.voxels.size(); ++v)
    if (!(value.voxels[v] >= kNotRuledOut)) result.fgt.voxels[v] = 0;
  Mask alone = likely_gland(value, breast, vessels);
  double own = 0, agreed = 0, both = 0;
  for (std::size_t v = 0; v < alone.voxels.size(); ++v) {
    const bool here = alone.voxels[v] != 0, bright = result.fgt.voxels[v] != 0;
    own += here, agreed += bright, both += here && bright;
  }
  // Of the smaller one: that one way outlines more of the same places is no contradiction.
  if (own > 0) result.shared = agreed > 0 ? both / std::min(own, agreed) : 0;
  result.network = result.shared < kContradicting;
  if (result.network) result.fgt = std::move(alone);
  return result;
}

TissueOutlines outline_tissues(TissueMaps maps, const BreastSegmentation& classical) {
  TissueOutlines out;
  out.breasts.body = classical.body;
  Mask body = resample_mask(classical.body, maps.inside.grid);
  const Mask called = at_least(maps.inside, kHalf, Mask(maps.inside.grid, 1));
  Mask inside = at_least(maps.inside, kHalf, body);
  const double called_ml = set_ml(called), outside_ml = called_ml - set_ml(inside);
  if (called_ml >= kSmallestBreastMl && outside_ml > kBodyLost * called_ml) {
    inside = called;
    out.judgement.lost_body_ml = outside_ml;
    add(body, called);
    const Image<float> fine = resample(maps.inside, classical.body.grid, Interpolation::linear);
    add(out.breasts.body, at_least(fine, kHalf, Mask(fine.grid, 1)));
  } else {
    out.judgement.outside_body_ml = outside_ml;
  }
  if (classical.report.confidence >= kTrustedWall)
    out.judgement.behind_chest_ml = leave_chest_out(inside, classical.chest_wall_depth_mm);
  BreastReport& report = out.breasts.report;
  report.midline_x_mm = find_midline(inside, body, report, out.judgement);
  const Mask kept = largest_of_sides(sides_of(inside, report.midline_x_mm));
  out.judgement.apart_ml = set_ml(inside) - set_ml(any_of(kept));
  measure_sureness(maps.inside, kept, report.midline_x_mm, out.judgement);
  out.nipples = find_nipples(maps.nipple, kept);

  keep_only(maps.inside, kept, out.judgement);
  const Mask& whole = out.breasts.body;
  const Image<float> fine = resample(maps.inside, classical.body.grid, Interpolation::linear);
  out.breasts.breast = sides_of(at_least(fine, kHalf, whole), report.midline_x_mm);
  out.breasts.chest_wall_depth_mm = chest_wall_depth(out.breasts.breast, classical.chest_wall_depth_mm);
  out.vessels = outlined(maps.vessel, whole, kSmallestVesselMl);
  out.muscle = outlined(maps.muscle, whole, kSmallestMuscleMl);
  out.heart = largest_component(outlined(maps.heart, whole, kSmallestHeartMl), Connectivity::full);
  measure_fgt_shares(maps.gland, out.breasts.breast, out.vessels, out.judgement);
  out.mostly_gland = std::move(maps.mostly_gland);
  judge_outlines(out, classical);
  return out;
}

}  // namespace lobule::measure
