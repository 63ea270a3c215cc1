#include "pipeline/train.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "core/error.h"
#include "learn/task.h"
#include "nn/engine.h"
#include "pipeline/mammogram_study.h"
#include "pipeline/precision.h"
#include "pipeline/sorted_study.h"
#include "pipeline/study_data.h"

extern char** environ;

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

constexpr const char* kTrainer = "lobule-train";

// Beside this program, else in PATH.
fs::path find_trainer() {
  std::vector<fs::path> folders;
  std::error_code none;
  const fs::path self = fs::read_symlink("/proc/self/exe", none);
  if (!none) folders.push_back(self.parent_path());
  if (const char* path = std::getenv("PATH")) {
    std::istringstream parts(path);
    for (std::string part; std::getline(parts, part, ':');) folders.emplace_back(part);
  }
  for (const fs::path& folder : folders)
    if (access((folder / kTrainer).c_str(), X_OK) == 0) return folder / kTrainer;
  throw Error("lobule train", "the program lobule-train is not there",
              "it holds LibTorch, which lobule itself does without",
              "Run `make train`, which installs LibTorch and builds it beside lobule");
}

// Runs a program in this terminal and waits for it; its exit code, or 128 + the signal that ended it.
int run_and_wait(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failed = posix_spawn(&child, words[0].c_str(), nullptr, nullptr, arguments.data(), environ);
  if (failed != 0) throw Error(kTrainer, std::string("it cannot be started: ") + std::strerror(failed));
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR)
      throw Error(kTrainer, std::string("it cannot be waited for: ") + std::strerror(errno));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// A model without that figure is a model still: it runs in f32.
void judge_in_bf16(const learn::TrainingOptions& options, Context& context, TrainOutcome& outcome) {
  try {
    outcome.bf16 = state_bf16(fs::path(options.output) / "best",
                              {.data = options.data, .network = options.network}, context);
  } catch (const Error& error) {
    outcome.findings.push_back(error.finding());
    outcome.findings.back().severity = Severity::warning;
  }
}

}  // namespace

std::vector<std::string> trainable_tasks() {
  return learn::task_names();
}

TrainOutcome train(const std::string& task_name, const learn::TrainingOptions& given, Context& context) {
  const fs::path trainer = find_trainer();
  learn::TrainingOptions options = given;
  if (options.output.empty())
    throw Error("lobule train", "no folder for the model is given", "", "Name one with -o");
  TrainOutcome outcome;
  const learn::Task task = learn::make_task(task_name);
  if (!options.data.empty() && task.study == learn::Study::none)
    throw Error("task " + task_name, "it cannot learn from a study of one's own yet",
                "its targets come from digital patients only", "Leave --data out");
  if (!options.data.empty()) {
    const fs::path samples = fs::path(options.output) / "study" / "samples";
    const auto prepare = task.study == learn::Study::sorted_exams          ? prepare_sorted_study
                         : task.study == learn::Study::labelled_mammograms ? prepare_mammogram_study
                                                                           : prepare_study;
    outcome.findings = prepare(options.data, samples, task, context).findings;
    options.data = samples.string();
  }
  std::vector<std::string> words{trainer.string(), task_name};
  OptionSet set;
  options.list_options(set);
  for (const auto& [name, value] : set.values()) {
    if (value == "true")
      words.push_back("--" + name);
    else if (!value.empty() && value != "false")
      words.insert(words.end(), {"--" + name, value});
  }
  outcome.exit_code = run_and_wait(std::move(words));
  if (outcome.exit_code == 0 && nn::has_bf16()) judge_in_bf16(options, context, outcome);
  return outcome;
}

}  // namespace lobule::pipeline
