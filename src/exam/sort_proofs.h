#pragma once
// Arithmetic proof of what headers only claim: a subtraction equals the difference of two phases, a
// projection the largest of its slices, an ADC map the fit of its diffusion series, voxel for voxel.

#include <vector>

#include "exam/sort_dynamic.h"
#include "exam/sort_frames.h"
#include "exam/sort_work.h"

namespace lobule::exam {

struct SubtractionProof {
  std::size_t subtraction = 0, post = 0, pre = 0;  // into the list of SeriesWork
  double offset = 0;                               // subtraction = clamp(post − pre + offset, 0)
};

// Looks among T1 series of one stack for any that is the difference of two others on a shared slice, and
// claims it as derived.
std::vector<SubtractionProof> prove_subtractions(std::vector<SeriesWork>& works, FrameSource& source,
                                                 const Cancellation& cancellation);

// Claims as derived the members of dynamic groups that look like none of the other phases: maps of
// kinetics that carry the type and the acquisition number of a phase. True when it found one.
bool claim_outliers(const std::vector<DynamicGroup>& groups, std::vector<SeriesWork>& works,
                    FrameSource& source);

// Compares one-position series with the projection of post − pre over all slices of a phase.
void prove_projections(const DynamicGroup& group, const std::vector<SubtractionProof>& subtractions,
                       std::vector<SeriesWork>& works, FrameSource& source, const Cancellation& cancellation);

// Compares series on the grid of a diffusion series of several b-values with its log-linear fit.
void prove_adc(std::vector<SeriesWork>& works, FrameSource& source);

}  // namespace lobule::exam
