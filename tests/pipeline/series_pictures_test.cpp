// Training shows a series as sorting does: the planes of phantom/sampler_series_planes.h against the pictures
// that exam/series_thumbnail.h makes of a series whose values are places.

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "exam/series_thumbnail.h"
#include "exam/volume_support.h"
#include "phantom/sampler_series_planes.h"
#include "support/dicom_samples.h"
#include "support/test_support.h"

namespace lobule {
namespace {

constexpr int kSlope = 10;  // stored values a millimetre

struct Layout {
  const char* name;
  Index3 size;      // columns, rows, slices
  Vec3 spacing_mm;  // columns, rows, slices
  int slice_axis;
};

// A series whose values are one coordinate of its voxels' centres.
test::MrSample places(const Layout& layout, int coordinate) {
  const Vec3 x{1, 0, 0}, y{0, 1, 0}, z{0, 0, 1};
  test::MrSample sample;
  sample.grid.size = layout.size;
  sample.grid.spacing_mm = layout.spacing_mm;
  // Transversal; sagittal with columns to the back; coronal with columns to the left; rows run to the feet.
  sample.grid.direction = layout.slice_axis == 2   ? Mat3{{x, y, z}}
                          : layout.slice_axis == 0 ? Mat3{{y, -1.0 * z, -1.0 * x}}
                                                   : Mat3{{x, -1.0 * z, y}};
  Vec3 half;
  for (int axis = 0; axis < 3; ++axis) half[axis] = (layout.size[axis] - 1) / 2.0 * layout.spacing_mm[axis];
  sample.grid.origin_mm = Vec3{12, 40, -6} - sample.grid.direction * half;
  sample.bits_stored = 16;
  sample.stored = [grid = sample.grid, coordinate](int i, int j, int k) {
    const Vec3 mm = point_from_index(grid, {double(i), double(j), double(k)});
    return static_cast<int>(std::lround(kSlope * (mm[coordinate] + 500)));
  };
  return sample;
}

exam::SeriesThumbnail shown(const test::MrSample& sample) {
  const test::ScratchFolder folder;
  test::write_mr_series(folder.path(), sample);
  const exam::DicomIndex index = test::index_folder(folder.path());
  const exam::SeriesFacts facts = exam::gather_facts(index, test::series_of(index).at(0));
  std::vector<int> frames(facts.frames.size());
  std::iota(frames.begin(), frames.end(), 0);
  return exam::series_thumbnail(facts, frames, exam::FrameSource(index));
}

phantom::SeriesPlanes planes_of(const Layout& layout) {
  phantom::SeriesPlanes planes;
  planes.center_mm = {12, 40, -6};
  planes.slice_axis = layout.slice_axis;
  planes.slice_mm = layout.spacing_mm.z;
  const double columns = layout.size[0] * layout.spacing_mm.x, rows = layout.size[1] * layout.spacing_mm.y;
  planes.extent_mm = layout.slice_axis == 2   ? Vec3{columns, rows, 0}
                     : layout.slice_axis == 0 ? Vec3{0, columns, rows}
                                              : Vec3{columns, 0, rows};
  planes.stack(layout.size[2] * layout.spacing_mm.z);
  return planes;
}

TEST(SeriesPictures, TrainingShowsThePlanesThatSortingShows) {
  for (const Layout& layout :
       {Layout{"transversal", {128, 100, 40}, {2.6, 2.6, 4}, 2},
        Layout{"a thin slab", {96, 96, 3}, {3.4, 3.4, 5}, 2}, Layout{"sagittal", {90, 96, 70}, {3, 3, 4}, 0},
        Layout{"sagittal, one breast", {90, 90, 36}, {2, 2, 4}, 0},
        Layout{"coronal", {110, 90, 44}, {3, 3, 4}, 1}, Layout{"one breast", {90, 90, 40}, {2, 2, 4}, 2}}) {
    const phantom::SeriesPlanes planes = planes_of(layout);
    for (int coordinate = 0; coordinate < 3; ++coordinate) {
      const exam::SeriesThumbnail thumbnail = shown(places(layout, coordinate));
      ASSERT_EQ(thumbnail.size, planes.size);
      ASSERT_EQ(thumbnail.pictures.size(), 3 * planes.pixels()) << layout.name;
      std::size_t pixel = 0, compared = 0, elsewhere = 0;
      for (int plane = 0; plane < 3; ++plane)
        for (int y = 0; y < planes.size; ++y)
          for (int x = 0; x < planes.size; ++x, ++pixel) {
            Vec3 mm;
            const bool covered = planes.point(plane, x, y, 0, mm);
            const float value = thumbnail.pictures[pixel];
            if (covered != (value > 0)) {
              ++elsewhere;  // pixels on the border
              continue;
            }
            if (!covered) continue;
            ++compared;
            // Sorting averages over a pixel, and reads voxels as they are.
            EXPECT_NEAR(value / kSlope - 500, mm[coordinate], 4.5)
                << layout.name << ", plane " << plane << ", pixel " << x << ", " << y;
          }
      EXPECT_GT(compared, 500u) << layout.name;
      EXPECT_LT(elsewhere, 700u) << layout.name;
    }
  }
}

}  // namespace
}  // namespace lobule
