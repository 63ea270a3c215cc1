#include <cmath>

#include "core/text.h"
#include "measure/gain.h"
#include "pipeline/analyze_stages.h"

namespace lobule::pipeline {
namespace {

// Receivers change in steps of decibels when a scanner prescans again; by less than one (1.12) amplifiers
// drift, and ghosts in the air do too.
constexpr double kLeastStep = 1.1;

}  // namespace

void even_gain(const exam::Dynamic& acquired, exam::Dynamic& corrected, const Mask& body,
               Findings& findings) {
  std::string phases, factors;
  for (std::size_t p = 1; p < acquired.phases.size(); ++p) {
    const double gain = measure::gain_change(acquired.phases[0].image, acquired.phases[p].image, body);
    if (gain < kLeastStep && gain > 1 / kLeastStep) continue;
    for (float& v : corrected.phases[p].image.voxels) v = static_cast<float>(v / gain);
    const auto add = [](std::string& list, const std::string& word) {
      list += (list.empty() ? "" : ", ") + word;
    };
    add(phases, std::to_string(p));
    add(factors, format_number(std::round(100 * gain) / 100));
  }
  if (phases.empty()) return;
  findings.push_back(
      {Severity::warning, "dynamic series",
       "the receiver's gain changed after the pre-contrast phase (phase " + phases + ": " + factors +
           " times the noise in air)",
       "enhancement was measured after dividing by these factors; plain subtractions are as acquired",
       "Forbid a second prescan between the phases of the protocol"});
}

}  // namespace lobule::pipeline
