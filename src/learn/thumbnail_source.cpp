#include "learn/thumbnail_source.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lobule::learn {
namespace {
using phantom::SeriesRole;

constexpr std::uint64_t kVolumesPerDynamic = 4;  // a dynamic costs more than learning from it
constexpr std::size_t kDynamicsKept = 4;         // samples are asked for nearly in order
constexpr float kDifferenceGain = 3;             // enhancement is mostly a fraction of what is bright
constexpr float kMost = 2;
constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

SequenceClass class_of(const phantom::SeriesThumbnail& series) {
  if (!series.breast && series.role != SeriesRole::other) return SequenceClass::not_breast;
  switch (series.role) {
    case SeriesRole::t2:
    case SeriesRole::t2_fatsat: return SequenceClass::t2;
    case SeriesRole::dwi: return SequenceClass::dwi;
    case SeriesRole::adc: return SequenceClass::adc;
    case SeriesRole::derived: return SequenceClass::derived;
    case SeriesRole::localizer: return SequenceClass::localizer;
    case SeriesRole::other: return SequenceClass::other;
    default: return SequenceClass::t1;
  }
}

Tensor one_number(float value) {
  return Tensor({1, 1, 1}, value);
}

class Series : public SampleSource {
 public:
  explicit Series(const ThumbnailSourceOptions& options) : sampler_(options.series), size_(options.size) {}

  std::uint64_t size() const override { return size_; }

  Sample at(std::uint64_t index) const override {
    phantom::SeriesThumbnail series = sampler_.at(index);
    Sample sample;
    sample.targets =
        sequence_targets({.sequence = class_of(series),
                          .fat_suppressed = series.fat_suppressed,
                          .contrast_agent = series.phase > 0 || series.role == SeriesRole::post_highres,
                          .b_s_per_mm2 = series.b_s_per_mm2});
    Tensor pictures({3, series.size, series.size});
    pictures.values = std::move(series.pictures);
    sample.inputs.push_back(std::move(pictures));
    return sample;
  }

 private:
  phantom::SeriesSampler sampler_;
  std::uint64_t size_;
};

class Phases : public SampleSource {
 public:
  explicit Phases(const ThumbnailSourceOptions& options)
      : seed_(options.series.seed),
        size_(options.size),
        dynamics_(kDynamicsKept, [sampler = phantom::SeriesSampler(options.series)](std::uint64_t number) {
          return sampler.dynamic(number);
        }) {}

  std::uint64_t size() const override { return size_; }

  Sample at(std::uint64_t index) const override {
    const std::uint64_t number = index / kVolumesPerDynamic;
    const auto dynamic = dynamics_.at({static_cast<std::size_t>(number % dynamics_.size()), number});
    const std::size_t count = dynamic->minutes.size();
    const RandomStream random(seed_, "volumes of dynamics");
    auto asked = static_cast<std::size_t>((index + random.words(number)[0]) % kPhaseClassCount);
    // Late phases need a third volume.
    if (asked == 2 && count < 3) asked = random.words(index)[1] % 2;
    const std::size_t which = asked < 2 ? asked : 2 + random.words(index)[0] % (count - 2);
    Sample sample;
    sample.inputs.push_back(phase_input(dynamic->pictures, dynamic->size, which));
    sample.targets = phase_targets(static_cast<PhaseClass>(asked), dynamic->minutes[which]);
    return sample;
  }

 private:
  std::uint64_t seed_, size_;
  mutable phantom::PatientPool<phantom::DynamicThumbnails> dynamics_;
};

}  // namespace

const char* to_text(SequenceClass sequence) {
  constexpr const char* kNames[] = {"t1", "t2", "dwi", "adc", "derived", "localizer", "other", "not_breast"};
  return kNames[static_cast<std::size_t>(sequence)];
}

const char* to_text(PhaseClass phase) {
  constexpr const char* kNames[] = {"pre", "early", "late"};
  return kNames[static_cast<std::size_t>(phase)];
}

std::map<std::string, Tensor> sequence_targets(const SeriesTruth& truth) {
  const bool t1 = truth.sequence == SequenceClass::t1, t2 = truth.sequence == SequenceClass::t2;
  const auto known = [](bool applies, const std::optional<bool>& value) {
    return one_number(applies && value ? static_cast<float>(*value) : kUnknown);
  };
  float diffusion = kUnknown;
  if (truth.sequence == SequenceClass::dwi && truth.b_s_per_mm2) {
    const double b = *truth.b_s_per_mm2;
    diffusion = static_cast<float>(b <= 200  ? DiffusionClass::low
                                   : b < 600 ? DiffusionClass::intermediate
                                             : DiffusionClass::high);
  }
  return {{"sequence", one_number(static_cast<float>(truth.sequence))},
          {"fat_suppressed", known(t1 || t2, truth.fat_suppressed)},
          {"contrast_agent", known(t1, truth.contrast_agent)},
          {"diffusion", one_number(diffusion)}};
}

std::map<std::string, Tensor> phase_targets(PhaseClass phase, std::optional<double> minutes) {
  const bool known = phase != PhaseClass::pre && minutes;
  return {{"phase", one_number(static_cast<float>(phase))},
          {"minutes", one_number(known ? static_cast<float>(std::sqrt(*minutes)) : kUnknown)}};
}

std::shared_ptr<const SampleSource> series_thumbnails(const ThumbnailSourceOptions& options) {
  return std::make_shared<Series>(options);
}

std::shared_ptr<const SampleSource> phase_thumbnails(const ThumbnailSourceOptions& options) {
  return std::make_shared<Phases>(options);
}

Tensor phase_input(const std::vector<float>& pictures, int size, std::size_t which) {
  const std::size_t pixels = 3 * static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  const std::size_t volumes = pictures.size() / pixels;
  Tensor input({6, size, size});
  for (std::size_t i = 0; i < pixels; ++i) {
    float mean = 0;
    for (std::size_t v = 0; v < volumes; ++v) mean += pictures[v * pixels + i];
    mean /= static_cast<float>(volumes);
    const float value = pictures[which * pixels + i];
    input.values[i] = std::min(kMost, value);
    input.values[pixels + i] = std::clamp(kDifferenceGain * (value - mean), -kMost, kMost);
  }
  return input;
}

}  // namespace lobule::learn
