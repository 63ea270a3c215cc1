#pragma once
// Dynamic series: which T1 series belong together as phases, in which order, at which times.

#include <optional>
#include <string>
#include <vector>

#include "exam/series_thumbnail.h"
#include "exam/sort_frames.h"
#include "exam/sort_work.h"

namespace lobule::exam {

// One volume of a dynamic: a whole series, or one time point of a series that holds several.
struct TimePoint {
  std::size_t work = 0;     // into the list of SeriesWork
  std::vector<int> frames;  // into its facts.frames
  SeriesThumbnail shown;    // where all points of its dynamic have slices; empty until a network looks
};

// An order of the phases of this weight or less yields to the pixels, and to the network.
inline constexpr double kWeakOrder = 3;

struct DynamicGroup {
  std::vector<TimePoint> points;  // in order once order_phases has run
  std::string order_source;       // "AcquisitionNumber (0020,0012)"
  double order_weight = 0;        // log-odds that the order is right
  std::vector<std::string> order_conflicts;
  std::vector<std::optional<double>> time_s;  // of each point after the first; empty where not told
  std::string time_source;
  bool measured_change = false;  // pixels were compared
  bool enhances = false;         // and show that contrast agent arrives
  std::string change_text;       // in words
};

// Whether two series lie on one grid (slices may be missing in either) and were measured alike.
bool same_stack(const SeriesFacts& a, const SeriesFacts& b);
bool same_timing(const SeriesFacts& a, const SeriesFacts& b);

// Whether a series is an acquired T1 volume so far, and whether its slices could be those of one at all.
bool may_be_a_phase(const SeriesWork& work);
bool may_be_a_volume(const SeriesWork& work);

// The time points of a series: its frames by temporal position, time or number, where each position
// repeats; one point that holds all frames otherwise. Frames of fat and opposed-phase Dixon parts stay out.
std::vector<TimePoint> time_points(const SeriesFacts& facts, std::size_t work);

// Groups of at least two time points among the acquired T1 series, the largest first.
std::vector<DynamicGroup> find_dynamics(const std::vector<SeriesWork>& works);

// Sorts the points by the best key that tells all of them apart, and notes what contradicts it.
void order_phases(DynamicGroup& group, const std::vector<SeriesWork>& works);

// Looks where the signal changes most (heart, vessels) on slices that the points share. Sets `enhances`, and
// moves the darkest point to the front when only weak headers placed another there.
void check_enhancement(DynamicGroup& group, const std::vector<SeriesWork>& works, FrameSource& source);

// For each point its frames within the slices that all points cover, so that the same places are compared.
std::vector<std::vector<int>> shared_slab(const DynamicGroup& group, const std::vector<SeriesWork>& works);

// The values of every point on slices that all share, three at most: of each point as many, in the same
// places. Empty where there is none.
std::vector<std::vector<float>> shared_samples(const DynamicGroup& group,
                                               const std::vector<SeriesWork>& works, FrameSource& source);

// Blood more than doubles in spoiled gradient echo after 0.1 mmol/kg; noise and motion average out over
// the voxels that change most, so half of that is safe.
inline constexpr double kEnhancementRatio = 1.5;
// Vessels and heart take up to a few per cent of a slice; the most changing half per cent lies in them.
inline constexpr double kChangingFraction = 0.005;

// One frame of each point at a common position; empty where the points share none. At most `count` rows.
std::vector<std::vector<FrameRef>> shared_frames(const DynamicGroup& group,
                                                 const std::vector<SeriesWork>& works, int count);

}  // namespace lobule::exam
