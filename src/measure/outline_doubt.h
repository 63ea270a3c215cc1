#pragma once
// How far outlines of a network can be trusted: checks by geometry and by a second opinion, none of which
// changes a mask.

#include "measure/tissue_outlines.h"

namespace lobule::measure {

// Fills the report of `out.breasts` (volumes, limits, evidence, confidence, findings) and the comparison with
// the classical outlines of the same image. The confidence, 0 to 1, is the mean sureness times a factor for
// each check that fails, listed in the evidence.
void judge_outlines(TissueOutlines& out, const BreastSegmentation& classical);

}  // namespace lobule::measure
