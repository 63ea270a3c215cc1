#include "io/safetensors_header.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "core/error.h"
#include "core/text.h"

namespace lobule::io {
namespace {

using nlohmann::json;

std::optional<ElementType> type_of(std::string_view name) {
  static constexpr std::pair<std::string_view, ElementType> kTypes[] = {
      {"F64", ElementType::f64},     {"F32", ElementType::f32}, {"F16", ElementType::f16},
      {"BF16", ElementType::bf16},   {"I64", ElementType::i64}, {"I32", ElementType::i32},
      {"I16", ElementType::i16},     {"I8", ElementType::i8},   {"U8", ElementType::u8},
      {"BOOL", ElementType::boolean}};
  for (const auto& [known, type] : kTypes)
    if (known == name) return type;
  return std::nullopt;
}

// Receives the parser's events. Where it is follows from how many brackets are open and from the last keys.
class HeaderEvents final : public nlohmann::json_sax<json> {
 public:
  explicit HeaderEvents(const std::string& where) : where_(where) {}

  SafetensorsHeader take() { return std::move(header_); }

  bool key(std::string& name) override {
    if (depth_ == 1) {
      begin_entry(name);
    } else if (in_metadata_) {
      metadata_key_ = name;
      if (header_.metadata.contains(name)) refuse("two lines of __metadata__ are called " + quote(name));
    } else {
      begin_field(name);
    }
    return true;
  }

  bool start_object(std::size_t /*size*/) override {
    if (depth_ == 2 || in_list_) refuse_value("an object");
    ++depth_;
    return true;
  }
  bool end_object() override {
    if (--depth_ == 1 && !in_metadata_) finish_entry();
    return true;
  }
  bool start_array(std::size_t /*size*/) override {
    if (depth_ != 2 || in_list_ || (field_ != Field::shape && field_ != Field::offsets))
      refuse_value("a list");
    in_list_ = true;
    return true;
  }
  bool end_array() override {
    in_list_ = false;
    field_ = Field::none;
    return true;
  }

  bool string(std::string& text) override {
    if (depth_ == 2 && in_metadata_) {
      header_.metadata.emplace(metadata_key_, text);
      return true;
    }
    if (depth_ != 2 || in_list_ || field_ != Field::dtype) refuse_value("a text");
    const auto type = type_of(text);
    if (!type) refuse_tensor("its type is " + quote(text) + ", which is not known");
    entry_.type = *type;
    field_ = Field::none;
    return true;
  }
  bool number_unsigned(json::number_unsigned_t value) override {
    if (!in_list_) refuse_value("a number");
    if (field_ == Field::offsets) {
      offsets_.push_back(value);
      if (offsets_.size() > 2) refuse_tensor("data_offsets has more than two numbers");
    } else {
      if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        refuse_tensor("an extent of its shape is " + std::to_string(value));
      entry_.shape.push_back(static_cast<std::int64_t>(value));
      if (entry_.shape.size() > 32) refuse_tensor("its shape has more than 32 axes");
    }
    return true;
  }
  bool number_integer(json::number_integer_t value) override { return refuse_value(std::to_string(value)); }
  bool number_float(json::number_float_t /*value*/, const std::string& text) override {
    return refuse_value(quote(text));
  }
  bool null() override { return refuse_value("null"); }
  bool boolean(bool value) override { return refuse_value(value ? "true" : "false"); }
  bool binary(json::binary_t& /*bytes*/) override { return refuse_value("bytes"); }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    throw Error(where_, "its header is not JSON", "at byte " + std::to_string(position) + " of the header");
  }

 private:
  enum class Field { none, dtype, shape, offsets };

  [[noreturn]] void refuse(const std::string& what) const { throw Error(where_, what); }
  [[noreturn]] void refuse_tensor(const std::string& what) const {
    refuse("tensor " + quote(name_) + ": " + what);
  }
  [[noreturn]] bool refuse_value(const std::string& value) const {
    if (depth_ == 0) refuse("its header is " + value + " and not an object");
    if (depth_ == 1) refuse("its header says " + value + " of " + quote(name_));
    if (in_metadata_)
      refuse("__metadata__ says " + value + " of " + quote(metadata_key_) + ", and may say texts only");
    refuse_tensor(std::string(field_name()) + " is or holds " + value);
  }
  const char* field_name() const {
    return field_ == Field::dtype ? "dtype" : field_ == Field::shape ? "shape" : "data_offsets";
  }

  void begin_entry(const std::string& name) {
    name_ = name;
    in_metadata_ = name == "__metadata__";
    if (in_metadata_ ? seen_metadata_ : header_.entries.contains(name))
      refuse("two tensors are called " + quote(name));
    seen_metadata_ = seen_metadata_ || in_metadata_;
    entry_ = {};
    offsets_.clear();
    has_dtype_ = has_shape_ = has_offsets_ = false;
    field_ = Field::none;
  }

  void begin_field(const std::string& name) {
    bool* seen = nullptr;
    if (name == "dtype") field_ = Field::dtype, seen = &has_dtype_;
    if (name == "shape") field_ = Field::shape, seen = &has_shape_;
    if (name == "data_offsets") field_ = Field::offsets, seen = &has_offsets_;
    if (seen == nullptr) refuse_tensor("the header says " + quote(name) + " of it, which is not known");
    if (*seen) refuse_tensor("the header says " + name + " twice");
    *seen = true;
  }

  void finish_entry() {
    if (!has_dtype_) refuse_tensor("its dtype is missing");
    if (!has_shape_) refuse_tensor("its shape is missing");
    if (!has_offsets_ || offsets_.size() != 2)
      refuse_tensor("data_offsets does not say where it begins and ends");
    entry_.begin = offsets_[0];
    entry_.end = offsets_[1];
    header_.entries.emplace(name_, std::move(entry_));
    entry_ = {};
  }

  const std::string& where_;
  SafetensorsHeader header_;
  std::size_t depth_ = 0;
  bool in_list_ = false, in_metadata_ = false, seen_metadata_ = false;
  std::string name_, metadata_key_;
  SafetensorsEntry entry_;
  std::vector<std::uint64_t> offsets_;
  bool has_dtype_ = false, has_shape_ = false, has_offsets_ = false;
  Field field_ = Field::none;
};

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view text, const std::string& where) {
  HeaderEvents events(where);
  json::sax_parse(text.begin(), text.end(), &events);
  return events.take();
}

}  // namespace lobule::io
