#include <cstdio>

#include "app/command.h"

namespace lobule::app {

void print_findings(const Findings& findings, std::size_t most) {
  std::size_t printed = 0, left_out = 0;
  for (const Finding& finding : findings) {
    if (finding.severity == Severity::note) continue;
    if (printed == most) {
      ++left_out;
      continue;
    }
    ++printed;
    std::fprintf(stderr, "%s: %s\n", name(finding.severity).c_str(), sentence(finding).c_str());
  }
  if (left_out != 0) std::fprintf(stderr, "… and %zu more in the report\n", left_out);
}

}  // namespace lobule::app
