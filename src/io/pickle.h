#pragma once
// Reads what Python's pickle wrote, without running anything: a small machine with a stack (PEP 3154, and the
// comments of CPython's pickletools.py) that builds plain values and knows by name the few callables that
// weight files need. Any other name is refused where it stands.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "io/tensor_elements.h"

namespace lobule::io {

// The place of a value in Pickle::values; values may share parts, and a list may hold itself.
using PickleRef = std::uint32_t;

enum class PickleKind : std::uint8_t {
  none,
  boolean,
  integer,
  real,
  text,  // also bytes
  list,  // also sets
  tuple,
  dict,     // keys and values in turn
  name,     // one of the known callables
  storage,  // items: what a persistent id is, a tuple
  tensor,   // items: storage, offset, sizes, strides
  inert     // made by something whose result no weights need
};

enum class PickleName : std::uint8_t {
  ordered_dict,
  rebuild_tensor,
  rebuild_parameter,
  size,
  storage_type,
  inert
};

struct PickleValue {
  PickleKind kind = PickleKind::none;
  PickleName name = PickleName::inert;  // of names
  ElementType type = ElementType::f32;  // of storage types
  std::int64_t integer = 0;             // also of booleans
  std::string_view text;                // a part of the pickle
  std::vector<PickleRef> items;
};

struct Pickle {
  std::deque<PickleValue> values;  // grows without being copied
  PickleRef root = 0;
  std::size_t size = 0;  // how many bytes it took

  const PickleValue& operator[](PickleRef ref) const { return values[ref]; }
};

// Reads one pickle (protocols 2 to 5) at the beginning of `bytes`, which have to outlive the result. Takes at
// most 128 bytes of memory for each of the pickle's. Throws Error (where: `where`) when it asks for a name
// that is not known, is damaged, uses what weight files do not need, is longer than 16 MiB or makes more than
// 2 million values.
Pickle read_pickle(std::string_view bytes, const std::string& where);

}  // namespace lobule::io
