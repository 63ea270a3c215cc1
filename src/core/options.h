#pragma once
// Options describe themselves. A struct of options lists its fields once, in `list_options(OptionSet&)`;
// from that list come the command-line flags, the TOML file, the provenance, --help and docs/commands.md.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lobule {

struct OptionText {
  std::string help;       // one sentence: what it does, and what it costs if that is not obvious
  std::string unit = {};  // "mm", "s", "%", …
  std::string group = "Options";
  std::optional<double> min = {}, max = {};  // for numbers, both inclusive
  std::vector<std::string> choices = {};     // for words
  bool affects_result = true;                // false for speed and display; those never enter a cache key
};

using OptionTarget =
    std::variant<bool*, int*, double*, std::string*, std::vector<double>*, std::vector<std::string>*>;

struct Option {
  std::string name;  // without dashes; one letter makes a short flag: "output,o"
  OptionTarget target;
  OptionText text;
  std::string default_text;
};

class OptionSet {
 public:
  template <class T>
  void add(std::string name, T& field, OptionText text) {
    add_option(std::move(name), OptionTarget(&field), std::move(text));
  }

  const std::vector<Option>& options() const { return options_; }

  // Sets an option from text ("90", "0,90,150", "true"). Throws Error for an unknown name (with the
  // nearest known ones), a malformed value, or one out of range (with the name, the value, the limit).
  void set(std::string_view name, std::string_view value);

  // Throws Error when any option is out of its range or not among its choices.
  void check() const;

  // Name → value as text; only those that affect results where asked.
  std::map<std::string, std::string> values(bool only_affecting_result = false) const;

 private:
  void add_option(std::string name, OptionTarget target, OptionText text);

  std::vector<Option> options_;
};

// "output" of "output,o".
std::string long_name(const Option& option);

// The words of `known` nearest to `word` by edit distance, best first, at most three.
std::vector<std::string> nearest_words(std::string_view word, const std::vector<std::string>& known);

}  // namespace lobule
