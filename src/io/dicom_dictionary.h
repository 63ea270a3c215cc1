#pragma once
// The value representation that PS3.6 gives a tag: what Implicit VR files leave out.

#include <array>

#include "io/dicom_dataset.h"

namespace lobule::io {

// "UN" for tags that the standard does not list, LO for private creators, UL for group lengths.
std::array<char, 2> dictionary_vr(Tag tag);

}  // namespace lobule::io
