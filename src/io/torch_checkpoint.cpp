#include "io/torch_checkpoint.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/text.h"
#include "io/files.h"
#include "io/safetensors.h"
#include "io/torch_storages.h"

namespace lobule::io {
namespace {

// Where training programs keep the network among other things: Lightning and MONAI, torch's tutorial,
// nnU-Net.
constexpr std::array<std::string_view, 5> kWrappers{"state_dict", "model_state_dict", "network_weights",
                                                    "model", "net"};
constexpr std::array<std::string_view, 2> kPrefixes{"module.", "_orig_mod."};  // of DataParallel, of compile
// A file's tensors may share storages, but do not add up to many times of them.
constexpr std::uint64_t kMostValuesPerByte = 4;

class CheckpointReader {
 public:
  CheckpointReader(std::string_view bytes, const std::string& where)
      : file_(open_torch_file(bytes, where)),
        where_(where),
        values_left_(kMostValuesPerByte * bytes.size()) {}

  TensorMap read() {
    TensorMap tensors;
    const std::vector<PickleRef>& items = state_dict().items;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
      if (pickle()[items[i + 1]].kind != PickleKind::tensor || pickle()[items[i]].kind != PickleKind::text)
        continue;
      std::string name(pickle()[items[i]].text);
      Tensor tensor = read_tensor(pickle()[items[i + 1]], name);
      if (!tensors.emplace(name, std::move(tensor)).second)
        throw Error(where_, "two tensors are called " + quote(name));
    }
    while (strip_prefix(tensors)) {
    }
    return tensors;
  }

 private:
  const Pickle& pickle() const { return file_.pickle; }

  const PickleValue& state_dict() const {
    const PickleValue* dict = &pickle()[pickle().root];
    // Each step goes to another dict; a dict that holds itself ends the search as well.
    for (int depth = 0; depth < 4; ++depth) {
      const PickleValue* inner = nullptr;
      for (const std::string_view wrapper : kWrappers)
        if (inner == nullptr) inner = find_dict(*dict, wrapper);
      if (inner == nullptr) break;
      dict = inner;
    }
    if (dict->kind != PickleKind::dict || !holds_tensors(*dict))
      throw Error(where_, "it holds no tensors by name", keys_of(*dict), "Save the state dict of the model");
    return *dict;
  }

  const PickleValue* find_dict(const PickleValue& dict, std::string_view key) const {
    if (dict.kind != PickleKind::dict) return nullptr;
    for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
      const PickleValue& item = pickle()[dict.items[i + 1]];
      if (pickle()[dict.items[i]].text == key && item.kind == PickleKind::dict) return &item;
    }
    return nullptr;
  }
  bool holds_tensors(const PickleValue& dict) const {
    for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2)
      if (pickle()[dict.items[i]].kind == PickleKind::text &&
          pickle()[dict.items[i + 1]].kind == PickleKind::tensor)
        return true;
    return false;
  }
  std::string keys_of(const PickleValue& value) const {
    if (value.kind == PickleKind::tensor) return "it is one tensor without a name";
    if (value.kind != PickleKind::dict) return "it is no dict";
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < value.items.size() && keys.size() < 8; i += 2)
      keys.push_back(quote(pickle()[value.items[i]].text));
    return keys.empty() ? "its dict is empty" : "its keys are " + join(keys, ", ");
  }

  std::optional<Shape> integers(PickleRef ref) const {
    const PickleValue& value = pickle()[ref];
    if (value.kind != PickleKind::tuple && value.kind != PickleKind::list) return std::nullopt;
    if (value.items.size() > 32) return std::nullopt;
    Shape numbers;
    for (const PickleRef item : value.items) {
      if (pickle()[item].kind != PickleKind::integer) return std::nullopt;
      numbers.push_back(pickle()[item].integer);
    }
    return numbers;
  }

  Tensor read_tensor(const PickleValue& value, const std::string& name) {
    const auto refuse = [&](const std::string& what, const std::string& why = {}) {
      throw Error(where_, "tensor " + quote(name) + ": " + what, why, "The file is damaged; fetch it again");
    };
    const TorchStorage storage = torch_storage(pickle(), pickle()[value.items[0]], where_);
    const auto found = file_.storages.find(storage.key);
    if (found == file_.storages.end()) refuse("its storage " + quote(storage.key) + " is missing");
    const std::size_t size = element_size(storage.type);
    const std::uint64_t count = found->second.size() / size;
    if (static_cast<std::uint64_t>(storage.count) != count || found->second.size() % size != 0)
      refuse("its storage has " + std::to_string(found->second.size()) + " bytes",
             std::to_string(storage.count) + " numbers of " + std::to_string(size) + " bytes are claimed");
    const PickleValue& offset = pickle()[value.items[1]];
    std::optional<Shape> shape = integers(value.items[2]);
    const std::optional<Shape> strides = integers(value.items[3]);
    if (offset.kind != PickleKind::integer || offset.integer < 0 || !shape || !strides ||
        shape->size() != strides->size())
      refuse("its offset, sizes or strides make no sense");
    const auto wanted = checked_value_count(*shape);
    if (!wanted) refuse("its shape is absurd", describe(*shape));
    if (!stays_within(*shape, *strides, static_cast<std::uint64_t>(offset.integer), count))
      refuse("it reaches beyond the " + std::to_string(count) + " numbers of its storage",
             "its shape is " + describe(*shape));
    if (*wanted > values_left_)
      throw Error(where_,
                  "its tensors have more than " + std::to_string(kMostValuesPerByte) +
                      " numbers for each byte of the file",
                  "they use the same storages again and again");
    values_left_ -= *wanted;
    Tensor tensor(std::move(*shape));
    const char* begin =
        found->second.data() + static_cast<std::uint64_t>(offset.integer) * (*wanted == 0 ? 0 : size);
    if (!gather(storage.type, begin, *strides, tensor)) refuse("a value is too large for a float");
    return tensor;
  }

  static bool stays_within(const Shape& shape, const Shape& strides, std::uint64_t offset,
                           std::uint64_t count) {
    std::uint64_t left = count;  // of numbers behind the first
    bool empty = false;
    for (const std::int64_t extent : shape) empty = empty || extent == 0;
    if (empty) return offset <= count;
    if (offset >= count) return false;
    left -= offset + 1;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      if (strides[axis] < 0) return false;
      const auto steps = static_cast<std::uint64_t>(shape[axis] - 1);
      const auto stride = static_cast<std::uint64_t>(strides[axis]);
      if (steps == 0 || stride == 0) continue;
      if (steps > left / stride) return false;
      left -= steps * stride;
    }
    return true;
  }

  // Row by row along the last axis, or all at once where the numbers lie in order.
  static bool gather(ElementType type, const char* begin, const Shape& strides, Tensor& tensor) {
    if (tensor.values.empty()) return true;
    std::int64_t packed = 1;
    bool in_order = true;
    for (std::size_t axis = tensor.shape.size(); axis > 0; --axis) {
      in_order = in_order && (tensor.shape[axis - 1] == 1 || strides[axis - 1] == packed);
      packed *= tensor.shape[axis - 1];
    }
    if (in_order) return elements_to_float(type, begin, 1, tensor.values);
    const auto row = static_cast<std::size_t>(tensor.shape.back());
    const auto stride = static_cast<std::size_t>(strides.back());
    Shape place(tensor.shape.size(), 0);
    bool fits = true;
    for (std::size_t done = 0; done < tensor.values.size(); done += row) {
      std::size_t start = 0;
      for (std::size_t axis = 0; axis + 1 < place.size(); ++axis)
        start += static_cast<std::size_t>(place[axis] * strides[axis]);
      fits = elements_to_float(type, begin + start * element_size(type), stride,
                               std::span(tensor.values).subspan(done, row)) &&
             fits;
      for (std::size_t axis = place.size() - 1; axis > 0; --axis) {
        if (++place[axis - 1] < tensor.shape[axis - 1]) break;
        place[axis - 1] = 0;
      }
    }
    return fits;
  }

  static bool strip_prefix(TensorMap& tensors) {
    for (const std::string_view prefix : kPrefixes) {
      const bool everywhere = std::all_of(tensors.begin(), tensors.end(), [&](const auto& entry) {
        return entry.first.size() > prefix.size() && entry.first.starts_with(prefix);
      });
      if (!everywhere) continue;
      TensorMap stripped;
      while (!tensors.empty()) {
        auto node = tensors.extract(tensors.begin());
        node.key().erase(0, prefix.size());
        stripped.insert(std::move(node));
      }
      tensors = std::move(stripped);
      return true;
    }
    return false;
  }

  TorchFile file_;
  const std::string& where_;
  std::uint64_t values_left_;
};

}  // namespace

TensorMap parse_torch_checkpoint(std::string_view bytes, const std::string& where) {
  return CheckpointReader(bytes, where).read();
}

TensorMap read_torch_checkpoint(const std::filesystem::path& path) {
  return parse_torch_checkpoint(read_file(path), path.string());
}

TensorMap read_weights(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  // A safetensors file begins with the length of its header, which is below 2^27.
  const bool safetensors = bytes.size() >= 9 && bytes[8] == '{';
  return safetensors ? parse_safetensors(bytes, path.string()).tensors
                     : parse_torch_checkpoint(bytes, path.string());
}

}  // namespace lobule::io
