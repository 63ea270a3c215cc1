#pragma once
// A breast grown in voxels: ducts from the nipple, gland around them until it fills the asked share, fat
// lobules between, vessels, lesions.

#include <memory>

#include "phantom/second/breast_form.h"
#include "phantom/second/lesion_shape.h"

namespace lobule::phantom::second {

// The parts of a patient that both kinds of images are made of.
struct Patient {
  // Throws Error for options that cannot be grown.
  explicit Patient(const AnatomyOptions& options);
  Patient(const Patient&) = delete;  // the forms refer to the trunk
  Patient& operator=(const Patient&) = delete;

  AnatomyOptions options;
  Trunk trunk;
  std::array<BreastForm, 2> forms;  // right, left
  std::vector<LesionShape> lesions;

  const BreastForm& form(BreastSide side) const { return forms[side == BreastSide::right ? 0 : 1]; }
};

struct BreastVoxels {
  Image<Material> material;  // air outside the breast and what belongs to the trunk
  BreastTruth truth;
};

// Throws Error when the asked share of gland does not fit.
BreastVoxels grow_breast(const Patient& patient, BreastSide side, double spacing_mm);

struct Body {
  Image<Material> material;
  std::array<BreastTruth, 2> breasts;  // right, left
};

// The trunk and both breasts on cubic voxels that cover the given corners.
Body grow_body(const Patient& patient, Vec3 low_mm, Vec3 high_mm, double spacing_mm);

}  // namespace lobule::phantom::second
