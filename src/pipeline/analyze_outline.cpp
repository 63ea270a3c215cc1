#include "core/text.h"
#include "io/nifti.h"
#include "pipeline/analyze_stages.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

fs::path mask_file(const fs::path& folder, const exam::Exam& exam, const std::string& name) {
  const std::string file = name + ".nii.gz";
  const fs::path of_exam = folder / escape_path_component(exam.patient_id) /
                           escape_path_component(exam.study_uid) / "masks" / file;
  for (const fs::path& candidate : {of_exam, folder / "masks" / file, folder / file})
    if (fs::exists(candidate)) return candidate;
  return {};
}

}  // namespace

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
  return run_stage(scope.context, scope.stage("outline the breasts"), {scope.identity, polarity},
                   [&] { return outline_classically(pre, fat, scope.context); });
}

measure::FgtSegmentation outline_fgt(const Outline& outline, const Mask& breast, const Mask& vessels,
                                     measure::FatSignal fat, const StageScope& scope) {
  const std::string key = sha256_hex(to_bytes(breast) + to_bytes(vessels));
  return run_stage(scope.context, scope.stage("outline fibroglandular tissue"), {scope.identity, key},
                   [&] { return measure::segment_fgt(outline.corrected, breast, vessels, {.fat = fat}); });
}

}  // namespace lobule::pipeline
