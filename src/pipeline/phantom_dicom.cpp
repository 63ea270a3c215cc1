#include "pipeline/phantom_dicom.h"

#include <cstdio>

#include "core/hash.h"
#include "core/parallel.h"
#include "core/text.h"
#include "io/dicom_write.h"
#include "pipeline/phantom_elements.h"
#include "pipeline/phantom_headers.h"

namespace lobule::pipeline {
namespace {

// Everything that the pixels depend on, as text.
std::string identity(const phantom::ExamOptions& o) {
  const phantom::AnatomyOptions& a = o.anatomy;
  std::vector<std::string> parts = {"lobule phantom", std::to_string(a.seed)};
  std::vector<double> numbers = {a.half_width_mm,
                                 a.depth_mm,
                                 a.half_height_mm,
                                 a.asymmetry,
                                 a.sag_mm,
                                 a.density_percent,
                                 double(o.dynamic_size),
                                 double(o.dynamic_slices),
                                 o.dynamic_spacing_mm,
                                 o.dynamic_slice_mm,
                                 double(o.post_phases),
                                 o.motion_mm,
                                 o.noise,
                                 o.shading.coil,
                                 o.shading.fat_left,
                                 o.shading.fat_left_spread,
                                 o.sequence.tr_ms,
                                 o.sequence.te_ms,
                                 o.sequence.flip_degrees};
  for (const phantom::LesionPlan& lesion : a.lesions)
    numbers.insert(numbers.end(), {double(static_cast<int>(lesion.kind)),
                                   double(static_cast<int>(lesion.side)), lesion.diameter_mm, lesion.place.x,
                                   lesion.place.y, lesion.place.z, lesion.irregularity, lesion.uptake_scale});
  for (const double number : numbers) parts.push_back(format_number(number));
  return join(parts, " ");
}

// Writes the files of one series; returns their number.
int write_series(const MrWriting& writing, const PlannedSeries& series, const std::string& uid_seed,
                 const std::filesystem::path& folder, const HeaderChange& change) {
  const auto path = [&](std::size_t n) {
    char file[32];
    std::snprintf(file, sizeof file, "%04zu", n + 1);
    return folder / std::string(file);
  };
  const auto write = [&](std::size_t n, std::size_t image, io::DicomDataset dataset) {
    if (change) change(dataset, series, series.images[image]);
    io::write_dicom(path(n), dataset);
  };
  if (!writing.habits.enhanced) {
    parallel_for(series.images.size(),
                 [&](std::size_t n) { write(n, n, classic_image(writing, series, uid_seed, n)); });
    return static_cast<int>(series.images.size());
  }
  std::vector<std::size_t> starts = {0};
  const bool apart = writing.habits.file_a_volume;
  for (std::size_t n = 1; n < series.images.size(); ++n)
    if (apart && series.images[n].volume_number != series.images[n - 1].volume_number) starts.push_back(n);
  starts.push_back(series.images.size());
  for (std::size_t o = 0; o + 1 < starts.size(); ++o)
    write(o, starts[o],
          enhanced_object(writing, series, uid_seed, starts[o], starts[o + 1] - starts[o],
                          static_cast<int>(o) + 1));
  return static_cast<int>(starts.size()) - 1;
}

}  // namespace

PhantomStudy write_phantom_dicom(const phantom::Exam& exam, const std::filesystem::path& folder,
                                 const MriDelivery& delivery) {
  const MrHabits& habits = mr_habits(delivery.vendor).at(static_cast<std::size_t>(delivery.variant));
  const Phrases& phrases = habits.phrases.at(static_cast<std::size_t>(delivery.language));
  const std::string seed = identity(exam.options) + " " + delivery.patient_id;
  PhantomStudy study;
  study.patient_id = delivery.patient_id;
  study.study_uid = uid_from_seed(seed + " study");
  study.frame_of_reference_uid = uid_from_seed(seed + " frame of reference");
  study.early_phase_index = exam.phases.size() > 1 ? 1 : -1;
  study.vendor = delivery.vendor;
  study.headers = delivery.headers;
  study.habits = std::string(habits.variant) + "; " + phrases.language;
  const PhantomProtocol protocol(exam, habits, phrases);
  const HeaderMode mode = header_mode(delivery.headers, delivery.seed);
  study.header_kinds = mode.kinds;
  for (const PlannedSeries& series : protocol.series()) {
    const std::string uid_seed = seed + " series " + std::to_string(series.number);
    char name[16];
    std::snprintf(name, sizeof name, "s%02d", series.number);
    const int files = write_series({study, habits, phrases}, series, uid_seed, folder / name, mode.change);
    study.series.push_back({uid_from_seed(uid_seed), series.number, series.description, series.role,
                            series.phase_index, series.phases, series.b_values,
                            static_cast<int>(series.images.size()), files});
  }
  return study;
}

}  // namespace lobule::pipeline
