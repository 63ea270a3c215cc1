// How fast networks run: the engine against LibTorch on the same weights and image, both in two threads and
// turn about, and against the processor's peak in the same run.

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/parallel.h"
#include "core/random.h"
#include "engine_network.h"
#include "io/safetensors.h"
#include "nn/engine.h"
#include "nn/sliding_window.h"
#include "peak.h"
#include "process.h"
#include "row.h"

namespace lobule::benchmark {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

double smallest(const std::vector<double>& values) {
  return values.empty() ? 0 : *std::min_element(values.begin(), values.end());
}

Tensor random_image(const Shape& shape) {
  Tensor image(shape);
  const RandomStream random(1, "image");
  parallel_for_ranges(image.values.size(), 1 << 16, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) image.values[i] = static_cast<float>(random.normal(i));
  });
  return image;
}

// Largest difference over largest magnitude.
double relative_difference(const Tensor& a, const Tensor& b) {
  if (a.shape != b.shape) return INFINITY;
  double apart = 0, largest = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    apart = std::max(apart, std::abs(double{a.values[i]} - b.values[i]));
    largest = std::max(largest, std::abs(double{b.values[i]}));
  }
  return apart / largest;
}

double peak_resident_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// Threads that wait do so asleep, here and in the peer, so that processor time is time of work: begins this
// program again with the setting, unless it has it.
void wait_asleep(const std::vector<std::string>& command) {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  setenv("OMP_WAIT_POLICY", "passive", 1);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
}

std::string peer_program(const std::string& self) {
  const std::string peer = (std::filesystem::path(self).parent_path() / "lobule_engine_peer").string();
  return std::filesystem::exists(peer) ? peer : "";
}

// Of several runs: by the clock, and of both threads together as the system accounts for them, which others
// on the machine do not lengthen.
struct Seconds {
  std::vector<double> wall, cpu;

  template <class Work>
  void time(const Work& work) {
    const auto start = Clock::now();
    const std::clock_t cpu_start = std::clock();
    work();
    cpu.push_back(static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC);
    wall.push_back(seconds_since(start));
  }
};

struct Timings {
  Seconds f32, bf16, peer;
  double peak_gflops = 0, difference = 0, difference_bf16 = 0;
  bool peer_has_openblas = false;
  std::vector<nn::StepTime> steps;  // median over the runs
};

void add_steps(std::vector<std::vector<double>>& seconds, const std::vector<nn::StepTime>& steps) {
  seconds.resize(steps.size());
  for (std::size_t s = 0; s < steps.size(); ++s) seconds[s].push_back(steps[s].seconds);
}

Timings time_windows(const std::string& name, const std::string& self, const std::string& scratch,
                     int rounds) {
  const EngineCase what = engine_case(name);
  TensorMap tensors = nn::initial_weights(what.graph, 1);
  const nn::Engine engine(what.graph, tensors);
  const std::vector<Tensor> image{random_image(what.input)};
  Tensor output = engine.run(image)[0], output_bf16;
  std::unique_ptr<nn::Engine> in_bf16;
  if (nn::has_bf16()) {
    in_bf16 = std::make_unique<nn::Engine>(what.graph, tensors, nn::EngineOptions{nn::Precision::bf16});
    output_bf16 = in_bf16->run(image)[0];
  }
  const std::string peer = peer_program(self), weights = scratch + "/weights.safetensors",
                    result = scratch + "/output.safetensors";
  tensors["input"] = image[0];
  io::write_safetensors(weights, tensors);
  Timings out;
  std::vector<std::vector<double>> step_seconds;
  for (int round = 0; round < rounds; ++round) {
    out.peak_gflops = std::max(out.peak_gflops, peak_gflops(thread_count(), 60));
    for (int repeat = 0; repeat < 3; ++repeat) {
      out.f32.time([&] { output = engine.run(image)[0]; });
      add_steps(step_seconds, engine.step_times());
    }
    if (in_bf16) out.bf16.time([&] { output_bf16 = in_bf16->run(image)[0]; });
    if (peer.empty()) continue;
    const Measured measured = run({peer, name, weights, result, "2"});
    if (measured.exit_code != 0) continue;
    const auto seconds = nlohmann::json::parse(measured.output);
    for (const double wall : seconds["seconds"]) out.peer.wall.push_back(wall);
    for (const double cpu : seconds["cpu_seconds"]) out.peer.cpu.push_back(cpu);
    out.peer_has_openblas = seconds["openblas"];
  }
  out.steps = engine.step_times();
  for (std::size_t s = 0; s < out.steps.size(); ++s) out.steps[s].seconds = median(step_seconds[s]);
  if (!out.peer.wall.empty()) {
    const Tensor expected = io::read_safetensors(result).at("output");
    out.difference = relative_difference(output, expected);
    if (in_bf16) out.difference_bf16 = relative_difference(output_bf16, expected);
  }
  return out;
}

void print_steps(const Timings& timings) {
  double whole = 0;
  for (const nn::StepTime& step : timings.steps) whole += step.seconds;
  std::printf("\n%-66s %-18s %8s %6s %8s %6s\n", "step", "by", "ms", "share", "GFLOP/s", "peak");
  for (const nn::StepTime& step : timings.steps) {
    const double rate = step.seconds > 0 ? step.floating_point_operations / step.seconds * 1e-9 : 0;
    std::printf("%-66s %-18s %8.2f %5.1f%% %8.0f %5.0f%%\n", step.name.c_str(), step.how.c_str(),
                step.seconds * 1e3, 100 * step.seconds / whole, rate, 100 * rate / timings.peak_gflops);
  }
}

}  // namespace

int time_engine(const std::string& name, const std::string& self, int rounds) {
  wait_asleep({self, "engine", name, std::to_string(rounds)});
  std::string scratch = (std::filesystem::temp_directory_path() / "lobule-engine-XXXXXX").string();
  if (mkdtemp(scratch.data()) == nullptr) return 1;
  const EngineCase what = engine_case(name);
  const double work = nn::floating_point_operations(what.graph, {what.input}) * 1e-9;
  const Timings timings = time_windows(name, self, scratch, rounds);
  std::filesystem::remove_all(scratch);
  double load[1] = {0};
  getloadavg(load, 1);
  const double threads = thread_count();
  const auto line = [&](const char* of, const Seconds& seconds) {
    if (seconds.wall.empty()) return;
    const double wall = median(seconds.wall), best = smallest(seconds.wall), cpu = median(seconds.cpu);
    const auto share = [&](double time) { return 100 * work / time / timings.peak_gflops; };
    std::printf(
        "%-9s wall: median %7.1f ms, %5.1f GFLOP/s, %5.1f %% of peak; best %7.1f ms, %5.1f %%; "
        "processor: %7.1f ms, %5.1f %%\n",
        of, wall * 1e3, work / wall, share(wall), best * 1e3, share(best), cpu * 1e3, share(cpu / threads));
  };
  std::printf("%s: %.1f GFLOP; f32 peak of %d threads %.0f GFLOP/s; load average %.1f\n", name.c_str(), work,
              thread_count(), timings.peak_gflops, load[0]);
  line("f32", timings.f32);
  line("bf16", timings.bf16);
  line("LibTorch", timings.peer);
  print_steps(timings);
  const nlohmann::ordered_json result = {{"seconds", median(timings.f32.wall)},
                                         {"seconds_bf16", median(timings.bf16.wall)},
                                         {"peer_seconds", median(timings.peer.wall)},
                                         {"cpu_seconds", median(timings.f32.cpu)},
                                         {"cpu_seconds_bf16", median(timings.bf16.cpu)},
                                         {"peer_cpu_seconds", median(timings.peer.cpu)},
                                         {"peer_has_openblas", timings.peer_has_openblas},
                                         {"limit_seconds", work / timings.peak_gflops},
                                         {"difference", timings.difference},
                                         {"difference_bf16", timings.difference_bf16},
                                         {"ok", timings.peer.wall.empty() || timings.difference < 1e-4}};
  std::printf("%s\n", result.dump().c_str());
  return 0;
}

int time_engine_volume(const std::string& self, std::size_t memory_mib) {
  wait_asleep({self, "engine-volume", std::to_string(memory_mib)});
  const EngineCase what = engine_case("unet3d");
  const nn::Engine engine(what.graph, nn::initial_weights(what.graph, 1));
  const Tensor image = random_image({1, 1, 160, 352, 352});
  nn::SlidingWindowOptions options;
  options.window = {96, 96, 96};
  options.memory_bytes = memory_mib << 20;
  const std::vector<nn::WindowModel> models{nn::window_model(engine, options.window)};
  std::size_t windows = 0;
  options.after_window = [&](std::size_t, std::size_t all) { windows = all; };
  const double before_mib = peak_resident_mib(), peak_before = peak_gflops(thread_count(), 200);
  double checksum = 0;
  Seconds timed;
  timed.time([&] {
    nn::slide_window(
        models, image.shape,
        [&](std::int64_t first, std::int64_t count) {
          const auto begin = image.values.begin() + first * 352 * 352;
          return Tensor({1, 1, count, 352, 352}, std::vector<float>(begin, begin + count * 352 * 352));
        },
        options,
        [&](std::int64_t, const std::vector<Tensor>& planes) {
          for (const float value : planes[0].values) checksum += value;
        });
  });
  const double seconds = timed.wall[0], cpu_seconds = timed.cpu[0];
  const double work =
      nn::floating_point_operations(what.graph, {what.input}) * static_cast<double>(windows) * 1e-9;
  const double peak = std::max(peak_before, peak_gflops(thread_count(), 200));
  double load[1] = {0};
  getloadavg(load, 1);
  const double needed_mib =
      static_cast<double>(nn::sliding_window_bytes(models, image.shape, options)) / (1 << 20);
  const nlohmann::ordered_json result = {
      {"windows", windows},
      {"seconds", seconds},
      {"cpu_seconds", cpu_seconds},
      {"gflops", work / seconds},
      {"peak_gflops", peak},
      {"share_of_peak", work / seconds / peak},
      {"share_by_processor_time", work * thread_count() / cpu_seconds / peak},
      {"limit_seconds", work / peak},
      {"planned_mib", needed_mib},
      {"held_mib", peak_resident_mib() - before_mib},
      {"load_average", load[0]},
      {"checksum", checksum},
      {"ok", windows == 147 && std::isfinite(checksum)}};
  std::printf("%s\n", result.dump().c_str());
  return 0;
}

namespace {

Row window_row(const Setting& setting, const std::string& name) {
  const Measured measured = run({setting.self, "engine", name, "7"});
  Row row;
  row.name = "engine_" + name;
  row.peak_mib = measured.peak_mib;
  row.peer = "LibTorch 1.13, two threads";
  row.note = "one window; the limit is the processor's measured f32 peak for products done one by one";
  if (measured.exit_code != 0) return row;
  const std::size_t last = measured.output.rfind("\n{");
  const auto result = nlohmann::json::parse(measured.output.substr(last));
  row.seconds = result["seconds"];
  row.limit_seconds = result["limit_seconds"].get<double>();
  if (result["peer_seconds"] > 0) {
    row.peer_seconds = result["peer_seconds"].get<double>();
    row.goal_seconds = std::min(*row.peer_seconds / 2.2, *row.limit_seconds / 0.6);
    row.peer += result["peer_has_openblas"] ? ", OpenBLAS" : ", reference BLAS (slow)";
  }
  row.ok = result["ok"];
  return row;
}

}  // namespace

Row engine_unet_3d(const Setting& setting) {
  return window_row(setting, "unet3d");
}

Row engine_unet_2d(const Setting& setting) {
  return window_row(setting, "unet2d");
}

Row engine_volume(const Setting& setting) {
  const Measured measured = run({setting.self, "engine-volume", "2048"});
  Row row;
  row.name = "engine_volume";
  row.peak_mib = measured.peak_mib;
  row.note = "352 × 352 × 160 in 147 windows of 96³, within 2048 MiB beside the image";
  if (measured.exit_code != 0) return row;
  const auto result = nlohmann::json::parse(measured.output);
  row.seconds = result["seconds"];
  row.limit_seconds = result["limit_seconds"].get<double>();
  row.goal_seconds = *row.limit_seconds / 0.6;
  row.ok = result["ok"].get<bool>() && result["held_mib"] < 2048;
  return row;
}

}  // namespace lobule::benchmark
