#pragma once
// A network as a part of a larger JSON document; only for the files that turn values into JSON and back.

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "nn/graph.h"

namespace lobule::nn {

nlohmann::json graph_to_json_value(const Graph& graph);

// As graph_from_json; `place` begins the place in errors.
Graph graph_from_json_value(const nlohmann::json& value, const std::string& place);

}  // namespace lobule::nn
