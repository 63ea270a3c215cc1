#include "exam/geometry.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lobule::exam {
namespace {

double tolerance_mm(double step_mm) {
  return std::max(0.01, 0.02 * step_mm);
}

constexpr double kLargestShiftMm = 0.05;

// Resampling beyond this would mostly invent slices (and memory).
constexpr double kMostSlicesPerImage = 8;

std::vector<double> steps_of(const std::vector<double>& offsets) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < offsets.size(); ++i) steps.push_back(offsets[i] - offsets[i - 1]);
  return steps;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

bool is_even(const std::vector<double>& offsets, double step) {
  for (std::size_t i = 0; i < offsets.size(); ++i)
    if (std::abs(offsets[i] - static_cast<double>(i) * step) > tolerance_mm(step)) return false;
  return true;
}

// The full stack when each step is a whole number of `step` and most steps are one.
std::vector<std::optional<std::size_t>> with_gaps(const std::vector<double>& offsets, double step) {
  if (!(step > 0)) return {};
  std::vector<std::optional<std::size_t>> full{0};
  std::size_t single_steps = 0;
  const std::vector<double> steps = steps_of(offsets);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double count = std::round(steps[i] / step);
    // A gap of more slices than there are is no gap in a stack.
    if (count < 1 || count > static_cast<double>(offsets.size()) ||
        std::abs(steps[i] - count * step) > tolerance_mm(step))
      return {};
    if (count == 1) ++single_steps;
    full.resize(full.size() + static_cast<std::size_t>(count) - 1);
    full.emplace_back(i + 1);
  }
  if (2 * single_steps < steps.size() || full.size() > 2 * offsets.size()) return {};
  return full;
}

Grid make_grid(const PlaneStack& stack, Vec3 origin, double step, std::size_t count) {
  Grid grid;
  const Vec3 normal = cross(stack.row, stack.column);
  grid.size = {stack.columns, stack.rows, static_cast<int>(count)};
  grid.spacing_mm = {stack.column_spacing_mm, stack.row_spacing_mm, step};
  grid.origin_mm = origin;
  grid.direction.column = {stack.row, stack.column, (1 / norm(normal)) * normal};
  return grid;
}

}  // namespace

StackGeometry measure_stack(const PlaneStack& stack) {
  StackGeometry result;
  const Vec3 axis = cross(stack.row, stack.column);
  const Vec3 normal = (1 / norm(axis)) * axis;
  std::vector<double> along;
  for (const Vec3& p : stack.positions_mm) along.push_back(dot(p, normal));
  result.order.resize(along.size());
  std::iota(result.order.begin(), result.order.end(), std::size_t{0});
  std::stable_sort(result.order.begin(), result.order.end(),
                   [&](std::size_t a, std::size_t b) { return along[a] < along[b]; });
  if (along.empty()) return result;
  const Vec3 first = stack.positions_mm[result.order[0]];
  for (const std::size_t i : result.order) {
    result.offsets_mm.push_back(along[i] - along[result.order[0]]);
    const Vec3 moved = stack.positions_mm[i] - first;
    result.largest_shift_mm = std::max(result.largest_shift_mm, norm(moved - dot(moved, normal) * normal));
  }
  result.grid = make_grid(stack, first, 1, along.size());
  if (along.size() < 2) return result;

  const std::vector<double> steps = steps_of(result.offsets_mm);
  result.step_mm = *std::min_element(steps.begin(), steps.end());
  result.largest_step_mm = *std::max_element(steps.begin(), steps.end());
  const double mean = result.offsets_mm.back() / static_cast<double>(steps.size());
  if (result.largest_shift_mm > kLargestShiftMm) {
    result.spacing = Spacing::shifted;
  } else if (is_even(result.offsets_mm, mean)) {
    result.spacing = Spacing::even;
    result.step_mm = mean;
    result.grid = make_grid(stack, first, mean, along.size());
  } else if (result.full = with_gaps(result.offsets_mm, median(steps)); !result.full.empty()) {
    result.spacing = Spacing::gaps;
    const double step = result.offsets_mm.back() / static_cast<double>(result.full.size() - 1);
    result.step_mm = step;
    result.grid = make_grid(stack, first, step, result.full.size());
  } else {
    result.spacing = Spacing::uneven;
    const double count = std::floor(result.offsets_mm.back() / result.step_mm + 1e-6) + 1;
    const bool sensible = count <= kMostSlicesPerImage * static_cast<double>(along.size());
    result.grid = make_grid(stack, first, result.step_mm, sensible ? static_cast<std::size_t>(count) : 0);
  }
  return result;
}

std::optional<std::size_t> slab_border(const StackGeometry& stack) {
  const std::vector<double> steps = steps_of(stack.offsets_mm);
  if (steps.size() < 5) return std::nullopt;
  const double usual = median(steps);
  std::optional<std::size_t> border;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i] < 4 * usual) continue;
    if (border) return std::nullopt;
    border = i;
  }
  if (!border || *border < 2 || *border + 4 > steps.size() + 1) return std::nullopt;
  return border;
}

int dominant_axis(Vec3 direction) {
  int axis = 0;
  for (int a = 1; a < 3; ++a)
    if (std::abs(direction[a]) > std::abs(direction[axis]) + 1e-9) axis = a;
  return axis;
}

}  // namespace lobule::exam
