#pragma once
// Reads JSON that others wrote: every key is known, of its type and finite, and what is wrong is said with
// its place. Only for the files that turn values into JSON and back.

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/text.h"

namespace lobule::nn {

// The whole text, at most 16 MiB and 32 levels deep, no key twice in an object. Throws Error (where:
// `where`).
nlohmann::json parse_json(std::string_view text, const std::string& where);

// `value` with two blanks a level, and a line end.
std::string json_text(const nlohmann::json& value);

class JsonObject {
 public:
  // Throws Error unless `value` is an object. Both have to outlive this.
  JsonObject(const nlohmann::json& value, std::string place) : value_(value), place_(std::move(place)) {
    if (!value_.is_object()) throw Error(place_, "it is not a JSON object");
  }

  const std::string& place() const { return place_; }
  bool has(const char* key) const { return value_.contains(key); }
  [[noreturn]] void refuse(const std::string& what) const { throw Error(place_, what); }

  // The value of a key that has to be there.
  const nlohmann::json& at(const char* key) {
    used_.insert(key);
    const auto found = value_.find(key);
    if (found == value_.end()) refuse("\"" + std::string(key) + "\" is missing");
    return *found;
  }
  template <class T>
  T get(const char* key) {
    T result{};
    take(at(key), result, key);
    return result;
  }
  // Leaves `to` as it is where the key is missing.
  template <class T>
  void get_if_present(const char* key, T& to) {
    used_.insert(key);
    const auto found = value_.find(key);
    if (found != value_.end()) take(*found, to, key);
  }
  // One of some words, as its place among them.
  template <std::size_t N>
  std::size_t get_word(const char* key, const std::array<std::string_view, N>& words) {
    const auto word = get<std::string>(key);
    for (std::size_t i = 0; i < N; ++i)
      if (words[i] == word) return i;
    std::string known;
    for (const std::string_view one : words) known += (known.empty() ? "" : ", ") + std::string(one);
    throw Error(place_, "\"" + std::string(key) + "\" is " + quote(word), "known are " + known);
  }

  // Throws Error where a key was never asked for.
  void expect_no_more() const {
    for (const auto& [key, ignored] : value_.items())
      if (!used_.contains(key)) refuse("the key " + quote(key) + " is not known");
  }

 private:
  [[noreturn]] void refuse_type(const char* key, const char* wanted) const {
    refuse("\"" + std::string(key) + "\" is not " + wanted);
  }
  void take(const nlohmann::json& from, std::string& to, const char* key) const {
    if (!from.is_string()) refuse_type(key, "a text");
    to = from.get<std::string>();
  }
  void take(const nlohmann::json& from, bool& to, const char* key) const {
    if (!from.is_boolean()) refuse_type(key, "true or false");
    to = from.get<bool>();
  }
  void take(const nlohmann::json& from, double& to, const char* key) const {
    if (!from.is_number() || !std::isfinite(from.get<double>())) refuse_type(key, "a number");
    to = from.get<double>();
  }
  template <class T>
  requires std::is_integral_v<T>
  void take(const nlohmann::json& from, T& to, const char* key) const {
    if (!from.is_number_integer()) refuse_type(key, "a whole number");
    if (from.is_number_unsigned() ? !std::in_range<T>(from.get<std::uint64_t>())
                                  : !std::in_range<T>(from.get<std::int64_t>()))
      refuse("\"" + std::string(key) + "\" is out of range");
    to = from.get<T>();
  }
  template <class T>
  void take(const nlohmann::json& from, std::vector<T>& to, const char* key) const {
    if (!from.is_array()) refuse_type(key, "a list");
    to.clear();
    for (const nlohmann::json& item : from) take(item, to.emplace_back(), key);
  }
  template <class T, std::size_t N>
  void take(const nlohmann::json& from, std::array<T, N>& to, const char* key) const {
    if (!from.is_array() || from.size() != N)
      refuse("\"" + std::string(key) + "\" is not a list of " + std::to_string(N));
    for (std::size_t i = 0; i < N; ++i) take(from[i], to[i], key);
  }
  // Of figures null means "not measured": NaN.
  template <class T>
  void take(const nlohmann::json& from, std::map<std::string, T>& to, const char* key) const {
    if (!from.is_object()) refuse_type(key, "an object");
    to.clear();
    for (const auto& [name, item] : from.items()) {
      if (std::is_same_v<T, double> && item.is_null())
        to.emplace(name, std::numeric_limits<T>::quiet_NaN());
      else
        take(item, to[name], key);
    }
  }

  const nlohmann::json& value_;
  std::string place_;
  std::set<std::string> used_;
};

}  // namespace lobule::nn
