#pragma once
// One row of build/bench.json: our time, a peer's time in the same run, the physical limit, the goal, and
// whether the answer was right.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace lobule::benchmark {

struct Row {
  std::string name;
  double seconds = 0;
  double peak_mib = 0;
  std::string peer;  // "" where there is none
  std::optional<double> peer_seconds;
  std::optional<double> limit_seconds;
  std::optional<double> goal_seconds;
  bool ok = false;
  std::string note;  // the data, what the limit is, what flatters the figure
};

struct Setting {
  std::string lobule;   // the program
  std::string self;     // this benchmark program, whose sub-commands run in processes of their own
  std::string scratch;  // an empty folder
  std::string data;     // the folder of real data, "" where there is none
};

Row index_headers(const Setting& setting);
Row sort_exam(const Setting& setting);
Row analyze_exam(const Setting& setting);
Row density_four_views(const Setting& setting);
Row start_up(const Setting& setting);
Row phantom_mri_exam(const Setting& setting);
Row phantom_mammograms(const Setting& setting);
Row phantom_patch_96(const Setting& setting);
Row phantom_mammogram_pair_256(const Setting& setting);
Row engine_unet_3d(const Setting& setting);
Row engine_unet_2d(const Setting& setting);
Row engine_volume(const Setting& setting);

// Sub-commands of index_headers: make N files; index a folder; open and read the first kilobytes of each
// file of a folder and nothing else.
int make_headers(const std::string& folder, int count);
int index_folder(const std::string& folder);
int touch_folder(const std::string& folder);

// Sub-command of the phantom rows: makes what is asked for ("exam", "mammograms", "patch", "pair") and prints
// how long it took, its limit and whether it was right, as JSON.
int time_phantom(const std::string& what);

// Sub-commands of the engine's rows. One window of a network of engine_network.h, the engine and LibTorch
// turn about in so many rounds: prints a table of its steps, then a line of JSON. The whole volume, within so
// much memory.
int time_engine(const std::string& network, const std::string& self, int rounds);
int time_engine_volume(const std::string& self, std::size_t memory_mib);

}  // namespace lobule::benchmark
