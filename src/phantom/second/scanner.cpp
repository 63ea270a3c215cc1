#include "phantom/second/scanner.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "core/parallel.h"
#include "core/random.h"

namespace lobule::phantom::second {
namespace {

constexpr int kReach = 4;      // voxels that the point spread function reaches
constexpr int kDisplaced = 8;  // displacements are linear between every eighth sample of a row
constexpr double kPpm = 0.35;  // standard deviation of the field over the breasts after shimming

// The point spread function of a truncated, slightly windowed k-space, sampled twice a voxel: a sinc under a
// wide cosine bell. `gibbs` 0 closes the bell.
std::array<float, 4 * kReach> point_spread(double gibbs) {
  std::array<float, 4 * kReach> kernel{};
  double sum = 0;
  for (int n = 0; n < 4 * kReach; ++n) {
    const double x = (n - 2 * kReach + 0.5) / 2;
    const double sinc = std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
    const double bell = 0.5 + 0.5 * std::cos(std::numbers::pi * x / kReach);
    const double closed = std::abs(x) < 1 ? 0.5 + 0.5 * std::cos(std::numbers::pi * x) : 0;
    const double value = gibbs * sinc * bell + (1 - gibbs) * closed;
    kernel[static_cast<std::size_t>(n)] = static_cast<float>(value);
    sum += value;
  }
  for (float& value : kernel) value = static_cast<float>(static_cast<double>(value) / sum);
  return kernel;
}

struct Sample {
  float water = 0, fat = 0;
};

// Linear between the body's voxels.
Sample sample(const Image<Material>& body, const Contrast& c, double x, double y, double z) {
  const auto& n = body.grid.size;
  if (!(x >= 0 && y >= 0 && z >= -0.5 && x < n[0] - 1 && y < n[1] - 1 && z < n[2] - 0.5)) return {};
  z = std::clamp(z, 0.0, n[2] - 1.001);
  const int i = static_cast<int>(x), j = static_cast<int>(y), k = static_cast<int>(z);
  const Material* m = &body.voxels[body.grid.offset(i, j, k)];
  const std::size_t row = static_cast<std::size_t>(n[0]), slice = row * static_cast<std::size_t>(n[1]);
  const std::array<Material, 8> corner{
      bare(m[0]),     bare(m[1]),         bare(m[row]),         bare(m[row + 1]),
      bare(m[slice]), bare(m[slice + 1]), bare(m[slice + row]), bare(m[slice + row + 1])};
  bool same = true;
  for (const Material other : corner) same = same && other == corner[0];
  if (same) return {c.water[corner[0]], c.fat[corner[0]]};
  const float u = static_cast<float>(x - i), v = static_cast<float>(y - j), w = static_cast<float>(z - k);
  const auto mix = [&](const std::array<float, kMaterials>& s) {
    const float low = (1 - v) * ((1 - u) * s[corner[0]] + u * s[corner[1]]) +
                      v * ((1 - u) * s[corner[2]] + u * s[corner[3]]);
    const float high = (1 - v) * ((1 - u) * s[corner[4]] + u * s[corner[5]]) +
                       v * ((1 - u) * s[corner[6]] + u * s[corner[7]]);
    return (1 - w) * low + w * high;
  };
  return {mix(c.water), mix(c.fat)};
}

// Twice as many samples as voxels along both axes → voxels. `shift` moves along rows, in samples.
std::vector<float> filtered(const std::vector<float>& fine, int columns, int rows,
                            const std::array<float, 4 * kReach>& kernel, int shift) {
  std::vector<float> half(static_cast<std::size_t>(columns) * 2 * static_cast<std::size_t>(rows), 0.0f);
  std::vector<float> out(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows), 0.0f);
  constexpr int kTaps = 4 * kReach;
  for (int v = 0; v < 2 * rows; ++v) {
    const float* from = &fine[static_cast<std::size_t>(v) * 2 * static_cast<std::size_t>(columns)];
    float* to = &half[static_cast<std::size_t>(v) * static_cast<std::size_t>(columns)];
    for (int i = 0; i < columns; ++i) {
      const int first = 2 * i + 1 - kTaps / 2 - shift;
      float sum = 0;
      for (int t = std::max(0, -first); t < std::min(kTaps, 2 * columns - first); ++t)
        sum += kernel[static_cast<std::size_t>(t)] * from[first + t];
      to[i] = sum;
    }
  }
  for (int j = 0; j < rows; ++j) {
    float* to = &out[static_cast<std::size_t>(j) * static_cast<std::size_t>(columns)];
    const int first = 2 * j + 1 - kTaps / 2;
    for (int t = std::max(0, -first); t < std::min(kTaps, 2 * rows - first); ++t) {
      const float* from = &half[static_cast<std::size_t>(first + t) * static_cast<std::size_t>(columns)];
      for (int i = 0; i < columns; ++i) to[i] += kernel[static_cast<std::size_t>(t)] * from[i];
    }
  }
  return out;
}

}  // namespace

Movement::Movement(std::uint64_t seed, int phase, double amount_mm, double breathing_mm)
    : amount_mm_(amount_mm), breathing_mm_(breathing_mm) {
  const RandomStream random(seed, "second movement");
  const Vec3 way{random.uniform(0, -0.4, 0.4), random.uniform(1, 0.4, 1), random.uniform(2, -0.4, 0.4)};
  shift_ = (1 / norm(way)) * way;
  // Radians per millimetre of the amount: a millimetre's turn at 100 mm.
  turn_ = {random.uniform(3, -0.004, 0.004), random.uniform(4, -0.003, 0.003),
           random.uniform(5, -0.004, 0.004)};
  breathing_phase_ =
      RandomStream(seed, "second breath " + std::to_string(phase)).uniform(0, 0, 2 * std::numbers::pi);
}

Vec3 Movement::backward_mm(Vec3 p) const {
  if (none()) return {};
  // The trunk lies still; what hangs sinks and turns.
  const double t = std::clamp((40 - p.y) / 80, 0.0, 1.0), free = t * t * (3 - 2 * t);
  const Vec3 sunk = (0.65 * amount_mm_ * free) * (shift_ + cross(turn_, p - Vec3{0, -20, 0}));
  const double wave = std::sin(2 * std::numbers::pi * p.z / 240 + breathing_phase_);
  const double chest = std::clamp((p.y + 30) / 60, 0.0, 1.0) * std::exp(-std::max(0.0, p.y - 60) / 60);
  return sunk + Vec3{0, breathing_mm_ * wave * (0.3 + 0.7 * chest), 0};
}

Scanner::Scanner(const Image<Material>& body, const ExamOptions& options)
    : body_(&body), options_(options), field_(options.anatomy.seed, "second field", {4, 60, 400}, 8, 64) {
  const double x = 1.35 * options.anatomy.half_width_mm;
  loops_mm_ = {Vec3{-x, -70, -55}, Vec3{-x, -70, 55}, Vec3{x, -70, -55}, Vec3{x, -70, 55}};
}

double Scanner::field_ppm(Vec3 p) const {
  // Worse where skin meets air in front and near the lungs.
  const double edge = std::exp(-std::max(0.0, p.y + 95) / 22) - 0.6 * std::exp(-std::abs(p.y - 55) / 25);
  return options_.artefacts.susceptibility * kPpm * (static_cast<double>(field_(p)) + 0.9 * edge);
}

double Scanner::fat_left(Vec3 p) const {
  // A suppression pulse that misses fat where the field is off; 1.1 ppm halves its work.
  const double off = field_ppm(p) / 1.1;
  return std::clamp(0.8 * options_.shading.fat_left + 0.3 * off * off, 0.0, 1.0);
}

double Scanner::sensitivity(Vec3 p) const {
  double squares = 0;
  for (const Vec3 loop : loops_mm_) {
    const double q = norm(p - loop) / 95;
    const double far = 1 + q * q;
    squares += 1 / (far * far * far);
  }
  return 1 + options_.shading.coil * (2.1 * std::sqrt(squares) + 0.12 - 1);
}

Image<float> Scanner::acquire(const Contrast& c, const Grid& grid, const Movement& movement,
                              int through_plane) const {
  Image<float> image(grid);
  const int columns = grid.size[0], rows = grid.size[1];
  const Vec3 step_x = 0.5 * grid.spacing_mm.x * grid.direction.column[0];
  const Vec3 step_y = 0.5 * grid.spacing_mm.y * grid.direction.column[1];
  const Vec3 step_z = grid.spacing_mm.z * grid.direction.column[2];
  const auto kernel = point_spread(options_.artefacts.gibbs);
  const int shift = static_cast<int>(std::lround(2 * c.fat_shift_voxels));
  const Grid& body = body_->grid;
  const float cosine = static_cast<float>(std::cos(c.fat_turn_rad)),
              sine = static_cast<float>(std::sin(c.fat_turn_rad));
  // The body's index that a point's tissue comes from.
  const auto seen_from = [&](Vec3 p) {
    if (c.epi != 0) p = p + (c.epi * field_ppm(p)) * (2.0 * step_y);
    if (!movement.none()) p = p + movement.backward_mm(p);
    return (1 / body.spacing_mm.x) * (p - body.origin_mm);
  };
  parallel_for(static_cast<std::size_t>(grid.size[2]), [&](std::size_t slice) {
    const std::size_t fine = 4 * static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows);
    std::vector<float> water(fine, 0.0f), fat(fine, 0.0f);
    const Vec3 center = point_from_index(grid, {-0.25, -0.25, static_cast<double>(slice)});
    const float weight = 1.0f / static_cast<float>(through_plane);
    bool any = false;
    for (int s = 0; s < through_plane; ++s)
      for (int v = 0; v < 2 * rows; ++v) {
        const Vec3 start =
            center + ((s + 0.5) / through_plane - 0.5) * step_z + static_cast<double>(v) * step_y;
        const std::size_t row = static_cast<std::size_t>(v) * 2 * static_cast<std::size_t>(columns);
        Vec3 left = seen_from(start), right;
        for (int u = 0; u < 2 * columns; ++u) {
          const int part = u % kDisplaced;
          if (part == 0) {
            if (u > 0) left = right;
            right = seen_from(start + static_cast<double>(u + kDisplaced) * step_x);
          }
          const Vec3 q = left + (static_cast<double>(part) / kDisplaced) * (right - left);
          const Sample got = sample(*body_, c, q.x, q.y, q.z);
          water[row + static_cast<std::size_t>(u)] += weight * got.water;
          fat[row + static_cast<std::size_t>(u)] += weight * got.fat;
          any = any || got.water > 0 || got.fat > 0;
        }
      }
    if (!any) return;
    const auto w = filtered(water, columns, rows, kernel, 0), f = filtered(fat, columns, rows, kernel, shift);
    for (int j = 0; j < rows; ++j)
      for (int i = 0; i < columns; ++i) {
        const std::size_t at =
            static_cast<std::size_t>(j) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(i);
        if (w[at] == 0 && f[at] == 0) continue;
        const Vec3 p = point_from_index(grid, {double(i), double(j), double(slice)});
        const float left = c.suppressed ? static_cast<float>(fat_left(p)) : 1.0f;
        const float real = w[at] + cosine * left * f[at], imaginary = sine * left * f[at];
        image.at(i, j, static_cast<int>(slice)) =
            static_cast<float>(sensitivity(p)) * std::sqrt(real * real + imaginary * imaginary);
      }
  });
  return image;
}

void add_coil_noise(Image<float>& image, double sigma, std::uint64_t seed, std::string_view purpose) {
  const RandomStream random(seed, purpose);
  parallel_for_ranges(image.voxels.size(), 1 << 16, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      // The signal lies along one of eight dimensions; the squares of six others are those of three complex
      // normals, −2 log of uniforms.
      const auto [along, across] = random.normal_pair(2 * i);
      const auto w = random.words(2 * i + 1);
      double product = 1;
      for (std::size_t n = 0; n < 3; ++n) product *= (w[n] + 1.0) * 0x1p-32;
      const double real = static_cast<double>(image.voxels[i]) + sigma * along;
      image.voxels[i] = static_cast<float>(
          std::sqrt(real * real + sigma * sigma * (across * across - 2 * std::log(product))));
    }
  });
}

}  // namespace lobule::phantom::second
