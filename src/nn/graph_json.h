#pragma once
// Networks as JSON: format 1 of docs/formats/models.md, "The network".

#include <string>
#include <string_view>

#include "nn/graph.h"

namespace lobule::nn {

// Every field of every layer; reads back to the same graph.
std::string graph_to_json(const Graph& graph);

// Throws Error that names the layer: JSON that is damaged, unknown kinds, keys and words, wrong types, and
// graphs that are not well formed (check in graph.h). Numbers that are left out are those of graph.h.
Graph graph_from_json(std::string_view json);

}  // namespace lobule::nn
