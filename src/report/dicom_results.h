#pragma once
// All DICOM objects of one analysed exam.

#include <filesystem>
#include <string>

#include "exam/analysis.h"

namespace lobule::report {

// Writes into `folder`/dicom what the analysis holds: breast_seg.dcm, fgt_seg.dcm, candidates_seg.dcm,
// measurements_sr.dcm and map_NAME.dcm for the maps pe_1, ser and adc. `identity_seed` stands for the
// inputs' hashes and the options; UIDs derive from it and from the content. What cannot be written is
// returned as findings; the rest is there.
Findings write_dicom_results(const exam::Analysis& analysis, const std::string& identity_seed,
                             const std::filesystem::path& folder);

}  // namespace lobule::report
