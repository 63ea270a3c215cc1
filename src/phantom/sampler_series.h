#pragma once
// Random series of a breast MRI exam as three small pictures with their role, for a sorter that looks at
// pixels. Sample n of a seed is always the same, whatever the order, the thread or the number of threads.
//
//   SeriesSampler sampler({.seed = 1});
//   SeriesThumbnail series = sampler.at(4711);      // 3 × 96²: about 5 ms
//   DynamicThumbnails phases = sampler.dynamic(4711);  // of 2 to 8 volumes

#include <memory>

#include "phantom/random_parameters.h"
#include "phantom/sampler_pool.h"

namespace lobule::phantom {

enum class SeriesRole : std::uint8_t {
  t1,
  t1_fatsat,
  t2,
  t2_fatsat,
  dwi,
  adc,
  dce_pre,
  dce_post,
  derived,
  localizer,
  post_highres,
  other
};
inline constexpr std::size_t kSeriesRoles = 12;
const char* to_text(SeriesRole role);  // the words of exams.json

struct SeriesSamplerOptions {
  std::uint64_t seed = 1;
  int size = 96;  // columns and rows of each picture
  std::vector<double> role_weights = std::vector<double>(kSeriesRoles, 1.0);
  double other_bodies = 0;  // share of series that show another part of a body (sampler_elsewhere.h)
  RandomStrength strength;
  std::size_t pool = 16;  // patients held at once: about 10 MB each
  std::uint64_t uses_per_patient = 200;
  double patient_spacing_mm = 3;
};

// Three pictures: transversal through the middle of the series' field of view, coronal a quarter of the field
// from its front, sagittal a quarter from one side (through the middle of fields narrower than 220 mm, which
// hold one breast). Columns run to the left (sagittal: to the back), rows to the back (others: to the feet).
// Pixels are square and of one size, such that the longest extent fills a picture; what the series does not
// cover is 0. Values are 0 to 1: divided by the 99.5th percentile of what is above 0 in the three together,
// and cut off there.
struct SeriesThumbnail {
  std::uint64_t index = 0;
  int size = 0;
  SeriesRole role = SeriesRole::t1;
  bool breast = true;       // false: another part of the body; its role says nothing then
  const char* kind = "";    // of derived and other: "SUB", "MIP", "PEI", "fat", "phase", "screen", "noise"
  int phase = -1;           // of the dynamic; −1 for other roles
  double b_s_per_mm2 = -1;  // of dwi
  bool fat_suppressed = false;
  std::vector<float> pictures;  // [plane][row][column]
};

// The phases of one dynamic in order, the pre-contrast one first, each as three pictures of the same places.
// The first post-contrast phase is the early one: it is acquired 0.7 to 2 minutes after the agent arrives.
struct DynamicThumbnails {
  std::uint64_t index = 0;
  int size = 0;
  std::vector<double> minutes;  // after the agent's arrival; of the pre-contrast phase −1
  // [phase][plane][row][column], 1 being the 99.5th percentile of what is above 0 in all of them; not cut
  // off.
  std::vector<float> pictures;
};

class SeriesSampler {
 public:
  // Throws Error for options out of their range.
  explicit SeriesSampler(SeriesSamplerOptions options);

  const SeriesSamplerOptions& options() const { return options_; }

  // Sample `index`; may be called from many threads at once. The second form reuses the series' memory.
  SeriesThumbnail at(std::uint64_t index) const;
  void at(std::uint64_t index, SeriesThumbnail& series) const;

  // Dynamic series of the same patients; sample `index` has nothing to do with that of `at`.
  DynamicThumbnails dynamic(std::uint64_t index) const;

  struct Patient;

 private:
  SeriesSamplerOptions options_;
  std::shared_ptr<PatientPool<Patient>> pool_;
};

}  // namespace lobule::phantom
