// Seen in files: a GE Senographe Essential (spacing 0.0941 with factor 1 beside elements of 0.1 mm, three VOI
// LUTs, SIGMOID, LOG with sign −1, SNM3 view codes, ImageType with an empty third value), a Hologic
// Selenia Dimensions (manufacturer, DIRECT detector, SCT view codes, magnification stated) and a Siemens
// Mammomat. From general knowledge: detector pitches of the others, which of them invert For Processing
// images, and what a film digitiser writes (Secondary Capture, ConversionType DF of PS3.3 C.8.6.1).

#include <algorithm>

#include "core/error.h"
#include "pipeline/phantom_mammogram.h"

namespace lobule::pipeline {

const std::vector<MammogramHabits>& mammogram_habits() {
  using phantom::MammogramLook;
  static const std::vector<MammogramHabits> kHabits = {
      {"ge", MammogramLook::ge, "GE MEDICAL SYSTEMS", "Senographe Essential", "ADS_54.10", 0.1, true, true,
       true, false, false, "SIGMOID", "SNM3", "SCINTILLATOR", false, false},
      {"hologic", MammogramLook::hologic, "HOLOGIC, Inc.", "Selenia Dimensions", "1.8.3", 0.07, false, true,
       true, false, false, "LUT", "SCT", "DIRECT", false, true},
      {"siemens", MammogramLook::siemens, "SIEMENS", "Mammomat Inspiration", "VB30", 0.085, false, true, true,
       false, false, "LINEAR", "SNM3", "DIRECT", false, false},
      {"fuji", MammogramLook::fuji, "FUJIFILM Corporation", "AMULET Innovality", "FDR-3000AWS", 0.1, false,
       true, false, true, true, "LINEAR", "SCT", "DIRECT", false, true},
      {"philips", MammogramLook::philips, "Philips Digital Mammography Sweden AB", "MicroDose L30", "9.0",
       0.1, false, false, false, false, false, "LINEAR", "SCT", "DIRECT", false, false},
      {"film", MammogramLook::film, "VIDAR", "Film digitiser", "1", 0.1, false, false, false, false, false,
       "LINEAR", "SCT", "", true, false},
  };
  return kHabits;
}

const MammogramHabits& mammogram_habits(const std::string& vendor) {
  for (const MammogramHabits& row : mammogram_habits())
    if (vendor == row.vendor) return row;
  throw Error("digital patient", "no mammograms are written as \"" + vendor + "\"");
}

}  // namespace lobule::pipeline
