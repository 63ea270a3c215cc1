#include "pipeline/label_map_files.h"

#include <cmath>

#include "core/error.h"
#include "core/table.h"
#include "core/text.h"
#include "io/files.h"
#include "io/nifti.h"

namespace lobule::pipeline {
namespace {

Mask whole_numbers(const Image<float>& image, const std::string& name) {
  Mask labels(image.grid);
  for (std::size_t v = 0; v < labels.voxels.size(); ++v) {
    const float value = image.voxels[v];
    if (!(value >= 0 && value <= 255) || value != std::floor(value))
      throw Error(name, "a voxel has the value " + std::to_string(value),
                  "labels are whole numbers from 0 to 255", "Give a label map, not an image");
    labels.voxels[v] = static_cast<std::uint8_t>(value);
  }
  return labels;
}

std::vector<phantom::LabelTissue> read_table(const std::filesystem::path& file, const std::string& map) {
  const std::string name = file.filename().string();
  if (!std::filesystem::exists(file))
    throw Error(map, "what its labels are is not known", "there is no " + name + " beside it",
                "Write one with the columns file, label, tissue");
  const Table table = from_csv(io::read_file(file), name);
  std::vector<phantom::LabelTissue> rows;
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const std::string& of = table.cell(r, "file");
    if (!of.empty() && of != map) continue;
    const std::string& text = table.cell(r, "label");
    if (text.empty() || text.size() > 3 || text.find_first_not_of("0123456789") != std::string::npos)
      throw Error(name, "row " + std::to_string(r + 1) + " has the label \"" + text + "\"",
                  "labels are whole numbers from 0 to 255");
    rows.push_back(phantom::label_tissue(std::stoi(text), table.cell(r, "tissue")));
  }
  if (rows.empty()) throw Error(name, "it has no row for " + map, "what its labels mean is not known");
  return rows;
}

}  // namespace

phantom::LabelMap read_label_map(const std::filesystem::path& map, const std::filesystem::path& table) {
  const std::string name = map.filename().string();
  phantom::LabelMap result;
  result.labels = whole_numbers(io::read_nifti(map), name);
  result.table = read_table(table.empty() ? map.parent_path() / "labels.csv" : table, name);
  const std::string words = lower(name);
  const bool left = contains(words, "left"), right = contains(words, "right");
  if (left != right) result.side = left ? phantom::BreastSide::left : phantom::BreastSide::right;
  phantom::check(result);
  return result;
}

}  // namespace lobule::pipeline
