#pragma once
// Content items of structured reports (PS3.3 C.17.3), each a data set for a Content Sequence.

#include <string>
#include <vector>

#include "core/vec.h"
#include "exam/volume.h"
#include "report/dicom_common.h"

namespace lobule::report {

// How an item belongs to its parent (PS3.3 C.17.3.2.4).
enum class Relation { contains, has_obs_context, has_acq_context, has_concept_mod };

using Content = std::vector<io::DicomDataset>;

io::DicomDataset container(Relation relation, const Code& name, Content children);
io::DicomDataset code_content(Relation relation, const Code& name, const Code& value, Content children = {});
io::DicomDataset text_content(Relation relation, const Code& name, const std::string& value);
io::DicomDataset uid_content(Relation relation, const Code& name, const std::string& value);
// A number with its unit. NaN becomes an item without a value, qualified as "Not a number".
io::DicomDataset number_content(const Code& name, double value, const std::string& unit,
                                Content children = {});
// An image (name empty: none), or segment `segment` of a segmentation when it is above 0.
io::DicomDataset image_content(const Code& name, const exam::SliceSource& image, int segment = 0);
// A point in the patient, in the frame of reference.
io::DicomDataset point_content(const Code& name, Vec3 point_mm, const std::string& frame_of_reference_uid);

// The attributes of a document's root container: title, content and template.
void put_root(io::DicomDataset& out, const Code& title, const std::string& template_id, Content children);

}  // namespace lobule::report
