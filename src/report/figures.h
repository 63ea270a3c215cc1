#pragma once
// Pictures of images: slices and projections in the planes that a radiologist expects, windowed, at true
// proportions, with contours and colour overlays. A picture is made in two steps: a flat view grid in
// patient space says which points its pixels show, and a Canvas paints values, masks and maps on it.
//
// Radiological convention: axial and coronal views have the patient's right on the left-hand side; axial
// views have the front on top, where the breasts of a woman lying prone hang; sagittal views look from her
// left or right with the front on the left-hand side and the head on top.

#include <array>
#include <optional>

#include "core/image.h"
#include "io/png.h"
#include "report/page.h"

namespace lobule::report {

enum class Plane { axial, sagittal, coronal };

// The letters at the edges of a view in this plane.
EdgeMarks edge_marks(Plane plane);

// A box along the patient axes, LPS millimetres, inclusive.
struct Bounds {
  Vec3 low_mm, high_mm;
  Vec3 center() const { return 0.5 * (low_mm + high_mm); }
};

// The box around all voxels of a label (0: any non-zero one), voxel edges included; nothing when there is
// none.
std::optional<Bounds> bounds_of(const Mask& mask, int label);

// The box around a whole grid.
Bounds bounds_of(const Grid& grid);

// The box, larger by a margin on every side.
Bounds grown(Bounds bounds, double margin_mm);

// A grid one voxel thick whose index i runs to the right of the picture and j downwards, with square pixels
// that cover the box in this plane; it lies at the box' centre along the plane's normal. Pixels grow where
// the picture would be wider or higher than 1200 of them (headers may lie about sizes).
Grid view_grid(Plane plane, const Bounds& bounds, double mm_per_pixel);

// The part of an image inside a box (whole voxels; at least one a side that the box overlaps). Empty when
// they do not overlap.
Image<float> crop(const Image<float>& image, const Bounds& bounds);

// Values shown as black and as white (or as the two ends of a colour scale).
struct Window {
  double low = 0, high = 1;
};

// Percentiles (0–100) of the measured values, where `inside` (on the image's grid; may be null) is not 0.
// {0, 1} when there are none; never of width 0.
Window robust_window(const Image<float>& image, const Mask* inside, double low_percent, double high_percent);

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
};
std::string css(Colour colour);

// On black, lighter than the colours of pages, in the same hues.
inline constexpr Colour kRightOnBlack{86, 180, 233};
inline constexpr Colour kLeftOnBlack{255, 159, 67};
inline constexpr Colour kTissueOnBlack{102, 221, 154};
inline constexpr Colour kCandidateOnBlack{255, 233, 90};

// The colour scale of maps: "inferno" of Smith and van der Walt (matplotlib, CC0), 0 to 1.
Colour heat_colour(double fraction);

// A bar of the colours of Canvas::overlay with the two end values.
Html heat_scale(Window window, std::string_view unit);

class Canvas {
 public:
  // Paints an image in grey, sampled linearly on the view; black where nothing is measured.
  Canvas(const Image<float>& image, const Grid& view, Window window);

  // Paints the map, smoothed by 1.2 mm, over the picture where it is at least `window.low` and `inside` (may
  // be null) is set, in colours of heat_scale() that grow from faint at the low end to `opacity`. Where
  // `evidence` (may be null) is weak, down to nothing at `weak.low`, the colour is fainter: a large ratio of
  // two small signals is mostly noise.
  void overlay(const Image<float>& map, const Mask* inside, Window window,
               const Image<float>* evidence = nullptr, Window weak = {}, double opacity = 0.85);

  // Draws the border of a label as a thin anti-aliased line.
  void outline(const Mask& mask, int label, Colour colour, double width_px = 1.8);

  // Draws the four corners of a square around a point, so that what lies inside stays free.
  void corners(Vec3 center_mm, double half_mm, Colour colour);

  const io::Picture& picture() const { return picture_; }
  int width() const { return picture_.width; }
  int height() const { return picture_.height; }

 private:
  void blend(int column, int row, Colour colour, double opacity);

  Grid view_;
  io::Picture picture_;
};

}  // namespace lobule::report
