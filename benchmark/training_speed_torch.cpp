// lobule_training_bench CHANNELS BATCH SIZE THREADS ROUNDS [PEER.py]: seconds of a training step of a 2D
// U-Net by lobule-train's parts, of its convolutions alone, and of PyTorch's own loop, all in one run.
// CHANNELS: of the levels, "16,32,64,128". Each figure is the least of ROUNDS steps, by the wall clock and by
// the processor time of the process: on a shared machine the second is the one to compare.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <limits>
#include <sstream>

#include "core/text.h"
#include "nn/networks/unet.h"
#include "train/loss_torch.h"
#include "train/optimizer_torch.h"
#include "train/torch_network.h"

namespace {

using namespace lobule;
using namespace lobule::train;

struct Seconds {
  double wall = std::numeric_limits<double>::infinity(), cpu = wall;
};

double cpu_now() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

Seconds time_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  const double start_cpu = cpu_now();
  work();
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
          cpu_now() - start_cpu};
}

void keep_least(Seconds& least, const Seconds& other) {
  least.wall = std::min(least.wall, other.wall);
  least.cpu = std::min(least.cpu, other.cpu);
}

struct Setting {
  nn::Graph graph;
  int batch = 8, size = 96, rounds = 5;
};

// The network, its optimizer and a fixed batch: what lobule-train does in a step.
class Step {
 public:
  Step(const Setting& setting, at::ScalarType compute)
      : graph_(setting.graph), compute_(compute), optimizer_(recipe_, decaying(graph_)) {
    for (const auto& [name, tensor] : nn::initial_weights(graph_, 1)) {
      const at::Tensor weight = channels_last(to_torch(tensor));
      average_.emplace(name, weight.clone());
      weights_.emplace(name, weight.clone().set_requires_grad(true));
    }
    at::manual_seed(1);
    image_ = channels_last(at::randn({setting.batch, 1, setting.size, setting.size}));
    label_ = (at::rand({setting.batch, 1, setting.size, setting.size}) > 0.5).to(at::kFloat);
    sum_.losses = {
        {.name = "breast", .kind = nn::DiceCrossEntropy{}, .output = "logits", .target = "breast"}};
  }

  void operator()() {
    for (auto& [name, value] : weights_)
      if (value.grad().defined()) value.mutable_grad().zero_();
    LossInput input{
        graph_, forward(graph_, weights_, {image_}, {true, compute_, 1, 0}), {{"breast", label_}}};
    loss_of(sum_, input).total.backward();
    clip_gradients(weights_, 1);
    optimizer_.step(weights_, 1e-3);
    move_average(average_, weights_, 0.995, ++steps_);
  }

 private:
  static std::set<std::string> decaying(const nn::Graph& graph) {
    std::set<std::string> names;
    for (const nn::Parameter& parameter : nn::parameters(graph))
      if (parameter.decays) names.insert(parameter.name);
    return names;
  }

  nn::Graph graph_;
  at::ScalarType compute_;
  learn::TrainingRecipe recipe_;
  Optimizer optimizer_;
  TorchTensors weights_, average_;
  at::Tensor image_, label_;
  nn::LossSum sum_;
  int steps_ = 0;
};

// Each convolution of the network by itself: forward, then the gradients of its weights and, save for the
// first layer, of its input; in the faster of the two layouts.
Seconds convolutions_alone(const Setting& setting, at::ScalarType compute) {
  const std::vector<Shape> shapes =
      nn::infer_shapes(setting.graph, {{setting.batch, 1, setting.size, setting.size}});
  Seconds total{0, 0};
  for (std::size_t n = 0; n < setting.graph.nodes.size(); ++n) {
    const nn::Node& node = setting.graph.nodes[n];
    const auto* layer = std::get_if<nn::Convolution>(&node.layer);
    if (layer == nullptr) continue;
    const auto from = static_cast<std::size_t>(node.inputs[0]);
    const bool first = std::holds_alternative<nn::Input>(setting.graph.nodes[from].layer);
    // A transposed one does the same three products as the plain one whose adjoint it is, from its result to
    // its input: all of them, since it is never first.
    const std::vector<std::int64_t> weight_shape{layer->transposed ? layer->in_channels : layer->out_channels,
                                                 layer->transposed ? layer->out_channels : layer->in_channels,
                                                 layer->kernel[1], layer->kernel[2]};
    const Shape &wide = layer->transposed ? shapes[n] : shapes[from],
                &narrow = layer->transposed ? shapes[from] : shapes[n];
    Seconds best;
    for (const bool last : {false, true}) {
      const auto tensor = [&](const std::vector<std::int64_t>& shape) {
        const at::Tensor values = at::randn(shape).to(compute);
        return last ? channels_last(values) : values;
      };
      const at::Tensor x = tensor(wide), w = tensor(weight_shape), g = tensor(narrow);
      const std::vector<std::int64_t> stride{layer->stride[1], layer->stride[2]},
          padding{layer->padding[1], layer->padding[2]}, one{1, 1}, none{0, 0};
      for (int round = 0; round <= setting.rounds; ++round) {
        const Seconds seconds = time_of([&] {
          at::convolution(x, w, at::Tensor(), stride, padding, one, false, none, 1);
          at::convolution_backward(g, x, w, at::OptionalIntArrayRef(), stride, padding, one, false, none, 1,
                                   {!first, true, false});
        });
        if (round > 0) keep_least(best, seconds);
      }
    }
    total.wall += best.wall;
    total.cpu += best.cpu;
  }
  return total;
}

void print(const std::string& name, const Seconds& seconds, const Setting& setting) {
  const double work =
      3e-9 * nn::floating_point_operations(setting.graph, {{setting.batch, 1, setting.size, setting.size}});
  std::printf("%-34s %8.1f ms wall %8.1f images/s   %8.1f ms cpu %7.1f GFLOP/s of cpu\n", name.c_str(),
              1e3 * seconds.wall, setting.batch / seconds.wall, 1e3 * seconds.cpu, work / seconds.cpu);
  std::fflush(stdout);
}

void run_peer(const std::string& script, char** argv, const Setting& setting) {
  std::string command = "python3 " + script;
  for (int i = 1; i <= 5; ++i) command += std::string(" ") + argv[i];
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return;
  char line[256];
  while (std::fgets(line, sizeof line, pipe) != nullptr) {
    std::istringstream words(line);
    std::string name;
    Seconds seconds;
    if (words >> name >> seconds.wall >> seconds.cpu) print("PyTorch's loop, " + name, seconds, setting);
  }
  if (pclose(pipe) != 0) std::printf("PyTorch's loop did not run: needs python3-torch\n");
}

int run(int argc, char** argv) {
  Setting setting;
  std::vector<int> channels;
  for (const std::string& word : split(argv[1], ',')) channels.push_back(std::atoi(word.c_str()));
  setting.batch = std::atoi(argv[2]);
  setting.size = std::atoi(argv[3]);
  setting.rounds = std::atoi(argv[5]);
  at::set_num_threads(std::atoi(argv[4]));
  keep_freed_memory();
  nn::UNetOptions options;
  options.dimensions = 2;
  options.levels = nn::unet_levels(channels);
  options.decoders = {{.name = "decoder", .outputs = {{"logits", 2}}}};
  setting.graph = nn::unet(options);
  std::printf("2D U-Net %s, %zu parameters, batch %d of %d², %d threads\n", argv[1],
              nn::parameter_count(setting.graph), setting.batch, setting.size, at::get_num_threads());
  Step f32(setting, at::kFloat), bf16(setting, at::kBFloat16);
  Seconds of_f32, of_bf16;
  f32(), bf16();
  for (int round = 0; round < setting.rounds; ++round) {
    keep_least(of_f32, time_of([&] { f32(); }));
    keep_least(of_bf16, time_of([&] { bf16(); }));
  }
  print("lobule-train, f32", of_f32, setting);
  print("lobule-train, bf16", of_bf16, setting);
  print("convolutions alone, f32", convolutions_alone(setting, at::kFloat), setting);
  print("convolutions alone, bf16", convolutions_alone(setting, at::kBFloat16), setting);
  if (argc > 6) run_peer(argv[6], argv, setting);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fprintf(stderr, "usage: lobule_training_bench CHANNELS BATCH SIZE THREADS ROUNDS [PEER.py]\n");
    return 2;
  }
  return run(argc, argv);
}
