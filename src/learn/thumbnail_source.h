#pragma once
// Small pictures of random series of digital patients, for networks that sort exams.

#include <memory>

#include "learn/sample.h"
#include "phantom/sampler_series.h"

namespace lobule::learn {

// Classes of the target "sequence". Fat, contrast agent and b-values are told by targets of their own.
enum class SequenceClass : std::uint8_t { t1, t2, dwi, adc, derived, localizer, other, not_breast };
inline constexpr int kSequenceClassCount = 8;
const char* to_text(SequenceClass sequence);

enum class DiffusionClass : std::uint8_t { low, intermediate, high };  // b ≤ 200, between, b ≥ 600 s/mm²
inline constexpr int kDiffusionClassCount = 3;

enum class PhaseClass : std::uint8_t { pre, early, late };  // NoC, CEearly, CE of Ma et al.
inline constexpr int kPhaseClassCount = 3;
const char* to_text(PhaseClass phase);

struct ThumbnailSourceOptions {
  phantom::SeriesSamplerOptions series;
  std::uint64_t size = 0;  // 0: endless
};

// One input [3, y, x]: the three pictures of a series, 0 to 1. Targets of one number, [1, 1, 1]: "sequence";
// "fat_suppressed" and "contrast_agent" (0 or 1), "diffusion"; NaN where the series does not have it.
std::shared_ptr<const SampleSource> series_thumbnails(const ThumbnailSourceOptions& options);

// One input [6, y, x]: three pictures of one volume of a dynamic, and by how much it is brighter than the
// mean of all volumes there, both on the scale of `phase_input`. Targets of one number: "phase"; "minutes",
// the square root of the minutes after the agent's arrival, NaN before it. Each class is as frequent as the
// others.
std::shared_ptr<const SampleSource> phase_thumbnails(const ThumbnailSourceOptions& options);

// The network's view of volume `which` of a dynamic: pictures [volume][plane][row][column] on any common
// scale whose bright values are about 1. Returns [6, size, size].
Tensor phase_input(const std::vector<float>& pictures, int size, std::size_t which);

}  // namespace lobule::learn
