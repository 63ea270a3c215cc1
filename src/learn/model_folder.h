#pragma once
// A model as a folder: model.json, weights.safetensors, and card.md for people (docs/formats/models.md).

#include <filesystem>

#include "io/safetensors.h"
#include "nn/model.h"
#include "nn/model_json.h"

namespace lobule::learn {

// Throws Error: a file that is missing or refused, weights whose SHA-256 is another than model.json says, or
// that are not those of the network.
nn::Model read_model(const std::filesystem::path& folder);

// model.json alone. Throws Error.
nn::ModelDocument read_model_document(const std::filesystem::path& folder);

// Whether the folder holds a model.json.
bool is_model_folder(const std::filesystem::path& folder);

// Weights of other names than the network's are left out; numbers that a precision cannot hold are refused by
// tensor. The same model gives the same bytes. Throws Error when weights are missing or a file cannot be
// written; model.json is written last, so that half a folder is no model.
void write_model(const std::filesystem::path& folder, const nn::Model& model,
                 io::WeightPrecision precision = io::WeightPrecision::f32);

// As model.json names it: "f32", "f16", "bf16".
io::WeightPrecision weight_precision(const std::string& name);

// The card: what it is for, what it learned from, its figures, limits, licence and SHA-256, in Markdown.
std::string model_card(const nn::Model& model, const nn::WeightsFile& weights);

}  // namespace lobule::learn
