#include "phantom/warp.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/parallel.h"
#include "phantom/coarse_field.h"

namespace lobule::phantom {
namespace {

constexpr int kTaps = 8, kFractions = 512;
constexpr double kKaiser = 5.0;  // the window's beta: ripple below 1 % up to 0.8 of the Nyquist frequency
constexpr double kKnotMm = 6;

double bessel_i0(double x) {
  double sum = 1, term = 1;
  for (int n = 1; n < 30; ++n) sum += term *= (x / (2 * n)) * (x / (2 * n));
  return sum;
}

// Weights of eight samples for fractions n / kFractions of a sample beyond the fourth; each row sums to 1.
std::vector<float> sinc_table() {
  std::vector<float> table(static_cast<std::size_t>(kFractions + 1) * kTaps);
  for (int f = 0; f <= kFractions; ++f) {
    double weight[kTaps], sum = 0;
    for (int t = 0; t < kTaps; ++t) {
      const double x = t - (kTaps / 2 - 1) - static_cast<double>(f) / kFractions;
      const double edge = x / (kTaps / 2.0), inside = std::max(0.0, 1 - edge * edge);
      const double sinc = std::abs(x) < 1e-9 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
      sum += weight[t] = sinc * bessel_i0(kKaiser * std::sqrt(inside)) / bessel_i0(kKaiser);
    }
    for (int t = 0; t < kTaps; ++t) table[f * kTaps + t] = static_cast<float>(weight[t] / sum);
  }
  return table;
}

// out[x] is the value of a line at x + shift[x], where sample n of line x is source[x][n · stride].
// `position` is where the line's own output lies on it.
class LineSampler {
 public:
  LineSampler() : table_(sinc_table()) {}

  float operator()(const float* line, std::size_t stride, int count, double at) const {
    const int whole = static_cast<int>(std::floor(at));
    const auto fraction = static_cast<std::size_t>((at - whole) * kFractions + 0.5);
    const float* weight = &table_[fraction * kTaps];
    const int first = whole - (kTaps / 2 - 1);
    float sum = 0;
    if (first >= 0 && first + kTaps <= count) {
      const float* p = line + first * stride;
      for (int t = 0; t < kTaps; ++t, p += stride) sum += weight[t] * *p;
    } else {
      for (int t = 0; t < kTaps; ++t) sum += weight[t] * line[std::clamp(first + t, 0, count - 1) * stride];
    }
    return sum;
  }

 private:
  std::vector<float> table_;
};

// Displacements of the three passes, in voxels. With b the motion's, in voxels, at p = (x, y, z):
// rows take b.x(p), at p itself; columns b.y(p) at (x + b.x, y, z); slices b.z(p) at (x + b.x, y + b.y, z).
class Passes {
 public:
  Passes(const Grid& grid, const Motion& motion) {
    const Mat3 to_axes = transpose(grid.direction);
    const auto voxels = [&, to_axes](Vec3 point) {
      const Vec3 b = to_axes * motion.backward_mm(point);
      return Vec3{b.x / grid.spacing_mm.x, b.y / grid.spacing_mm.y, b.z / grid.spacing_mm.z};
    };
    const auto point_at = [&](Vec3 index) { return point_from_index(grid, index); };
    for (int axis = 0; axis < 3; ++axis)
      fields_[axis] = CoarseField(grid, kKnotMm, [&, axis](Vec3 point) {
        // The p whose line passes through this point after the later passes.
        const Vec3 here = index_from_point(grid, point);
        Vec3 p = here, b = voxels(point);
        for (int step = 0; step < 8 && axis > 0; ++step) {
          p.x = here.x - b.x;
          if (axis == 2) p.y = here.y - b.y;
          b = voxels(point_at(p));
        }
        return b[axis];
      });
  }
  const CoarseField& operator[](int axis) const { return fields_[axis]; }

 private:
  CoarseField fields_[3];
};

// One pass over an axis other than the rows'; lines run through all samples of that axis.
void pass_across(const LineSampler& sample, const CoarseField& field, int axis, const Image<float>& in,
                 Image<float>& out) {
  const Index3 n = in.grid.size;
  const std::size_t width = n[0], plane = width * n[1], stride = axis == 1 ? width : plane;
  parallel_for(static_cast<std::size_t>(n[2]), [&](std::size_t k) {
    std::vector<float> shift(width);
    for (int j = 0; j < n[1]; ++j) {
      field.row(j, static_cast<int>(k), shift.data());
      const float* origin = axis == 1 ? &in.voxels[k * plane] : &in.voxels[j * width];
      const int position = axis == 1 ? j : static_cast<int>(k);
      float* row = &out.voxels[k * plane + j * width];
      for (std::size_t x = 0; x < width; ++x)
        row[x] = sample(origin + x, stride, n[axis], position + shift[x]);
    }
  });
}

void pass_along_rows(const LineSampler& sample, const CoarseField& field, const Image<float>& in,
                     Image<float>& out) {
  const Index3 n = in.grid.size;
  parallel_for(static_cast<std::size_t>(n[2]), [&](std::size_t k) {
    std::vector<float> shift(static_cast<std::size_t>(n[0]));
    for (int j = 0; j < n[1]; ++j) {
      field.row(j, static_cast<int>(k), shift.data());
      const std::size_t start = in.grid.offset(0, j, static_cast<int>(k));
      for (int x = 0; x < n[0]; ++x) out.voxels[start + x] = sample(&in.voxels[start], 1, n[0], x + shift[x]);
    }
  });
}

}  // namespace

void warp(Image<float>& image, const Motion& motion) {
  if (motion.none()) return;
  const Passes passes(image.grid, motion);
  const LineSampler sample;
  Image<float> other(image.grid);
  pass_across(sample, passes[2], 2, image, other);
  pass_across(sample, passes[1], 1, other, image);
  pass_along_rows(sample, passes[0], image, other);
  image.voxels.swap(other.voxels);
}

}  // namespace lobule::phantom
