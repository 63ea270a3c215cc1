#include "registration/register.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/error.h"
#include "registration/deformable.h"
#include "registration/field.h"
#include "registration/local_correlation.h"
#include "registration/rigid.h"
#include "registration/tuning.h"

namespace lobule::registration {
namespace {

constexpr double kSmallestOverlapPercent = 5;  // of the judged voxels; a slab of 24 in 160 slices is 15
constexpr int kFewestVoxels = 8;               // across a level, below which a coarser one tells nothing
constexpr double kRigidShare = 0.2;            // of the time, for the progress bar

double similarity(const Level& level, const RigidTransform& rigid, const AxisField* d) {
  Seen seen;
  look(level, rigid, d, seen);
  return local_correlation(level.fixed.grid.size, level.fixed.voxels, seen.value, level.centres,
                           kWindowRadius, kNoiseVariance)
      .mean();
}

void check_overlap(const Level& level) {
  Seen seen;
  look(level, RigidTransform{}, nullptr, seen);
  std::size_t judged = 0, both = 0;
  for (std::size_t v = 0; v < level.centres.size(); ++v) {
    if (level.centres[v] == 0) continue;
    ++judged;
    both += !std::isnan(level.fixed.voxels[v]) && !std::isnan(seen.value[v]);
  }
  const double percent = judged > 0 ? 100.0 * static_cast<double>(both) / static_cast<double>(judged) : 0;
  if (judged > 0 && percent >= kSmallestOverlapPercent) return;
  char what[160];
  std::snprintf(what, sizeof what, "only %zu of %zu judged points (%.1f %%) are measured in both images",
                both, judged, percent);
  throw Error("registration", what, "at least 5 % are needed to align them",
              "Check that the images belong together and that the mask covers what both show");
}

Vec3 centre_of(const Level& level) {
  const Grid& grid = level.fixed.grid;
  Vec3 sum;
  double count = 0;
  for (int k = 0; k < grid.size[2]; ++k) {
    for (int j = 0; j < grid.size[1]; ++j) {
      for (int i = 0; i < grid.size[0]; ++i) {
        if (level.centres[grid.offset(i, j, k)] == 0) continue;
        sum = sum + Vec3{static_cast<double>(i), static_cast<double>(j), static_cast<double>(k)};
        ++count;
      }
    }
  }
  return point_from_index(grid, (1 / count) * sum);
}

// Coarse to fine: each level halves the spacing of the one before.
std::vector<Level> make_levels(const Image<float>& fixed, const Image<float>& moving, const Mask& mask,
                               double finest_mm) {
  const Image<float> f = compress(fixed), m = compress(moving);
  std::vector<Level> levels;
  levels.push_back(make_level(f, m, mask, finest_mm));
  for (const double factor : {2.0, 4.0}) {
    Level level = make_level(f, m, mask, factor * finest_mm);
    const Index3& n = level.fixed.grid.size;
    if (std::min({n[0], n[1], n[2]}) < kFewestVoxels) break;
    levels.push_back(std::move(level));
  }
  std::reverse(levels.begin(), levels.end());
  return levels;
}

void check(const Image<float>& fixed, const Image<float>& moving, const Mask& mask) {
  if (fixed.empty() || moving.empty()) {
    throw Error("registration", "an image has no voxels", "there is nothing to align", "Give two images");
  }
  if (!mask.empty() && !same_grid(mask.grid, fixed.grid)) {
    throw Error("registration",
                "the mask (" + describe(mask.grid) + ") does not lie on the fixed image's grid (" +
                    describe(fixed.grid) + ")",
                "similarity is judged on the fixed grid", "Resample the mask onto the fixed image");
  }
}

}  // namespace

Registration register_images(const Image<float>& fixed, const Image<float>& moving, const Mask& mask,
                             const RegistrationOptions& options,
                             const std::function<void(double)>& on_progress) {
  check(fixed, moving, mask);
  const auto tell = [&](double fraction) {
    if (on_progress) on_progress(fraction);
  };
  tell(0);
  std::vector<Level> levels = make_levels(fixed, moving, mask, options.finest_spacing_mm);
  check_overlap(levels.back());
  const Grid field_grid = levels.back().fixed.grid;
  for (Level& level : levels) level = cropped(level, kMargin);
  const Level& finest = levels.back();

  double total_voxels = 0, done_voxels = 0;
  for (const Level& level : levels) total_voxels += static_cast<double>(level.fixed.voxels.size());
  Registration result;
  result.rigid.center_mm = centre_of(finest);
  result.report.similarity_before = similarity(finest, result.rigid, nullptr);
  const double rigid_share = options.deformable ? kRigidShare : 1.0;
  for (const Level& level : levels) {
    result.report.iterations += align_rigidly(level, result.rigid);
    done_voxels += static_cast<double>(level.fixed.voxels.size());
    tell(rigid_share * done_voxels / total_voxels);
  }

  AxisField d;
  const Grid* grid = &levels.front().fixed.grid;
  for (auto& part : d) part.assign(grid->voxel_count(), 0.0f);
  if (options.deformable) {
    done_voxels = 0;
    const std::size_t first = levels.size() - std::min<std::size_t>(levels.size(), kDeformedLevels);
    for (std::size_t l = first; l < levels.size(); ++l) {
      const Level& level = levels[l];
      const double share = static_cast<double>(level.fixed.voxels.size()) / total_voxels;
      d = regridded(*grid, d, level.fixed.grid);
      grid = &level.fixed.grid;
      result.report.iterations +=
          deform(level, result.rigid, {options.smoothness_mm, options.iterations_per_level}, d,
                 [&](double fraction) {
                   tell(rigid_share + (1 - rigid_share) * (done_voxels / total_voxels + share * fraction));
                 });
      done_voxels += static_cast<double>(level.fixed.voxels.size());
    }
  }
  result.report.similarity_after = similarity(finest, result.rigid, options.deformable ? &d : nullptr);
  result.field = total_field(field_grid, result.rigid, regridded(*grid, d, field_grid));
  const Image<float> jacobian = jacobian_determinant(result.field);
  result.report.smallest_jacobian = *std::min_element(jacobian.voxels.begin(), jacobian.voxels.end());
  tell(1);
  return result;
}

}  // namespace lobule::registration
