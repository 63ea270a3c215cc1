#include "io/safetensors.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/error.h"
#include "core/small_float.h"
#include "core/text.h"
#include "io/files.h"
#include "io/safetensors_header.h"

namespace lobule::io {
namespace {

constexpr std::uint64_t kLargestHeader = 100'000'000;  // as the format's own reader
constexpr const char* kMetadata = "__metadata__";
constexpr const char* kDamaged = "The file is damaged or is no safetensors file; fetch or write it again";

std::string_view header_of(std::string_view bytes, const std::string& where) {
  std::uint64_t length = 0;
  if (bytes.size() < sizeof length)
    throw Error(where, "it has " + std::to_string(bytes.size()) + " bytes",
                "the header's length alone takes 8", kDamaged);
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length > kLargestHeader)
    throw Error(where, "its header claims " + std::to_string(length) + " bytes",
                "no header has more than " + std::to_string(kLargestHeader), kDamaged);
  if (length > bytes.size() - sizeof length)
    throw Error(where, "its header claims " + std::to_string(length) + " bytes",
                "only " + std::to_string(bytes.size() - sizeof length) + " follow", kDamaged);
  return bytes.substr(sizeof length, length);
}

// Every byte of the data belongs to just one tensor, and to as many as its shape and type say.
void check_places(const SafetensorsHeader& header, std::uint64_t data_size, const std::string& where) {
  using Entry = std::pair<const std::string, SafetensorsEntry>;
  std::vector<const Entry*> order;
  order.reserve(header.entries.size());
  for (const Entry& entry : header.entries) {
    const auto& [name, place] = entry;
    const std::string tensor = "tensor " + quote(name) + ": ";
    const auto count = checked_value_count(place.shape);
    if (!count) throw Error(where, tensor + "its shape is absurd", describe(place.shape), kDamaged);
    if (place.end < place.begin)
      throw Error(where,
                  tensor + "it ends at byte " + std::to_string(place.end) + " before it begins at byte " +
                      std::to_string(place.begin),
                  {}, kDamaged);
    if (place.end > data_size)
      throw Error(where, tensor + "it ends at byte " + std::to_string(place.end) + " of the data",
                  "there are " + std::to_string(data_size), kDamaged);
    const std::uint64_t wanted = *count * element_size(place.type);
    if (place.end - place.begin != wanted)
      throw Error(where, tensor + "it has " + std::to_string(place.end - place.begin) + " bytes",
                  "a shape of " + describe(place.shape) + " takes " + std::to_string(wanted), kDamaged);
    order.push_back(&entry);
  }
  std::sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) {
    return std::pair(a->second.begin, a->second.end) < std::pair(b->second.begin, b->second.end);
  });
  std::uint64_t reached = 0;
  for (const Entry* entry : order) {
    const auto& [name, place] = *entry;
    if (place.begin != reached)
      throw Error(where,
                  "tensor " + quote(name) + ": it begins at byte " + std::to_string(place.begin) +
                      " of the data where byte " + std::to_string(reached) + " is next",
                  place.begin < reached ? "tensors overlap" : "there is a gap", kDamaged);
    reached = place.end;
  }
  if (reached != data_size)
    throw Error(where, "the last " + std::to_string(data_size - reached) + " bytes belong to no tensor", {},
                kDamaged);
}

std::uint16_t store_16(float value, WeightPrecision precision) {
  return precision == WeightPrecision::f16 ? float_to_half(value) : float_to_bfloat16(value);
}

bool is_finite_16(std::uint16_t bits, WeightPrecision precision) {
  return std::isfinite(precision == WeightPrecision::f16 ? half_to_float(bits) : bfloat16_to_float(bits));
}

void append_values(std::string& bytes, const std::string& name, const Tensor& tensor,
                   WeightPrecision precision, const std::string& where) {
  if (precision == WeightPrecision::f32) {
    bytes.append(reinterpret_cast<const char*>(tensor.values.data()), tensor.values.size() * sizeof(float));
    return;
  }
  for (const float value : tensor.values) {
    const std::uint16_t stored = store_16(value, precision);
    if (std::isfinite(value) && !is_finite_16(stored, precision))
      throw Error(
          where, "tensor " + quote(name) + " holds " + format_number(value),
          std::string(precision == WeightPrecision::f16 ? "f16 reaches to 65504" : "bf16 reaches to 3.39e38"),
          "Write these weights as f32");
    bytes.append(reinterpret_cast<const char*>(&stored), sizeof stored);
  }
}

nlohmann::json header_json(const TensorMap& tensors, const SafetensorsOptions& options,
                           const std::string& where) {
  const std::size_t size = options.precision == WeightPrecision::f32 ? 4 : 2;
  const char* dtype = options.precision == WeightPrecision::f32   ? "F32"
                      : options.precision == WeightPrecision::f16 ? "F16"
                                                                  : "BF16";
  nlohmann::json header = nlohmann::json::object();
  if (!options.metadata.empty()) header[kMetadata] = options.metadata;
  std::size_t begin = 0;
  for (const auto& [name, tensor] : tensors) {
    if (name == kMetadata) throw Error(where, "no tensor may be called __metadata__");
    const auto count = checked_value_count(tensor.shape);
    if (!count || *count != tensor.values.size())
      throw Error(where, "tensor " + quote(name) + " has " + std::to_string(tensor.values.size()) + " values",
                  "its shape is " + describe(tensor.shape));
    const std::size_t end = begin + tensor.values.size() * size;
    header[name] = {{"dtype", dtype}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
    begin = end;
  }
  return header;
}

}  // namespace

Safetensors parse_safetensors(std::string_view bytes, const std::string& where) {
  const std::string_view text = header_of(bytes, where);
  SafetensorsHeader header = parse_safetensors_header(text, where);
  const std::string_view data = bytes.substr(sizeof(std::uint64_t) + text.size());
  check_places(header, data.size(), where);
  Safetensors result;
  result.metadata = std::move(header.metadata);
  for (auto& [name, entry] : header.entries) {
    Tensor tensor(std::move(entry.shape));
    if (!elements_to_float(entry.type, data.data() + entry.begin, 1, tensor.values))
      throw Error(where, "tensor " + quote(name) + ": a value is too large for a float");
    result.tensors.emplace_hint(result.tensors.end(), name, std::move(tensor));
  }
  return result;
}

TensorMap read_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(read_file(path), path.string()).tensors;
}

std::string safetensors_bytes(const TensorMap& tensors, const SafetensorsOptions& options,
                              const std::string& where) {
  std::string text;
  try {
    text = header_json(tensors, options, where).dump();
  } catch (const nlohmann::json::exception&) {
    throw Error(where, "a tensor's name or the metadata is not UTF-8");
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
  bytes += text;
  for (const auto& [name, tensor] : tensors) append_values(bytes, name, tensor, options.precision, where);
  return bytes;
}

void write_safetensors(const std::filesystem::path& path, const TensorMap& tensors,
                       const SafetensorsOptions& options) {
  write_file(path, safetensors_bytes(tensors, options, path.string()));
}

}  // namespace lobule::io
