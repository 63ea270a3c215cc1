#include "learn/patch_source.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "nn/intensity.h"
#include "phantom/sampler_pool.h"
#include "phantom/tissue.h"

namespace lobule::learn {
namespace {
using phantom::Tissue;

constexpr std::size_t kPatchesKept = 4;  // samples are asked for nearly in order
// As the truth of digital patients counts a voxel as fibroglandular.
constexpr float kGlandShare = 0.5F;

PatchTissue class_of(Tissue tissue, bool in_breast, float gland) {
  if (tissue == Tissue::vessel) return PatchTissue::vessel;
  if (tissue == Tissue::nipple) return PatchTissue::nipple;
  if (tissue == Tissue::muscle) return PatchTissue::muscle;
  if (tissue == Tissue::blood || tissue == Tissue::myocardium) return PatchTissue::heart;
  if (!in_breast) return PatchTissue::background;
  return gland >= kGlandShare ? PatchTissue::gland : PatchTissue::breast;
}

class MriPatches : public SampleSource {
 public:
  explicit MriPatches(const PatchSourceOptions& options)
      : options_(options),
        patches_(kPatchesKept, [sampler = phantom::MriPatchSampler(options.patch)](std::uint64_t number) {
          return sampler.at(number);
        }) {}

  std::uint64_t size() const override { return options_.size; }

  Sample at(std::uint64_t index) const override {
    const std::uint64_t number = index / options_.samples_per_patch;
    const auto kept = patches_.at({static_cast<std::size_t>(number % patches_.size()), number});
    const phantom::MriPatch& patch = *kept;
    const std::size_t n = static_cast<std::size_t>(patch.size), voxels = n * n * n;
    const RandomStream random(options_.patch.seed, "channels of patches");
    const std::size_t channels = options_.patch.channels.size();
    const std::size_t channel = (random.words(number)[0] + index % options_.samples_per_patch) % channels;
    const std::span<const float> image(&patch.images[channel * voxels], voxels);
    const nn::IntensityScale scale = nn::percentile_scale(image, 0, options_.top_percentile);
    // Evenly in its logarithm.
    const double gain =
        options_.least_gain * std::pow(options_.most_gain / options_.least_gain, random.uniform(~index));

    Sample sample;
    Tensor values({1, patch.size, patch.size, patch.size}), tissue(values.shape), inside(values.shape),
        gland(values.shape);
    const auto [first, last] = slab_of(random, number, n);
    for (std::size_t to = 0; to < voxels; ++to) {
      const std::size_t z = std::clamp(to / (n * n), first, last), v = z * n * n + to % (n * n);
      values.values[to] = static_cast<float>(gain) * scale(image[v]);
      const bool in_breast = patch.breast[v] != 0;
      inside.values[to] = in_breast ? 1.0F : 0.0F;
      gland.values[to] = in_breast ? patch.gland[v] : 0.0F;
      tissue.values[to] =
          static_cast<float>(class_of(static_cast<Tissue>(patch.tissue[v]), in_breast, patch.gland[v]));
    }
    sample.inputs.push_back(std::move(values));
    sample.targets.emplace("tissue", std::move(tissue));
    sample.targets.emplace("inside", std::move(inside));
    sample.targets.emplace("gland", std::move(gland));
    return sample;
  }

 private:
  // The slices that patch `number` holds; mostly all.
  std::array<std::size_t, 2> slab_of(const RandomStream& random, std::uint64_t number, std::size_t n) const {
    constexpr double kFewest_mm = 5, kMost_mm = 50;
    constexpr std::uint64_t kDraws = std::uint64_t{1} << 40;  // beyond those of channels and gains
    const double draw = random.uniform(kDraws + 3 * number);
    if (draw >= options_.thin_slabs) return {0, n - 1};
    const double thick_mm = random.uniform(kDraws + 3 * number + 1, kFewest_mm, kMost_mm);
    const std::size_t slices =
        std::clamp<std::size_t>(static_cast<std::size_t>(thick_mm / options_.patch.spacing_mm), 1, n);
    const auto first = static_cast<std::size_t>(random.uniform(kDraws + 3 * number + 2) *
                                                static_cast<double>(n - slices + 1));
    return {first, first + slices - 1};
  }

  PatchSourceOptions options_;
  mutable phantom::PatientPool<phantom::MriPatch> patches_;
};

}  // namespace

std::shared_ptr<const SampleSource> mri_patches(const PatchSourceOptions& options) {
  return std::make_shared<MriPatches>(options);
}

}  // namespace lobule::learn
