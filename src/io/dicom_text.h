#pragma once
// Text of DICOM elements as UTF-8.

#include <string>
#include <string_view>

namespace lobule::io {

// `bytes` in the character sets of `terms` (the value of SpecificCharacterSet: "ISO_IR 100",
// "\\ISO 2022 IR 87", empty for ASCII) as UTF-8. Code extensions (ISO 2022) follow PS3.5 6.1.2.5.
// Undecodable bytes become U+FFFD; without terms, bytes that are UTF-8 already are kept.
std::string utf8_from_dicom(std::string_view bytes, std::string_view terms);

}  // namespace lobule::io
