#include "pipeline/phantom_images.h"

namespace lobule::pipeline {

ExamImages images_of(phantom::Exam exam) {
  ExamImages images;
  images.dynamic.times_known = true;
  for (phantom::DynamicPhase& phase : exam.phases) {
    exam::Volume volume;
    volume.image = std::move(phase.image);
    volume.phase_index = phase.phase_index;
    volume.time_s = phase.start_s;
    images.dynamic.phases.push_back(std::move(volume));
  }
  images.dynamic.early_phase_index = 1;
  for (phantom::DiffusionImage& diffusion : exam.diffusion) {
    exam::Volume volume;
    volume.image = std::move(diffusion.image);
    volume.b_value_s_per_mm2 = diffusion.b_s_per_mm2;
    images.diffusion.push_back(std::move(volume));
  }
  return images;
}

}  // namespace lobule::pipeline
