#pragma once
// How a hanging breast is pressed flat between paddle and support: a map of tissue points that keeps volume.
//
// Before: (p, q, r) in millimetres, p forward from the chest wall, q across, r along the beam, up to the
// source. After: (u, v, w) likewise, w from the support (0) to the paddle (thickness).
//
// The map is the triangular rearrangement of Knothe and Rosenblatt between two solids of equal volume: planes
// of constant p go to planes of constant u such that the volumes in front of them agree; in them lines of
// constant q go to lines of constant v such that the areas beside them agree; along the beam lengths shrink
// in proportion. Its Jacobian determinant is 1 by construction, and so is that of the shear by which the
// pectoral muscle pushes the breast forward in oblique views.

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/vec.h"

namespace lobule::phantom {

// The hanging breast, without nipple, as columns of tissue along the beam: cells of step × step, first over
// q.
struct BreastColumns {
  double step_mm = 0.5;
  int forward = 0,
      across = 0;        // cells; p of a cell's centre is (i + 1/2) step, q is across_mm + (j + 1/2) step
  double across_mm = 0;  // where q begins
  std::vector<float> length_mm;  // of tissue; 0 where there is none
  std::vector<float> middle_mm;  // its mean r

  double volume_mm3() const;
};

// What the compressed breast looks like: half of a superellipse with a rounded free edge.
struct CompressedShape {
  double thickness_mm = 55;
  double depth_to_width = 1;    // depth from the chest wall over the mean half width
  double wider_above = 1;       // half width on the side of +v over that of −v
  double exponent_above = 0;    // of the outline on the side of +v; 0: as below
  double exponent = 2.15;       // of the outline; 2 is an ellipse
  double pectoral_mm = 0;       // how far the muscle reaches forward at the top of the outline
  double pectoral_end_mm = 0;   // v, over the nipple's, where it leaves the chest wall
  double pectoral_curve = 0.3;  // 0: a straight border; larger: convex
};

class Compression {
 public:
  // Throws Error where the breast is empty.
  Compression(const BreastColumns& breast, const CompressedShape& shape);

  const CompressedShape& shape() const { return shape_; }
  double depth_mm() const { return depth_; }             // u of the foremost point, before the shear
  double low_mm() const { return center_ - half_low_; }  // v of the outline at the chest wall
  double high_mm() const { return center_ + half_high_; }
  double center_mm() const { return center_; }       // v of the nipple
  Vec3 tip() const;                                  // (u, v, w) of the foremost point
  Vec3 hanging_tip() const { return hanging_tip_; }  // where it came from

  // How far muscle pushes tissue forward at (v, w).
  double pectoral_mm(double v_mm, double w_mm) const;

  // Where compressed tissue came from.
  struct Source {
    Vec3 hanging;           // (p, q, r)
    double depth_mm = -1;   // below the compressed surface; negative outside of the breast
    bool pectoral = false;  // behind the breast, in the muscle: `hanging` is void
  };
  Source release(Vec3 compressed) const;
  // The same, where `u` is the forward coordinate less pectoral_mm.
  Source release_unsheared(double u, double v, double w) const;

  // The same for many points of a plane: `u` as above, 0 … depth_mm().
  class Plane;
  Plane plane_at(double u) const;

  // Where hanging tissue goes. The inverse of release() for points inside.
  Vec3 compress(Vec3 hanging) const;

 private:
  // Where a point of the compressed breast came from: q, middle and stretch along the beam; and how near it
  // is to the outline. All as one vector of GCC and clang.
  struct Cell {
    typedef float Four __attribute__((vector_size(16)));
    Four value{};
    void set(int n, double number) { value[n] = static_cast<float>(number); }
    float operator[](int n) const { return value[n]; }
  };
  enum { kQ, kMiddle, kScale, kRim };
  static constexpr int kAcross = 192;  // cells between the two sides of the outline
  static Cell blend(const Cell* near, const Cell* far, float across, float forward);
  double outline(double u, bool high) const;  // half width
  double rim_at(double u, double v) const;    // 0 on the flat part, 1 on the outline
  void fit_size(double volume_mm3);
  double half_thickness(double u, double v) const;
  void tabulate(const BreastColumns& breast);
  Cell cell_at(double row, double t) const;

  CompressedShape shape_;
  double depth_ = 0, half_low_ = 0, half_high_ = 0, center_ = 0;
  Vec3 hanging_tip_;
  int rows_ = 0;
  double row_step_ = 1;
  std::vector<double> forward_;     // p of every row
  std::vector<Cell> cells_;         // rows × kAcross
  std::vector<double> low_, high_;  // half widths on a fine lattice of u
};

// A plane across the compressed breast. Inline: mammograms ask some hundred million times.
class Compression::Plane {
 public:
  // As release() of a point in this plane, which is not behind the breast.
  Source release(double v, double w) const {
    Source source;
    const double t = (v - from_) * per_mm_;
    if (t <= 0 || t >= kAcross - 1) return source;
    const int j = std::min(static_cast<int>(t), kAcross - 2);
    const Cell cell = blend(near_ + j, far_ + j, static_cast<float>(t - j), forward_);
    const double above = w - half_, y = above / half_;
    source.depth_mm = half_ * (1 - std::sqrt(cell[kRim] * cell[kRim] + y * y));
    source.hanging = {p_, cell[kQ], cell[kMiddle] + above * cell[kScale]};
    return source;
  }

 private:
  friend class Compression;
  const Cell *near_ = nullptr, *far_ = nullptr;  // rows of the table
  float forward_ = 0;                            // of the way between them
  double p_ = 0, half_ = 1;
  double from_ = 0, per_mm_ = 0;  // v of the outline, cells per mm
};

inline Compression::Cell Compression::blend(const Cell* near, const Cell* far, float across, float forward) {
  const Cell::Four a = near[0].value + across * (near[1].value - near[0].value);
  const Cell::Four b = far[0].value + across * (far[1].value - far[0].value);
  return {a + forward * (b - a)};
}

}  // namespace lobule::phantom
