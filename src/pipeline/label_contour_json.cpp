#include "pipeline/label_contour_json.h"

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "measure/breast_density.h"
#include "measure/label_contours.h"

namespace lobule::pipeline {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
// Larger pictures than any detector's are mistakes.
constexpr int kMostExtent = 65535;

const char* word_of(int label) {
  return label == measure::kAdipose ? "breast"
         : label == measure::kDense ? "dense tissue"
                                    : "pectoral muscle";
}

int extent(const Json& json, const char* key, const std::string& name) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number_integer() || *found < 1 || *found > kMostExtent)
    throw Error(name, std::string("it has no \"") + key + "\"", "it is a whole number of pixels from 1 on");
  return found->get<int>();
}

measure::LabelContour contour_of(const Json& json, const std::string& where) {
  measure::LabelContour contour;
  const Json label = json.is_object() && json.contains("label") ? json.at("label") : Json();
  if (!label.is_number_integer() || label < 1 || label > 3)
    throw Error(where, "its label is " + label.dump(),
                "labels are 1 breast, 2 dense tissue, 3 pectoral muscle");
  contour.label = label.get<std::uint8_t>();
  const Json points = json.contains("points") ? json.at("points") : Json();
  if (!points.is_array() || points.size() < 3) throw Error(where, "it has fewer than three points");
  for (const Json& point : points) {
    if (!point.is_array() || point.size() != 2 || !point[0].is_number() || !point[1].is_number())
      throw Error(where, "a point is not two numbers: " + point.dump());
    contour.points.push_back({point[0].get<double>(), point[1].get<double>()});
  }
  return contour;
}

}  // namespace

std::string contour_json(const Mask& labels, const std::string& stem) {
  std::string text = "{\n\"version\": " + std::to_string(kVersion) + ",\n\"image\": " + Json(stem).dump() +
                     ",\n\"width\": " + std::to_string(labels.grid.size[0]) +
                     ",\n\"height\": " + std::to_string(labels.grid.size[1]) + ",\n\"contours\": [";
  bool first = true;
  for (const measure::LabelContour& contour : measure::label_contours(labels)) {
    Json points = Json::array();
    for (const auto& point : contour.points)
      points.push_back({static_cast<int>(point[0]), static_cast<int>(point[1])});
    const Json json{{"label", contour.label}, {"name", word_of(contour.label)}, {"points", points}};
    text += (first ? "\n" : ",\n") + json.dump();
    first = false;
  }
  return text + "\n]\n}\n";
}

Mask labels_from_contour_json(std::string_view text, const std::string& name) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object())
    throw Error(name, "it holds no contours", json.is_discarded() ? "it is not JSON" : "it is no object");
  if (!json.contains("version") || json.at("version") != kVersion)
    throw Error(name, "its version is not " + std::to_string(kVersion));
  const int width = extent(json, "width", name), height = extent(json, "height", name);
  if (!json.contains("contours") || !json.at("contours").is_array())
    throw Error(name, "it has no list \"contours\"");
  std::vector<measure::LabelContour> contours;
  for (const Json& one : json.at("contours"))
    contours.push_back(contour_of(one, name + ", contour " + std::to_string(contours.size() + 1)));
  return measure::label_image(contours, width, height);
}

}  // namespace lobule::pipeline
