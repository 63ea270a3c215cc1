#pragma once
// The models that are at hand: those that ship with lobule and those in folders that a user names.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"

namespace lobule::pipeline {

struct ModelEntry {
  std::filesystem::path folder;
  std::optional<Finding>
      problem;  // why it cannot be used; the rest is then as far as model.json could be read
  std::string name, task, summary, licence;
  std::uint64_t bytes = 0;  // of its weights
  std::string sha256;       // of its weights, as model.json states it
  std::string headline;     // "dice 0.941"; empty where it has no figure
};

// The model folders among the shipped models, sorted: below LOBULE_MODELS where that is set, else below
// models/ beside the program, share/lobule/models of its installation, or models/ of the source tree it was
// built in.
std::vector<std::filesystem::path> shipped_models();

// The folder of the shipped model of a name; nothing where there is none.
std::optional<std::filesystem::path> shipped_model(const std::string& name);

// The folder of the model that a user calls so: a model folder's path, or the name of a shipped one. Throws
// Error with the nearest names.
std::filesystem::path find_model(const std::string& name_or_folder);

// One entry a model, each verified: shipped ones first, then those that are or lie in `folders`. Where there
// is no model in a folder that was named, that is an entry with a problem.
std::vector<ModelEntry> list_models(const std::vector<std::string>& folders);

// A line a model in columns: name, task, size, licence, headline figure, SHA-256; those with a problem say
// so.
std::string models_text(const std::vector<ModelEntry>& models);

// The same as a JSON list (docs/formats/models.md).
std::string models_json(const std::vector<ModelEntry>& models);

}  // namespace lobule::pipeline
