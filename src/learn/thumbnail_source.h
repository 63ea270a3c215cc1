#pragma once
// Small pictures of random series of digital patients, for networks that sort exams.

#include <map>
#include <memory>
#include <optional>
#include <string>

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

// What is known of a series; nothing where it is not.
struct SeriesTruth {
  SequenceClass sequence = SequenceClass::t1;
  std::optional<bool> fat_suppressed;  // of T1 and T2
  std::optional<bool> contrast_agent;  // of T1
  std::optional<double> b_s_per_mm2;   // of diffusion-weighted images
};
// Targets of one number each, [1, 1, 1]: "sequence", "fat_suppressed", "contrast_agent" (0 or 1),
// "diffusion"; NaN where nothing is known or the sequence does not have it.
std::map<std::string, Tensor> sequence_targets(const SeriesTruth& truth);

// The same of a volume of a dynamic: "phase"; "minutes", the square root of the minutes after the agent's
// arrival, NaN where they are not known and before it.
std::map<std::string, Tensor> phase_targets(PhaseClass phase, std::optional<double> minutes);

struct ThumbnailSourceOptions {
  phantom::SeriesSamplerOptions series;
  std::uint64_t size = 0;  // 0: endless
};

// One input [3, y, x]: the three pictures of a series, 0 to 1; targets as sequence_targets makes them.
std::shared_ptr<const SampleSource> series_thumbnails(const ThumbnailSourceOptions& options);

// One input [6, y, x]: three pictures of one volume of a dynamic, and by how much it is brighter than the
// mean of all volumes there, as phase_input makes them; targets as phase_targets does. Each class is as
// frequent as the others.
std::shared_ptr<const SampleSource> phase_thumbnails(const ThumbnailSourceOptions& options);

// The network's view of volume `which` of a dynamic: pictures [volume][plane][row][column] on any common
// scale whose bright values are about 1. Returns [6, size, size].
Tensor phase_input(const std::vector<float>& pictures, int size, std::size_t which);

}  // namespace lobule::learn
