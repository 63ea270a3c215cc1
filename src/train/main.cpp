// lobule-train: the program that holds LibTorch. `lobule train` prepares a study and calls it; it may be
// called by itself, under torchrun or srun for several processes.

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>

#include "core/context.h"
#include "core/error.h"
#include "core/text.h"
#include "learn/task.h"
#include "train/script_predict.h"
#include "train/torch_network.h"
#include "train/trainer.h"

namespace {

using namespace lobule;

// The exit codes of docs/formats.md#exit-codes.
enum ExitCode { kSuccess = 0, kPartial = 1, kUsage = 2, kNothing = 3, kCancelled = 130 };

Cancellation* cancellation_of_run = nullptr;

void on_interrupt(int) {
  if (cancellation_of_run->requested()) std::_Exit(kCancelled);
  cancellation_of_run->request();
}

void print_help() {
  std::string tasks;
  for (const std::string& task : learn::task_names()) tasks += " " + task;
  std::printf(
      "lobule-train: trains a network; `lobule train --help` explains its options\n\n"
      "Usage: lobule-train TASK -o OUT [options]\n  TASK:%s\n"
      "       lobule-train predict NETWORK.pt INPUT... -o OUT\n"
      "  runs TorchScript, which is a program: only from those whom you trust; docs/formats/models.md says "
      "more\n\n"
      "Options:\n",
      tasks.c_str());
  learn::TrainingOptions defaults;
  OptionSet options;
  defaults.list_options(options);
  for (const Option& option : options.options())
    std::printf("  --%-16s %s\n", long_name(option).c_str(), option.text.help.c_str());
}

struct CommandLine {
  std::string task;
  learn::TrainingOptions options;
  bool help = false;
};

CommandLine parse(int argc, char** argv) {
  CommandLine line;
  OptionSet set;
  line.options.list_options(set);
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    if (word == "--help" || word == "-h") {
      line.help = true;
      return line;
    }
    if (word == "-o") word = "--output";
    if (!word.starts_with("--")) {
      if (!line.task.empty()) throw Error("lobule-train", "two tasks are named", "it trains one at a time");
      line.task = word;
      continue;
    }
    const std::string name = word.substr(2);
    if (name == "resume") {
      set.set(name, "true");
      continue;
    }
    if (i + 1 == argc) throw Error("option --" + name, "no value follows it");
    set.set(name, argv[++i]);
  }
  if (line.task.empty())
    throw Error("lobule-train", "no task is named", "", "lobule-train --help lists them");
  set.check();
  return line;
}

// One line that is written over where there is a terminal; else a line at every tenth of the way.
train::TrainingListener listener() {
  struct Seen {
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    double drawn = -1;
    int first_step = -1, tenth = -1;
  };
  return [seen = std::make_shared<Seen>(),
          terminal = isatty(STDERR_FILENO) != 0](const train::TrainingState& state) {
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - seen->start).count();
    if (seen->first_step < 0) seen->first_step = state.step - 1;
    const bool last = state.step == state.steps;
    const int tenth = 10 * state.step / state.steps;
    if (terminal ? seconds - seen->drawn < 0.5 && !last : tenth == seen->tenth) return;
    seen->drawn = seconds;
    seen->tenth = tenth;
    const double left = seconds / (state.step - seen->first_step) * (state.steps - state.step);
    std::string figure;
    if (!std::isnan(state.last))
      figure = ", " + state.figure + " " + format_fixed(state.last, 4) + " (best " +
               format_fixed(state.best, 4) + ")";
    std::fprintf(stderr, "%sstep %d of %d, loss %.4f%s, %.0f s left%s", terminal ? "\r\033[K" : "",
                 state.step, state.steps, state.loss, figure.c_str(), left, terminal && !last ? "" : "\n");
    std::fflush(stderr);
  };
}

train::ScriptPredictOptions parse_script(int argc, char** argv) {
  train::ScriptPredictOptions options;
  for (int i = 2; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "-o" || word == "--output") {
      if (++i < argc) options.output = argv[i];
    } else if (word.starts_with("-")) {
      throw Error("option " + word, "lobule-train predict does not know it", "", "It knows -o alone");
    } else if (options.network.empty()) {
      options.network = word;
    } else {
      options.inputs.emplace_back(word);
    }
  }
  if (options.inputs.empty() || options.output.empty())
    throw Error("lobule-train predict", "a network, an input and -o OUT are needed", "",
                "See lobule-train --help");
  return options;
}

int run_script(const train::ScriptPredictOptions& options, Context& context) {
  const train::ScriptPredictOutcome outcome = train::predict_by_script(options, context);
  for (const Finding& finding : outcome.findings) std::fprintf(stderr, "%s\n", sentence(finding).c_str());
  std::printf("%zu files in %s\n", outcome.files.size(), options.output.c_str());
  return outcome.files.empty() ? kNothing : outcome.findings.empty() ? kSuccess : kPartial;
}

void listen_to_interrupts(Context& context) {
  cancellation_of_run = &context.cancellation;
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
}

int run(int argc, char** argv) {
  train::keep_freed_memory();
  if (argc > 2 && std::string(argv[1]) == "predict" && std::string(argv[2]) != "--help") {
    const train::ScriptPredictOptions options = parse_script(argc, argv);
    Context context;
    listen_to_interrupts(context);
    return run_script(options, context);
  }
  const CommandLine line = parse(argc, argv);
  if (line.help) {
    print_help();
    return kSuccess;
  }
  Context context;
  listen_to_interrupts(context);
  const learn::Task task = learn::make_task(
      line.task, {static_cast<std::uint64_t>(line.options.seed), line.options.data, line.options.network});
  const train::TrainingReport report = train::train_task(task, line.options, context, listener());
  std::printf("%d steps in %s on %s, %.1f s in steps; the best after step %d:", report.steps,
              report.precision.c_str(), report.device.c_str(), report.seconds, report.best_step);
  for (const auto& [name, value] : report.best) std::printf(" %s %.4f", name.c_str(), value);
  std::printf("\n%s/best is the model, %s/training.html says how it went\n", line.options.output.c_str(),
              line.options.output.c_str());
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  // LibTorch's threads wait for each other asleep: where processors are shared, waiting awake costs several
  // times the work. Read by the OpenMP library when it starts, hence the second start of this program.
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) {
    setenv("OMP_WAIT_POLICY", "passive", 1);
    execv("/proc/self/exe", argv);
  }
  try {
    return run(argc, argv);
  } catch (const Cancelled&) {
    std::fprintf(stderr, "\ncancelled; run it again with --resume to go on\n");
    return kCancelled;
  } catch (const Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return cancellation_of_run == nullptr ? kUsage : kNothing;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return kNothing;
  }
}
