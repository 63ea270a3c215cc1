#include "phantom/second/flatten.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>

#include "core/parallel.h"

namespace lobule::phantom::second {
namespace {

// Under compression the breast widens and its free edge comes nearer to an ellipse; choices of this family.
constexpr double kWiden = 1.08, kElliptic = 0.85;
constexpr double kMuscle = 0.6;     // of the thickness over the pectoral muscle; the rest is fat
constexpr double kMuscleEdge = 14;  // over which the pectoral muscle thins out, mm

std::size_t part_of(Material m) {
  if (is_lesion(m)) return static_cast<std::size_t>(Part::lesion);
  switch (static_cast<Tissue>(bare(m))) {
    case Tissue::fat: return static_cast<std::size_t>(Part::adipose);
    case Tissue::skin:
    case Tissue::nipple: return static_cast<std::size_t>(Part::skin);
    default: return static_cast<std::size_t>(Part::dense);
  }
}

// The plane of projection: `a` runs from the chest forward, `b` upwards (or outwards), `c` along the beam.
struct Frame {
  Vec3 a, b, c, corner;  // corner: the first cell of each axis
  int na = 0, nb = 0, nc = 0;
  double step = 0.5;

  Frame(const BreastForm& form, const Grid& grid, double angle) {
    a = {0, -1, 0};
    b = {form.outward() * std::cos(angle), 0, std::sin(angle)};
    c = {form.outward() * std::sin(angle), 0, -std::cos(angle)};
    step = grid.spacing_mm.x;
    const Vec3 base = form.base_mm();
    const double reach = 0.5 * std::hypot(grid.size[0], grid.size[2]) * step;
    // The paddle catches what lies in front of the base's plane.
    const double back = base.y + 4, front = grid.origin_mm.y;
    na = static_cast<int>((back - front) / step);
    nb = nc = static_cast<int>(2 * reach / step);
    corner = Vec3{base.x, back, base.z} - reach * b - reach * c;
  }
  Vec3 at(int i, int j, int k) const { return corner + (i * step) * a + (j * step) * b + (k * step) * c; }
};

struct Projection {
  std::array<std::vector<float>, kParts> mm;
  std::vector<std::vector<float>> lesions;
};

Projection project(const BreastVoxels& breast, const Patient& patient, BreastSide side, const Frame& f) {
  const std::size_t cells = static_cast<std::size_t>(f.na) * static_cast<std::size_t>(f.nb);
  Projection out;
  for (auto& map : out.mm) map.assign(cells, 0.0f);
  for (const LesionShape& lesion : patient.lesions)
    out.lesions.emplace_back(lesion.plan().side == side ? cells : 0, 0.0f);
  const Grid& g = breast.material.grid;
  const float step = static_cast<float>(f.step);
  parallel_for(static_cast<std::size_t>(f.nb), [&](std::size_t row) {
    const int j = static_cast<int>(row);
    for (int k = 0; k < f.nc; ++k) {
      const Vec3 from = (1 / f.step) * (f.at(0, j, k) - g.origin_mm);
      const int x = static_cast<int>(std::lround(from.x)), z = static_cast<int>(std::lround(from.z));
      if (x < 0 || z < 0 || x >= g.size[0] || z >= g.size[2]) continue;
      for (int i = 0; i < f.na; ++i) {
        const int y = static_cast<int>(std::lround(from.y)) - i;
        if (y < 0 || y >= g.size[1]) continue;
        const Material m = breast.material.at(x, y, z);
        if (m == 0) continue;
        const std::size_t at = row * static_cast<std::size_t>(f.na) + static_cast<std::size_t>(i);
        out.mm[part_of(m)][at] += step;
        if (is_lesion(m)) out.lesions[static_cast<std::size_t>(lesion_of(m))][at] += step;
      }
    }
  });
  return out;
}

// The value at `x` of a curve that rises through (at[i], value[i]).
double along(const std::vector<double>& at, const std::vector<double>& value, double x) {
  const auto next = std::upper_bound(at.begin(), at.end(), x);
  if (next == at.begin()) return value.front();
  if (next == at.end()) return value.back();
  const std::size_t i = static_cast<std::size_t>(next - at.begin());
  return value[i - 1] + (value[i] - value[i - 1]) * (x - at[i - 1]) / (at[i] - at[i - 1]);
}

// Rows of the flat breast: each takes what lies between two places of the projection.
struct RowPlan {
  std::vector<double> from;  // edges, in rows of the projection, from the highest to the lowest
};

RowPlan plan_rows(const std::vector<double>& row_volume) {
  std::vector<double> sum(1, 0.0), place(1, 0.0);
  std::size_t first = row_volume.size(), last = 0;
  for (std::size_t j = 0; j < row_volume.size(); ++j) {
    if (row_volume[j] > 0) first = std::min(first, j), last = j;
    sum.push_back(sum.back() + row_volume[j]);
    place.push_back(static_cast<double>(j) + 1);
  }
  RowPlan plan;
  if (first > last) return {{1, 0}};
  const double low = static_cast<double>(first), span = static_cast<double>(last - first + 1);
  const int rows = std::max(1, static_cast<int>(span * kWiden));
  for (int r = 0; r <= rows; ++r) {
    const double u = 1 - static_cast<double>(r) / rows, x = 2 * u - 1;
    // The share of the volume below: that of a half ellipse, and that of the breast as it was.
    const double ellipse = 0.5 + (x * std::sqrt(std::max(0.0, 1 - x * x)) + std::asin(x)) / std::numbers::pi;
    const double as_was = along(place, sum, low + u * span) / sum.back();
    const double below = (kElliptic * ellipse + (1 - kElliptic) * as_was) * sum.back();
    plan.from.push_back(std::clamp(along(sum, place, below), low, low + span));
  }
  plan.from.front() = low + span;
  plan.from.back() = low;
  return plan;
}

// What of a map lies between two places, per cell of a row.
std::vector<float> gathered(const std::vector<float>& map, int na, double low, double high) {
  std::vector<float> row(static_cast<std::size_t>(na), 0.0f);
  for (int j = static_cast<int>(low); j < high; ++j) {
    const double part = std::min(high, j + 1.0) - std::max(low, static_cast<double>(j));
    if (part <= 0 || static_cast<std::size_t>(j + 1) * row.size() > map.size()) continue;
    const float* from = &map[static_cast<std::size_t>(j) * row.size()];
    for (std::size_t i = 0; i < row.size(); ++i) row[i] += static_cast<float>(part) * from[i];
  }
  return row;
}

// The muscle's share of the thickness at a distance from the chest's edge.
double muscle_share(double x, double reach) {
  return std::clamp((reach - x) / kMuscleEdge, 0.0, 1.0);
}

// The paddle's thickness along a row of a given length: even, with a round free edge.
double profile(double x, double length, double thickness) {
  const double edge = 0.5 * thickness, left = length - x;
  if (left <= 0) return 0;
  const double reach = std::min(edge, length), top = thickness * std::min(1.0, length / edge);
  if (left >= reach) return top;
  const double q = 1 - left / reach;
  return top * std::sqrt(std::max(0.0, 1 - q * q));
}

// One row: where the tissue that lies before a cell's edge in the uncompressed row goes.
struct Row {
  std::vector<double> source;  // volume (per row width) up to each edge of the projection
  std::vector<double> target;  // volume up to each edge of the compressed row
  double length = 0;
};

Row spread(const std::vector<float>& height, int columns, double step, double thickness, double pectoral) {
  Row row;
  row.source.assign(1, 0.0);
  for (const float h : height) row.source.push_back(row.source.back() + static_cast<double>(h) * step);
  const double volume = row.source.back();
  const auto room = [&](double length, std::vector<double>* edges) {
    double sum = 0;
    if (edges) edges->assign(1, 0.0);
    for (int i = 0; i < columns; ++i) {
      const double x = (i + 0.5) * step;
      if (x < length) sum += step * profile(x, length, thickness) * (1 - muscle_share(x, pectoral));
      if (edges) edges->push_back(sum);
    }
    return sum;
  };
  double low = pectoral, high = columns * step;
  for (int n = 0; n < 30; ++n) {
    const double middle = 0.5 * (low + high);
    (room(middle, nullptr) < volume ? low : high) = middle;
  }
  row.length = volume > 0 ? high : pectoral;
  const double total = room(row.length, &row.target);
  if (total > 0)
    for (double& edge : row.target) edge *= volume / total;
  return row;
}

// Carries a part's volume from the projection's row into the compressed one.
void carry(const std::vector<float>& from, double step, const Row& row, float* to) {
  std::vector<double> sums(1, 0.0);
  for (const float h : from) sums.push_back(sums.back() + static_cast<double>(h) * step);
  double before = 0;
  for (std::size_t i = 1; i < row.target.size(); ++i) {
    const double now = along(row.source, sums, row.target[i]);
    to[i - 1] = static_cast<float>((now - before) / step);
    before = now;
  }
}

std::vector<float> total(const Projection& p) {
  std::vector<float> sum(p.mm[0].size(), 0.0f);
  for (const auto& map : p.mm)
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += map[i];
  return sum;
}

}  // namespace

FlatBreast flatten(const BreastVoxels& breast, const Patient& patient, BreastSide side,
                   const Paddle& paddle) {
  const BreastForm& form = patient.form(side);
  const Frame frame(form, breast.material.grid, paddle.angle_rad);
  const Projection flat = project(breast, patient, side, frame);
  const std::vector<float> height = total(flat);
  std::vector<double> row_volume;
  for (int j = 0; j < frame.nb; ++j) {
    const auto from = height.begin() + static_cast<std::ptrdiff_t>(j) * frame.na;
    row_volume.push_back(std::accumulate(from, from + frame.na, 0.0));
  }
  const RowPlan plan = plan_rows(row_volume);
  FlatBreast out;
  out.spacing_mm = frame.step;
  out.thickness_mm = paddle.thickness_mm;
  out.rows = static_cast<int>(plan.from.size()) - 1;
  out.columns = static_cast<int>(2.2 * frame.na);
  const std::size_t cells = static_cast<std::size_t>(out.rows) * static_cast<std::size_t>(out.columns);
  for (auto& map : out.mm) map.assign(cells, 0.0f);
  for (const auto& lesion : flat.lesions) out.lesion_mm.emplace_back(lesion.empty() ? 0 : cells, 0.0f);
  std::vector<Row> rows(static_cast<std::size_t>(out.rows));
  parallel_for(rows.size(), [&](std::size_t r) {
    const double high = plan.from[r], low = plan.from[r + 1];
    const double up = 1 - static_cast<double>(r) / (0.62 * out.rows);
    const double pectoral = paddle.pectoral_mm * std::max(0.0, up);
    rows[r] =
        spread(gathered(height, frame.na, low, high), out.columns, frame.step, paddle.thickness_mm, pectoral);
    const std::size_t to = r * static_cast<std::size_t>(out.columns);
    for (std::size_t part = 0; part < kBreastParts; ++part)
      carry(gathered(flat.mm[part], frame.na, low, high), frame.step, rows[r], &out.mm[part][to]);
    for (std::size_t n = 0; n < flat.lesions.size(); ++n)
      if (!flat.lesions[n].empty())
        carry(gathered(flat.lesions[n], frame.na, low, high), frame.step, rows[r], &out.lesion_mm[n][to]);
    for (int i = 0; i < out.columns; ++i) {
      const double x = (i + 0.5) * frame.step;
      const double muscle =
          profile(x, std::max(rows[r].length, pectoral + 1), paddle.thickness_mm) * muscle_share(x, pectoral);
      const std::size_t at = to + static_cast<std::size_t>(i);
      out.mm[static_cast<std::size_t>(Part::pectoral)][at] = static_cast<float>(kMuscle * muscle);
      out.mm[static_cast<std::size_t>(Part::behind)][at] = static_cast<float>((1 - kMuscle) * muscle);
    }
  });
  std::vector<double> edges, source_edges;
  for (int i = 0; i <= out.columns; ++i) edges.push_back(i * frame.step);
  for (int i = 0; i <= frame.na; ++i) source_edges.push_back(i * frame.step);
  int number = -1;
  for (const LesionShape& lesion : patient.lesions) {
    ++number;
    if (lesion.plan().side != side) continue;
    for (const Calcification& grain : lesion.calcifications()) {
      const Vec3 d = grain.center_mm - frame.corner;
      const double place = dot(d, frame.b) / frame.step + 0.5;
      // The edges fall with the rows.
      const auto edge = std::lower_bound(plan.from.begin(), plan.from.end(), place, std::greater<>());
      const auto r = static_cast<std::size_t>(
          std::clamp(static_cast<int>(edge - plan.from.begin()) - 1, 0, out.rows - 1));
      const double row =
          static_cast<double>(r) + (plan.from[r] - place) / std::max(1e-6, plan.from[r] - plan.from[r + 1]);
      const double volume = along(source_edges, rows[r].source, dot(d, frame.a));
      out.calcifications.push_back(
          {{along(rows[r].target, edges, volume), row * frame.step, 0}, grain.radius_mm, number});
    }
  }
  return out;
}

}  // namespace lobule::phantom::second
