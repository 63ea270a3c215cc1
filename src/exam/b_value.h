#pragma once
// The diffusion weighting of an image, from wherever its vendor wrote it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/vec.h"
#include "exam/exam.h"
#include "exam/index.h"
#include "io/dicom_dataset.h"

namespace lobule::exam {

struct BValue {
  double s_per_mm2 = 0;
  std::string source;  // the tag that said so, with its text: "(0043,1039) GE 1000000800: b 800"
};

// The b-value of frame `frame` (from 0) of an object. Looked up in this order, the first that answers
// counts: (0018,9087) in the frame's MR Diffusion functional group, the shared one, the top level; Siemens
// (0019,xx0C) and the CSA header's B_value; GE (0043,xx39), first number mod 10⁹; Philips (2001,xx03);
// United Imaging (0065,xx09); Siemens' SequenceName ("*ep_b50t"). Nothing for a derived map that names a
// range of b-values ("*ep_b50_800"), and nothing where no tag says anything.
std::optional<BValue> b_value(const io::DicomDataset& header, int frame = 0);

// The same for each image of a series, in the order of `images`. GE and Philips write 0 into images that
// have nothing to do with diffusion: where no image of the series has a value above 0 and nothing else
// names diffusion, there is none at all.
std::vector<std::optional<BValue>> b_values_of(const DicomIndex& index, const std::vector<FrameRef>& images);

// All b-values that a Siemens SequenceName names: "*ep_b50t" {50}, "*ep_b1000#3" {1000}, "*ep_b50_800"
// {50, 800}; empty where it names none.
std::vector<double> b_values_in_sequence_name(std::string_view sequence_name);

// The unit vector of the diffusion gradient in LPS or the scanner's axes, whichever the vendor wrote; only
// for telling directions apart. Zero for the trace of all directions; nothing where no tag says it.
std::optional<Vec3> gradient_direction(const io::DicomDataset& header, int frame = 0);

}  // namespace lobule::exam
