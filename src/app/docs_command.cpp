// Prints docs/commands.md, made from the options of all commands.

#include <cstdio>

#include "app/command_line.h"
#include "app/commands.h"

namespace lobule::app {
namespace {

class DocsCommand : public Command {
 public:
  CommandText text() const override {
    return {.name = "docs",
            .summary = "prints the page of all commands and options (docs/commands.md)",
            .inputs = "",
            .inputs_help = "",
            .examples = {"lobule docs > docs/commands.md"},
            .results = "Markdown on the standard output"};
  }
  void list_options(OptionSet&) override {}
  int run(Context&, const std::vector<std::string>&) override {
    std::fputs(commands_page(all_commands()).c_str(), stdout);
    return kSuccess;
  }
};

}  // namespace

std::unique_ptr<Command> make_docs_command() {
  return std::make_unique<DocsCommand>();
}

}  // namespace lobule::app
