#pragma once
// What networks say of series, and how sorting asks them. The networks themselves are the pipeline's
// (pipeline/sorting_networks.h): this room only weighs their words.

#include <array>
#include <vector>

#include "exam/series_thumbnail.h"

namespace lobule::exam {

enum class SeenSequence { t1, t2, dwi, adc, derived, localizer, other, not_breast };
inline constexpr std::size_t kSeenSequences = 8;

// Probabilities, 0 to 1.
struct SeriesOpinion {
  std::array<double, kSeenSequences> sequence{};  // sum to 1
  double fat_suppressed = 0.5;                    // of T1 and T2
  double contrast_agent = 0.5;                    // of T1
  std::array<double, 3> diffusion{};              // of DWI: b ≤ 200, between, b ≥ 600 s/mm²

  double of(SeenSequence s) const { return sequence[static_cast<std::size_t>(s)]; }
};

struct PhaseOpinion {
  std::array<double, 3> phase{};  // pre-contrast, early, later; sum to 1
  double minutes = 0;             // after the agent's arrival, of a post-contrast phase
};

class SeriesNetworks {
 public:
  virtual ~SeriesNetworks() = default;

  // One opinion for each normalized thumbnail that has pictures.
  virtual std::vector<SeriesOpinion> sequences(const std::vector<SeriesThumbnail>& series) const = 0;

  // One opinion for each volume of one dynamic, from thumbnails of one grid in the series' own values, two or
  // more. Empty where no network tells phases.
  virtual std::vector<PhaseOpinion> phases(const std::vector<SeriesThumbnail>& volumes) const = 0;
};

}  // namespace lobule::exam
