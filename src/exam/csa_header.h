#pragma once
// Siemens' private CSA headers, (0029,xx10) and (0029,xx20): tables of named text values inside one element.

#include <string>
#include <string_view>
#include <vector>

namespace lobule::exam {

// The values of one named entry ("B_value", "NumberOfImagesInMosaic", "SliceNormalVector"), trimmed, empty
// ones left out. Both layouts are read: CSA2 (begins with "SV10") and the older CSA1. Empty when the entry
// is absent or the bytes are not a CSA header; a damaged table gives what comes before the damage.
// Layout: NiBabel documentation, "Siemens format DICOM with CSA header".
std::vector<std::string> csa_values(std::string_view bytes, std::string_view name);

}  // namespace lobule::exam
