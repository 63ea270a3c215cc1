#pragma once
// The names that a pickle of weights may ask for. None of them is run: each stands for a rule of ours.

#include <optional>
#include <string_view>

#include "io/pickle.h"

namespace lobule::io {

struct KnownName {
  PickleName name;
  ElementType type = ElementType::f32;  // of storage types
};

// Nothing where a name is not known: "posix", "system".
std::optional<KnownName> find_pickle_name(std::string_view module, std::string_view name);

}  // namespace lobule::io
