// What is true of a lesion: its centre, volume and longest diameter.

#include <array>
#include <cmath>
#include <numbers>

#include "phantom/lesion.h"

namespace lobule::phantom {
namespace {

constexpr double kMostPoints = 70;  // of the grid, on each side of the centre

LesionTruth measure_specks(const Lesion& lesion, LesionTruth truth) {
  double sum = 0;
  Vec3 moment;
  for (const Speck& s : lesion.specks()) {
    const double volume = 4.0 / 3 * std::numbers::pi * s.radius_mm * s.radius_mm * s.radius_mm;
    sum += volume;
    moment = moment + volume * s.center_mm;
    for (const Speck& other : lesion.specks())
      truth.longest_diameter_mm = std::max(
          truth.longest_diameter_mm, norm(s.center_mm - other.center_mm) + s.radius_mm + other.radius_mm);
  }
  truth.center_mm = (1 / sum) * moment;
  truth.volume_ml = sum / 1000;
  truth.specks = lesion.specks();
  return truth;
}

// Axes, face and space diagonals.
std::vector<Vec3> thirteen_directions() {
  std::vector<Vec3> directions;
  for (int z = -1; z <= 1; ++z)
    for (int y = -1; y <= 1; ++y)
      for (int x = -1; x <= 1; ++x)
        if (z > 0 || (z == 0 && (y > 0 || (y == 0 && x > 0)))) {
          const Vec3 d{double(x), double(y), double(z)};
          directions.push_back((1 / norm(d)) * d);
        }
  return directions;
}

}  // namespace

LesionTruth measure_lesion(const Lesion& lesion, double spacing_mm) {
  LesionTruth truth;
  truth.kind = lesion.plan().kind;
  truth.side = lesion.plan().side;
  truth.uptake_scale = lesion.plan().uptake_scale;
  truth.malignant = is_malignant(truth.kind);
  if (truth.kind == LesionKind::calcifications) return measure_specks(lesion, truth);
  const double spacing = std::max(spacing_mm, lesion.reach_mm() / kMostPoints);
  const int half = static_cast<int>(std::ceil(lesion.reach_mm() / spacing)) + 1;
  const std::vector<Vec3> directions = thirteen_directions();
  std::vector<std::array<double, 2>> extent(directions.size(), {1e9, -1e9});
  double sum = 0;
  Vec3 moment;
  for (int k = -half; k <= half; ++k)
    for (int j = -half; j <= half; ++j)
      for (int i = -half; i <= half; ++i) {
        const Vec3 from = spacing * Vec3{double(i), double(j), double(k)};
        const double amount = lesion.coverage_at(lesion.center_mm() + from, spacing);
        if (amount <= 0) continue;
        sum += amount;
        moment = moment + amount * from;
        if (amount < 0.5) continue;
        for (std::size_t d = 0; d < directions.size(); ++d) {
          const double along = dot(from, directions[d]);
          extent[d] = {std::min(extent[d][0], along), std::max(extent[d][1], along)};
        }
      }
  truth.center_mm = lesion.center_mm() + (1 / sum) * moment;
  truth.volume_ml = sum * spacing * spacing * spacing / 1000;
  for (const auto& [low, high] : extent)
    truth.longest_diameter_mm = std::max(truth.longest_diameter_mm, high - low + spacing);
  return truth;
}

}  // namespace lobule::phantom
