#include "exam/series_thumbnail.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"

namespace lobule::exam {
namespace {

constexpr double kSameDirectionCosine = 0.9;  // slices of one stack
constexpr double kNarrowMm = 220;             // fields that hold one breast
constexpr int kSubPixels = 3;                 // along each axis of a pixel
constexpr double kTopFraction = 0.995;

// The frames of the commonest direction, one a position, along their normal.
std::vector<const FrameFacts*> stack_of(const SeriesFacts& facts, const std::vector<int>& frames) {
  std::vector<const FrameFacts*> best;
  for (const int lead : frames) {
    const FrameFacts& first = facts.frames[static_cast<std::size_t>(lead)];
    const auto known = std::any_of(best.begin(), best.end(), [&](const FrameFacts* f) {
      return std::abs(dot(f->normal(), first.normal())) > kSameDirectionCosine;
    });
    if (!first.has_geometry || known) continue;
    std::vector<const FrameFacts*> stack;
    for (const int i : frames) {
      const FrameFacts& frame = facts.frames[static_cast<std::size_t>(i)];
      if (frame.has_geometry && frame.rows == first.rows && frame.columns == first.columns &&
          std::abs(dot(frame.normal(), first.normal())) > kSameDirectionCosine)
        stack.push_back(&frame);
    }
    if (stack.size() > best.size()) best = std::move(stack);
  }
  if (best.empty()) return best;
  const Vec3 normal = best.front()->normal();
  std::stable_sort(best.begin(), best.end(), [&](const FrameFacts* a, const FrameFacts* b) {
    return dot(a->position_mm, normal) < dot(b->position_mm, normal);
  });
  std::vector<const FrameFacts*> distinct;
  for (const FrameFacts* frame : best)
    if (distinct.empty() || dot(frame->position_mm - distinct.back()->position_mm, normal) > 0.05)
      distinct.push_back(frame);
  return distinct;
}

struct Field {
  Vec3 low{1e9, 1e9, 1e9}, high{-1e9, -1e9, -1e9};

  void add(const Vec3& point) {
    for (int axis = 0; axis < 3; ++axis) {
      low[axis] = std::min(low[axis], point[axis]);
      high[axis] = std::max(high[axis], point[axis]);
    }
  }
  Vec3 center() const { return 0.5 * (low + high); }
  Vec3 extent() const { return high - low; }
};

// The box of all voxels, slices as thick as their distance.
Field field_of(const std::vector<const FrameFacts*>& stack, double slice_mm) {
  Field field;
  for (const FrameFacts* f : {stack.front(), stack.back()})
    for (const double c : {-0.5, f->columns - 0.5})
      for (const double r : {-0.5, f->rows - 0.5})
        for (const double s : {-0.5, 0.5})
          field.add(f->position_mm + (c * f->column_spacing_mm) * f->row +
                    (r * f->row_spacing_mm) * f->column + (s * slice_mm) * f->normal());
  return field;
}

// Reads a stack at points.
struct Stack {
  std::vector<const FrameFacts*> frames;
  std::vector<Pixels> pixels;
  std::vector<double> along_mm;  // of the frames, along the first one's normal
  double slice_mm = 1;

  // False outside of the series.
  bool value(const Vec3& point, float& out) const {
    const double at = dot(point, frames.front()->normal());
    const auto next = std::lower_bound(along_mm.begin(), along_mm.end(), at);
    auto k = static_cast<std::size_t>(next - along_mm.begin());
    if (k == along_mm.size() || (k > 0 && at - along_mm[k - 1] < along_mm[k] - at)) --k;
    if (std::abs(at - along_mm[k]) > 0.51 * slice_mm) return false;
    const FrameFacts& f = *frames[k];
    const Vec3 from = point - f.position_mm;
    const long column = std::lround(dot(from, f.row) / f.column_spacing_mm),
               row = std::lround(dot(from, f.column) / f.row_spacing_mm);
    if (column < 0 || row < 0 || column >= f.columns || row >= f.rows || pixels[k].empty()) return false;
    out = std::max(0.0f, pixels[k][static_cast<std::size_t>(row) * static_cast<std::size_t>(f.columns) +
                                   static_cast<std::size_t>(column)]);
    return true;
  }
};

void draw(const Stack& stack, const Field& field, double pixel_mm, SeriesThumbnail& thumbnail) {
  const int n = thumbnail.size;
  const Vec3 center = field.center(), extent = field.extent();
  const double front = -extent.y / 4, beside = extent.x < kNarrowMm ? 0 : extent.x / 4;
  parallel_for(static_cast<std::size_t>(3 * n), [&](std::size_t line) {
    const int plane = static_cast<int>(line) / n, y = static_cast<int>(line) % n;
    for (int x = 0; x < n; ++x) {
      double sum = 0;
      int count = 0;
      for (int sub = 0; sub < kSubPixels * kSubPixels; ++sub) {
        const auto place = [&](int pixel, int part) {
          return (pixel - (n - 1) / 2.0 + (part + 0.5) / kSubPixels - 0.5) * pixel_mm;
        };
        const double u = place(x, sub % kSubPixels), v = place(y, sub / kSubPixels);
        const Vec3 offset = plane == 0   ? Vec3{u, v, 0}
                            : plane == 1 ? Vec3{u, front, -v}
                                         : Vec3{beside, u, -v};
        float value = 0;
        if (stack.value(center + offset, value)) sum += value, ++count;
      }
      if (count > 0)
        thumbnail.pictures[line * static_cast<std::size_t>(n) + static_cast<std::size_t>(x)] =
            static_cast<float>(sum / count);
    }
  });
}

}  // namespace

SeriesThumbnail series_thumbnail(const SeriesFacts& facts, const std::vector<int>& frames,
                                 const FrameSource& source) {
  SeriesThumbnail thumbnail;
  std::vector<const FrameFacts*> all = stack_of(facts, frames);
  if (all.empty()) return thumbnail;
  const Vec3 normal = all.front()->normal();
  const double reach = dot(all.back()->position_mm - all.front()->position_mm, normal);
  const double step =
      all.size() > 1 ? reach / static_cast<double>(all.size() - 1) : facts.slice_thickness_mm.value_or(1);
  const Field field = field_of(all, step);
  const Vec3 extent = field.extent();
  const double pixel_mm = std::max({extent.x, extent.y, extent.z}) / thumbnail.size;
  if (!(pixel_mm > 0) || !std::isfinite(pixel_mm)) return thumbnail;

  Stack stack;
  const auto skip = std::max<std::size_t>(1, step > 0 ? static_cast<std::size_t>(pixel_mm / 2 / step) : 1);
  for (std::size_t k = 0; k < all.size(); k += skip) stack.frames.push_back(all[k]);
  stack.slice_mm = std::max(step * static_cast<double>(skip), 1e-3);
  stack.pixels.resize(stack.frames.size());
  parallel_for(stack.frames.size(),
               [&](std::size_t k) { stack.pixels[k] = source.read(stack.frames[k]->ref); });
  for (std::size_t k = 0; k < stack.frames.size(); ++k) {
    const FrameFacts& f = *stack.frames[k];
    if (stack.pixels[k].size() != static_cast<std::size_t>(f.rows) * static_cast<std::size_t>(f.columns))
      stack.pixels[k].clear();
    stack.along_mm.push_back(dot(f.position_mm, normal));
  }
  if (std::all_of(stack.pixels.begin(), stack.pixels.end(), [](const Pixels& p) { return p.empty(); }))
    return thumbnail;
  thumbnail.pictures.assign(static_cast<std::size_t>(3 * thumbnail.size * thumbnail.size), 0.0f);
  draw(stack, field, pixel_mm, thumbnail);
  return thumbnail;
}

float thumbnail_scale(const std::vector<float>& pictures) {
  std::vector<float> above;
  for (const float value : pictures)
    if (value > 0) above.push_back(value);
  const float scale = percentile(std::move(above), kTopFraction);
  return scale > 0 ? scale : 1;
}

SeriesThumbnail normalized(SeriesThumbnail thumbnail) {
  const float scale = thumbnail_scale(thumbnail.pictures);
  for (float& value : thumbnail.pictures) value = std::min(1.0f, value / scale);
  return thumbnail;
}

}  // namespace lobule::exam
