#pragma once
// Masks as DICOM Segmentation objects (PS3.3 A.51): binary, one segment a label, on the grid of the source
// images or on the pixels of one projection.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/image.h"
#include "io/dicom_dataset.h"
#include "report/dicom_common.h"

namespace lobule::report {

struct Segment {
  std::uint8_t label = 1;  // the mask's voxels of this value make the segment
  std::string name;        // "Breast right"
  Code category, type;
  exam::Side side = exam::Side::both;
  bool in_breast = false;  // whether the anatomic region is named (the segment itself is not the breast)
  std::string tracking_id, tracking_uid;
};

struct Segmentation {
  std::string what;   // names the object in UIDs and in its series description: "breast"
  std::string title;  // "Breast, right and left"
  int series_number = 1;
  std::vector<Segment> segments = {};
  bool made_by_person = false;  // SEMIAUTOMATIC instead of AUTOMATIC
  bool leave_out_empty_frames = false;
  // Of projections: the source has no place in the patient, and the one slice lies on its pixels.
  bool is_projection = false;
  std::optional<double> spacing_mm = {};  // of a projection's pixels, where it is known
  std::string algorithm = {};             // a network's name and hash; empty where a rule made it
};

// The object of a mask. Segment n is the n-th of `segmentation.segments`; its frames are the slices of the
// mask's grid in order of k, empty ones included (so that the full grid is there) unless they are to be
// left out. Throws std::invalid_argument where there are no segments or no voxels.
io::DicomDataset segmentation_object(const Mask& mask, const Segmentation& segmentation,
                                     const exam::StudyContext& study, const Sources& sources,
                                     const std::string& seed);

// The sets that an analysis gives.
Segmentation breast_segmentation(const std::string& seed, bool made_by_person);
Segmentation fgt_segmentation(const std::string& seed, bool made_by_person);
// Segment n is the candidate of rank n; at most 255 candidates.
Segmentation candidate_segmentation(const std::string& seed, const std::vector<exam::Candidate>& candidates);

// Of one mammogram labelled by measure::MammogramLabel; segment n has the label n, empty ones included.
// `view` tells the images of an exam apart: "R CC"; `side` is both where it is not known.
Segmentation mammogram_segmentation(const std::string& seed, const std::string& view, exam::Side side,
                                    std::optional<double> spacing_mm, const std::string& algorithm);

// Labels of candidates: 1 for the first, …
Mask candidate_mask(const Grid& grid, const std::vector<exam::Candidate>& candidates);

}  // namespace lobule::report
