#include "measure/morphology.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

#include "core/parallel.h"

namespace lobule::measure {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The lower envelope of the parabolas f[q] + (step (x − q))², read at every x. Scratch space is reused.
class Envelope {
 public:
  explicit Envelope(int n) : f(n), vertex_(n), from_(n + 1) {}

  std::vector<double> f;  // squared distances of the line: input, then output

  void run(double step) {
    const int n = static_cast<int>(f.size());
    const double w = step * step;
    int last = -1;
    for (int q = 0; q < n; ++q) {
      if (f[q] == kInfinity) continue;
      double start = -kInfinity;
      while (last >= 0) {
        const int v = vertex_[last];
        start =
            ((f[q] - f[v]) / w + static_cast<double>(q) * q - static_cast<double>(v) * v) / (2.0 * (q - v));
        if (start > from_[last]) break;
        --last;
      }
      if (last < 0) start = -kInfinity;
      ++last;
      vertex_[last] = q;
      from_[last] = start;
    }
    if (last < 0) return;
    from_[last + 1] = kInfinity;
    values_.resize(f.size());
    int piece = 0;
    for (int x = 0; x < n; ++x) {
      while (from_[piece + 1] < x) ++piece;
      const double d = x - vertex_[piece];
      values_[x] = w * d * d + f[vertex_[piece]];
    }
    f.swap(values_);
  }

 private:
  std::vector<int> vertex_;
  std::vector<double> from_;
  std::vector<double> values_;
};

// Squared distances to voxels where `is_set(voxel)`.
template <class IsSet>
Image<float> squared_distance(const Mask& mask, const IsSet& is_set) {
  const Grid& grid = mask.grid;
  Image<float> squared(grid);
  const auto [nx, ny, nz] = grid.size;
  const std::size_t slice = static_cast<std::size_t>(nx) * ny;
  const float far = std::numeric_limits<float>::infinity();
  parallel_for(nz, [&](std::size_t k) {
    float* out = squared.voxels.data() + k * slice;
    const std::uint8_t* in = mask.voxels.data() + k * slice;
    Envelope along_x(nx);
    for (int j = 0; j < ny; ++j) {
      for (int i = 0; i < nx; ++i)
        along_x.f[i] = is_set(in[j * static_cast<std::size_t>(nx) + i]) ? 0 : kInfinity;
      along_x.run(grid.spacing_mm.x);
      for (int i = 0; i < nx; ++i)
        out[j * static_cast<std::size_t>(nx) + i] =
            along_x.f[i] == kInfinity ? far : static_cast<float>(along_x.f[i]);
    }
    Envelope along_y(ny);
    for (int i = 0; i < nx; ++i) {
      for (int j = 0; j < ny; ++j) along_y.f[j] = out[j * static_cast<std::size_t>(nx) + i];
      along_y.run(grid.spacing_mm.y);
      for (int j = 0; j < ny; ++j)
        out[j * static_cast<std::size_t>(nx) + i] = static_cast<float>(along_y.f[j]);
    }
  });
  parallel_for(ny, [&](std::size_t j) {
    Envelope along_z(nz);
    for (int i = 0; i < nx; ++i) {
      float* line = squared.voxels.data() + j * nx + i;
      for (int k = 0; k < nz; ++k) along_z.f[k] = line[k * slice];
      along_z.run(grid.spacing_mm.z);
      for (int k = 0; k < nz; ++k) line[k * slice] = static_cast<float>(along_z.f[k]);
    }
  });
  return squared;
}

// Room for rounding, so that a voxel at exactly the radius belongs to the ball.
float squared_radius(double radius_mm) {
  return static_cast<float>(radius_mm * radius_mm * (1 + 1e-5));
}

Mask threshold_squared(const Image<float>& squared, float limit, bool inside) {
  Mask result(squared.grid);
  parallel_for_ranges(result.voxels.size(), 1 << 18, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) result.voxels[i] = (squared.voxels[i] <= limit) == inside;
  });
  return result;
}

// Marks everything reached from the seeds through voxels that `open` holds; `steps` are index offsets.
class Flood {
 public:
  Flood(const Grid& grid, std::vector<Index3> steps) : grid_(grid), steps_(std::move(steps)) {}

  template <class Open, class Visit>
  void run(Index3 seed, const Open& open, const Visit& visit) {
    stack_.assign(1, seed);
    visit(grid_.offset(seed[0], seed[1], seed[2]));
    while (!stack_.empty()) {
      const Index3 p = stack_.back();
      stack_.pop_back();
      for (const Index3& s : steps_) {
        const Index3 q{p[0] + s[0], p[1] + s[1], p[2] + s[2]};
        if (!grid_.contains(q[0], q[1], q[2])) continue;
        const std::size_t offset = grid_.offset(q[0], q[1], q[2]);
        if (!open(offset)) continue;
        visit(offset);
        stack_.push_back(q);
      }
    }
  }

 private:
  const Grid& grid_;
  std::vector<Index3> steps_;
  std::vector<Index3> stack_;
};

std::vector<Index3> steps_of(Connectivity connectivity) {
  std::vector<Index3> steps;
  for (int c = -1; c <= 1; ++c)
    for (int b = -1; b <= 1; ++b)
      for (int a = -1; a <= 1; ++a) {
        const int moved = std::abs(a) + std::abs(b) + std::abs(c);
        if (moved == 1 || (moved > 1 && connectivity == Connectivity::full)) steps.push_back({a, b, c});
      }
  return steps;
}

// Fills what the border of the grid cannot reach; with `normal_axis` >= 0 each slice has its own border.
Mask fill(const Mask& mask, int normal_axis) {
  std::vector<Index3> steps = steps_of(Connectivity::faces);
  if (normal_axis >= 0) std::erase_if(steps, [&](const Index3& s) { return s[normal_axis] != 0; });
  Mask result(mask.grid, 1);
  const auto open = [&](std::size_t o) { return mask.voxels[o] == 0 && result.voxels[o] == 1; };
  const auto visit = [&](std::size_t o) { result.voxels[o] = 0; };
  Flood flood(mask.grid, steps);
  const Index3& size = mask.grid.size;
  for (int k = 0; k < size[2]; ++k)
    for (int j = 0; j < size[1]; ++j)
      for (int i = 0; i < size[0]; ++i) {
        const Index3 p{i, j, k};
        bool border = false;
        for (int a = 0; a < 3; ++a) border |= a != normal_axis && (p[a] == 0 || p[a] == size[a] - 1);
        if (border && open(mask.grid.offset(i, j, k))) flood.run(p, open, visit);
      }
  return result;
}

}  // namespace

Components connected_components(const Mask& mask, Connectivity connectivity) {
  Components found{Image<int>(mask.grid), {0}};
  Flood flood(mask.grid, steps_of(connectivity));
  const Index3& size = mask.grid.size;
  for (int k = 0; k < size[2]; ++k)
    for (int j = 0; j < size[1]; ++j)
      for (int i = 0; i < size[0]; ++i) {
        const std::size_t start = mask.grid.offset(i, j, k);
        if (mask.voxels[start] == 0 || found.label.voxels[start] != 0) continue;
        const int label = static_cast<int>(found.count.size());
        found.count.push_back(0);
        flood.run(
            {i, j, k}, [&](std::size_t o) { return mask.voxels[o] != 0 && found.label.voxels[o] == 0; },
            [&](std::size_t o) {
              found.label.voxels[o] = label;
              ++found.count[label];
            });
      }
  std::vector<int> order(found.count.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin() + 1, order.end(),
                   [&](int a, int b) { return found.count[a] > found.count[b]; });
  std::vector<int> rank(order.size());
  std::vector<std::size_t> count(order.size());
  for (std::size_t r = 0; r < order.size(); ++r) {
    rank[order[r]] = static_cast<int>(r);
    count[r] = found.count[order[r]];
  }
  for (int& label : found.label.voxels) label = rank[label];
  found.count = std::move(count);
  found.count[0] =
      mask.voxels.size() - std::accumulate(found.count.begin() + 1, found.count.end(), std::size_t{0});
  return found;
}

Mask largest_component(const Mask& mask, Connectivity connectivity) {
  const Components parts = connected_components(mask, connectivity);
  Mask result(mask.grid);
  for (std::size_t i = 0; i < result.voxels.size(); ++i) result.voxels[i] = parts.label.voxels[i] == 1;
  return result;
}

Mask remove_small_components(const Mask& mask, Connectivity connectivity, std::size_t smallest_voxels) {
  const Components parts = connected_components(mask, connectivity);
  Mask result(mask.grid);
  for (std::size_t i = 0; i < result.voxels.size(); ++i) {
    const int label = parts.label.voxels[i];
    result.voxels[i] = label > 0 && parts.count[label] >= smallest_voxels;
  }
  return result;
}

Image<float> distance_to(const Mask& mask) {
  Image<float> distance = squared_distance(mask, [](std::uint8_t v) { return v != 0; });
  for (float& v : distance.voxels) v = std::sqrt(v);
  return distance;
}

Image<float> depth_inside(const Mask& mask, bool border_is_outside) {
  Image<float> depth = squared_distance(mask, [](std::uint8_t v) { return v == 0; });
  for (float& v : depth.voxels) v = std::sqrt(v);
  if (!border_is_outside) return depth;
  const Grid& grid = mask.grid;
  parallel_for(grid.size[2], [&](std::size_t k) {
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        const Index3 p{i, j, static_cast<int>(k)};
        float& v = depth.at(i, j, p[2]);
        for (int a = 0; a < 3; ++a) {
          const double to_border = grid.spacing_mm[a] * std::min(p[a] + 1, grid.size[a] - p[a]);
          v = std::min(v, static_cast<float>(to_border));
        }
      }
  });
  return depth;
}

Mask dilate(const Mask& mask, double radius_mm) {
  return threshold_squared(squared_distance(mask, [](std::uint8_t v) { return v != 0; }),
                           squared_radius(radius_mm), true);
}

Mask erode(const Mask& mask, double radius_mm) {
  return threshold_squared(squared_distance(mask, [](std::uint8_t v) { return v == 0; }),
                           squared_radius(radius_mm), false);
}

Mask opening(const Mask& mask, double radius_mm) {
  return dilate(erode(mask, radius_mm), radius_mm);
}

Mask closing(const Mask& mask, double radius_mm) {
  return erode(dilate(mask, radius_mm), radius_mm);
}

Mask fill_holes(const Mask& mask) {
  return fill(mask, -1);
}

Mask fill_holes_by_slice(const Mask& mask, int axis) {
  return fill(mask, axis);
}

}  // namespace lobule::measure
