#pragma once
// Attributes of one frame of a multi-frame object (PS3.3 C.7.6.16).

#include "io/dicom_dataset.h"

namespace lobule::exam {

// The item of functional group `group` for frame `frame` (from 0): its own, else the shared one; null where
// the object has neither.
const io::DicomDataset* functional_group(const io::DicomDataset& header, io::Tag group, int frame);

// Where attribute `tag` of a frame stands: in its functional group, else at the top level of the object.
// Never null; the data set need not hold the attribute.
const io::DicomDataset& frame_attributes(const io::DicomDataset& header, io::Tag group, io::Tag tag,
                                         int frame);

namespace group_tag {

inline constexpr io::Tag MREcho{0x0018, 0x9114}, MRDiffusion{0x0018, 0x9117},
    MRImageFrameType{0x0018, 0x9226}, FrameContent{0x0020, 0x9111}, PlanePosition{0x0020, 0x9113},
    PlaneOrientation{0x0020, 0x9116}, PixelMeasures{0x0028, 0x9110}, PixelValueTransformation{0x0028, 0x9145},
    TemporalPosition{0x0020, 0x9310};

}  // namespace group_tag

}  // namespace lobule::exam
