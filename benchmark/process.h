#pragma once
// Runs a program and measures it as a whole process, for rows that compare programs.

#include <string>
#include <vector>

namespace lobule::benchmark {

struct Measured {
  int exit_code = 0;
  double seconds = 0;   // wall clock
  double peak_mib = 0;  // largest resident size
  std::string output;   // its standard output
};

// Standard error is dropped.
Measured run(const std::vector<std::string>& command);

// The run with the median time of `repeats`.
Measured median_run(const std::vector<std::string>& command, int repeats);

// Whether a program of this name is on the PATH.
bool installed(const std::string& program);

}  // namespace lobule::benchmark
