#include "core/error.h"
#include "core/options.h"
#include "learn/breast_mri.h"
#include "learn/breast_outline.h"
#include "learn/density.h"
#include "learn/phase.h"
#include "learn/regions.h"
#include "learn/sequence.h"
#include "learn/task.h"

namespace lobule::learn {
namespace {

struct Entry {
  const char* name;
  Task (*make)(const TaskOptions&);
  bool has_plain_network = false;
};

constexpr Entry kTasks[] = {{"breast_outline", breast_outline},
                            {"breast_mri", breast_mri},
                            {"density", density, true},
                            {"regions", regions},
                            {"sequence", sequence},
                            {"phase", phase}};

}  // namespace

std::vector<std::string> task_names() {
  std::vector<std::string> names;
  for (const Entry& entry : kTasks) names.emplace_back(entry.name);
  return names;
}

Task make_task(const std::string& name, const TaskOptions& options) {
  for (const Entry& entry : kTasks) {
    if (name != entry.name) continue;
    if (options.network != "task" && !entry.has_plain_network)
      throw Error("task " + name, "it has no " + options.network + " network",
                  "there is nothing that its own network was compared with", "Leave --network out");
    return entry.make(options);
  }
  std::string known;
  for (const std::string& word : nearest_words(name, task_names()))
    known += (known.empty() ? "" : ", ") + word;
  throw Error("task " + name, "there is no such task", "", "Did you mean " + known + "?");
}

}  // namespace lobule::learn
