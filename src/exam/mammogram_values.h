#pragma once
// The grey values of a mammogram's DICOM object as a screen would show them, dense tissue bright: padding,
// rescale, the vendor's look-up table or window, the logarithm of raw signal, and inversion.

#include <filesystem>
#include <string>
#include <vector>

#include "core/image.h"
#include "io/dicom_read.h"

namespace lobule::exam {

struct MammogramValues {
  Image<float> image;              // one slice of spacing 1; NaN where the header says padding
  bool linear_signal = false;      // whether `image` is −ln of a signal that is linear in exposure
  bool tells_polarity = true;      // whether the header says at which end of the scale dense tissue is
  std::vector<std::string> steps;  // what was done, in words
};

// The header of a mammogram with its look-up tables, which read_dicom_header leaves out at its usual limits.
io::DicomHeader read_mammogram_dicom(const std::filesystem::path& path, const std::string& name);

// For presentation: VOI LUT (0028,3010), first item, else the first window by its VOILUTFunction (0028,1056;
// PS3.3 C.11.2), and MONOCHROME1 turned over. For processing: of a linear signal the logarithm, and turned
// over where PixelIntensityRelationshipSign (0028,1041; PS3.3 C.8.11.3.1.2) or, without it, MONOCHROME1 says
// that less radiation means lower values. Throws Error where pixels cannot be read, and for several frames or
// channels.
MammogramValues read_mammogram_values(const std::filesystem::path& path, const io::DicomHeader& header,
                                      const std::string& name);

}  // namespace lobule::exam
