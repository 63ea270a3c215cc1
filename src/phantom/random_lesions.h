#pragma once
// Finds room for a lesion in a breast.

#include "core/random.h"
#include "phantom/anatomy.h"

namespace lobule::phantom {

// Moves lesion `number` of its patient until it fits (lesion_fits), and makes it smaller where no place is
// found. `anatomy` is the patient without lesions. Throws Error where none of 3 mm fits.
void place_inside(const Anatomy& anatomy, const RandomStream& random, std::size_t number, LesionPlan& plan);

}  // namespace lobule::phantom
