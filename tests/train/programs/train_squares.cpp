// Trains the task of squares in a process of its own, so that tests can kill it and start it several times:
//   train_squares OUT STEPS [--resume] [--kill-after STEP]

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "train/squares.h"
#include "train/trainer.h"

int main(int argc, char** argv) {
  using namespace lobule;
  learn::TrainingOptions options;
  options.precision = "f32";
  options.device = "cpu";
  options.threads = 1;
  options.output = argc > 1 ? argv[1] : "";
  options.steps = argc > 2 ? std::atoi(argv[2]) : 0;
  int kill_after = 0;
  for (int i = 3; i < argc; ++i) {
    if (std::strcmp(argv[i], "--resume") == 0) options.resume = true;
    if (std::strcmp(argv[i], "--kill-after") == 0 && i + 1 < argc) kill_after = std::atoi(argv[++i]);
  }
  try {
    Context context;
    train::train_task(train::squares_task(), options, context, [&](const train::TrainingState& state) {
      if (state.step == kill_after) std::raise(SIGKILL);
    });
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 3;
  }
  return 0;
}
