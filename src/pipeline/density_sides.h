#pragma once
// The two breasts of an exam, compared view by view for focal asymmetries.

#include <vector>

#include "core/image.h"
#include "exam/mammogram_picture.h"
#include "report/density_results.h"

namespace lobule::pipeline {

// What is kept of a measured view for it.
struct ComparedView {
  Image<float> dense_share;  // measure::MaskingMap of the standard picture; empty where refused
  exam::PictureFrame frame;
};

// Adds to images that have a counterpart (the same view of the other side, both shown or both raw) regions of
// type asymmetry, with boxes in their pictures; they stand behind those of the network, whose scores are of
// another kind. `views` as the exam's images; at most two regions an image. For research.
void compare_sides(report::DensityExam& exam, const std::vector<ComparedView>& views);

}  // namespace lobule::pipeline
