#pragma once
// The milk ducts of a breast: some ten to fifteen trees that lead from the nipple into its lobes.

#include <cstdint>
#include <functional>

#include "phantom/vessels.h"

namespace lobule::phantom {

struct DuctTrees {
  TubeTree tubes;
  std::vector<Vec3> lobe_ends_mm;  // of each lobe, where its main duct ends
};

// `to_point` maps fractions of the breast's radii (outward, forward, upward) to millimetres; the nipple lies
// at (nipple.x, 1, nipple.z) of it. `core` is the middle of the gland and `reach` its half axes, in
// fractions. The tubes know their distance up to `reach_mm`.
DuctTrees grow_ducts(std::uint64_t seed, const std::function<Vec3(Vec3)>& to_point, Vec3 nipple, Vec3 core,
                     Vec3 reach, double reach_mm);

}  // namespace lobule::phantom
