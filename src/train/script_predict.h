#pragma once
// `lobule-train predict`: a user's TorchScript network on images, for networks that lobule has no graph of.
// Loading TorchScript runs the program in it: only files from those whom one trusts.

#include <filesystem>
#include <string>
#include <vector>

#include "core/context.h"
#include "core/error.h"

namespace lobule::train {

struct ScriptPredictOptions {
  std::filesystem::path network;  // as torch.jit.save wrote it
  std::vector<std::filesystem::path> inputs;
  std::filesystem::path output;
};

struct ScriptPredictOutcome {
  std::vector<std::filesystem::path> files;
  Findings findings;  // inputs that were refused, by the reader or by the network
};

// Runs the network over each input and writes what it gives, nothing added before or after:
//   NIfTI: goes in as [1, 1, z, y, x], of one slice as [1, 1, y, x]. A single result of the image's
//   extents becomes OUT/<stem>_labels.nii.gz (several channels: the number of the largest) or
//   OUT/<stem>_output.nii.gz (one); other results OUT/<stem>_outputs.safetensors.
//   safetensors: "input.0", "input.1", … are the arguments; results are "output.0", … in
//   OUT/<stem>_outputs.safetensors.
// Throws Error where the network cannot be loaded or the output cannot be written.
ScriptPredictOutcome predict_by_script(const ScriptPredictOptions& options, Context& context);

}  // namespace lobule::train
