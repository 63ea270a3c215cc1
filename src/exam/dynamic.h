#pragma once
// The dynamic series of an exam as images on the grid of its pre-contrast phase.

#include <string>
#include <vector>

#include "core/context.h"
#include "exam/volume.h"

namespace lobule::exam {

struct DynamicOptions {
  AssemblyOptions assembly;
  std::vector<double> phase_times_s;  // one a phase, declared by the user; empty = from the headers
};

// Reads all phases of the exam's dynamic series. A phase that lies on the pre-contrast grid, or is a slab of
// it, is copied voxel for voxel; another grid is interpolated linearly and said in `findings`; what a phase
// does not cover is NaN. Throws Error where the exam has no pre-contrast phase, no post-contrast phase, or
// `phase_times_s` has another number of times than there are phases or does not increase.
Dynamic read_dynamic(const DicomIndex& index, const Exam& exam, const DynamicOptions& options,
                     Findings& findings, const Cancellation& cancellation);

// `moving` on `grid`: copied where its voxels coincide with the grid's (within 0.01 mm), else linear.
// `copied` says which. NaN where `moving` has no voxel.
Image<float> place_on_grid(const Image<float>& moving, const Grid& grid, bool& copied);

}  // namespace lobule::exam
