#include "exam/functional_groups.h"

#include "io/dicom_tags.h"

namespace lobule::exam {

using io::DicomDataset;
using io::Tag;

const DicomDataset* functional_group(const DicomDataset& header, Tag group, int frame) {
  const auto& frames = header.items(io::tag::PerFrameFunctionalGroupsSequence);
  if (frame >= 0 && static_cast<std::size_t>(frame) < frames.size())
    if (const DicomDataset* own = frames[frame].first_item(group)) return own;
  const DicomDataset* shared = header.first_item(io::tag::SharedFunctionalGroupsSequence);
  return shared != nullptr ? shared->first_item(group) : nullptr;
}

const DicomDataset& frame_attributes(const DicomDataset& header, Tag group, Tag tag, int frame) {
  const DicomDataset* item = functional_group(header, group, frame);
  return item != nullptr && item->has(tag) ? *item : header;
}

}  // namespace lobule::exam
