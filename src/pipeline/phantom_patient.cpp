#include "pipeline/phantom_patient.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/random.h"
#include "pipeline/phantom_vendor.h"

namespace lobule::pipeline {
namespace {

std::uint64_t patient_seed(int seed, int number) {
  const auto words = RandomStream(static_cast<std::uint64_t>(seed), "digital patients").words(number);
  const std::uint64_t bits = (std::uint64_t{words[0]} << 21) ^ words[1];
  return std::max<std::uint64_t>(1, bits & ((std::uint64_t{1} << 53) - 1));
}

std::size_t draw_index(const RandomStream& random, std::uint64_t index, std::size_t count) {
  return static_cast<std::size_t>(random.uniform(index) * static_cast<double>(count));
}

std::string drawn(const RandomStream& random, std::uint64_t index, const std::string& asked,
                  const std::vector<std::string>& possible) {
  if (std::find(possible.begin(), possible.end(), asked) != possible.end()) return asked;
  return possible[draw_index(random, index, possible.size())];
}

MriDelivery draw_delivery(const RandomStream& random, const PhantomOptions& options) {
  MriDelivery delivery;
  delivery.vendor = drawn(random, 0, options.vendor, mri_vendors());
  const std::vector<MrHabits>& variants = mr_habits(delivery.vendor);
  delivery.variant = static_cast<int>(draw_index(random, 2, variants.size()));
  delivery.language = static_cast<int>(
      draw_index(random, 3, variants[static_cast<std::size_t>(delivery.variant)].phrases.size()));
  delivery.headers = options.headers;
  return delivery;
}

}  // namespace

PatientPlan plan_patient(const PhantomOptions& options, int number) {
  PatientPlan plan;
  char id[24];
  std::snprintf(id, sizeof id, "P%04d", number);
  plan.id = id;
  plan.seed = patient_seed(options.seed, number);
  const RandomStream random(plan.seed, "patient plan");
  plan.mri = draw_delivery(random, options);
  plan.mri.patient_id = plan.id;
  plan.mri.seed = plan.seed;
  plan.mammography = {plan.id, drawn(random, 1, options.vendor, mammogram_vendors()), options.headers,
                      plan.seed};
  const MammogramHabits& unit = mammogram_habits(plan.mammography.vendor);
  plan.mammograms.seed = plan.seed;
  plan.mammograms.look = unit.look;
  plan.mammograms.pixel_mm = unit.pixel_mm;
  plan.exam = phantom::random_options(plan.seed, false);
  plan.exam.anatomy.lesions = phantom::plan_lesions(plan.exam.anatomy, plan.seed, options.lesion);
  plan.exam.curves = phantom::draw_curves(plan.seed, plan.exam.anatomy.lesions);
  plan.exam.tesla = mr_habits(plan.mri.vendor)[static_cast<std::size_t>(plan.mri.variant)].tesla;
  const std::vector<double> b_values = plan.exam.choice.b_values;
  plan.exam.choice = phantom::random_choice(plan.seed);
  plan.exam.choice.b_values = b_values;
  plan.exam.choice.ultrafast_phases = 0;
  plan.exam = phantom::with_spacing(plan.exam, options.spacing_mm);
  plan.exam.truth_spacing_mm = std::max(1.0, 0.75 * options.spacing_mm);
  return plan;
}

}  // namespace lobule::pipeline
