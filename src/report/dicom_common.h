#pragma once
// What every DICOM object that lobule writes has in common: codes, patient, study, series, equipment,
// dates, and references to the source images.

#include <string>
#include <vector>

#include "exam/analysis.h"
#include "io/dicom_dataset.h"

namespace lobule::report {

// A coded term (PS3.3 section 8.8). Codes that no public scheme has are of scheme 99LOBULE.
struct Code {
  std::string value, scheme, meaning;
  friend bool operator==(const Code&, const Code&) = default;
};

namespace code {
inline const Code kBreast{"76752008", "SCT", "Breast"};                                  // CID 7192
inline const Code kRight{"24028007", "SCT", "Right"}, kLeft{"7771000", "SCT", "Left"};   // CID 244
inline const Code kFibroglandular{"1342375003", "SCT", "Breast fibroglandular tissue"};  // CID 7163
inline const Code kFat{"55603005", "SCT", "Fat"};                                        // CID 7166
inline const Code kPectoralMuscle{"60005003", "SCT", "Pectoralis major muscle"};         // CID 6116
inline const Code kEnhancingLesion{"C113842", "NCIt", "Enhancing Lesion"};               // CID 7169
inline const Code kFocalEnhancement{"130604", "DCM", "Focal Contrast Enhancement"};      // CID 6346
inline const Code kAnatomicalStructure{"91723000", "SCT", "Anatomical Structure"},       // CID 7150
    kTissue{"85756007", "SCT", "Tissue"},
    kAbnormalStructure{"49755003", "SCT", "Morphologically Abnormal Structure"},
    kFunction{"246464006", "SCT", "Function"};
inline const Code kSegmentation{"113076", "DCM", "Segmentation"};                                // CID 7203
inline const Code kSourceImage{"121322", "DCM", "Source image for image processing operation"};  // CID 7202
inline const Code kAdc{"113041", "DCM", "Apparent Diffusion Coefficient"};                       // CID 7272
}  // namespace code

// What a candidate is called: a lesion only where it is suspicious, else what is seen, focal enhancement.
const Code& candidate_finding(const exam::Candidate& candidate);

// The code of a unit in UCUM; the code itself is its meaning.
Code ucum(const std::string& unit);

// A code of lobule's own scheme.
Code own_code(const std::string& value, const std::string& meaning);

// CID 244 for right and left; throws std::logic_error for both.
const Code& laterality(exam::Side side);

io::DicomDataset code_item(const Code& code);
void put_code(io::DicomDataset& out, io::Tag sequence, const Code& code);

// The images that an object was made from, all of one series.
struct Sources {
  std::string series_uid;
  std::string frame_of_reference_uid;
  std::vector<exam::SliceSource> slices;  // one per index k of the grid, or empty when they are not known
};

// An item of a reference sequence: class, instance, and the frame of a multi-frame object.
io::DicomDataset reference(const exam::SliceSource& source);

// How an object is named and numbered.
struct ObjectHeader {
  std::string sop_class_uid, instance_uid, series_uid, modality, series_description;
  int series_number = 1;
};

// Derives UIDs from the identity of the run: `seed` stands for the inputs' hashes and the options,
// `what` for the object, `content` for its bytes. One content has one UID.
std::string derived_uid(const std::string& seed, const std::string& what, const std::string& content = {});

// "YYYYMMDD": the newest date of the sources, or 19000101 where they have none that is a date.
std::string content_date(const exam::StudyContext& study);

// Patient, General Study, General Series, (Enhanced) General Equipment and SOP Common modules.
void put_header(io::DicomDataset& out, const exam::StudyContext& study, const ObjectHeader& header);

// Frame of Reference module; nothing when the sources have none.
void put_frame_of_reference(io::DicomDataset& out, const std::string& uid);

// Common Instance Reference module: every source instance once.
void put_referenced_series(io::DicomDataset& out, const Sources& sources);

}  // namespace lobule::report
