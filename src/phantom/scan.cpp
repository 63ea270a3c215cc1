#include "phantom/scan.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/parallel.h"
#include "core/random.h"
#include "phantom/axis_kernel.h"
#include "phantom/field_map.h"
#include "phantom/shapes.h"
#include "phantom/warp.h"

namespace lobule::phantom {
namespace {

constexpr double kKnotMm = 8;  // of the coil's and the field's lattice

// Fat this near its frequency is reached by the suppression pulse, whose band ends before water's, 3.5 ppm
// away; beyond the second number none is.
constexpr double kSuppressedPpm = 1.4, kMissedPpm = 3.2;

constexpr double kLargestEpiShiftMm = 15, kLargestEpiStretch = 0.7;

Axis axis_of(const Grid& grid, int axis) {
  return {grid.size[axis], dot(grid.origin_mm, grid.direction.column[axis]), grid.spacing_mm[axis]};
}

// Adds the signals of a row's mixtures, times a weight.
void add_row(const std::array<float, 256>& table, const TissueMix* mixes, int count, float weight,
             float* out) {
  weight /= 255;
  for (int x = 0; x < count; ++x) {
    const TissueMix& mix = mixes[x];
    float sum = table[mix.material[0]] * static_cast<float>(mix.share[0]);
    if (mix.share[0] != 255)
      for (std::size_t slot = 1; slot < 4; ++slot)
        sum += table[mix.material[slot]] * static_cast<float>(mix.share[slot]);
    out[x] += weight * sum;
  }
}

// What pulsates in a row shows again on both sides, wrapped around the field of view.
void add_ghosts(const std::vector<float>& pulsating, double share, int shift, float* row) {
  const int n = static_cast<int>(pulsating.size());
  for (int x = 0; x < n; ++x)
    row[x] += static_cast<float>(share) * (pulsating[(x + shift) % n] + pulsating[(x + n - shift) % n]);
}

}  // namespace

Shading::Shading(const ShadingOptions& options, std::uint64_t seed) : options_(options) {
  const RandomStream random(seed, "shading");
  for (std::size_t i = 0; i < phases_.size(); ++i) phases_[i] = random.uniform(i, 0, 2 * std::numbers::pi);
}

double Shading::sensitivity(Vec3 point) const {
  // Coil elements surround the breasts: bright in front and at the sides, fading into the chest.
  const double front = std::exp(-std::max(0.0, point.y + 75) / options_.fade_mm);
  const double sides = 0.25 * std::exp(-std::max(0.0, 140 - std::abs(point.x)) / 40);
  const double wave = 0.06 * std::sin(point.z / 45 + phases_[0]) + 0.05 * std::sin(point.x / 60 + phases_[1]);
  const double breast_coil = options_.floor + 1.25 * front * (1 + sides) * (1 + wave);
  return 1 + options_.coil * (breast_coil - 1);
}

double Shading::fat_left(Vec3 point) const {
  const double wave = 0.6 * std::sin(point.x / 70 + phases_[2]) * std::cos(point.z / 60 + phases_[3]) +
                      0.4 * std::sin(point.y / 55 + phases_[4]);
  return options_.fat_left * (1 + options_.fat_left_spread * wave);
}

Scanner::Scanner(const TissueRaster& raster, const ShadingOptions& shading, const ArtefactOptions& artefacts,
                 std::uint64_t seed)
    : raster_(raster), shading_(shading, seed), artefacts_(artefacts) {
  if (artefacts.susceptibility > 0) field_ = phantom::field_ppm(raster);
  fat_left_ = CoarseField(raster.grid, kKnotMm, [&](Vec3 point) { return fat_left(point); });
}

double Scanner::field_ppm(Vec3 point) const {
  return field_.empty() ? 0 : artefacts_.susceptibility * value_at(field_, point);
}

double Scanner::fat_left(Vec3 point) const {
  const double base = shading_.fat_left(point);
  return base + (1 - base) * smooth_step(kSuppressedPpm, kMissedPpm, std::abs(field_ppm(point)));
}

double Scanner::epi_shift_mm(const Readout& readout, Vec3 point) const {
  const double shift = artefacts_.epi_distortion * readout.field_shift_mm_per_ppm * field_ppm(point);
  return kLargestEpiShiftMm * std::tanh(shift / kLargestEpiShiftMm);
}

Image<float> Scanner::epi_shift_mm(const Readout& readout, const Grid& grid) const {
  Image<float> shift(grid);
  parallel_for(static_cast<std::size_t>(grid.size[2]), [&](std::size_t k) {
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i)
        shift.at(i, j, static_cast<int>(k)) = static_cast<float>(
            epi_shift_mm(readout, point_from_index(grid, Vec3{double(i), double(j), double(k)})));
  });
  return shift;
}

// Adds one slice of the raster: its water with ghosts, and its fat as far as it is left.
void Scanner::add_plane(const SignalTable& table, const Readout& readout, int slice, float weight,
                        float* water, float* fat) const {
  const int width = raster_.grid.size[0], rows = raster_.grid.size[1];
  std::vector<float> line(static_cast<std::size_t>(width)), left(line);
  const double ghost = artefacts_.pulsation * readout.ghost;
  const int shift = std::clamp(static_cast<int>(std::lround(readout.ghost_shift * width)), 0, width);
  for (int j = 0; j < rows; ++j, water += width, fat += width) {
    const TissueMix* mixes = &raster_.voxels[raster_.grid.offset(0, j, slice)];
    add_row(table.water, mixes, width, weight, water);
    std::fill(line.begin(), line.end(), 0.0f);
    add_row(table.fat, mixes, width, weight, line.data());
    if (readout.suppress_fat) {
      fat_left_.row(j, slice, left.data());
      const auto scale = static_cast<float>(readout.fat_left_scale);
      for (int x = 0; x < width; ++x) line[x] *= std::min(1.0f, scale * left[x]);
    }
    for (int x = 0; x < width; ++x) fat[x] += line[x];
    if (ghost <= 0) continue;
    std::fill(line.begin(), line.end(), 0.0f);
    add_row(table.pulsating, mixes, width, weight, line.data());
    add_ghosts(line, ghost, shift, water);
  }
}

Image<float> Scanner::volume(const SignalTable& table, const Readout& readout, const Motion& motion) const {
  const Grid& grid = raster_.grid;
  Image<float> image(grid);
  const std::size_t plane = static_cast<std::size_t>(grid.size[0]) * grid.size[1];
  const Axis rows = axis_of(grid, 0), columns = axis_of(grid, 1), slices = axis_of(grid, 2);
  const double fat_shift = artefacts_.chemical_shift * readout.fat_shift_mm;
  const AxisKernel fat_kernel = axis_kernel(columns, columns, fat_shift != 0 ? 1 : 0, 1, fat_shift);
  parallel_for(static_cast<std::size_t>(grid.size[2]), [&](std::size_t k) {
    float* water = &image.voxels[k * plane];
    std::vector<float> fat(plane), moved(fat_shift != 0 ? plane : 0);
    add_plane(table, readout, static_cast<int>(k), 1, water, fat.data());
    if (fat_shift != 0) {
      filter_columns(fat_kernel, grid.size[0], fat.data(), moved.data());
      fat.swap(moved);
    }
    for (std::size_t v = 0; v < plane; ++v) water[v] += fat[v];
  });
  warp(image, motion);

  const AxisKernel cut_rows = axis_kernel(rows, rows, artefacts_.gibbs, readout.keep);
  const AxisKernel cut_slices = axis_kernel(slices, slices, artefacts_.gibbs, readout.keep);
  const AxisKernel cut_columns = axis_kernel(columns, columns, artefacts_.gibbs, readout.keep_read);
  const bool cut = !cut_rows.identity(), cut_too = !cut_columns.identity();
  if (!cut_slices.identity()) filter_slices(cut_slices, image);
  const CoarseField coil(grid, kKnotMm, [&](Vec3 point) { return shading_.sensitivity(point); });
  parallel_for(static_cast<std::size_t>(grid.size[2]), [&](std::size_t k) {
    std::vector<float> gain(static_cast<std::size_t>(grid.size[0])), line(gain);
    if (cut_too) {
      const std::vector<float> whole(&image.voxels[k * plane], &image.voxels[k * plane] + plane);
      filter_columns(cut_columns, grid.size[0], whole.data(), &image.voxels[k * plane]);
    }
    for (int j = 0; j < grid.size[1]; ++j) {
      float* row = &image.voxels[k * plane + static_cast<std::size_t>(j) * grid.size[0]];
      coil.row(j, static_cast<int>(k), gain.data());
      if (cut) filter_rows(cut_rows, 1, row, line.data());
      const float* signal = cut ? line.data() : row;
      for (int x = 0; x < grid.size[0]; ++x) row[x] = std::abs(signal[x]) * gain[x];
    }
  });
  return image;
}

// Moves what lies at y to y + shift(y), with the density that squeezing and stretching give it.
void Scanner::distort(const Readout& readout, const Grid& grid, int slice, float* plane) const {
  const int width = grid.size[0], rows = grid.size[1];
  const double spacing = grid.spacing_mm.y;
  constexpr int kStep = 4;  // voxels between columns whose shift is computed
  std::vector<float> column(static_cast<std::size_t>(rows));
  std::vector<double> shift(static_cast<std::size_t>(rows)), next(shift), here(shift);
  const auto shifts_of = [&](int x, std::vector<double>& out) {
    for (int j = 0; j < rows; ++j)
      out[j] =
          epi_shift_mm(readout, point_from_index(grid, Vec3{double(x), double(j), double(slice)})) / spacing;
    for (int j = 1; j < rows; ++j)  // no fold: neighbours keep their order
      out[j] = std::clamp(out[j], out[j - 1] - kLargestEpiStretch, out[j - 1] + kLargestEpiStretch);
  };
  for (int x = 0; x < width; ++x) {
    if (x % kStep == 0) {
      if (x == 0) shifts_of(0, next);
      shift = next;
      shifts_of(std::min(width - 1, x + kStep), next);
    }
    const double f = static_cast<double>(x % kStep) / kStep;
    for (int j = 0; j < rows; ++j) {
      here[j] = j + (1 - f) * shift[j] + f * next[j];
      column[j] = plane[static_cast<std::size_t>(j) * width + x];
    }
    // `here` ascends: walk through the output and find the source between two neighbours.
    int source = 0;
    for (int j = 0; j < rows; ++j) {
      while (source + 2 < rows && here[source + 1] < j) ++source;
      const double gap = here[source + 1] - here[source], part = (j - here[source]) / gap;
      float value = 0;
      if (part >= 0 && part <= 1)
        value = static_cast<float>(((1 - part) * column[source] + part * column[source + 1]) / gap);
      plane[static_cast<std::size_t>(j) * width + x] = value;
    }
  }
}

Image<float> Scanner::slices(const SignalTable& table, const Readout& readout, const Grid& grid) const {
  Image<float> image(grid);
  const Grid& in = raster_.grid;
  const std::size_t plane = static_cast<std::size_t>(in.size[0]) * in.size[1];
  const bool epi = readout.field_shift_mm_per_ppm != 0;
  const double gibbs = artefacts_.gibbs;
  // A slice has its profile; the plane has its band, which is full along the readout.
  const AxisKernel through = axis_kernel(axis_of(in, 2), axis_of(grid, 2));
  const AxisKernel rows =
      axis_kernel(axis_of(in, 0), axis_of(grid, 0), gibbs, epi ? readout.keep_read : readout.keep);
  const AxisKernel columns =
      axis_kernel(axis_of(in, 1), axis_of(grid, 1), gibbs, epi ? readout.keep : readout.keep_read);
  const AxisKernel fat_columns =
      axis_kernel(axis_of(in, 1), axis_of(grid, 1), gibbs, epi ? readout.keep : readout.keep_read,
                  artefacts_.chemical_shift * readout.fat_shift_mm);
  const CoarseField coil(grid, kKnotMm, [&](Vec3 point) { return shading_.sensitivity(point); });
  parallel_for(static_cast<std::size_t>(grid.size[2]), [&](std::size_t k) {
    std::vector<float> water(plane), fat(plane);
    for (int t = 0; t < through.taps; ++t) {
      const float weight = through.weights[k * through.taps + t];
      if (weight != 0) add_plane(table, readout, through.first[k] + t, weight, water.data(), fat.data());
    }
    const std::size_t half = static_cast<std::size_t>(in.size[0]) * grid.size[1];
    std::vector<float> mixed(half), moved(half);
    filter_columns(columns, in.size[0], water.data(), mixed.data());
    filter_columns(fat_columns, in.size[0], fat.data(), moved.data());
    for (std::size_t v = 0; v < half; ++v) mixed[v] += moved[v];
    float* out = &image.voxels[grid.offset(0, 0, static_cast<int>(k))];
    filter_rows(rows, grid.size[1], mixed.data(), out);
    if (epi) distort(readout, grid, static_cast<int>(k), out);
    std::vector<float> gain(static_cast<std::size_t>(grid.size[0]));
    for (int j = 0; j < grid.size[1]; ++j, out += grid.size[0]) {
      coil.row(j, static_cast<int>(k), gain.data());
      for (int x = 0; x < grid.size[0]; ++x) out[x] = std::abs(out[x]) * gain[x];
    }
  });
  return image;
}

Image<float> Scanner::survey(const SignalTable& table, const Grid& grid) const {
  Image<float> image(grid);
  const Index3 n = raster_.grid.size;
  const auto signal = [&](int i, int j, int k) {
    if (!raster_.grid.contains(i, j, k)) return 0.0f;
    float water = 0, fat = 0;
    const TissueMix* mix = &raster_.voxels[raster_.grid.offset(i, j, k)];
    add_row(table.water, mix, 1, 1, &water);
    add_row(table.fat, mix, 1, 1, &fat);
    return water + fat;
  };
  parallel_for(static_cast<std::size_t>(grid.size[2]) * grid.size[1], [&](std::size_t line) {
    const int j = static_cast<int>(line) % grid.size[1], k = static_cast<int>(line) / grid.size[1];
    for (int i = 0; i < grid.size[0]; ++i) {
      const Vec3 point = point_from_index(grid, Vec3{double(i), double(j), double(k)});
      const Vec3 at = index_from_point(raster_.grid, point);
      if (at.x <= -1 || at.y <= -1 || at.z <= -1 || at.x >= n[0] || at.y >= n[1] || at.z >= n[2]) continue;
      const Vec3 low{std::floor(at.x), std::floor(at.y), std::floor(at.z)}, part = at - low;
      double sum = 0;
      for (int corner = 0; corner < 8; ++corner) {
        const int dx = corner & 1, dy = corner >> 1 & 1, dz = corner >> 2;
        const double weight =
            (dx ? part.x : 1 - part.x) * (dy ? part.y : 1 - part.y) * (dz ? part.z : 1 - part.z);
        sum += weight * signal(static_cast<int>(low.x) + dx, static_cast<int>(low.y) + dy,
                               static_cast<int>(low.z) + dz);
      }
      image.at(i, j, k) = static_cast<float>(sum * shading_.sensitivity(point));
    }
  });
  return image;
}

}  // namespace lobule::phantom
