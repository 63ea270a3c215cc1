#pragma once
// Times as DICOM writes them (TM and DT, PS3.5 6.2), as seconds.

#include <optional>
#include <string_view>

namespace lobule::exam {

// Seconds since midnight of "HHMM[SS[.F]]", or since 1970-01-01 of "YYYYMMDDHHMM[SS[.F]]"; for differences
// only, so that an offset from UTC ("+0100") is left out. Nothing when it is no such time.
std::optional<double> seconds_from_time(std::string_view text);

}  // namespace lobule::exam
