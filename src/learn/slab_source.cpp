#include "learn/slab_source.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>

#include "core/error.h"
#include "nn/intensity.h"
#include "phantom/sampler_pool.h"
#include "phantom/tissue.h"

namespace lobule::learn {
namespace {
using phantom::Tissue;

constexpr std::size_t kSlabsKept = 4;  // samples are asked for nearly in order
// As the truth of digital patients counts a voxel as fibroglandular.
constexpr float kGlandShare = 0.5F;

SlabTissue class_of(Tissue tissue, bool in_breast, float gland) {
  if (tissue == Tissue::vessel) return SlabTissue::vessel;
  if (tissue == Tissue::nipple) return SlabTissue::nipple;
  if (tissue == Tissue::muscle) return SlabTissue::muscle;
  if (tissue == Tissue::blood || tissue == Tissue::myocardium) return SlabTissue::heart;
  if (!in_breast) return SlabTissue::background;
  return gland >= kGlandShare ? SlabTissue::gland : SlabTissue::breast;
}

class MriSlabs : public SampleSource {
 public:
  explicit MriSlabs(const SlabSourceOptions& options)
      : options_(options),
        middle_(options.patch.size[2] / 2),
        slabs_(kSlabsKept, [sampler = phantom::MriPatchSampler(options.patch)](std::uint64_t number) {
          return sampler.at(number);
        }) {
    for (const int neighbour : options.neighbours)
      if (middle_ + neighbour < 0 || middle_ + neighbour >= options.patch.size[2])
        throw Error("MRI slabs", "the neighbour " + std::to_string(neighbour) + " lies outside");
  }

  std::uint64_t size() const override { return options_.size; }

  Sample at(std::uint64_t index) const override {
    const std::uint64_t number = index / options_.samples_per_slab;
    const auto kept = slabs_.at({static_cast<std::size_t>(number % slabs_.size()), number});
    const phantom::MriPatch& patch = *kept;
    const RandomStream random(options_.patch.seed, "channels of slabs");
    Sample sample;
    sample.inputs.push_back(slices_of(patch, random, number, index));
    set_targets(patch, sample);
    return sample;
  }

 private:
  std::size_t plane() const {
    return static_cast<std::size_t>(options_.patch.size[0]) *
           static_cast<std::size_t>(options_.patch.size[1]);
  }

  Tensor slices_of(const phantom::MriPatch& patch, const RandomStream& random, std::uint64_t number,
                   std::uint64_t index) const {
    constexpr std::uint64_t kDraws = std::uint64_t{1} << 40;  // beyond those of channels and gains
    const std::size_t channels = options_.patch.channels.size(), voxels = patch.tissue.size();
    const std::size_t channel = (random.words(number)[0] + index % options_.samples_per_slab) % channels;
    const std::span<const float> image(&patch.images[channel * voxels], voxels);
    const nn::IntensityScale scale = nn::percentile_scale(image, 0, options_.top_percentile);
    // Evenly in its logarithm.
    const auto gain = static_cast<float>(
        options_.least_gain * std::pow(options_.most_gain / options_.least_gain, random.uniform(~index)));
    int lowest = 0, highest = patch.size[2] - 1;
    if (random.uniform(kDraws + 2 * index) < options_.at_an_end) {
      const double end = random.uniform(kDraws + 2 * index + 1, 0, 3);
      if (end < 2) lowest = middle_;
      if (end >= 1) highest = middle_;
    }
    Tensor slices(Shape{std::ssize(options_.neighbours), patch.size[1], patch.size[0]});
    float* to = slices.values.data();
    for (const int neighbour : options_.neighbours) {
      const auto slice = static_cast<std::size_t>(std::clamp(middle_ + neighbour, lowest, highest));
      for (const float value : image.subspan(slice * plane(), plane())) *to++ = gain * scale(value);
    }
    return slices;
  }

  void set_targets(const phantom::MriPatch& patch, Sample& sample) const {
    Tensor tissue(Shape{1, patch.size[1], patch.size[0]}), inside(tissue.shape), gland(tissue.shape);
    for (std::size_t to = 0; to < plane(); ++to) {
      const std::size_t v = static_cast<std::size_t>(middle_) * plane() + to;
      const bool in_breast = patch.breast[v] != 0;
      inside.values[to] = in_breast ? 1.0F : 0.0F;
      gland.values[to] = in_breast ? patch.gland[v] : 0.0F;
      tissue.values[to] =
          static_cast<float>(class_of(static_cast<Tissue>(patch.tissue[v]), in_breast, patch.gland[v]));
    }
    sample.targets.emplace("tissue", std::move(tissue));
    sample.targets.emplace("inside", std::move(inside));
    sample.targets.emplace("gland", std::move(gland));
  }

  SlabSourceOptions options_;
  int middle_;
  mutable phantom::PatientPool<phantom::MriPatch> slabs_;
};

}  // namespace

std::shared_ptr<const SampleSource> mri_slabs(const SlabSourceOptions& options) {
  return std::make_shared<MriSlabs>(options);
}

}  // namespace lobule::learn
