#include "phantom/mammogram_texture.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "core/random.h"

namespace lobule::phantom {
namespace {

constexpr int kSize = 128;         // voxels of the periodic block; a power of two
constexpr double kCoarsest = 2.4;  // mm between the corners of the coarsest octave's lattice
// Standard deviation of each octave, as a share of the dense tissue: chosen so that projections of random
// patients have the exponent of the literature (2.8 on average: Burgess 2003; 3: Burgess 2001; 3.2: Chen
// 2012), without a look at real images.
constexpr double kOctaveDeviation = 0.3;
constexpr double kMost = 0.95;  // no voxel's dense share changes by more

double smooth(double t) {
  return t * t * (3 - 2 * t);
}

// One octave of value noise on a periodic lattice of `corners` per side, added to the block.
void add_octave(std::vector<float>& block, int corners, const RandomStream& random) {
  struct Place {
    int low, high;
    float t;
  };
  std::vector<Place> places;
  double kept = 0;  // of the corners' variance by interpolation along one axis
  for (int i = 0; i < kSize; ++i) {
    const double x = static_cast<double>(i) * corners / kSize;
    const int low = static_cast<int>(x);
    const double t = smooth(x - low);
    places.push_back({low, (low + 1) % corners, static_cast<float>(t)});
    kept += (t * t + (1 - t) * (1 - t)) / kSize;
  }
  // Corners are uniform in ± this, whose variance is a third of its square.
  const double most = kOctaveDeviation * std::sqrt(3 / (kept * kept * kept));
  std::vector<float> values(static_cast<std::size_t>(corners) * corners * corners);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(random.uniform(i, -most, most));
  const auto at = [&](int x, int y, int z) {
    return values[(static_cast<std::size_t>(z) * corners + y) * corners + x];
  };
  parallel_for(kSize, [&](std::size_t k) {
    const Place& z = places[k];
    for (int j = 0; j < kSize; ++j) {
      const Place& y = places[static_cast<std::size_t>(j)];
      const auto line = [&](int x) {
        const float near = at(x, y.low, z.low) + y.t * (at(x, y.high, z.low) - at(x, y.low, z.low));
        const float far = at(x, y.low, z.high) + y.t * (at(x, y.high, z.high) - at(x, y.low, z.high));
        return near + z.t * (far - near);
      };
      float* row = &block[(k * kSize + j) * kSize];
      int held = -1;
      float a = 0, b = 0;
      for (int i = 0; i < kSize; ++i) {
        const Place& x = places[static_cast<std::size_t>(i)];
        if (x.low != held) a = line(x.low), b = line(x.high), held = x.low;
        row[i] += a + x.t * (b - a);
      }
    }
  });
}

// The texture in units of 1/127 of kMost, with mean zero.
std::vector<std::int8_t> make_block(double spacing_mm, std::uint64_t seed) {
  std::vector<float> block(static_cast<std::size_t>(kSize) * kSize * kSize, 0.0f);
  std::uint64_t octave = 0;
  for (double cell = kCoarsest; cell >= 0.99 * spacing_mm; cell /= 2, ++octave)
    add_octave(block, std::clamp(static_cast<int>(std::lround(kSize * spacing_mm / cell)), 2, kSize),
               RandomStream(seed, "fine structure " + std::to_string(octave)));
  double mean = 0;
  for (const float value : block) mean += value;
  mean /= static_cast<double>(block.size());
  std::vector<std::int8_t> out(block.size());
  for (std::size_t i = 0; i < block.size(); ++i)
    out[i] = static_cast<std::int8_t>(std::lround(std::clamp((block[i] - mean) / kMost, -1.0, 1.0) * 127));
  return out;
}

}  // namespace

void add_fine_structure(MammogramBody& body, std::uint64_t seed) {
  const std::vector<std::int8_t> block =
      make_block(body.grid.spacing_mm.x, 2 * seed + (body.side == BreastSide::left ? 1 : 0));
  const int columns = body.grid.size[0], rows = body.grid.size[1];
  parallel_for(static_cast<std::size_t>(rows) * body.grid.size[2], [&](std::size_t line) {
    const int y = static_cast<int>(line) % rows, z = static_cast<int>(line) / rows;
    // Periods are shifted against each other, so that they do not add up along a beam.
    const int shift_x = (z / kSize) * 47 + (y / kSize) * 29, shift_y = (z / kSize) * 71;
    const std::int8_t* row =
        &block[(static_cast<std::size_t>(z % kSize) * kSize + (y + shift_y) % kSize) * kSize];
    BodyVoxel* voxel = &body.voxels[line * columns];
    for (int x = 0; x < columns; ++x, ++voxel) {
      if (voxel->dense == 0) continue;
      const int change =
          voxel->dense * row[(x + shift_x) % kSize] * static_cast<int>(kMost * 256) / (127 * 256);
      voxel->dense = static_cast<std::int16_t>(voxel->dense + change);
      voxel->glandular = static_cast<std::int16_t>(voxel->glandular + change);
      voxel->adipose = static_cast<std::int16_t>(voxel->adipose - change);
    }
  });
}

}  // namespace lobule::phantom
