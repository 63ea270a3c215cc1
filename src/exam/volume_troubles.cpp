#include "exam/volume_troubles.h"

#include <algorithm>
#include <map>

#include "core/text.h"

namespace lobule::exam {
namespace {

std::string number(double value) {
  const std::string text = format_fixed(value, 1);
  return text.starts_with('-') ? "−" + text.substr(1) : text;
}

// "z = −14.2 mm": the coordinate along the axis that the slices follow most closely.
std::string place(Vec3 position, Vec3 normal) {
  const int axis = dominant_axis(normal);
  return std::string(1, "xyz"[axis]) + " = " + number(position[axis]) + " mm";
}

std::string plane_name(Vec3 normal) {
  switch (dominant_axis(normal)) {
    case 0: return "sagittal";
    case 1: return "coronal";
    default: return "axial";
  }
}

std::string images_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " image" : " images");
}

// "slice 7 of 16 is missing (gap of 4.0 mm after z = 1.0 mm)".
std::string missing_slices(const StackGeometry& stack) {
  std::vector<std::string> numbers;
  std::optional<std::size_t> before;
  for (std::size_t k = 0; k < stack.full.size(); ++k) {
    if (stack.full[k]) continue;
    numbers.push_back(std::to_string(k + 1));
    if (!before) before = stack.full[k - 1];
  }
  const double gap = stack.offsets_mm[*before + 1] - stack.offsets_mm[*before];
  const Vec3 normal = stack.grid.direction.column[2];
  const Vec3 last = stack.grid.origin_mm + stack.offsets_mm[*before] * normal;
  return (numbers.size() == 1 ? "slice " : "slices ") + join(numbers, ", ") + " of " +
         std::to_string(stack.full.size()) + (numbers.size() == 1 ? " is" : " are") + " missing (gap of " +
         number(gap) + " mm after " + place(last, normal) + ")";
}

}  // namespace

Finding without_geometry(const std::string& where, std::size_t images, std::size_t of,
                         const std::string& mosaic_trouble) {
  const std::string missing = mosaic_trouble.empty()
                                  ? "no usable position, orientation and pixel spacing in the patient"
                                  : mosaic_trouble;
  if (images >= of)
    return {mosaic_trouble.empty() ? Severity::note : Severity::error, where,
            (mosaic_trouble.empty() ? "its images have " : "") + missing, "they make no volume", ""};
  return {Severity::warning, where, images_text(images) + " of " + std::to_string(of) + ": " + missing,
          "they are left out", ""};
}

Finding mixed_orientations(const std::string& where, const std::vector<PlaneCount>& planes,
                           std::size_t kept) {
  std::vector<std::string> counts;
  for (const char* name : {"axial", "coronal", "sagittal"})
    for (const PlaneCount& plane : planes)
      if (plane_name(plane.normal) == name) counts.push_back(std::to_string(plane.images) + " " + name);
  const std::string what =
      "the images have " + std::to_string(planes.size()) + " orientations (" + join(counts, ", ") + ")";
  if (kept == 0) return {Severity::note, where, what, "they are not one volume", ""};
  return {Severity::warning, where, what, "only the " + std::to_string(kept) + " of one orientation are used",
          ""};
}

Finding undivided(const std::string& where, const std::string& trouble) {
  const bool twice = contains(trouble, "twice");
  return {Severity::error, where, trouble, "the volume is not assembled",
          twice ? "Remove the image that does not belong" : "Send the series again"};
}

Finding one_position(const std::string& where, std::size_t images, Vec3 position_mm, Vec3 normal) {
  const std::string at = " at one position (" + place(position_mm, normal) + ")";
  if (images == 1) return {Severity::note, where, "a single slice" + at, "it makes no volume", ""};
  return {Severity::note, where, "all " + images_text(images) + " lie" + at, "they make no volume", ""};
}

Finding irregular(const std::string& where, const StackGeometry& stack, bool filled, bool resampled) {
  const std::string refused = "the volume is not assembled";
  if (stack.spacing == Spacing::shifted)
    return {Severity::error, where,
            "the slices are shifted against each other in their plane by up to " +
                number(stack.largest_shift_mm) + " mm",
            refused, "Sheared stacks are not read; send the images before they were reformatted"};
  if (stack.spacing == Spacing::gaps && !resampled) {
    const std::string what = missing_slices(stack);
    const bool several = what.starts_with("slices");
    const std::string it = several ? "them" : "it";
    if (filled)
      return {Severity::warning, where, what,
              (several ? "they were" : "it was") + std::string(" filled from the neighbours"), ""};
    return {Severity::error, where, what, refused,
            "Send the series again, or pass --allow-gaps to fill " + it + " and mark " + it};
  }
  const std::string what = "the spacing of the slices is unequal (" + number(stack.step_mm) + " to " +
                           number(stack.largest_step_mm) + " mm)";
  if (resampled)
    return {Severity::warning, where, what,
            "the volume was resampled to " + std::to_string(stack.grid.size[2]) + " slices of " +
                number(stack.step_mm) + " mm",
            ""};
  if (stack.grid.size[2] == 0)
    return {Severity::error, where, what, refused,
            "Send the series again; the steps differ too much to be resampled"};
  return {Severity::error, where, what, refused,
          "Send the series again, or pass --resample-uneven to resample it to the smallest step"};
}

}  // namespace lobule::exam
