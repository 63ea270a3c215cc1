#include "phantom/sampler_appear.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "phantom/sampler_fields.h"

namespace lobule::phantom {
namespace {

constexpr double kBiasSpacing_mm = 50, kTextureSpacing_mm = 7, kEnhancementSpacing_mm = 12;

// The point spread of each channel's acquisition; thick slices lie along `slice_axis`.
std::array<HalfKernel, 3> point_spread(Draw& draw, const MriPatchOptions& o, const MriParameters& p,
                                       const MriChannel& channel, int slice_axis) {
  double in_plane = p.in_plane_mm, slice = p.slice_mm;
  const bool diffusion = channel.contrast == MriContrast::dwi || channel.contrast == MriContrast::adc;
  const double coarser = draw.uniform(0, 1) * std::min(1.0, o.strength.appearance);
  if (diffusion) {
    in_plane = 1 + coarser * 1.5, slice = 1 + coarser * 3;
  } else if (channel.contrast != MriContrast::dce && channel.contrast != MriContrast::t1_fatsat) {
    slice = 1 + coarser * 3;
  }
  std::array<HalfKernel, 3> kernels;
  for (int axis = 0; axis < 3; ++axis)
    kernels[axis] = axis == slice_axis ? gaussian_kernel(slice > 1 ? 0.35 * slice / o.spacing_mm : 0)
                                       : acquisition_kernel(in_plane / o.spacing_mm, p.ringing);
  return kernels;
}

// Multiplies all channels by the coil's shading and the tissues' texture, and phases after the agent by its
// own unevenness; maps have none of them.
void shade(const MriPatchOptions& o, const SmoothField& bias, const SmoothField& texture,
           const SmoothField& enhancing, std::vector<float>& images) {
  if (bias.zero() && texture.zero() && enhancing.zero()) return;
  const std::size_t n = static_cast<std::size_t>(o.size[0]), rows = static_cast<std::size_t>(o.size[1]),
                    slices = static_cast<std::size_t>(o.size[2]), voxels = n * rows * slices;
  parallel_for(slices, [&](std::size_t k) {
    std::vector<float> plain(n), post(n);
    const int slice = static_cast<int>(k);
    const SmoothField::Plane bias_here(bias, slice), texture_here(texture, slice),
        enhancing_here(enhancing, slice);
    for (std::size_t j = 0; j < rows; ++j) {
      const int row = static_cast<int>(j);
      std::fill(plain.begin(), plain.end(), 0.0f);
      bias_here.add_row(row, plain.data());
      texture_here.add_row(row, plain.data());
      post = plain;
      enhancing_here.add_row(row, post.data());
      // (2 + x) / (2 − x) is the exponential to third order.
      for (auto* factors : {&plain, &post})
        for (float& x : *factors) x = (2 + x) / (2 - x);
      for (std::size_t c = 0; c < o.channels.size(); ++c) {
        if (o.channels[c].contrast == MriContrast::adc) continue;
        const bool late = o.channels[c].contrast == MriContrast::dce && o.channels[c].phase > 0;
        const std::vector<float>& factor = late ? post : plain;
        float* out = &images[c * voxels + (k * rows + j) * n];
        for (std::size_t i = 0; i < n; ++i) out[i] *= factor[i];
      }
    }
  });
}

}  // namespace

void appear(Draw& draw, const MriPatchOptions& o, const MriParameters& p, std::vector<float>& images) {
  const std::size_t voxels =
      static_cast<std::size_t>(o.size[0]) * o.size[1] * static_cast<std::size_t>(o.size[2]);
  const auto field = [&](double spacing_mm, double amplitude) {
    const double s = spacing_mm / o.spacing_mm;
    return SmoothField(draw.stream(), draw.block(), o.size, {s, s, s}, amplitude);
  };
  const SmoothField bias = field(kBiasSpacing_mm, 2 * p.bias),
                    texture = field(kTextureSpacing_mm, 3 * p.texture),
                    enhancing = field(kEnhancementSpacing_mm, 3 * p.texture);
  const int slice_axis = draw.chance(0.75) ? 2 : static_cast<int>(draw.below(2));
  const bool noise_first = draw.chance(0.5);
  shade(o, bias, texture, enhancing, images);
  for (std::size_t c = 0; c < o.channels.size(); ++c) {
    const std::span<float> image(&images[c * voxels], voxels);
    const std::array<HalfKernel, 3> kernels = point_spread(draw, o, p, o.channels[c], slice_axis);
    const QuickNormal noise(draw.stream(), draw.block());
    const double louder = o.channels[c].contrast == MriContrast::dwi ? 1.5 : 1;
    const float sigma = static_cast<float>(louder * p.noise);
    if (sigma > 0 && noise_first) add_quick_rician(image, 1.5f * sigma, noise);
    convolve(image, o.size, kernels);
    if (sigma > 0 && !noise_first) add_quick_rician(image, sigma, noise);
    // Ringing may have gone below zero.
    for (float& value : image) value = std::abs(value);
  }
}

}  // namespace lobule::phantom
