#include "core/resample.h"
#include "core/text.h"
#include "io/dicom_tags.h"
#include "io/nifti.h"
#include "measure/bias_field_itk.h"
#include "measure/noise.h"
#include "pipeline/analyze_stages.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;
namespace tag = io::tag;

// Words by which vendors say that fat is suppressed in a T1-weighted gradient echo.
constexpr const char* kFatSuppressionOptions[] = {"fs", "sfs",   "fat_sat", "fatsat", "sat_gems",
                                                  "we", "spair", "spir",    "dixon"};
constexpr const char* kFatSuppressionWords[] = {"fs",      "fatsat", "fat sat", "spair", "spir",
                                                "vibrant", "thrive", "dixon",   "_w",    "water"};

bool says_fat_suppressed(const io::DicomDataset& header) {
  for (const std::string& option : header.texts(tag::ScanOptions))
    for (const char* word : kFatSuppressionOptions)
      if (lower(option) == word) return true;
  const std::string description =
      lower(header.text(tag::SeriesDescription) + " " + header.text(tag::ProtocolName));
  for (const char* word : kFatSuppressionWords)
    if (contains(description, word)) return true;
  return false;
}

fs::path mask_file(const fs::path& folder, const exam::Exam& exam, const std::string& name) {
  const std::string file = name + ".nii.gz";
  const fs::path of_exam = folder / escape_path_component(exam.patient_id) /
                           escape_path_component(exam.study_uid) / "masks" / file;
  for (const fs::path& candidate : {of_exam, folder / "masks" / file, folder / file})
    if (fs::exists(candidate)) return candidate;
  return {};
}

}  // namespace

measure::FatSignal fat_signal_of(const exam::DicomIndex& index, const exam::Exam& exam, Findings& findings) {
  for (const exam::Series& series : exam.series) {
    const bool dynamic = series.role == exam::Role::dce_pre || series.role == exam::Role::dce;
    if (!dynamic || series.images.empty()) continue;
    if (says_fat_suppressed(index.entries[series.images.front().entry].header.dataset))
      return measure::FatSignal::dark;
    findings.push_back({Severity::note, "dynamic series", "no header says that fat is suppressed",
                        "fat is taken as bright when outlining breasts and fibroglandular tissue", ""});
    return measure::FatSignal::bright;
  }
  return measure::FatSignal::dark;
}

std::optional<Mask> edited_mask(const fs::path& folder, const exam::Exam& exam, const std::string& name,
                                const Grid& grid) {
  if (folder.empty()) return std::nullopt;
  const fs::path file = mask_file(folder, exam, name);
  if (file.empty()) return std::nullopt;
  const Image<float> image = io::read_nifti(file);
  if (!same_grid(image.grid, grid, 0.01))
    throw Error(file.filename().string(), "the edited mask has " + describe(image.grid),
                "the pre-contrast phase has " + describe(grid) + " at another place or of another size",
                "Save the edited mask on the grid of the mask that lobule wrote");
  Mask mask(grid);
  for (std::size_t v = 0; v < mask.voxels.size(); ++v) {
    const float label = image.voxels[v];
    if (label != 0 && label != 1 && label != 2)
      throw Error(file.filename().string(), "the edited mask holds the label " + format_number(label),
                  "only 0, 1 (right) and 2 (left) mean something", "Relabel it");
    mask.voxels[v] = static_cast<std::uint8_t>(label);
  }
  return mask;
}

Outline outline_breasts(const exam::Dynamic& dynamic, measure::FatSignal fat, const StageScope& scope) {
  const Image<float>& pre = dynamic.phases.front().image;
  const std::string polarity = fat == measure::FatSignal::dark ? "fat dark" : "fat bright";
  return run_stage(scope.context, scope.stage("outline the breasts"), {scope.identity, polarity}, [&] {
    Outline outline;
    outline.noise_sigma = measure::noise_sigma(pre);
    const Mask body = measure::segment_body(pre);
    scope.context.progress.update(0.2);
    scope.context.cancellation.check();
    outline.corrected = measure::divide_by_field(pre, measure::estimate_bias_field(pre, body));
    scope.context.progress.update(0.6);
    scope.context.cancellation.check();
    outline.breasts = measure::segment_breasts(outline.corrected, {.fat = fat});
    return outline;
  });
}

measure::FgtSegmentation outline_fgt(const Outline& outline, const Mask& breast, const Mask& vessels,
                                     measure::FatSignal fat, const StageScope& scope) {
  const std::string key = sha256_hex(to_bytes(breast) + to_bytes(vessels));
  return run_stage(scope.context, scope.stage("outline fibroglandular tissue"), {scope.identity, key},
                   [&] { return measure::segment_fgt(outline.corrected, breast, vessels, {.fat = fat}); });
}

}  // namespace lobule::pipeline
