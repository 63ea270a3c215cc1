#include "nn/json_object.h"

namespace lobule::nn {
namespace {
using nlohmann::json;

constexpr std::size_t kLargestText = 16 << 20;
constexpr int kDeepest = 32;

}  // namespace

json parse_json(std::string_view text, const std::string& where) {
  if (text.size() > kLargestText)
    throw Error(where, "it is longer than " + std::to_string(kLargestText >> 20) + " MiB");
  std::vector<std::set<std::string>> keys;  // of the objects and lists that are open
  const auto on_event = [&](int /*depth*/, json::parse_event_t event, json& parsed) {
    using Event = json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      keys.emplace_back();
      if (keys.size() > kDeepest)
        throw Error(where, "it is more than " + std::to_string(kDeepest) + " levels deep");
    } else if (event == Event::object_end || event == Event::array_end) {
      keys.pop_back();
    } else if (event == Event::key && !keys.back().insert(parsed.get<std::string>()).second) {
      throw Error(where, "the key " + quote(parsed.get<std::string>()) + " stands twice in one object");
    }
    return true;
  };
  try {
    return json::parse(text.begin(), text.end(), on_event);
  } catch (const json::parse_error& error) {
    throw Error(where, "it is not JSON", "at byte " + std::to_string(error.byte));
  } catch (const json::exception&) {
    throw Error(where, "it is not JSON", "a number in it is out of range");
  }
}

std::string json_text(const json& value) {
  return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace lobule::nn
