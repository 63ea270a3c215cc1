#include "pipeline/phantom_labels.h"

#include <cmath>

#include "core/error.h"
#include "core/table.h"
#include "core/text.h"
#include "io/files.h"
#include "io/nifti.h"

namespace lobule::pipeline {
namespace {

namespace fs = std::filesystem;

std::vector<phantom::LabelTissue> read_tissues(const fs::path& path) {
  const fs::path beside = path.parent_path() / "labels.csv";
  const std::string name = path.filename().string();
  if (!fs::exists(beside))
    throw Error(name, "what its labels are is not known", "there is no labels.csv beside it",
                "Write one with the columns file, label, tissue");
  const Table table = from_csv(io::read_file(beside), "labels.csv");
  std::vector<phantom::LabelTissue> tissues;
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    if (table.cell(r, "file") != name) continue;
    const auto label = parse_number(table.cell(r, "label"));
    if (!label || *label != std::floor(*label) || *label < 0 || *label > 255)
      throw Error("labels.csv",
                  "row " + std::to_string(r + 2) + " has the label \"" + table.cell(r, "label") + "\"",
                  "labels are whole numbers from 0 to 255");
    tissues.push_back(phantom::label_tissue(static_cast<int>(*label), table.cell(r, "tissue")));
  }
  if (tissues.empty())
    throw Error(name, "what its labels are is not known", "labels.csv has no row for it",
                "Add rows with its name, a label and a tissue");
  return tissues;
}

}  // namespace

phantom::LabelMap read_label_map(const fs::path& path) {
  const Image<float> image = io::read_nifti(path);
  phantom::LabelMap map;
  map.labels.grid = image.grid;
  map.labels.voxels.resize(image.voxels.size());
  for (std::size_t i = 0; i < image.voxels.size(); ++i) {
    const float v = image.voxels[i];
    if (!(v >= 0 && v <= 255) || v != std::floor(v))
      throw Error(path.filename().string(), "is no label map: a voxel is " + format_number(double(v)),
                  "labels are whole numbers from 0 to 255");
    map.labels.voxels[i] = static_cast<std::uint8_t>(v);
  }
  map.table = read_tissues(path);
  const std::string name = lower(path.filename().string());
  map.side = contains(name, "right") ? phantom::BreastSide::right : phantom::BreastSide::left;
  phantom::check(map);
  return phantom::place_prone(std::move(map));
}

}  // namespace lobule::pipeline
