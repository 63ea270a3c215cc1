#pragma once
// Structure finer than the anatomy's: how stroma, glands and fat mix within what the anatomy calls dense.

#include "phantom/mammogram_body.h"

namespace lobule::phantom {

// Lets the dense share of every voxel vary by a three-dimensional texture of the patient's own, the same in
// every view, whose octaves from 2.4 mm down to a voxel have equal variance: power falls as f^−3 in
// space, and so it does in projections (breast CT shows slices with 1.8, which is one less than the exponent
// in space, and mammograms 3.2: Chen et al., Med Phys 39:1435, 2012). The smooth surfaces of the anatomy
// alone would give f^−4 (Porod's law). The mean share stays as it is.
void add_fine_structure(MammogramBody& body, std::uint64_t seed);

}  // namespace lobule::phantom
