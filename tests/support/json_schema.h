#pragma once
// Checks JSON against the part of JSON Schema 2020-12 that docs/schemas/ uses: type, const, enum, properties,
// required, additionalProperties, items, and nothing else (another keyword is an error, so that no rule is
// silently skipped).

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace lobule::test {

using nlohmann::json;

inline bool has_type(const json& value, const std::string& type) {
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  return type == "null" && value.is_null();
}

inline void check_schema(const json& schema, const json& value, const std::string& place,
                         std::vector<std::string>& errors) {
  static const std::array<std::string, 11> kKnown{
      "$schema", "title",    "description",          "type", "const", "enum", "properties",
      "$id",     "required", "additionalProperties", "items"};
  for (const auto& [keyword, ignored] : schema.items())
    if (std::find(kKnown.begin(), kKnown.end(), keyword) == kKnown.end())
      errors.push_back(place + ": unknown keyword " + keyword);
  if (schema.contains("type")) {
    const json types = schema["type"].is_array() ? schema["type"] : json::array({schema["type"]});
    if (std::none_of(types.begin(), types.end(), [&](const json& type) { return has_type(value, type); }))
      errors.push_back(place + ": " + value.dump() + " is not " + types.dump());
  }
  if (schema.contains("const") && value != schema["const"])
    errors.push_back(place + ": is not " + schema["const"].dump());
  if (schema.contains("enum") &&
      std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end())
    errors.push_back(place + ": " + value.dump() + " is none of " + schema["enum"].dump());
  for (const json& name : schema.value("required", json::array()))
    if (!value.contains(name.get<std::string>()))
      errors.push_back(place + ": " + name.get<std::string>() + " is missing");
  if (value.is_object()) {
    for (const auto& [name, part] : value.items()) {
      if (schema.contains("properties") && schema["properties"].contains(name))
        check_schema(schema["properties"][name], part, place + "." + name, errors);
      else if (schema.contains("additionalProperties") && schema["additionalProperties"].is_object())
        check_schema(schema["additionalProperties"], part, place + "." + name, errors);
      else if (schema.value("additionalProperties", json(true)) == json(false))
        errors.push_back(place + "." + name + " is not in the schema");
    }
  }
  if (value.is_array() && schema.contains("items"))
    for (std::size_t i = 0; i < value.size(); ++i)
      check_schema(schema["items"], value[i], place + "[" + std::to_string(i) + "]", errors);
}

// What is wrong with `value`, one line each; empty when it obeys the schema.
inline std::vector<std::string> schema_errors(const json& schema, const json& value) {
  std::vector<std::string> errors;
  check_schema(schema, value, "$", errors);
  return errors;
}

}  // namespace lobule::test
