// lobule_bench PROGRAM RESULT.json: times lobule against its peers. A wrong answer fails the run.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "io/files.h"
#include "row.h"

namespace {

using lobule::benchmark::Row;
using lobule::benchmark::Setting;

nlohmann::ordered_json to_json(const Row& row) {
  const auto number = [](const std::optional<double>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
  };
  return {{"name", row.name},
          {"seconds", row.seconds},
          {"peak_mib", row.peak_mib},
          {"peer", row.peer},
          {"peer_seconds", number(row.peer_seconds)},
          {"limit_seconds", number(row.limit_seconds)},
          {"goal_seconds", number(row.goal_seconds)},
          {"ok", row.ok},
          {"note", row.note}};
}

int run_rows(const std::string& program, const std::string& result, const std::string& self) {
  std::string scratch = (std::filesystem::temp_directory_path() / "lobule-bench-XXXXXX").string();
  if (mkdtemp(scratch.data()) == nullptr) return 1;
  const char* named = std::getenv("LOBULE_TEST_DATA");
  const std::string data = named != nullptr ? named : "../shared/data";
  const Setting setting{program, self, scratch, std::filesystem::exists(data) ? data : ""};
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  bool all_right = true;
  for (const auto& make_row :
       {lobule::benchmark::start_up, lobule::benchmark::index_headers, lobule::benchmark::sort_exam,
        lobule::benchmark::analyze_exam, lobule::benchmark::density_four_views,
        lobule::benchmark::phantom_mri_exam, lobule::benchmark::phantom_mammograms,
        lobule::benchmark::phantom_patch_96, lobule::benchmark::phantom_mammogram_pair_256,
        lobule::benchmark::engine_unet_3d, lobule::benchmark::engine_unet_2d,
        lobule::benchmark::engine_volume}) {
    const Row row = make_row(setting);
    all_right = all_right && row.ok;
    std::printf("%-26s %8.3f s  peer %8.3f s  limit %8.3f s  goal %8.3f s  %6.0f MiB  %s\n", row.name.c_str(),
                row.seconds, row.peer_seconds.value_or(0), row.limit_seconds.value_or(0),
                row.goal_seconds.value_or(0), row.peak_mib, row.ok ? "right" : "WRONG");
    rows.push_back(to_json(row));
  }
  lobule::io::write_file(result, rows.dump(2) + "\n");
  std::filesystem::remove_all(scratch);
  return all_right ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  if (first == "make" && argc == 4) return lobule::benchmark::make_headers(argv[2], std::atoi(argv[3]));
  if (first == "index" && argc == 3) return lobule::benchmark::index_folder(argv[2]);
  if (first == "touch" && argc == 3) return lobule::benchmark::touch_folder(argv[2]);
  if (first == "phantom" && argc == 3) return lobule::benchmark::time_phantom(argv[2]);
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  if (first == "engine" && argc == 4)
    return lobule::benchmark::time_engine(argv[2], self, std::atoi(argv[3]));
  if (first == "engine-volume" && argc == 3)
    return lobule::benchmark::time_engine_volume(self, static_cast<std::size_t>(std::atoi(argv[2])));
  if (argc != 3) {
    std::fprintf(stderr, "usage: lobule_bench PROGRAM RESULT.json\n");
    return 2;
  }
  return run_rows(argv[1], argv[2], self);
}
