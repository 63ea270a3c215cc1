// What scanners calculate from a dynamic: subtractions, projections, maps of enhancement.

#include <algorithm>
#include <cmath>

#include "pipeline/phantom_protocol.h"

namespace lobule::pipeline {
namespace {

using phantom::SeriesImage;

// What a scanner stores: whole numbers of 12 bits.
float stored(float value) {
  return std::clamp(std::round(value), 0.0f, 4095.0f);
}

}  // namespace

// clamp(post − pre + 100), as Siemens stores it.
const Image<float>& PhantomProtocol::difference(const SeriesImage& pre, const SeriesImage& post) {
  Image<float> result(pre.image->grid);
  for (std::size_t i = 0; i < result.voxels.size(); ++i)
    result.voxels[i] = stored(stored(post.image->voxels[i]) - stored(pre.image->voxels[i]) + 100);
  derived_.push_back(std::move(result));
  return derived_.back();
}

const Image<float>& PhantomProtocol::add_subtraction(const SeriesImage& pre, const SeriesImage& post) {
  const Image<float>& image = difference(pre, post);
  PlannedSeries& series = add(Item::subtraction, "derived", post, words(Item::subtraction, post.phase_index));
  add_volume(series, post, image);
  series.contrast = true;
  return image;
}

// Maximum over the slices of a subtraction, one image.
void PhantomProtocol::add_projection(const SeriesImage& post, const Image<float>& subtraction) {
  Grid grid = subtraction.grid;
  grid.size[2] = 1;
  Image<float> mip(grid);
  const std::size_t count = mip.voxels.size();
  for (std::size_t i = 0; i < subtraction.voxels.size(); ++i)
    mip.voxels[i % count] = std::max(mip.voxels[i % count], subtraction.voxels[i]);
  derived_.push_back(std::move(mip));
  PlannedSeries& series = add(Item::projection, "derived", post, words(Item::projection, post.phase_index));
  add_volume(series, post, derived_.back());
  series.images[0].slice_position = (subtraction.grid.size[2] - 1) / 2.0;
  series.slice_thickness_mm = subtraction.grid.size[2] * grid.spacing_mm.z;
  series.contrast = true;
}

// The mean enhancement over the post-contrast phases in per mille, where there was signal.
void PhantomProtocol::add_enhancement_map(const Images& phases) {
  const Image<float>& pre = *phases[0].image;
  std::vector<float> sorted = pre.voxels;
  const auto bright = sorted.begin() + static_cast<std::ptrdiff_t>(0.99 * static_cast<double>(sorted.size()));
  std::nth_element(sorted.begin(), bright, sorted.end());
  const float floor = 0.1f * *bright;
  Image<float> map(pre.grid);
  for (std::size_t i = 0; i < map.voxels.size(); ++i) {
    if (pre.voxels[i] <= floor) continue;
    double sum = 0;
    for (std::size_t p = 1; p < phases.size(); ++p)
      sum += (phases[p].image->voxels[i] - pre.voxels[i]) / pre.voxels[i];
    map.voxels[i] = stored(static_cast<float>(1000 * sum / static_cast<double>(phases.size() - 1)));
  }
  derived_.push_back(std::move(map));
  PlannedSeries& series =
      add(Item::enhancement_map, "derived", phases.back(), words(Item::enhancement_map, 1));
  add_volume(series, phases.back(), derived_.back());
  series.contrast = true;
}

// Of a dynamic in one series: its subtractions are one series too.
void PhantomProtocol::add_maps_of(const Images& phases) {
  const Image<float>& first = add_subtraction(phases[0], phases[1]);
  PlannedSeries& series = series_.back();
  for (std::size_t p = 2; p < phases.size(); ++p)
    if (p + 1 == phases.size() || habits_.subtract_every_post)
      add_volume(series, phases[p], difference(phases[0], phases[p]));
  series.temporal_positions = series.images.back().volume_number + 1;
  if (habits_.temporal_index)
    for (PlannedImage& image : series.images) image.temporal_position = image.volume_number + 1;
  if (habits_.project) add_projection(phases[1], first);
}

}  // namespace lobule::pipeline
