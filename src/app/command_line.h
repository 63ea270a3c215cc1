#pragma once
// From argv to a command with its options set. Flags, help and the TOML file all come from the OptionSet.

#include <memory>
#include <string>
#include <vector>

#include "app/command.h"

namespace lobule::app {

struct CommandLine {
  std::unique_ptr<Command> command;
  OptionSet options;  // of the command, with the values that were set
  std::vector<std::string> inputs;
  bool finished = false;  // help or version was printed, or the line was wrong
  int exit_code = 0;
};

// Prints help where asked. Throws Error for an unknown command or option, with the nearest known words.
CommandLine parse_command_line(int argc, char** argv, std::vector<std::unique_ptr<Command>> commands);

// All help texts as one Markdown page: docs/commands.md.
std::string commands_page(const std::vector<std::unique_ptr<Command>>& commands);

}  // namespace lobule::app
