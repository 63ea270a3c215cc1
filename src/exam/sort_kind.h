#pragma once
// What kind of exam this is. Nothing is a breast MRI by default: without evidence, or with evidence that
// disagrees, it is not_breast and a finding says what was missing.

#include "exam/sort_breast.h"
#include "exam/sort_work.h"

namespace lobule::exam {

// Sets exam.kind of an MR exam and adds findings on what spoke for and against, on a single breast and on
// implants. `shape` is what pixels showed (Lobes::unknown without pixels), `network_breast` how probable the
// network takes a breast to be, where it was asked.
void decide_mr_kind(Exam& exam, const DicomIndex& index, const std::vector<SeriesWork>& works,
                    const BreastShape& shape, std::optional<double> network_breast);

}  // namespace lobule::exam
