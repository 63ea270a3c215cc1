#include "core/options.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/text.h"

namespace lobule {
namespace {

template <class... F>
struct Overload : F... {
  using F::operator()...;
};
template <class... F>
Overload(F...) -> Overload<F...>;

std::string to_text(const OptionTarget& target) {
  return std::visit(
      Overload{[](const bool* v) { return std::string(*v ? "true" : "false"); },
               [](const int* v) { return std::to_string(*v); },
               [](const double* v) { return format_number(*v); }, [](const std::string* v) { return *v; },
               [](const std::vector<double>* v) {
                 std::vector<std::string> words;
                 for (const double x : *v) words.push_back(format_number(x));
                 return join(words, ",");
               },
               [](const std::vector<std::string>* v) { return join(*v, ","); }},
      target);
}

[[noreturn]] void refuse(const Option& option, std::string_view value, const std::string& rule) {
  throw Error("option --" + long_name(option), "the value \"" + std::string(value) + "\" " + rule, "",
              "See --help for what it may be");
}

double number_of(const Option& option, std::string_view text) {
  const auto value = parse_number(text);
  if (!value) refuse(option, text, "is not a number");
  return *value;
}

void check_range(const Option& option, double value) {
  const std::string unit = option.text.unit.empty() ? "" : " " + option.text.unit;
  if (option.text.min && value < *option.text.min)
    refuse(option, format_number(value), "is below the limit " + format_number(*option.text.min) + unit);
  if (option.text.max && value > *option.text.max)
    refuse(option, format_number(value), "is above the limit " + format_number(*option.text.max) + unit);
}

void check_choice(const Option& option, const std::string& word) {
  const auto& choices = option.text.choices;
  if (choices.empty() || std::find(choices.begin(), choices.end(), word) != choices.end()) return;
  refuse(option, word, "is not one of " + join(choices, ", "));
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string long_name(const Option& option) {
  return option.name.substr(0, option.name.find(','));
}

std::vector<std::string> nearest_words(std::string_view word, const std::vector<std::string>& known) {
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (const std::string& candidate : known) ranked.emplace_back(edit_distance(word, candidate), candidate);
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> nearest;
  for (const auto& [distance, candidate] : ranked)
    if (nearest.size() < 3 && distance <= std::max<std::size_t>(2, word.size() / 2))
      nearest.push_back(candidate);
  return nearest;
}

void OptionSet::add_option(std::string name, OptionTarget target, OptionText text) {
  std::string default_text = to_text(target);
  options_.push_back({std::move(name), target, std::move(text), std::move(default_text)});
}

void OptionSet::set(std::string_view name, std::string_view value) {
  const auto found =
      std::find_if(options_.begin(), options_.end(), [&](const Option& o) { return long_name(o) == name; });
  if (found == options_.end()) {
    std::vector<std::string> known;
    for (const Option& option : options_) known.push_back(long_name(option));
    const auto nearest = nearest_words(name, known);
    throw Error("option " + std::string(name), "there is no such option", "",
                nearest.empty() ? "See --help" : "Did you mean " + join(nearest, ", ") + "?");
  }
  const Option& option = *found;
  std::visit(Overload{[&](bool* v) {
                        if (value != "true" && value != "false")
                          refuse(option, value, "is neither true nor false");
                        *v = value == "true";
                      },
                      [&](int* v) {
                        const double number = number_of(option, value);
                        if (number != static_cast<int>(number))
                          refuse(option, value, "is not a whole number");
                        *v = static_cast<int>(number);
                      },
                      [&](double* v) { *v = number_of(option, value); },
                      [&](std::string* v) { *v = std::string(value); },
                      [&](std::vector<double>* v) {
                        v->clear();
                        for (const std::string& word : split(value, ','))
                          v->push_back(number_of(option, word));
                      },
                      [&](std::vector<std::string>* v) { *v = split(value, ','); }},
             option.target);
  check();
}

void OptionSet::check() const {
  for (const Option& option : options_) {
    std::visit(Overload{[](const bool*) {}, [&](const int* v) { check_range(option, *v); },
                        [&](const double* v) { check_range(option, *v); },
                        [&](const std::string* v) { check_choice(option, *v); },
                        [&](const std::vector<double>* v) {
                          for (const double x : *v) check_range(option, x);
                        },
                        [&](const std::vector<std::string>* v) {
                          for (const std::string& word : *v) check_choice(option, word);
                        }},
               option.target);
  }
}

std::map<std::string, std::string> OptionSet::values(bool only_affecting_result) const {
  std::map<std::string, std::string> all;
  for (const Option& option : options_)
    if (!only_affecting_result || option.text.affects_result) all[long_name(option)] = to_text(option.target);
  return all;
}

}  // namespace lobule
