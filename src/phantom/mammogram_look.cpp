#include "phantom/mammogram_look.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "core/random.h"
#include "phantom/mammogram_detector.h"
#include "phantom/mammogram_film.h"
#include "phantom/mammogram_pyramid.h"

namespace lobule::phantom {
namespace {

// What each vendor's processing does, in the words of published methods: how much of the thinning edge is
// made up for (peripheral enhancement: Byng, Critten and Yaffe, Radiology 203:564, 1997; Snoeren and
// Karssemeijer, IEEE Trans Med Imaging 23:806, 2004), contrast by scale, and a sigmoid look-up table. The
// vendors do not publish theirs: the numbers here are chosen such that six looks differ as their images do to
// the eye.
struct Processing {
  double peripheral;  // 0 none … 1 whole
  ContrastGain gain;
  double fat, dense;  // shares of the range at which fat, and fat with 20 mm of dense tissue, appear
  double steepness;   // of the sigmoid: 0 is a straight line
  double marker;      // value of the letters at the edge; 0: none burned in
};

Processing processing_of(MammogramLook look) {
  switch (look) {
    case MammogramLook::ge: return {0.90, {1.7, 1.15, 3, 0.80, 0.15}, 0.26, 0.68, 1.0, 0};
    case MammogramLook::siemens: return {0.75, {1.5, 1.05, 4, 0.85, 0.15}, 0.22, 0.62, 1.3, 3800};
    case MammogramLook::fuji: return {0.85, {1.9, 1.10, 2, 0.80, 0.12}, 0.30, 0.70, 0.8, 4095};
    case MammogramLook::philips: return {0.97, {1.4, 1.20, 5, 0.80, 0.15}, 0.34, 0.70, 0.7, 0};
    default: return {0.85, {1.8, 1.20, 4, 0.80, 0.15}, 0.24, 0.66, 1.2, 4000};
  }
}

constexpr float kAirLog = 0.04f;         // below this log attenuation a pixel is air
constexpr double kContrastOf20mm = 0.5;  // log attenuation that 20 mm of gland instead of fat add (µ: tables)
constexpr double kPeripheryBlur = 1.5;   // mm
constexpr double kPeriphery = 45;        // mm from the skin over which the breast thins

// The log attenuation of fat at full thickness: a low percentile away from the skin.
float fat_level(const std::vector<float>& smooth, const std::vector<float>& interior) {
  std::vector<float> inside;
  for (std::size_t i = 0; i < smooth.size(); i += 41)
    if (interior[i] > 0.98f) inside.push_back(smooth[i]);
  if (inside.size() < 50) {
    inside.clear();
    for (std::size_t i = 0; i < smooth.size(); i += 41)
      if (smooth[i] > kAirLog) inside.push_back(smooth[i]);
  }
  if (inside.empty()) return 1;
  const std::size_t n = inside.size() * 3 / 100;
  std::nth_element(inside.begin(), inside.begin() + static_cast<std::ptrdiff_t>(n), inside.end());
  return inside[n];
}

// 1 where all within some `mm` is tissue: a smoothed mask at a quarter of a centimetre.
std::vector<float> interior_of(const std::vector<float>& tissue, int columns, int rows, double pixel,
                               double mm) {
  const int factor = std::max(1, static_cast<int>(2.5 / pixel));
  const int nx = (columns + factor - 1) / factor, ny = (rows + factor - 1) / factor;
  std::vector<float> mask(static_cast<std::size_t>(nx) * ny);
  for (int y = 0; y < ny; ++y)
    for (int x = 0; x < nx; ++x) {
      const std::size_t at = static_cast<std::size_t>(std::min(rows - 1, y * factor + factor / 2)) * columns +
                             std::min(columns - 1, x * factor + factor / 2);
      mask[static_cast<std::size_t>(y) * nx + x] = tissue[at] > 0.5f ? 1.0f : 0.0f;
    }
  blur(mask, nx, ny, mm / 3 / (factor * pixel));
  return enlarge(mask, nx, ny, factor, columns, rows);
}

Image<float> process(const Image<float>& raw, const Processing& how) {
  const int columns = raw.grid.size[0], rows = raw.grid.size[1];
  const double pixel = raw.grid.spacing_mm.x;
  Image<float> out = raw;
  parallel_for_ranges(out.voxels.size(), 1 << 16, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      out.voxels[i] = std::log(static_cast<float>(kRawAir) / std::max(out.voxels[i], 1.0f));
  });
  // Smoothing of the periphery at half a millimetre is fine enough.
  const int factor = std::max(1, static_cast<int>(0.5 / pixel));
  const int nx = (columns + factor - 1) / factor, ny = (rows + factor - 1) / factor;
  std::vector<float> small(static_cast<std::size_t>(nx) * ny);
  parallel_for(static_cast<std::size_t>(ny), [&](std::size_t y) {
    for (int x = 0; x < nx; ++x) {
      float sum = 0;
      int n = 0;
      for (int j = static_cast<int>(y) * factor; j < std::min(rows, (static_cast<int>(y) + 1) * factor); ++j)
        for (int i = x * factor; i < std::min(columns, (x + 1) * factor); ++i, ++n)
          sum += out.voxels[static_cast<std::size_t>(j) * columns + i];
      small[y * nx + x] = sum / static_cast<float>(n);
    }
  });
  // Smoothed within the breast: air does not count.
  std::vector<float> tissue_share(small.size());
  for (std::size_t i = 0; i < small.size(); ++i) {
    tissue_share[i] = small[i] > kAirLog ? 1.0f : 0.0f;
    small[i] *= tissue_share[i];
  }
  blur(small, nx, ny, kPeripheryBlur / (factor * pixel));
  blur(tissue_share, nx, ny, kPeripheryBlur / (factor * pixel));
  for (std::size_t i = 0; i < small.size(); ++i)
    small[i] = tissue_share[i] > 0.05f ? small[i] / tissue_share[i] : 0.0f;
  const std::vector<float> smooth = enlarge(small, nx, ny, factor, columns, rows);
  const std::vector<float> tissue_mask = enlarge(tissue_share, nx, ny, factor, columns, rows);
  const std::vector<float> interior = interior_of(tissue_mask, columns, rows, pixel, kPeriphery);
  const float fat = fat_level(smooth, interior);
  std::vector<float> flat(out.voxels.size());
  parallel_for_ranges(flat.size(), 1 << 16, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const float near_skin = std::clamp((0.985f - interior[i]) / 0.035f, 0.0f, 1.0f);
      const float missing = near_skin * std::max(0.0f, fat - smooth[i]);
      flat[i] = out.voxels[i] + static_cast<float>(how.peripheral) * missing * std::min(1.0f, tissue_mask[i]);
    }
  });
  flat = amplify(flat, columns, rows, pixel, how.gain);
  // A sigmoid through the two wanted points.
  const double width = kContrastOf20mm / (how.dense - how.fat);
  const auto straight = [&](double x) { return how.fat + (x - fat) / width; };
  const double s = how.steepness;
  parallel_for_ranges(flat.size(), 1 << 16, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const double x = straight(flat[i]) - 0.5;
      const double bent = s > 0 ? 0.5 + 0.5 * std::tanh((1 + s) * x) / std::tanh((1 + s) / 2) : 0.5 + x;
      const float tissue = std::clamp(8 * tissue_mask[i] - 0.8f, 0.0f, 1.0f);
      out.voxels[i] = static_cast<float>(std::clamp(4095 * bent, 0.0, 4095.0)) * tissue;
    }
  });
  return out;
}

struct Glyph {
  char letter;
  std::uint8_t rows[7];  // five bits each, the left one highest
};
constexpr Glyph kGlyphs[] = {{'R', {0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11}},
                             {'L', {0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1f}},
                             {'C', {0x0e, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0e}},
                             {'M', {0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11}},
                             {'O', {0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e}}};

}  // namespace

const char* to_text(MammogramLook look) {
  constexpr const char* kNames[] = {"GE", "Hologic", "Siemens", "Fuji", "Philips", "film"};
  return kNames[static_cast<std::size_t>(look)];
}

void write_text(Image<float>& image, const char* text, int column, int row, double size_mm, float value) {
  const int dot = std::max(1, static_cast<int>(size_mm / 7 / image.grid.spacing_mm.x));
  for (; *text; ++text, column += 6 * dot) {
    const auto* glyph = std::find_if(std::begin(kGlyphs), std::end(kGlyphs),
                                     [&](const Glyph& g) { return g.letter == *text; });
    if (glyph == std::end(kGlyphs)) continue;
    for (int y = 0; y < 7 * dot; ++y)
      for (int x = 0; x < 5 * dot; ++x)
        if (glyph->rows[y / dot] >> (4 - x / dot) & 1 && image.grid.contains(column + x, row + y, 0))
          image.at(column + x, row + y, 0) = value;
  }
}

Image<float> present(const Image<float>& raw, MammogramLook look, BreastSide side, MammogramView view,
                     std::uint64_t seed) {
  if (look == MammogramLook::film) return film(raw, side, view, seed);
  const Processing how = processing_of(look);
  Image<float> image = process(raw, how);
  if (how.marker > 0) {
    const RandomStream random(seed, "mammogram marker");
    const std::string text =
        std::string(side == BreastSide::left ? "L" : "R") + (view == MammogramView::cc ? " CC" : " MLO");
    const double pixel = raw.grid.spacing_mm.x;
    const int width = static_cast<int>(4.3 * static_cast<double>(text.size()) / pixel);
    const int inset = static_cast<int>(random.uniform(0, 4, 12) / pixel);
    const int column = side == BreastSide::left ? raw.grid.size[0] - inset - width : inset;
    write_text(image, text.c_str(), column, static_cast<int>(random.uniform(1, 6, 25) / pixel), 5,
               static_cast<float>(how.marker));
  }
  return image;
}

}  // namespace lobule::phantom
