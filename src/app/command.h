#pragma once
// A command of the program: one file each, listed in commands.cpp. A command reads its options, calls one
// pipeline and says what came out; it knows no science.

#include <memory>
#include <string>
#include <vector>

#include "core/context.h"
#include "core/options.h"

namespace lobule::app {

// The exit codes of all commands (docs/formats.md#exit-codes).
enum ExitCode {
  kSuccess = 0,
  kPartial = 1,  // results were written, and something was refused or failed: see the findings
  kUsage = 2,    // the command line is wrong
  kNothing = 3,  // nothing could be done
  kCancelled = 130
};

struct CommandText {
  std::string name;     // "sort"; of two words where it belongs to another: "density calibrate"
  std::string summary;  // one sentence
  std::string inputs;   // "INPUT..." or "" when it takes none
  std::string inputs_help;
  std::vector<std::string> examples;  // whole command lines
  std::string results;                // what comes out, for --help
};

class Command {
 public:
  virtual ~Command() = default;
  virtual CommandText text() const = 0;
  virtual void list_options(OptionSet& options) = 0;
  // Whether it may run a network: threads then wait for each other asleep (main.cpp).
  virtual bool runs_networks() const { return false; }
  // Whether it works in gigabytes at random places, so that large pages of memory save time.
  virtual bool works_in_gigabytes() const { return false; }
  virtual int run(Context& context, const std::vector<std::string>& inputs) = 0;
};

// All commands, in the order of help and docs.
std::vector<std::unique_ptr<Command>> all_commands();

// Prints findings of severity warning and error to stderr, one a line, at most `most` of them.
void print_findings(const Findings& findings, std::size_t most = 20);

}  // namespace lobule::app
