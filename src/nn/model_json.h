#pragma once
// model.json: a model without its weights, and which file holds them (docs/formats/models.md,
// docs/schemas/model.schema.json).

#include <cstdint>
#include <string>
#include <string_view>

#include "nn/model.h"

namespace lobule::nn {

// The file of weights that belongs to a model.json, in the same folder.
struct WeightsFile {
  std::string sha256;  // of the whole file
  std::uint64_t bytes = 0;
  std::string precision;  // "f32", "f16" or "bf16"
};

struct ModelDocument {
  Model model;  // without weights
  WeightsFile weights;
};

std::string model_to_json(const Model& model, const WeightsFile& weights);

// Throws Error (where begins with `where`) for JSON that is damaged, of another version, with keys that are
// missing, unknown or of a wrong type, for networks that are not well formed, and where preprocessing, labels
// and network contradict each other.
ModelDocument model_from_json(std::string_view json, const std::string& where);

}  // namespace lobule::nn
