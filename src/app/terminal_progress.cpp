#include "app/terminal_progress.h"

#include <unistd.h>

#include <cstdio>
#include <memory>

namespace lobule::app {
namespace {

constexpr double kSecondsBetweenDrawings = 0.2;

void draw_bar(const Progress::State& state, double& last_drawn) {
  if (!state.finished && state.fraction > 0 && state.seconds - last_drawn < kSecondsBetweenDrawings &&
      state.seconds >= last_drawn)
    return;
  last_drawn = state.seconds;
  if (state.finished) {
    std::fprintf(stderr, "\r\033[K%-48s %6.1f s\n", state.stage.c_str(), state.seconds);
    return;
  }
  constexpr int kWidth = 24;
  char bar[kWidth + 1];
  for (int i = 0; i < kWidth; ++i) bar[i] = i < state.fraction * kWidth ? '#' : '.';
  bar[kWidth] = 0;
  std::fprintf(stderr, "\r\033[K%-48s [%s] %3.0f %%", state.stage.c_str(), bar, 100 * state.fraction);
  if (state.seconds_left > 0) std::fprintf(stderr, "  %.0f s left", state.seconds_left);
  std::fflush(stderr);
}

}  // namespace

Progress::Listener terminal_listener() {
  if (isatty(STDERR_FILENO) == 0) {
    return [](const Progress::State& state) {
      if (state.finished) std::fprintf(stderr, "%s: %.1f s\n", state.stage.c_str(), state.seconds);
    };
  }
  return [last = std::make_shared<double>(0)](const Progress::State& state) { draw_bar(state, *last); };
}

}  // namespace lobule::app
