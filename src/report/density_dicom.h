#pragma once
// DICOM results of `lobule density`: the labels of each mammogram as a segmentation, an exam's numbers as a
// measurement report (docs/formats/dicom-objects.md#mammograms).

#include <filesystem>
#include <string>

#include "core/image.h"
#include "report/density_results.h"

namespace lobule::report {

// Writes labels (measure::MammogramLabel) on the pixels of the DICOM object that `image.source` names as a
// segmentation, and returns how to refer to it. `method`: the network; empty for labels of no network. Throws
// Error where it cannot be written.
SegmentationReference write_mammogram_labels(const std::filesystem::path& file, const Mask& labels,
                                             const DensityImage& image, const std::string& method);

// Writes `folder`/<stem>_seg.dcm of a measured image: labels (measure::MammogramLabel) on the source's own
// pixels; notes it in the image's source. Nothing for pictures and where refused. What cannot be written is
// returned as findings, as is a source without a study.
Findings write_density_segmentation(DensityImage& image, const Mask& labels, const std::string& method,
                                    const std::filesystem::path& folder);

// Writes `folder`/exam_<n>_sr.dcm of the exam's measured DICOM images; nothing where there are none.
Findings write_density_report(const DensityExam& exam, const std::string& method,
                              const measure::DensityCuts& cuts, const std::filesystem::path& folder);

}  // namespace lobule::report
