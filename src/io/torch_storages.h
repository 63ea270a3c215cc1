#pragma once
// The two containers of torch.save: a pickle, and the raw numbers that it points to.

#include <map>
#include <string>
#include <string_view>

#include "io/pickle.h"

namespace lobule::io {

struct TorchFile {
  Pickle pickle;
  std::map<std::string, std::string_view, std::less<>> storages;  // raw numbers by key
};

// Both point into `bytes`. Throws Error (where: `where`).
TorchFile open_torch_file(std::string_view bytes, const std::string& where);

struct TorchStorage {
  ElementType type = ElementType::f32;
  std::string_view key;
  std::int64_t count = 0;  // of numbers
};

// What a persistent id says: ('storage', type, key, device, count) with more behind in old files.
TorchStorage torch_storage(const Pickle& pickle, const PickleValue& value, const std::string& where);

}  // namespace lobule::io
