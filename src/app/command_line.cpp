#include "app/command_line.h"

#include <toml++/toml.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "core/error.h"
#include "core/text.h"

namespace lobule::app {
namespace {

std::string flag_text(const Option& option) {
  const std::size_t comma = option.name.find(',');
  const std::string name = "--" + long_name(option);
  return comma == std::string::npos ? name : "-" + option.name.substr(comma + 1) + ", " + name;
}

bool is_switch(const Option& option) {
  return std::holds_alternative<bool*>(option.target);
}

// What stands behind the flag: "MM", "0,90,150", nothing for a switch.
std::string value_text(const Option& option) {
  if (is_switch(option)) return "";
  if (!option.text.choices.empty()) return " " + join(option.text.choices, "|");
  if (!option.text.unit.empty()) return " <" + option.text.unit + ">";
  if (std::holds_alternative<int*>(option.target)) return " <number>";
  if (std::holds_alternative<double*>(option.target)) return " <number>";
  if (std::holds_alternative<std::vector<double>*>(option.target)) return " <numbers>";
  return " <text>";
}

std::string limits_text(const Option& option) {
  std::string text;
  if (!option.default_text.empty() && !is_switch(option)) text += "default " + option.default_text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (option.text.min) add("at least " + format_number(*option.text.min));
  if (option.text.max) add("at most " + format_number(*option.text.max));
  return text.empty() ? "" : " (" + text + ")";
}

std::vector<std::string> groups_of(const OptionSet& options) {
  std::vector<std::string> groups;
  for (const Option& option : options.options())
    if (std::find(groups.begin(), groups.end(), option.text.group) == groups.end())
      groups.push_back(option.text.group);
  return groups;
}

std::string help_page(const CommandText& text, const OptionSet& options) {
  std::string page = "lobule " + text.name + ": " + text.summary + "\n\n";
  page += "Usage: lobule " + text.name + (text.inputs.empty() ? "" : " " + text.inputs) + " [options]\n";
  if (!text.inputs_help.empty()) page += "  " + text.inputs + ": " + text.inputs_help + "\n";
  if (!text.examples.empty()) page += "\nExamples:\n";
  for (const std::string& example : text.examples) page += "  " + example + "\n";
  for (const std::string& group : groups_of(options)) {
    page += "\n" + group + ":\n";
    for (const Option& option : options.options())
      if (option.text.group == group)
        page += "  " + flag_text(option) + value_text(option) + "\n      " + option.text.help +
                limits_text(option) + "\n";
  }
  if (!text.results.empty()) page += "\nResults: " + text.results + "\n";
  page +=
      "\nExit codes: 0 done, 1 done in part (see the findings), 2 wrong command line, 3 nothing could be "
      "done.\n";
  return page;
}

constexpr std::size_t kNameColumn = 20;

std::string overview(const std::vector<std::unique_ptr<Command>>& commands) {
  std::string page = "lobule " + std::string(version()) +
                     ": from a heap of breast images to results with their evidence. Research use only.\n\n"
                     "Usage: lobule COMMAND [INPUT...] [options]\n\nCommands:\n";
  for (const auto& command : commands) {
    const CommandText text = command->text();
    page += "  " + text.name +
            std::string(text.name.size() < kNameColumn ? kNameColumn - text.name.size() : 1, ' ') +
            text.summary + "\n";
  }
  return page + "\nlobule COMMAND --help tells more about one of them.\n";
}

void read_toml(const std::string& file, OptionSet& options) {
  const auto scalar = [](const toml::node& node) -> std::string {
    if (const auto v = node.value<std::string>(); v && node.is_string()) return *v;
    if (const auto v = node.value<bool>(); v && node.is_boolean()) return *v ? "true" : "false";
    if (const auto v = node.value<double>()) return format_number(*v);
    return "";
  };
  try {
    const toml::table table = toml::parse_file(file);
    for (const auto& [key, node] : table) {
      std::vector<std::string> words;
      if (const toml::array* array = node.as_array())
        for (const toml::node& item : *array) words.push_back(scalar(item));
      else
        words.push_back(scalar(node));
      options.set(key.str(), join(words, ","));
    }
  } catch (const toml::parse_error& error) {
    throw Error(file,
                "line " + std::to_string(error.source().begin.line) +
                    " is not TOML: " + std::string(error.description()),
                "no option was taken from it", "Mend the line");
  }
}

// Lets CLI11 split the command line; values go into the OptionSet as text, so that there is one parser
// and one kind of message.
struct RawLine {
  std::vector<std::pair<std::string, std::string>> values;
  std::vector<std::string> inputs;
  std::string config;
  bool help = false;
};

RawLine split_line(const std::vector<std::string>& words, const OptionSet& options, const CommandText& text) {
  RawLine line;
  CLI::App parser;
  parser.set_help_flag();
  parser.add_flag("--help,-h", line.help);
  parser.add_option("--config", line.config);
  std::vector<std::string> known = {"--help", "--config"};
  std::vector<std::vector<std::string>> taken(options.options().size());
  std::vector<int> switches(options.options().size(), 0);
  for (std::size_t i = 0; i < options.options().size(); ++i) {
    const Option& option = options.options()[i];
    const std::size_t comma = option.name.find(',');
    std::string names = "--" + long_name(option);
    known.push_back(names);
    if (comma != std::string::npos) names += ",-" + option.name.substr(comma + 1);
    if (is_switch(option))
      parser.add_flag(names, switches[i]);
    else
      parser.add_option(names, taken[i])
          ->expected(1)
          ->allow_extra_args(false)  // what follows the value is an input
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
  if (!text.inputs.empty()) parser.add_option("inputs", line.inputs);
  for (const std::string& word : words) {
    const std::string flag = word.substr(0, word.find('='));
    if (!flag.starts_with("--") || std::find(known.begin(), known.end(), flag) != known.end()) continue;
    const auto nearest = nearest_words(flag, known);
    throw Error("lobule " + text.name, "there is no option " + flag, "",
                nearest.empty() ? "See lobule " + text.name + " --help"
                                : "Did you mean " + join(nearest, ", ") + "?");
  }
  try {
    std::vector<std::string> reversed(words.rbegin(), words.rend());
    parser.parse(reversed);
  } catch (const CLI::ParseError& error) {
    throw Error("lobule " + text.name, error.what(), "", "See lobule " + text.name + " --help");
  }
  for (std::size_t i = 0; i < taken.size(); ++i) {
    const std::string name = long_name(options.options()[i]);
    if (!taken[i].empty()) line.values.emplace_back(name, taken[i].back());
    if (switches[i] != 0) line.values.emplace_back(name, "true");
  }
  return line;
}

// The command that the line names, by two words where there is one ("density calibrate"), else by one.
// `words` becomes how many of argv are its name.
std::unique_ptr<Command> take_command(int argc, char** argv, std::vector<std::unique_ptr<Command>>& commands,
                                      int& words) {
  std::vector<std::string> names;
  for (const auto& command : commands) names.push_back(command->text().name);
  std::string name = argv[1];
  for (words = std::min(argc, 3); words >= 2; --words) {
    name = words == 3 ? std::string(argv[1]) + " " + argv[2] : argv[1];
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) return std::move(commands[static_cast<std::size_t>(found - names.begin())]);
  }
  std::vector<std::string> longer;
  for (const std::string& known : names)
    if (known.starts_with(name + " ")) longer.push_back(known.substr(name.size() + 1));
  if (!longer.empty())
    throw Error("lobule " + name, "it needs one of " + join(longer, ", ") + " behind it", "",
                "See lobule " + name + " " + longer.front() + " --help");
  const auto nearest = nearest_words(name, names);
  throw Error("lobule", "there is no command \"" + name + "\"", "",
              nearest.empty() ? "See lobule --help" : "Did you mean " + join(nearest, ", ") + "?");
}

}  // namespace

CommandLine parse_command_line(int argc, char** argv, std::vector<std::unique_ptr<Command>> commands) {
  CommandLine result;
  const std::string word = argc > 1 ? argv[1] : "";
  if (word.empty() || word == "--help" || word == "-h" || word == "help" || word == "--version") {
    const std::string page =
        word == "--version" ? "lobule " + std::string(version()) + "\n" : overview(commands);
    std::fputs(page.c_str(), stdout);
    result.finished = true;
    result.exit_code = word.empty() ? kUsage : kSuccess;
    return result;
  }
  int words = 2;  // of argv: the program and the command
  result.command = take_command(argc, argv, commands, words);
  result.command->list_options(result.options);
  const CommandText text = result.command->text();
  const RawLine line = split_line(std::vector<std::string>(argv + words, argv + argc), result.options, text);
  if (line.help) {
    std::fputs(help_page(text, result.options).c_str(), stdout);
    result.finished = true;
    return result;
  }
  if (!line.config.empty()) read_toml(line.config, result.options);
  for (const auto& [name, value] : line.values) result.options.set(name, value);
  result.options.check();
  if (!text.inputs.empty() && line.inputs.empty() && text.inputs.front() != '[')
    throw Error("lobule " + text.name, "no " + text.inputs + " is given", "",
                "See lobule " + text.name + " --help");
  result.inputs = line.inputs;
  return result;
}

std::string commands_page(const std::vector<std::unique_ptr<Command>>& commands) {
  std::string page =
      "# Commands\n\nThis page is made by `lobule docs` from the options themselves; a test keeps it "
      "true.\nEvery command also takes `--config FILE.toml` (keys are the options' long names) and "
      "`--help`.\n";
  for (const auto& command : commands) {
    OptionSet options;
    command->list_options(options);
    page += "\n## " + command->text().name + "\n\n```\n" + help_page(command->text(), options) + "```\n";
  }
  return page;
}

}  // namespace lobule::app
