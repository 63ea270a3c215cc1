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

// Threads of a network wait for each other many times a second. Waiting awake, as the OpenMP library does by
// itself, costs up to ten times the work where processors are shared. It reads its variables when it is
// loaded, hence the second start of this program.
void wait_asleep(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr) return;
  setenv("GOMP_SPINCOUNT", "1000", 1);
  execv("/proc/self/exe", argv);  // returns only where it fails; then threads wait awake
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
    if (command->runs_networks()) wait_asleep(argv);
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
