#pragma once
// The networks that look at series while exams are sorted: the shipped models `sequence` and `phase`.

#include <memory>

#include "core/error.h"
#include "exam/series_opinion.h"

namespace lobule::pipeline {

// Those that ship; null where `sequence` does not. A model that is there but cannot be used is a finding.
std::shared_ptr<const exam::SeriesNetworks> shipped_sorting_networks(Findings& findings);

// The SHA-256 of the weights of those that ship, for keys of cached results; "" where there are none.
std::string identity_of_sorting_networks();

// The same as shipped_sorting_networks from two model folders; without a second one no phases are told.
// Throws Error where a folder holds no model of its task.
std::shared_ptr<const exam::SeriesNetworks> sorting_networks(const std::string& sequence_folder,
                                                             const std::string& phase_folder);

}  // namespace lobule::pipeline
