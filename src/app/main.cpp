// The lobule program: finds the command, reads its options, runs it, turns errors into messages.

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "app/command.h"
#include "app/command_line.h"
#include "app/terminal_progress.h"

namespace {

lobule::Cancellation* cancellation_of_run = nullptr;

void on_interrupt(int) {
  if (cancellation_of_run->requested()) std::_Exit(lobule::app::kCancelled);
  cancellation_of_run->request();
}

// While one lives, Ctrl-C asks the run to stop at the next good place; a second one stops it at once.
class InterruptsCancel {
 public:
  explicit InterruptsCancel(lobule::Cancellation& cancellation) {
    cancellation_of_run = &cancellation;
    std::signal(SIGINT, on_interrupt);
    std::signal(SIGTERM, on_interrupt);
  }
  ~InterruptsCancel() {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    cancellation_of_run = nullptr;
  }
  InterruptsCancel(const InterruptsCancel&) = delete;
  InterruptsCancel& operator=(const InterruptsCancel&) = delete;
};

// Libraries read these variables when they are loaded, hence a second start of this program where the command
// needs one that is not set. Threads of a network wait for each other many times a second: waiting awake, as
// the OpenMP library does by itself, costs up to ten times the work where processors are shared. Pages of 2
// MiB save a third of the time of four mammograms of a digital patient (docs/results.md).
void set_up_libraries(const lobule::app::Command& command, char** argv) {
  bool changed = false;
  const auto set = [&](const char* name, const char* value) {
    if (std::getenv(name) != nullptr) return;
    setenv(name, value, 1);
    changed = true;
  };
  if (command.runs_networks() && std::getenv("OMP_WAIT_POLICY") == nullptr) set("GOMP_SPINCOUNT", "1000");
  if (command.works_in_gigabytes()) set("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");
  if (changed) execv("/proc/self/exe", argv);  // returns only where it fails; then it runs as it is
}

}  // namespace

int main(int argc, char** argv) {
  using namespace lobule;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::unique_ptr<app::Command> command;
  try {
    auto parsed = app::parse_command_line(argc, argv, app::all_commands());
    if (parsed.finished) return parsed.exit_code;
    command = std::move(parsed.command);
    set_up_libraries(*command, argv);
    Context context(app::terminal_listener());
    context.provenance.version = version();
    context.provenance.command = command->text().name;
    context.provenance.options = parsed.options.values();
    const InterruptsCancel interrupts(context.cancellation);
    return command->run(context, parsed.inputs);
  } catch (const Cancelled&) {
    std::fprintf(stderr, "\ncancelled; run the same command again to go on from the last finished stage\n");
    return app::kCancelled;
  } catch (const Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return command ? app::kNothing : app::kUsage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return app::kNothing;
  }
}
