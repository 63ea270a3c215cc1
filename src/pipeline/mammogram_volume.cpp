#include "pipeline/mammogram_volume.h"

#include "core/text.h"
#include "phantom/xray_image.h"

namespace lobule::pipeline {
namespace {

constexpr double kLeastKvp = 27, kMostKvp = 31;

const phantom::XraySignal& signal_at_28() {
  static const phantom::XraySignal signal(phantom::tungsten_rhodium_28());
  return signal;
}

const phantom::XraySignal& signal_at_30() {
  static const phantom::XraySignal signal(phantom::tungsten_rhodium_30());
  return signal;
}

// What is missing of the image, in words; empty where nothing is.
std::string missing(const exam::MammogramPicture& picture) {
  const exam::MammogramBeam& beam = picture.beam;
  if (picture.signal.empty()) return "the file holds no signal of the detector that is linear in exposure";
  if (!picture.spacing_mm) return "the size of its pixels is not known";
  if (!beam.compressed_mm || !(*beam.compressed_mm > 0))
    return "the thickness under the paddle is not known (BodyPartThickness 0018,11A0)";
  if (!beam.kvp || beam.anode.empty() || beam.filter.empty())
    return "the beam is not known (KVP 0018,0060, AnodeTargetMaterial 0018,1191, FilterMaterial 0018,7050)";
  if (beam.anode != "TUNGSTEN" || beam.filter != "RHODIUM" || *beam.kvp < kLeastKvp || *beam.kvp > kMostKvp)
    return "no spectrum is at hand for " + lower(beam.anode) + " behind " + lower(beam.filter) + " at " +
           format_number(*beam.kvp) + " kV";
  return "";
}

}  // namespace

MeasuredVolume measured_volume(const exam::MammogramPicture& picture, const Mask& labels) {
  MeasuredVolume result{{}, missing(picture)};
  if (!result.reason.empty()) return result;
  const double more = (*picture.beam.kvp - 28) / 2;
  const auto attenuation = [&](double adipose_mm, double dense_mm) {
    return (1 - more) * signal_at_28().log_attenuation(adipose_mm, dense_mm) +
           more * signal_at_30().log_attenuation(adipose_mm, dense_mm);
  };
  result.density = measure::volumetric_density(picture.signal, labels, *picture.spacing_mm,
                                               *picture.beam.compressed_mm, attenuation);
  if (!result.density) result.reason = "too little of the breast is as high as the paddle";
  return result;
}

}  // namespace lobule::pipeline
