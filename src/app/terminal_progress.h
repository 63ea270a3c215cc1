#pragma once
// Progress for a person: one line that redraws itself on a terminal, plain lines elsewhere.

#include "core/context.h"

namespace lobule::app {

Progress::Listener terminal_listener();

}  // namespace lobule::app
