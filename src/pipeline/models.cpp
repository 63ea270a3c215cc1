#include "pipeline/models.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "core/options.h"
#include "core/text.h"
#include "learn/model_folder.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

// The folder itself, or the model folders in it.
std::vector<fs::path> models_in(const fs::path& folder) {
  if (learn::is_model_folder(folder)) return {folder};
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (learn::is_model_folder(entry.path())) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<fs::path> places_of_shipped_models() {
  if (const char* named = std::getenv("LOBULE_MODELS")) return {named};
  std::error_code none;
  const fs::path program = fs::read_symlink("/proc/self/exe", none).parent_path();
  // The last is that of the source tree, from build/PRESET/bin.
  return {program / "models", program.parent_path() / "share" / "lobule" / "models",
          program.parent_path().parent_path().parent_path() / "models"};
}

std::string headline_of(const nn::Model& model) {
  const auto found = model.metrics.find(model.headline);
  if (found == model.metrics.end()) return {};
  return model.headline + " " +
         (std::isfinite(found->second) ? format_fixed(found->second, 3) : "not measured");
}

ModelEntry verify(const fs::path& folder) {
  ModelEntry entry;
  entry.folder = folder;
  try {
    const nn::ModelDocument document = learn::read_model_document(folder);
    entry.name = document.model.name;
    entry.task = document.model.task;
    entry.summary = document.model.summary;
    entry.licence = document.model.licence;
    entry.bytes = document.weights.bytes;
    entry.sha256 = document.weights.sha256;
    entry.headline = headline_of(document.model);
    learn::read_model(folder);
  } catch (const Error& error) {
    entry.problem = error.finding();
  }
  if (entry.name.empty()) entry.name = folder.filename().string();
  return entry;
}

std::string size_text(std::uint64_t bytes) {
  return bytes < 100'000 ? std::to_string(bytes) + " B"
                         : format_fixed(static_cast<double>(bytes) / 1e6, 1) + " MB";
}

// Characters and not bytes, so that columns stand.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

std::vector<fs::path> shipped_models() {
  for (const fs::path& place : places_of_shipped_models()) {
    std::vector<fs::path> found = models_in(place);
    if (!found.empty()) return found;
  }
  return {};
}

std::optional<fs::path> shipped_model(const std::string& name) {
  for (const fs::path& folder : shipped_models())
    if (folder.filename() == name) return folder;
  return std::nullopt;
}

fs::path find_model(const std::string& name_or_folder) {
  if (learn::is_model_folder(name_or_folder)) return name_or_folder;
  if (const auto folder = shipped_model(name_or_folder)) return *folder;
  std::vector<std::string> names;
  for (const fs::path& folder : shipped_models()) names.push_back(folder.filename().string());
  const std::vector<std::string> nearest = nearest_words(name_or_folder, names);
  throw Error("model " + quote(name_or_folder), "it is no model folder and no shipped model",
              nearest.empty() ? "" : "the nearest are " + join(nearest, ", "), "See: lobule models");
}

std::vector<ModelEntry> list_models(const std::vector<std::string>& folders) {
  std::vector<ModelEntry> entries;
  std::set<fs::path> seen;
  const auto add = [&](const fs::path& folder) {
    std::error_code ignored;
    if (seen.insert(fs::weakly_canonical(folder, ignored)).second) entries.push_back(verify(folder));
  };
  for (const fs::path& folder : shipped_models()) add(folder);
  for (const fs::path folder : folders) {
    const std::vector<fs::path> found = models_in(folder);
    for (const fs::path& model : found) add(model);
    if (!found.empty()) continue;
    ModelEntry entry;
    entry.folder = folder;
    entry.name = folder.filename().string();
    entry.problem = Finding{Severity::error, folder.string(), "there is no model in it",
                            "a model is a folder with model.json and weights.safetensors", ""};
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::string models_text(const std::vector<ModelEntry>& models) {
  using Row = std::array<std::string, 6>;
  std::vector<Row> rows{{"name", "task", "size", "licence", "figure", "sha256"}};
  for (const ModelEntry& model : models)
    rows.push_back({model.name, model.task, model.sha256.empty() ? "" : size_text(model.bytes), model.licence,
                    model.problem ? "CANNOT BE USED" : model.headline, model.sha256});
  Row::size_type column = 0;
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (const Row& row : rows)
    for (column = 0; column < row.size(); ++column)
      widths[column] = std::max(widths[column], width_of(row[column]));
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (column = 0; column < row.size(); ++column)
      line += row[column] + std::string(widths[column] - width_of(row[column]) + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string models_json(const std::vector<ModelEntry>& models) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const ModelEntry& model : models)
    list.push_back({{"name", model.name},
                    {"folder", model.folder.string()},
                    {"usable", !model.problem},
                    {"problem", model.problem ? sentence(*model.problem) : ""},
                    {"task", model.task},
                    {"summary", model.summary},
                    {"licence", model.licence},
                    {"headline", model.headline},
                    {"bytes", model.bytes},
                    {"sha256", model.sha256}});
  return list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace lobule::pipeline
