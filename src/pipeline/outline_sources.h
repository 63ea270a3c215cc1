#pragma once
// Which volumes of an exam can be outlined: T1-weighted stacks.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "exam/volume.h"
#include "measure/breast_segmentation.h"

namespace lobule::pipeline {

struct OutlineSource {
  std::string name;  // "series 8, before contrast"
  std::string file;  // "series8_phase0"
  exam::Series series;
  exam::VolumePlan plan;
  measure::FatSignal fat = measure::FatSignal::dark;
  bool in_slab = true;  // whether its breast volume is compared; a late, finer series shows another part
};

// Phases of the dynamic in their order, then T1-weighted series by number; what makes no volume is a finding.
std::vector<OutlineSource> outline_sources(const exam::DicomIndex& index, const exam::Exam& exam,
                                           Findings& findings);

// Lowest and highest z in the patient that all of the volumes that are compared cover, edges of voxels
// included; nothing where that is less than 5 mm.
std::optional<std::pair<double, double>> shared_slab(const std::vector<OutlineSource>& sources);

// Volume of all that is set between two heights, voxels cut by a height counted in part.
double slab_ml(const Mask& mask, std::pair<double, double> z_mm);

}  // namespace lobule::pipeline
