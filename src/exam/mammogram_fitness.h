#pragma once
// What a header says against measuring density on an image: another modality, another body part, views that
// show a part of the breast, implants.

#include <optional>

#include "core/error.h"
#include "exam/mammogram_header.h"
#include "io/dicom_dataset.h"
#include "io/picture_read.h"

namespace lobule::exam {

// Why the image is refused before its pixels are read; nothing where it may be a mammogram. An image without
// any Modality is left to its pixels.
std::optional<Finding> density_refusal(const io::DicomDataset& header, const MammogramHeader& mammogram,
                                       const std::string& name);

// What makes its density doubtful.
Findings density_warnings(const io::DicomDataset& header, const MammogramHeader& mammogram,
                          const std::string& name);

// Whether a picture has colours beyond what a lossy encoding of grey leaves.
bool coloured(const io::PictureValues& picture);

}  // namespace lobule::exam
