#include "phantom/second/mammogram.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "core/error.h"
#include "core/parallel.h"
#include "core/random.h"
#include "core/resample.h"
#include "phantom/mammogram_truth.h"
#include "phantom/second/flatten.h"

namespace lobule::phantom::second {
namespace {

// Linear attenuation at 20 keV in 1/mm: fat, fibrous tissue (skin, too) and carcinoma of Johns and Yaffe,
// Phys Med Biol 32:675 (1987), table 1 (quoted from general knowledge); muscle as fibrous tissue;
// calcification: a choice between calcium oxalate and solid hydroxyapatite.
constexpr std::array<double, kParts> kPerMm = {0.0456, 0.0802, 0.0802, 0.0844, 0.0810, 0.0456};
constexpr double kCalcificationPerMm = 1.5;
// A spectrum hardens: the detector's log signal is A − kHarden A². A choice, about what 28 kV beams show.
constexpr double kHarden = 0.014;
constexpr double kAir = 12000;          // raw value without tissue
constexpr double kQuantaPerUnit = 1.6;  // of the raw value, per pixel of 0.1 mm
constexpr double kScatter = 0.16;       // of the primary, behind a grid
constexpr double kScatterSigma_mm = 9;
constexpr double kTexture = 0.055;  // of the thickness: strands finer than the voxels

// How this family's looks differ: gain of detail, equalisation of the edge, steepness.
struct Look {
  double detail, edge, steep;
};
Look look_of(MammogramLook look) {
  switch (look) {
    case MammogramLook::ge: return {0.35, 0.8, 3.2};
    case MammogramLook::hologic: return {0.5, 0.7, 3.6};
    case MammogramLook::siemens: return {0.3, 0.6, 3.0};
    case MammogramLook::fuji: return {0.7, 0.75, 3.8};
    case MammogramLook::philips: return {0.25, 0.85, 2.8};
    case MammogramLook::film: return {0, 0, 4.2};
  }
  return {};
}

void check(const MammogramOptions& o) {
  if (!(o.pixel_mm >= 0.03 && o.pixel_mm <= 2))
    throw Error("mammogram of the second family", "a pixel's size is none", "", "Choose 0.03 to 2 mm");
  if (!(o.compression > 0.3 && o.compression < 3))
    throw Error("mammogram of the second family", "compression is out of range", "",
                "Choose 0.3 to 3, 1 is usual");
  if (!(o.noise >= 0 && o.scatter >= 0 && o.blur >= 0))
    throw Error("mammogram of the second family", "noise, scatter or blur is negative", "",
                "Choose 0 or more");
}

// Values of a plane between its cells; 0 outside.
class Plane {
 public:
  Plane(const std::vector<float>& values, int columns, int rows)
      : values_(values), columns_(columns), rows_(rows) {}

  float operator()(double x, double y) const {
    x -= 0.5, y -= 0.5;
    const int i = static_cast<int>(std::floor(x)), j = static_cast<int>(std::floor(y));
    const float u = static_cast<float>(x - i), v = static_cast<float>(y - j);
    return (1 - v) * ((1 - u) * at(i, j) + u * at(i + 1, j)) +
           v * ((1 - u) * at(i, j + 1) + u * at(i + 1, j + 1));
  }

 private:
  float at(int i, int j) const {
    i = std::max(i, 0);  // tissue goes on behind the chest's edge
    if (i >= columns_ || j < 0 || j >= rows_) return 0;
    return values_[static_cast<std::size_t>(j) * static_cast<std::size_t>(columns_) +
                   static_cast<std::size_t>(i)];
  }
  const std::vector<float>& values_;
  int columns_, rows_;
};

Image<float> smoothed(const std::vector<float>& values, int columns, int rows, double spacing, double sigma) {
  Grid grid;
  grid.size = {columns, rows, 1};
  grid.spacing_mm = {spacing, spacing, 1e4};
  Image<float> image(grid);
  image.voxels = values;
  return gaussian_smooth(image, sigma);
}

class Shot {
 public:
  Shot(const FlatBreast& flat, const MammogramOptions& options, BreastSide side, const Paddle& paddle,
       const std::string& name)
      : flat_(flat),
        options_(options),
        name_(name),
        strands_(options.seed, "second strands " + name, {3, 0.3, 10}, 0.15, 512, 2) {
    image_.side = side;
    image_.view = paddle.view;
    image_.look = options.look;
    image_.exposure.kvp = 28;
    image_.exposure.anode = "TUNGSTEN";
    image_.exposure.filter = "RHODIUM";
    image_.exposure.mas = std::round(18 * std::exp(0.028 * paddle.thickness_mm));
    image_.exposure.source_to_detector_mm = 650;
    image_.exposure.angle_degrees = paddle.angle_rad * 180 / std::numbers::pi;
    image_.exposure.compressed_mm = paddle.thickness_mm;
  }

  Mammogram take(const Patient& patient) {
    frame();
    std::vector<float> pectoral = thicknesses();
    attenuate();
    expose();
    present();
    add_truth(image_, pectoral, 1);
    for (std::size_t n = 0; n < patient.lesions.size(); ++n)
      if (patient.lesions[n].plan().side == image_.side)
        lesion(static_cast<int>(n), patient.lesions[n].plan());
    return std::move(image_);
  }

 private:
  void frame() {
    // As far as tissue reaches, and a margin of air in front and below.
    int reach = 1;
    for (int j = 0; j < flat_.rows; ++j)
      for (int i = reach; i < flat_.columns; ++i)
        for (const auto& map : flat_.mm)
          if (map[static_cast<std::size_t>(j) * static_cast<std::size_t>(flat_.columns) +
                  static_cast<std::size_t>(i)] > 0)
            reach = i;
    margin_mm_ = image_.view == MammogramView::cc ? 18 : 0;
    const double width = reach * flat_.spacing_mm + 25,
                 height = flat_.rows * flat_.spacing_mm + margin_mm_ + 18;
    grid_.size = {std::max(8, static_cast<int>(width / options_.pixel_mm)),
                  std::max(8, static_cast<int>(height / options_.pixel_mm)), 1};
    grid_.spacing_mm = {options_.pixel_mm, options_.pixel_mm, 1};
    breast_ = flat_.mm[0];
    for (const Part part : {Part::skin, Part::dense, Part::lesion})
      for (std::size_t i = 0; i < breast_.size(); ++i)
        breast_[i] += flat_.mm[static_cast<std::size_t>(part)][i];
  }

  // Cells of the flat breast at a pixel's centre; left breasts have the chest at the left edge.
  double cell_x(int i) const {
    const int from_chest = image_.side == BreastSide::left ? i : grid_.size[0] - 1 - i;
    return (from_chest + 0.5) * options_.pixel_mm / flat_.spacing_mm;
  }
  double cell_y(int j) const { return ((j + 0.5) * options_.pixel_mm - margin_mm_) / flat_.spacing_mm; }

  template <class Body>
  void for_each_pixel(const Body& body) const {
    parallel_for(static_cast<std::size_t>(grid_.size[1]), [&](std::size_t row) {
      const int j = static_cast<int>(row);
      for (int i = 0; i < grid_.size[0]; ++i) body(grid_.offset(i, j, 0), i, j);
    });
  }

  std::vector<float> thicknesses() {
    image_.breast_mm = image_.dense_mm = Image<float>(grid_);
    std::vector<float> pectoral(grid_.voxel_count());
    const Plane breast(breast_, flat_.columns, flat_.rows);
    const Plane dense(flat_.mm[static_cast<std::size_t>(Part::dense)], flat_.columns, flat_.rows);
    const Plane lesion(flat_.mm[static_cast<std::size_t>(Part::lesion)], flat_.columns, flat_.rows);
    const Plane muscle(flat_.mm[static_cast<std::size_t>(Part::pectoral)], flat_.columns, flat_.rows);
    for_each_pixel([&](std::size_t at, int i, int j) {
      const double x = cell_x(i), y = cell_y(j);
      image_.breast_mm.voxels[at] = breast(x, y);
      image_.dense_mm.voxels[at] = dense(x, y) + lesion(x, y);
      pectoral[at] = muscle(x, y);
    });
    return pectoral;
  }

  // Log attenuation at the effective energy, hardened.
  void attenuate() {
    std::vector<float> coarse(breast_.size(), 0.0f);
    for (std::size_t part = 0; part < kParts; ++part)
      for (std::size_t i = 0; i < coarse.size(); ++i)
        coarse[i] += static_cast<float>(kPerMm[part]) * flat_.mm[part][i];
    const Plane smooth(coarse, flat_.columns, flat_.rows);
    log_ = Image<float>(grid_);
    for_each_pixel([&](std::size_t at, int i, int j) {
      const double x = cell_x(i), y = cell_y(j);
      const double breast = image_.breast_mm.voxels[at], dense = image_.dense_mm.voxels[at];
      const double strand = strands_({x * flat_.spacing_mm, y * flat_.spacing_mm, 0});
      // Strands of gland where there is some; elsewhere the septa of fat.
      const double texture =
          kTexture * strand * std::min(breast, 0.35 * breast + dense) * (kPerMm[2] - kPerMm[0]);
      log_.voxels[at] = static_cast<float>(static_cast<double>(smooth(x, y)) + texture);
    });
    for (const FlatCalcification& grain : flat_.calcifications) stamp(grain);
    for (float& a : log_.voxels) a = std::max(0.0f, a - static_cast<float>(kHarden) * a * a);
  }

  // A grain: a ball's path, blurred by the focal spot.
  void stamp(const FlatCalcification& grain) {
    const double pixel = options_.pixel_mm;
    double column = grain.center_mm.x / pixel - 0.5;
    if (image_.side == BreastSide::right) column = grid_.size[0] - 1 - column;
    const double row = (grain.center_mm.y + margin_mm_) / pixel - 0.5;
    const double sigma =
        std::hypot(grain.radius_mm / std::sqrt(5.0), 0.06 * options_.blur + 0.3 * pixel) / pixel;
    // The blurred ball keeps its volume.
    const double volume = 4.0 / 3 * std::numbers::pi * std::pow(grain.radius_mm / pixel, 3) * pixel;
    const double top = kCalcificationPerMm * volume / (2 * std::numbers::pi * sigma * sigma);
    const int reach = static_cast<int>(4 * sigma) + 1;
    for (int j = static_cast<int>(row) - reach; j <= static_cast<int>(row) + reach; ++j)
      for (int i = static_cast<int>(column) - reach; i <= static_cast<int>(column) + reach; ++i) {
        if (!grid_.contains(i, j, 0)) continue;
        const double dx = i - column, dy = j - row;
        log_.at(i, j, 0) += static_cast<float>(top * std::exp(-(dx * dx + dy * dy) / (2 * sigma * sigma)));
      }
  }

  void expose() {
    std::vector<float> primary(breast_.size());
    for (std::size_t i = 0; i < primary.size(); ++i) {
      double a = 0;
      for (std::size_t part = 0; part < kParts; ++part)
        a += kPerMm[part] * static_cast<double>(flat_.mm[part][i]);
      primary[i] = static_cast<float>(a > 0 ? std::exp(kHarden * a * a - a) : 0);
    }
    const Image<float> spread =
        smoothed(primary, flat_.columns, flat_.rows, flat_.spacing_mm, kScatterSigma_mm);
    const Plane scatter(spread.voxels, flat_.columns, flat_.rows);
    image_.raw = Image<float>(grid_);
    const RandomStream random(options_.seed, "second quanta " + name_);
    const double amount = kScatter * options_.scatter * flat_.thickness_mm / 45;
    const double quanta = kQuantaPerUnit * options_.pixel_mm * options_.pixel_mm / 0.01;
    std::vector<float> white(grid_.voxel_count());
    for_each_pixel([&](std::size_t at, int i, int j) {
      const double signal = kAir * (std::exp(-static_cast<double>(log_.voxels[at])) +
                                    amount * static_cast<double>(scatter(cell_x(i), cell_y(j))));
      image_.raw.voxels[at] = static_cast<float>(signal);
      if (options_.noise > 0)
        white[at] = static_cast<float>(options_.noise * random.normal(at) * std::sqrt(signal / quanta));
    });
    if (options_.noise > 0) add_spread(white);
  }

  // The detector shares a part of each quantum with its neighbours: noise is correlated by the weights 1 6 1
  // along both axes, its variance kept.
  void add_spread(const std::vector<float>& white) {
    const int columns = grid_.size[0], rows = grid_.size[1];
    for_each_pixel([&](std::size_t at, int i, int j) {
      double sum = 0;
      for (int b = -1; b <= 1; ++b)
        for (int a = -1; a <= 1; ++a) {
          const int x = std::clamp(i + a, 0, columns - 1), y = std::clamp(j + b, 0, rows - 1);
          sum += (a == 0 ? 6 : 1) * (b == 0 ? 6 : 1) * static_cast<double>(white[grid_.offset(x, y, 0)]);
        }
      image_.raw.voxels[at] = std::max(1.0f, image_.raw.voxels[at] + static_cast<float>(sum / 38));
    });
  }

  void present() {
    const Look look = look_of(options_.look);
    Image<float> bright(grid_);
    for (std::size_t i = 0; i < bright.voxels.size(); ++i)
      bright.voxels[i] = std::max(0.0f, static_cast<float>(std::log(kAir)) - std::log(image_.raw.voxels[i]));
    // The edge's missing thickness as fat: what a vendor infers from the smoothed image.
    std::vector<float> thick(breast_.size());
    for (std::size_t i = 0; i < thick.size(); ++i)
      thick[i] = breast_[i] + flat_.mm[static_cast<std::size_t>(Part::pectoral)][i] +
                 flat_.mm[static_cast<std::size_t>(Part::behind)][i];
    const Image<float> wide = smoothed(thick, flat_.columns, flat_.rows, flat_.spacing_mm, 2.5);
    const Plane thickness(wide.voxels, flat_.columns, flat_.rows);
    std::vector<float> inside;
    for_each_pixel([&](std::size_t at, int i, int j) {
      const double missing = flat_.thickness_mm - static_cast<double>(thickness(cell_x(i), cell_y(j)));
      if (image_.breast_mm.voxels[at] > 1)
        bright.voxels[at] += static_cast<float>(look.edge * kPerMm[0] * std::max(0.0, missing));
    });
    for (std::size_t i = 0; i < bright.voxels.size(); i += 61)
      if (image_.breast_mm.voxels[i] > 0.5 * flat_.thickness_mm) inside.push_back(bright.voxels[i]);
    if (inside.empty()) inside.push_back(1);
    std::sort(inside.begin(), inside.end());
    const double low = inside[inside.size() / 20],
                 high = std::max(low + 0.2, double(inside[inside.size() * 98 / 100]));
    const Image<float> soft = look.detail > 0 ? gaussian_smooth(bright, 0.6) : bright;
    image_.presentation = Image<float>(grid_);
    for (std::size_t i = 0; i < bright.voxels.size(); ++i) {
      const double value = static_cast<double>(bright.voxels[i]) +
                           look.detail * static_cast<double>(bright.voxels[i] - soft.voxels[i]);
      const double x = (value - low) / (high - low);
      // Logistic curves through the breast's range, shifted so that air is black.
      const double s = 1 / (1 + std::exp(-look.steep * (x - 0.55)));
      image_.presentation.voxels[i] = static_cast<float>(std::clamp(4095 * (s - 0.02) / 0.95, 0.0, 4095.0));
    }
  }

  void lesion(int number, const LesionPlan& plan) {
    MammogramLesion out;
    out.lesion = number;
    out.kind = plan.kind;
    out.malignant = is_malignant(plan.kind);
    const std::vector<float>& map = flat_.lesion_mm[static_cast<std::size_t>(number)];
    const Plane plane(map, flat_.columns, flat_.rows);
    Mask inside(grid_);
    const bool grains = plan.kind == LesionKind::calcifications;
    for_each_pixel([&](std::size_t at, int i, int j) {
      const double x = cell_x(i), y = cell_y(j);
      inside.voxels[at] = plane(x, y) > 0.5f;
      for (const FlatCalcification& g : flat_.calcifications) {
        const double dx = x * flat_.spacing_mm - g.center_mm.x, dy = y * flat_.spacing_mm - g.center_mm.y;
        if (grains && g.lesion == number && dx * dx + dy * dy < 1) inside.voxels[at] = 1;
      }
    });
    outline(inside, out);
    if (!out.outline.empty()) image_.lesions.push_back(std::move(out));
  }

  // Border, extent, and the mean's distance from the surrounding pixels in their standard deviations.
  void outline(const Mask& inside, MammogramLesion& out) const {
    double n = 0, sum = 0;
    int low_x = grid_.size[0], high_x = -1, low_y = grid_.size[1], high_y = -1;
    const auto set = [&](int i, int j) { return grid_.contains(i, j, 0) && inside.at(i, j, 0) != 0; };
    for (int j = 0; j < grid_.size[1]; ++j)
      for (int i = 0; i < grid_.size[0]; ++i) {
        if (!set(i, j)) continue;
        ++n;
        sum += static_cast<double>(log_.at(i, j, 0));
        out.center_pixel = out.center_pixel + Vec3{double(i), double(j), 0};
        low_x = std::min(low_x, i), high_x = std::max(high_x, i);
        low_y = std::min(low_y, j), high_y = std::max(high_y, j);
        if (!set(i - 1, j) || !set(i + 1, j) || !set(i, j - 1) || !set(i, j + 1))
          out.outline.push_back({i, j});
      }
    if (n == 0) return;
    out.center_pixel = (1 / n) * out.center_pixel;
    for (const auto& p : out.outline)
      for (const auto& q : out.outline)
        out.diameter_mm = std::max(out.diameter_mm, options_.pixel_mm * std::hypot(p[0] - q[0], p[1] - q[1]));
    const int ring = std::max(4, static_cast<int>(3 / options_.pixel_mm));
    double m = 0, mean = 0, squares = 0;
    for (int j = low_y - ring; j <= high_y + ring; ++j)
      for (int i = low_x - ring; i <= high_x + ring; ++i) {
        if (!grid_.contains(i, j, 0) || set(i, j) || image_.breast_mm.at(i, j, 0) < 1) continue;
        const double value = std::log(kAir / static_cast<double>(image_.raw.at(i, j, 0)));
        ++m;
        mean += value;
        squares += value * value;
      }
    if (m < 2) return;
    mean /= m;
    out.contrast_to_noise = (sum / n - mean) / std::sqrt(std::max(1e-9, squares / m - mean * mean));
  }

  const FlatBreast& flat_;
  const MammogramOptions& options_;
  std::string name_;
  RandomField strands_;
  Mammogram image_;
  Grid grid_;
  double margin_mm_ = 0;
  std::vector<float> breast_;
  Image<float> log_;
};

}  // namespace

MammogramExam make_mammograms(const AnatomyOptions& anatomy, const MammogramOptions& options) {
  check(options);
  const Patient patient(anatomy);
  MammogramExam exam;
  exam.options = options;
  for (const BreastSide side : options.sides) {
    const BreastVoxels breast = grow_breast(patient, side, std::max(0.4, options.anatomy_mm));
    const std::string name = side == BreastSide::left ? "left" : "right";
    const RandomStream random(options.seed, "second positioning " + name);
    for (const MammogramView view : options.views) {
      const bool mlo = view == MammogramView::mlo;
      Paddle paddle;
      paddle.view = view;
      if (mlo) paddle.angle_rad = random.uniform(0, 42, 56) * std::numbers::pi / 180;
      // About 59 ± 16 mm in women (Yaffe et al., Med Phys 36:5437, 2009), more in larger breasts.
      paddle.thickness_mm = std::clamp(6.3 * std::cbrt(breast.truth.breast_ml) *
                                           random.uniform(mlo ? 1 : 2, 0.9, 1.12) / options.compression,
                                       15.0, 100.0);
      if (mlo) paddle.pectoral_mm = random.uniform(3, 28, 55);
      const FlatBreast flat = flatten(breast, patient, side, paddle);
      exam.images.push_back(Shot(flat, options, side, paddle, name + (mlo ? " mlo" : " cc")).take(patient));
    }
  }
  return exam;
}

}  // namespace lobule::phantom::second
