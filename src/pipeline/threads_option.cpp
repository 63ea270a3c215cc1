#include "pipeline/threads_option.h"

namespace lobule::pipeline {

void add_threads_option(OptionSet& options, int& threads) {
  options.add("threads", threads,
              {.help = "Processors to use; 0 takes all. Results do not depend on it.",
               .group = "Running",
               .min = 0,
               .max = 1024,
               .affects_result = false});
}

}  // namespace lobule::pipeline
