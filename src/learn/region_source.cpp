#include "learn/region_source.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "nn/intensity.h"
#include "phantom/random_parameters.h"
#include "phantom/sampler_fields.h"

namespace lobule::learn {
namespace {

// The weight of a region's places together, in places; bounded for each.
constexpr double kRegionWeight = 120, kLeastWeight = 0.25, kMostWeight = 8;
constexpr float kNobodyKnows = std::numeric_limits<float>::quiet_NaN();
// What enlarged and poorly focused images lose.
constexpr double kMostBlur = 1.2;

// A picture whose grey values are those that a network sees.
struct Picture {
  phantom::MammogramPair pair;
};

struct Corner {
  int x = 0, y = 0;
};

class Tiles : public SampleSource {
 public:
  explicit Tiles(const RegionSourceOptions& options)
      : options_(options),
        sampler_(options.mammogram),
        pool_(options.pictures, [this](std::uint64_t number) { return make(number); }) {}

  std::uint64_t size() const override { return options_.size; }

  Sample at(std::uint64_t index) const override {
    const auto picture = pool_.at(phantom::pool_place(index, options_.pictures, options_.tiles_per_picture));
    phantom::Draw draw(phantom::sample_stream(options_.mammogram.seed, "tiles of mammograms", index));
    const Corner corner = random_corner(draw, picture->pair);
    const bool turned = draw.chance(options_.upside_down);
    Sample sample;
    sample.inputs.push_back(image_of(draw, picture->pair, corner, turned));
    add_targets(picture->pair, corner, turned, sample);
    return sample;
  }

 private:
  Picture make(std::uint64_t number) const {
    Picture picture;
    sampler_.at(number, picture.pair);
    std::vector<float>& image = picture.pair.image;
    const nn::IntensityScale scale =
        nn::percentile_scale(image, options_.low_percentile, options_.high_percentile);
    const RandomStream random(options_.mammogram.seed, "grey values of tiles");
    const float gamma = static_cast<float>(std::exp(options_.gamma_deviation * random.normal(number)));
    for (float& v : image) v = scale(v), v = v > 0 ? std::pow(v, gamma) : v;
    return picture;
  }

  static std::size_t place(const phantom::MammogramPair& pair, int x, int y) {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(pair.columns) + static_cast<std::size_t>(x);
  }

  // At a region, somewhere within its reach; or anywhere in the breast.
  Corner random_corner(phantom::Draw& draw, const phantom::MammogramPair& pair) const {
    double x = pair.columns / 2.0, y = pair.rows / 2.0;
    const bool at_region = draw.chance(options_.at_region);
    if (at_region && !pair.regions.empty()) {
      const phantom::MammogramRegion& region = pair.regions[draw.below(pair.regions.size())];
      const double aside = 0.35 * options_.tile;
      x = region.x + draw.uniform(-aside, aside), y = region.y + draw.uniform(-aside, aside);
    } else {
      for (int attempt = 0; attempt < 20; ++attempt) {
        x = draw.uniform(0, pair.columns), y = draw.uniform(0, pair.rows);
        const std::uint8_t label = pair.labels[place(pair, static_cast<int>(x), static_cast<int>(y))];
        if (label == 1 || label == 2) break;
      }
    }
    const auto inside = [&](double middle, int extent) {
      return std::clamp(static_cast<int>(middle) - options_.tile / 2, 0, std::max(0, extent - options_.tile));
    };
    return {inside(x, pair.columns), inside(y, pair.rows)};
  }

  // Rows of a tile that is turned upside down run from its end.
  int row(int y, bool turned) const { return turned ? options_.tile - 1 - y : y; }

  Tensor image_of(phantom::Draw& draw, const phantom::MammogramPair& pair, Corner corner, bool turned) const {
    const int tile = options_.tile;
    Tensor image({1, tile, tile});
    for (int y = 0; y < tile; ++y)
      std::copy_n(&pair.image[place(pair, corner.x, corner.y + row(y, turned))], tile,
                  &image.values[static_cast<std::size_t>(y) * static_cast<std::size_t>(tile)]);
    if (const bool blurred = draw.chance(0.4); blurred)
      phantom::smooth_slice(image.values, tile, tile, draw.uniform(0.3, kMostBlur));
    const float noise = draw.chance(0.3) ? static_cast<float>(draw.uniform(0, 0.03)) : 0;
    const phantom::QuickNormal normal(draw.stream(), draw.block());
    if (noise > 0)
      for (std::size_t i = 0; i < image.values.size(); ++i) image.values[i] += noise * normal.pair(i)[0];
    return image;
  }

  void add_targets(const phantom::MammogramPair& pair, Corner corner, bool turned, Sample& sample) const {
    const int places = options_.tile / kRegionStride;
    Tensor region({1, places, places}), malignant({1, places, places}, kNobodyKnows),
        weight({1, places, places}, 1.0F);
    std::array<double, 256> count{};
    for (int y = 0; y < places; ++y)
      for (int x = 0; x < places; ++x) {
        const std::uint8_t number = most_common(pair, corner, x, y, turned);
        region.values[static_cast<std::size_t>(y * places + x)] = number;
        ++count[number];
      }
    for (std::size_t i = 0; i < region.values.size(); ++i) {
      const auto number = static_cast<std::uint8_t>(region.values[i]);
      if (number == 0) continue;
      if (number == phantom::MammogramPair::kUnsure) {
        region.values[i] = kUnsureRegion;
        continue;
      }
      const phantom::MammogramRegion& own = pair.regions[number - 1U];
      region.values[i] = 1 + static_cast<float>(own.kind);
      weight.values[i] =
          static_cast<float>(std::clamp(kRegionWeight / count[number], kLeastWeight, kMostWeight));
      if (own.kind != phantom::RegionKind::distortion) malignant.values[i] = own.malignant ? 1 : 0;
    }
    sample.targets.emplace("region", std::move(region));
    sample.targets.emplace("malignant", std::move(malignant));
    sample.targets.emplace("weight", std::move(weight));
  }

  // The region at half of a place's pixels or more, or what nobody could say; else none.
  std::uint8_t most_common(const phantom::MammogramPair& pair, Corner corner, int x, int y,
                           bool turned) const {
    std::uint8_t largest = 0;
    int inside = 0;
    for (int b = 0; b < kRegionStride; ++b)
      for (int a = 0; a < kRegionStride; ++a) {
        const std::uint8_t number = pair.region[place(pair, corner.x + x * kRegionStride + a,
                                                      corner.y + row(y * kRegionStride + b, turned))];
        inside += number != 0 ? 1 : 0;
        largest = std::max(largest, number);
      }
    return 2 * inside >= kRegionStride * kRegionStride ? largest : std::uint8_t{0};
  }

  RegionSourceOptions options_;
  phantom::MammogramSampler sampler_;
  mutable phantom::PatientPool<Picture> pool_;
};

}  // namespace

std::shared_ptr<const SampleSource> mammogram_tiles(const RegionSourceOptions& options) {
  return std::make_shared<Tiles>(options);
}

}  // namespace lobule::learn
