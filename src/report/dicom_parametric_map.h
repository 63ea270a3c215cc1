#pragma once
// Maps as DICOM Parametric Map objects (PS3.3 A.75) with floating point pixels.

#include <string>

#include "exam/analysis.h"
#include "io/dicom_dataset.h"
#include "report/dicom_common.h"

namespace lobule::report {

// What a map measures: its quantity and, for the frame type, the kind of derivation.
struct MapMeaning {
  Code quantity;
  Code derivation;           // how it was made from its sources (CID 7203)
  std::string image_flavor;  // value 3 of Image Type
};

// The meaning of the maps that lobule makes, by name ("pe_1", "ser", "adc"); others are quantities of
// lobule's own scheme.
MapMeaning map_meaning(const exam::Map& map);

// The object of a map: one frame a slice in order of k, one real-world value mapping of slope 1 in the map's
// unit. Voxels that are NaN stay NaN (the quiet NaN 0x7FC00000): they were not measured. Throws
// std::invalid_argument for a map without voxels.
io::DicomDataset parametric_map_object(const exam::Map& map, const Sources& sources,
                                       const exam::StudyContext& study, const std::string& seed,
                                       int series_number);

}  // namespace lobule::report
