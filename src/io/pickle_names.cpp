#include "io/pickle_names.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lobule::io {
namespace {

constexpr std::array<std::pair<std::string_view, ElementType>, 10> kStorages{
    {{"DoubleStorage", ElementType::f64},
     {"FloatStorage", ElementType::f32},
     {"HalfStorage", ElementType::f16},
     {"BFloat16Storage", ElementType::bf16},
     {"LongStorage", ElementType::i64},
     {"IntStorage", ElementType::i32},
     {"ShortStorage", ElementType::i16},
     {"CharStorage", ElementType::i8},
     {"ByteStorage", ElementType::u8},
     {"BoolStorage", ElementType::boolean}}};

// What training programs keep beside weights: devices, types, NumPy's numbers. Their values are dropped.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kInert{
    {{"torch", "device"},
     {"torch", "float16"},
     {"torch", "bfloat16"},
     {"torch", "float32"},
     {"torch", "float64"},
     {"_codecs", "encode"},
     {"numpy", "dtype"},
     {"numpy", "ndarray"},
     {"numpy.core.multiarray", "scalar"},
     {"numpy._core.multiarray", "scalar"},
     {"numpy.core.multiarray", "_reconstruct"},
     {"numpy._core.multiarray", "_reconstruct"}}};

}  // namespace

std::optional<KnownName> find_pickle_name(std::string_view module, std::string_view name) {
  if (module == "collections" && name == "OrderedDict") return KnownName{PickleName::ordered_dict};
  if (module == "torch" && name == "Size") return KnownName{PickleName::size};
  if (module == "torch._utils") {
    if (name == "_rebuild_tensor" || name == "_rebuild_tensor_v2")
      return KnownName{PickleName::rebuild_tensor};
    if (name == "_rebuild_parameter") return KnownName{PickleName::rebuild_parameter};
  }
  if (module == "torch" || module == "torch.cuda") {
    for (const auto& [storage, type] : kStorages)
      if (storage == name) return KnownName{PickleName::storage_type, type};
  }
  if (std::find(kInert.begin(), kInert.end(), std::pair(module, name)) != kInert.end())
    return KnownName{PickleName::inert};
  return std::nullopt;
}

}  // namespace lobule::io
