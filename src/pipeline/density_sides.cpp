#include "pipeline/density_sides.h"

#include "measure/dense_asymmetry.h"
#include "measure/heat_regions.h"
#include "report/density_page.h"

namespace lobule::pipeline {
namespace {

// A difference of less than 0.35 of the surroundings is usual between two breasts; ours.
constexpr double kLeastDifference = 0.35;
constexpr std::size_t kMost = 2;

bool counterparts(const report::DensityImage& a, const report::DensityImage& b) {
  return a.density && b.density && a.view == b.view && !a.view.empty() && !a.side.empty() &&
         !b.side.empty() && a.side != b.side && a.for_processing == b.for_processing;
}

void add_asymmetries(report::DensityImage& image, const ComparedView& here, const ComparedView& other) {
  const Image<float> map = measure::dense_asymmetry(here.dense_share, other.dense_share);
  const double to_x = static_cast<double>(here.frame.columns) / map.grid.size[0],
               to_y = static_cast<double>(here.frame.rows) / map.grid.size[1];
  measure::HeatRegionOptions options;
  options.least_score = kLeastDifference * kLeastDifference, options.most = kMost;
  std::vector<report::PointedRegion> regions;
  for (const measure::HeatRegion& region : measure::heat_regions(map, nullptr, options))
    regions.push_back({region.score,
                       to_x * region.left,
                       to_y * region.top,
                       to_x * region.width,
                       to_y * region.height,
                       "asymmetry",
                       {}});
  if (regions.empty()) return;
  const bool at_right = image.side == "R";
  if (!image.outlined.pixels.empty()) {
    if (image.pointed.pixels.empty()) image.pointed = image.masking;
    report::mark_regions(image.pointed, here.frame.columns, regions, at_right);
  }
  for (report::PointedRegion& region : regions) {
    const exam::PictureBox box =
        exam::put_back(here.frame, {region.x, region.y, region.width, region.height});
    region.x = box.x, region.y = box.y, region.width = box.width, region.height = box.height;
    image.regions.push_back(region);
  }
}

}  // namespace

void compare_sides(report::DensityExam& exam, const std::vector<ComparedView>& views) {
  for (std::size_t i = 0; i < views.size(); ++i)
    for (std::size_t j = 0; j < views.size(); ++j)
      if (counterparts(exam.images[i], exam.images[j])) {
        add_asymmetries(exam.images[i], views[i], views[j]);
        break;  // of several counterparts the first
      }
}

}  // namespace lobule::pipeline
