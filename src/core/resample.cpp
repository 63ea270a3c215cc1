#include "core/resample.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"

namespace lobule {
namespace {

constexpr double kSnap = 1e-6;  // voxels; nearer than that to a voxel's centre counts as on it
constexpr std::size_t kRowsPerPiece = 64;

// The voxels that take part along one axis and their weights. Consecutive from `first`; unused ones weigh 0.
template <int N>
struct Taps {
  int first = 0;
  float weight[N] = {};
};

// A coordinate brought into [0, size − 1]; false when it lies more than half a voxel outside (or is NaN).
inline bool clamp_to_axis(double& x, int size) {
  if (!(x >= -0.5 - kSnap && x <= size - 0.5 + kSnap)) return false;
  x = std::clamp(x, 0.0, static_cast<double>(size - 1));
  const double whole = static_cast<int>(x + 0.5);
  if (std::abs(x - whole) < kSnap) x = whole;
  return true;
}

inline int nearest(double clamped) {
  return static_cast<int>(clamped + 0.5);
}

inline Taps<2> linear_taps(double x, int size) {
  Taps<2> taps;
  taps.first = std::min(static_cast<int>(x), std::max(0, size - 2));
  const float t = static_cast<float>(x - taps.first);
  taps.weight[0] = 1 - t;
  taps.weight[1] = t;
  return taps;
}

// Keys 1981, a = −1/2. Taps beyond the border are continued linearly (f(−1) = 2 f(0) − f(1)), so that
// ramps stay ramps up to the border.
inline Taps<4> cubic_taps(double x, int size) {
  const int base = static_cast<int>(x);
  const float t = static_cast<float>(x - base);
  float w[4] = {((-0.5f * t + 1) * t - 0.5f) * t, (1.5f * t - 2.5f) * t * t + 1,
                ((-1.5f * t + 2) * t + 0.5f) * t, (0.5f * t - 0.5f) * t * t};
  Taps<4> taps;
  if (base >= 1 && base + 2 < size) {
    taps.first = base - 1;
    std::copy(w, w + 4, taps.weight);
    return taps;
  }
  taps.first = std::clamp(base - 1, 0, std::max(0, size - 4));
  const auto add = [&](int voxel, float weight) { taps.weight[voxel - taps.first] += weight; };
  for (int k = 0; k < 4; ++k) {
    const int voxel = base - 1 + k;
    if (w[k] == 0) continue;
    if (voxel < 0) {
      add(0, 2 * w[k]), add(1, -w[k]);
    } else if (voxel >= size) {
      add(size - 1, 2 * w[k]), add(size - 2, -w[k]);
    } else {
      add(voxel, w[k]);
    }
  }
  return taps;
}

// The weighted sum, leaving out voxels of weight 0: exact where a point lies on a plane of voxels beside
// unmeasured ones.
template <int N>
float careful_sum(const Image<float>& image, const Taps<N> (&taps)[3]) {
  float sum = 0;
  for (int k = 0; k < N; ++k) {
    for (int j = 0; j < N; ++j) {
      for (int i = 0; i < N; ++i) {
        const float w = taps[0].weight[i] * taps[1].weight[j] * taps[2].weight[k];
        if (w != 0) sum += w * image.at(taps[0].first + i, taps[1].first + j, taps[2].first + k);
      }
    }
  }
  return sum;
}

template <int N>
float interpolate(const Image<float>& image, Vec3 x, const Taps<N> (&taps)[3]) {
  const Index3& size = image.grid.size;
  float sum = kMissing;
  if (size[0] >= N && size[1] >= N && size[2] >= N) {
    float along_x[N] = {};
    for (int k = 0; k < N; ++k) {
      for (int j = 0; j < N; ++j) {
        const float w = taps[1].weight[j] * taps[2].weight[k];
        const float* row = &image.at(taps[0].first, taps[1].first + j, taps[2].first + k);
        for (int i = 0; i < N; ++i) along_x[i] += w * row[i];
      }
    }
    sum = 0;
    for (int i = 0; i < N; ++i) sum += taps[0].weight[i] * along_x[i];
  }
  if (std::isnan(sum)) sum = careful_sum(image, taps);
  return std::isnan(sum) ? image.at(nearest(x.x), nearest(x.y), nearest(x.z)) : sum;
}

template <Interpolation kKind>
inline float value_at(const Image<float>& image, Vec3 x) {
  const Index3& size = image.grid.size;
  if (!clamp_to_axis(x.x, size[0]) || !clamp_to_axis(x.y, size[1]) || !clamp_to_axis(x.z, size[2])) {
    return kMissing;
  }
  if constexpr (kKind == Interpolation::nearest) {
    return image.at(nearest(x.x), nearest(x.y), nearest(x.z));
  } else if constexpr (kKind == Interpolation::linear) {
    const Taps<2> taps[3] = {linear_taps(x.x, size[0]), linear_taps(x.y, size[1]), linear_taps(x.z, size[2])};
    return interpolate(image, x, taps);
  } else {
    const Taps<4> taps[3] = {cubic_taps(x.x, size[0]), cubic_taps(x.y, size[1]), cubic_taps(x.z, size[2])};
    return interpolate(image, x, taps);
  }
}

// Calls put(offset on `to`, fractional index on `from`) for each voxel of `to`.
template <class Put>
void for_each_point(const Grid& from, const Grid& to, const Put& put) {
  const Vec3 start = index_from_point(from, to.origin_mm);
  Vec3 step[3];
  for (int axis = 0; axis < 3; ++axis) {
    Vec3 unit;
    unit[axis] = 1;
    step[axis] = index_from_point(from, point_from_index(to, unit)) - start;
  }
  const std::size_t rows = static_cast<std::size_t>(to.size[1]) * to.size[2];
  parallel_for_ranges(rows, kRowsPerPiece, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      const int j = static_cast<int>(row % to.size[1]), k = static_cast<int>(row / to.size[1]);
      const Vec3 first = start + static_cast<double>(j) * step[1] + static_cast<double>(k) * step[2];
      for (int i = 0; i < to.size[0]; ++i) {
        put(row * to.size[0] + i, first + static_cast<double>(i) * step[0]);
      }
    }
  });
}

template <Interpolation kKind>
Image<float> resample_by(const Image<float>& image, const Grid& grid) {
  Image<float> out(grid, kMissing);
  if (image.empty()) return out;
  for_each_point(image.grid, grid,
                 [&](std::size_t at, Vec3 index) { out.voxels[at] = value_at<kKind>(image, index); });
  return out;
}

std::vector<float> gaussian_kernel(double sigma_voxels) {
  const int radius = static_cast<int>(3 * sigma_voxels);
  std::vector<float> half(radius + 1);
  for (int r = 0; r <= radius; ++r) {
    half[r] = r == 0 ? 1.0f : static_cast<float>(std::exp(-0.5 * r * r / (sigma_voxels * sigma_voxels)));
  }
  return half;
}

// Convolves `lines` (n lines of `width` values that lie beside each other) along n; the weights within the
// border sum to one where `normalise` asks for it.
void convolve_lines(const std::vector<const float*>& in, const std::vector<float*>& out, int width,
                    const std::vector<float>& half, bool normalise) {
  const int n = static_cast<int>(in.size()), radius = static_cast<int>(half.size()) - 1;
  for (int i = 0; i < n; ++i) {
    const int low = std::max(0, i - radius), high = std::min(n - 1, i + radius);
    double total = 0;
    for (int s = normalise ? low : -radius; s <= (normalise ? high : radius); ++s) {
      total += half[std::abs(normalise ? s - i : s)];
    }
    float* to = out[i];
    std::fill(to, to + width, 0.0f);
    for (int s = low; s <= high; ++s) {
      const float w = static_cast<float>(half[std::abs(s - i)] / total);
      const float* from = in[s];
      for (int x = 0; x < width; ++x) to[x] += w * from[x];
    }
  }
}

void convolve_row(float* row, float* scratch, int n, const std::vector<float>& half, bool normalise) {
  const int radius = static_cast<int>(half.size()) - 1;
  // scratch: the row between zeros, then its weights likewise.
  float* padded = scratch;
  std::fill(padded, padded + n + 2 * radius, 0.0f);
  std::copy(row, row + n, padded + radius);
  std::fill(row, row + n, 0.0f);
  for (int s = 0; s <= 2 * radius; ++s) {
    const float w = half[std::abs(s - radius)];
    for (int x = 0; x < n; ++x) row[x] += w * padded[x + s];
  }
  double whole = half[0];
  for (int r = 1; r <= radius; ++r) whole += 2.0 * half[r];
  for (int x = 0; x < n; ++x) {
    double total = whole;
    if (normalise && (x < radius || x + radius >= n)) {
      total = 0;
      for (int s = std::max(0, x - radius); s <= std::min(n - 1, x + radius); ++s) {
        total += half[std::abs(s - x)];
      }
    }
    row[x] = static_cast<float>(row[x] / total);
  }
}

// Separable Gaussian in place. `normalise` divides by the weight inside the image along each axis.
void convolve(Image<float>& image, double sigma_mm, bool normalise) {
  const Index3 n = image.grid.size;
  std::vector<float> half[3];
  for (int axis = 0; axis < 3; ++axis) half[axis] = gaussian_kernel(sigma_mm / image.grid.spacing_mm[axis]);
  parallel_for(n[2], [&](std::size_t k) {  // x and y within each slice
    std::vector<float> scratch(n[0] + 2 * half[0].size());
    float* slice = &image.voxels[k * n[0] * n[1]];
    if (half[0].size() > 1) {
      for (int j = 0; j < n[1]; ++j) {
        convolve_row(slice + static_cast<std::size_t>(j) * n[0], scratch.data(), n[0], half[0], normalise);
      }
    }
    if (half[1].size() <= 1) return;
    const std::vector<float> copy(slice, slice + static_cast<std::size_t>(n[0]) * n[1]);
    std::vector<const float*> in(n[1]);
    std::vector<float*> out(n[1]);
    for (int j = 0; j < n[1]; ++j) {
      in[j] = &copy[static_cast<std::size_t>(j) * n[0]];
      out[j] = slice + static_cast<std::size_t>(j) * n[0];
    }
    convolve_lines(in, out, n[0], half[1], normalise);
  });
  if (half[2].size() <= 1) return;
  parallel_for(n[1], [&](std::size_t j) {
    std::vector<float> copy(static_cast<std::size_t>(n[0]) * n[2]);
    std::vector<const float*> in(n[2]);
    std::vector<float*> out(n[2]);
    for (int k = 0; k < n[2]; ++k) {
      out[k] = &image.at(0, static_cast<int>(j), k);
      std::copy(out[k], out[k] + n[0], &copy[static_cast<std::size_t>(k) * n[0]]);
      in[k] = &copy[static_cast<std::size_t>(k) * n[0]];
    }
    convolve_lines(in, out, n[0], half[2], normalise);
  });
}

struct Boxes {
  Index3 factor;
  Grid grid;
};

// The last box of an axis may hold fewer voxels than the others; nothing is cut off.
Boxes boxes_of(const Grid& fine, double spacing_mm) {
  Boxes boxes{{1, 1, 1}, fine};
  Vec3 centre;
  for (int axis = 0; axis < 3; ++axis) {
    const int factor = std::clamp(static_cast<int>(std::lround(spacing_mm / fine.spacing_mm[axis])), 1,
                                  std::max(1, fine.size[axis]));
    boxes.factor[axis] = factor;
    boxes.grid.size[axis] = (fine.size[axis] + factor - 1) / factor;
    boxes.grid.spacing_mm[axis] = fine.spacing_mm[axis] * factor;
    centre[axis] = 0.5 * (factor - 1);
  }
  boxes.grid.origin_mm = point_from_index(fine, centre);
  return boxes;
}

// Calls per_box(coarse offset, box begin, box end) with half-open ranges of fine indices.
template <class PerBox>
void for_each_box(const Grid& fine, const Boxes& boxes, const PerBox& per_box) {
  parallel_for(boxes.grid.size[2], [&](std::size_t k) {
    for (int j = 0; j < boxes.grid.size[1]; ++j) {
      for (int i = 0; i < boxes.grid.size[0]; ++i) {
        const Index3 at{i, j, static_cast<int>(k)};
        Index3 begin, end;
        for (int axis = 0; axis < 3; ++axis) {
          begin[axis] = at[axis] * boxes.factor[axis];
          end[axis] = std::min(fine.size[axis], begin[axis] + boxes.factor[axis]);
        }
        per_box(boxes.grid.offset(i, j, at[2]), begin, end);
      }
    }
  });
}

}  // namespace

float sample(const Image<float>& image, Vec3 index, Interpolation interpolation) {
  switch (interpolation) {
    case Interpolation::nearest: return value_at<Interpolation::nearest>(image, index);
    case Interpolation::linear: return value_at<Interpolation::linear>(image, index);
    case Interpolation::cubic: break;
  }
  return value_at<Interpolation::cubic>(image, index);
}

Image<float> resample(const Image<float>& image, const Grid& grid, Interpolation interpolation) {
  switch (interpolation) {
    case Interpolation::nearest: return resample_by<Interpolation::nearest>(image, grid);
    case Interpolation::linear: return resample_by<Interpolation::linear>(image, grid);
    case Interpolation::cubic: break;
  }
  return resample_by<Interpolation::cubic>(image, grid);
}

Mask resample_mask(const Mask& mask, const Grid& grid) {
  Mask out(grid, 0);
  if (mask.empty()) return out;
  const Index3& size = mask.grid.size;
  for_each_point(mask.grid, grid, [&](std::size_t at, Vec3 x) {
    if (clamp_to_axis(x.x, size[0]) && clamp_to_axis(x.y, size[1]) && clamp_to_axis(x.z, size[2])) {
      out.voxels[at] = mask.at(nearest(x.x), nearest(x.y), nearest(x.z));
    }
  });
  return out;
}

Image<float> gaussian_smooth(const Image<float>& image, double sigma_mm) {
  Image<float> out = image;
  if (!(sigma_mm > 0) || image.empty()) return out;
  bool missing = false;
  for (const float value : image.voxels) missing |= std::isnan(value);
  if (!missing) {
    convolve(out, sigma_mm, true);
    return out;
  }
  Image<float> weight(image.grid, 1.0f);
  for (std::size_t v = 0; v < out.voxels.size(); ++v) {
    if (std::isnan(out.voxels[v])) out.voxels[v] = weight.voxels[v] = 0;
  }
  convolve(out, sigma_mm, false);
  convolve(weight, sigma_mm, false);
  for (std::size_t v = 0; v < out.voxels.size(); ++v) {
    out.voxels[v] = std::isnan(image.voxels[v]) ? kMissing : out.voxels[v] / weight.voxels[v];
  }
  return out;
}

Image<float> downsample(const Image<float>& image, double spacing_mm) {
  const Boxes boxes = boxes_of(image.grid, spacing_mm);
  Image<float> out(boxes.grid, kMissing);
  for_each_box(image.grid, boxes, [&](std::size_t at, const Index3& begin, const Index3& end) {
    double sum = 0;
    int count = 0;
    for (int k = begin[2]; k < end[2]; ++k) {
      for (int j = begin[1]; j < end[1]; ++j) {
        for (int i = begin[0]; i < end[0]; ++i) {
          const float value = image.at(i, j, k);
          if (std::isnan(value)) continue;
          sum += value;
          ++count;
        }
      }
    }
    if (count > 0) out.voxels[at] = static_cast<float>(sum / count);
  });
  return out;
}

Mask downsample_mask(const Mask& mask, double spacing_mm) {
  const Boxes boxes = boxes_of(mask.grid, spacing_mm);
  Mask out(boxes.grid, 0);
  for_each_box(mask.grid, boxes, [&](std::size_t at, const Index3& begin, const Index3& end) {
    int set = 0, count = 0;
    for (int k = begin[2]; k < end[2]; ++k) {
      for (int j = begin[1]; j < end[1]; ++j) {
        for (int i = begin[0]; i < end[0]; ++i, ++count) set += mask.at(i, j, k) != 0;
      }
    }
    out.voxels[at] = 2 * set >= count && count > 0;
  });
  return out;
}

}  // namespace lobule
