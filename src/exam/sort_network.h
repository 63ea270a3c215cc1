#pragma once
// Where networks enter sorting: as claims like any other, lighter than what a scanner's physics says, so
// that they decide where headers are silent or lie, and yield to proofs.

#include "exam/series_opinion.h"
#include "exam/sort_dynamic.h"
#include "exam/sort_work.h"

namespace lobule::exam {

// More than words in a header say, less than its physics: docs/methods/sorting.md.
inline constexpr double kMostNetworkWeight = 3.5;
// The log-odds of a probability that the network gave, the largest weight at most in either direction.
double network_log_odds(double probability);

// Shows every series to the network and claims what it saw, on each axis for the likeliest trait with its
// log-odds; whether series of one frame of reference show a breast is decided for all of them together.
// Returns how probable it is, by the mean over images of anatomy, that this exam shows a breast; nothing
// where the network saw no such image.
std::optional<double> claim_opinions(std::vector<SeriesWork>& works, const FrameSource& source,
                                     const SeriesNetworks& networks, const Cancellation& cancellation);

// Of an exam that is no breast MRI the network has learned nothing: takes back what it claimed.
void drop_opinions(std::vector<SeriesWork>& works);

// Where headers order the phases weakly: shows every point's volume to the network, and lets points leave
// that repeat the pre-contrast phase.
void look_for_repeats(DynamicGroup& group, std::vector<SeriesWork>& works, FrameSource& source,
                      const SeriesNetworks& networks, const Cancellation& cancellation);

// Asks in which order the phases came. Where the order rests on weak headers or none, the network's is taken:
// the likeliest pre-contrast phase first, the others by their minutes after the agent's arrival. Where
// headers order well and the network is sure of another pre-contrast phase, that is a conflict.
void order_by_network(DynamicGroup& group, std::vector<SeriesWork>& works, const FrameSource& source,
                      const SeriesNetworks& networks, const Cancellation& cancellation);

}  // namespace lobule::exam
