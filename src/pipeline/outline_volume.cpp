#include "pipeline/outline_volume.h"

#include "measure/bias_field_itk.h"
#include "measure/fgt_segmentation.h"
#include "measure/noise.h"
#include "measure/overlap.h"

namespace lobule::pipeline {

Outline outline_classically(const Image<float>& image, measure::FatSignal fat, Context& context) {
  Outline outline;
  outline.noise_sigma = measure::noise_sigma(image);
  const Mask body = measure::segment_body(image);
  context.progress.update(0.2);
  context.cancellation.check();
  outline.corrected = measure::divide_by_field(image, measure::estimate_bias_field(image, body));
  context.progress.update(0.6);
  context.cancellation.check();
  outline.breasts = measure::segment_breasts(outline.corrected, {.fat = fat});
  return outline;
}

VolumeOutlines outline_volume(const Image<float>& image, measure::FatSignal fat, const TissueNetwork* network,
                              Context& context) {
  VolumeOutlines out;
  Outline outline = outline_classically(image, fat, context);
  out.classical_fgt =
      measure::segment_fgt(outline.corrected, outline.breasts.breast, Mask(), {.fat = fat}).fgt;
  out.classical = std::move(outline.breasts);
  if (network == nullptr) return out;
  out.network = measure::outline_tissues(network->maps(image, out.classical.body, context), out.classical);
  out.network_fgt =
      measure::fgt_of(out.network->mostly_gland, out.network->breasts.breast, out.network->vessels);
  const Mask clustered =
      measure::segment_fgt(outline.corrected, out.network->breasts.breast, out.network->vessels, {.fat = fat})
          .fgt;
  out.agreed_fgt = measure::agreed_fgt(clustered, out.network->mostly_gland, out.network->breasts.breast,
                                       out.network->vessels)
                       .fgt;
  out.dice_breast = measure::dice_of(out.network->breasts.breast, out.classical.breast);
  out.dice_fgt = measure::dice_of(out.agreed_fgt, out.classical_fgt);
  return out;
}

}  // namespace lobule::pipeline
