#pragma once
// The option --threads, which most commands have.

#include "core/options.h"

namespace lobule::pipeline {

// Of commands whose results do not depend on it.
void add_threads_option(OptionSet& options, int& threads);

}  // namespace lobule::pipeline
