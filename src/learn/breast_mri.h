#pragma once
// The task breast_mri: breasts, fibroglandular tissue, vessels, muscle, heart and nipples on T1-weighted
// volumes, with or without fat saturation, before or after contrast agent.

#include "learn/task.h"

namespace lobule::learn {

// Outputs: "logits", the tissues of SlabTissue; "inside", the logit of being breast, whatever the tissue;
// "gland", the logit of the share of fibroglandular tissue.
Task breast_mri(const TaskOptions& options);

}  // namespace lobule::learn
