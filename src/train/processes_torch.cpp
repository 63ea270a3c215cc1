#include "train/processes_torch.h"

#include <cstdlib>
#include <string>

#include "core/error.h"

#ifdef USE_C10D_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#endif

namespace lobule::train {
namespace {

std::string word(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? std::string() : std::string(value);
}

int number(const char* variable, int otherwise) {
  const std::string text = word(variable);
  return text.empty() ? otherwise : std::atoi(text.c_str());
}

// "node07" of Slurm's "node[07,09-12]" or "node07,node09".
std::string first_node(const std::string& nodes) {
  const std::size_t bracket = nodes.find('['), comma = nodes.find(',');
  if (bracket == std::string::npos || comma < bracket) return nodes.substr(0, comma);
  return nodes.substr(0, bracket) +
         nodes.substr(bracket + 1, nodes.find_first_of(",-]", bracket) - bracket - 1);
}

}  // namespace

#ifdef USE_C10D_GLOO

struct Processes::Group {
  c10::intrusive_ptr<c10d::Store> store;
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
};

Processes Processes::from_environment() {
  Processes processes;
  const bool slurm = word("WORLD_SIZE").empty();
  processes.count_ = number(slurm ? "SLURM_NTASKS" : "WORLD_SIZE", 1);
  processes.rank_ = number(slurm ? "SLURM_PROCID" : "RANK", 0);
  if (processes.count_ <= 1) return Processes();
  std::string host = word("MASTER_ADDR");
  if (host.empty()) host = first_node(word("SLURM_JOB_NODELIST"));
  if (host.empty()) host = "127.0.0.1";
  try {
    c10d::TCPStoreOptions store;
    store.port = static_cast<std::uint16_t>(number("MASTER_PORT", c10d::TCPStoreOptions::kDefaultPort));
    store.isServer = processes.rank_ == 0;
    store.numWorkers = static_cast<std::size_t>(processes.count_);
    auto group = std::make_unique<Group>();
    group->store = c10::make_intrusive<c10d::TCPStore>(host, store);
    auto options = c10d::ProcessGroupGloo::Options::create();
    options->devices.push_back(host == "127.0.0.1" || host == "localhost"
                                   ? c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1")
                                   : c10d::ProcessGroupGloo::createDefaultDevice());
    group->gloo =
        c10::make_intrusive<c10d::ProcessGroupGloo>(group->store, processes.rank_, processes.count_, options);
    processes.group_ = std::move(group);
  } catch (const std::exception& failure) {
    throw Error("process " + std::to_string(processes.rank_) + " of " + std::to_string(processes.count_),
                "the others cannot be reached at " + host, failure.what(),
                "Set MASTER_ADDR and MASTER_PORT to a place that every process reaches");
  }
  return processes;
}

void Processes::average_gradients(const TorchTensors& parameters) const {
  if (!group_) return;
  // One message for all: their number would cost more than their size.
  std::vector<at::Tensor> parts;
  for (const auto& [name, value] : parameters)
    if (value.grad().defined()) parts.push_back(value.grad().flatten());
  if (parts.empty()) return;
  std::vector<at::Tensor> joined{at::cat(parts)};
  group_->gloo->allreduce(joined)->wait();
  joined[0].div_(count_);
  std::int64_t begin = 0;
  for (const auto& [name, value] : parameters) {
    if (!value.grad().defined()) continue;
    value.mutable_grad().copy_(joined[0].narrow(0, begin, value.numel()).reshape(value.sizes()));
    begin += value.numel();
  }
}

void Processes::share_from_first(TorchTensors& tensors) const {
  if (!group_) return;
  const at::NoGradGuard no_gradients;
  for (auto& [name, tensor] : tensors) {
    std::vector<at::Tensor> one{tensor.detach().contiguous()};
    group_->gloo->broadcast(one)->wait();
    tensor.copy_(one[0]);
  }
}

void Processes::wait() const {
  if (group_) group_->gloo->barrier()->wait();
}

#else

struct Processes::Group {};

Processes Processes::from_environment() {
  if (number("WORLD_SIZE", number("SLURM_NTASKS", 1)) > 1)
    throw Error("lobule-train", "it was started in several processes",
                "this LibTorch was built without gloo, by which processes talk to each other",
                "Start one process, or build against a LibTorch with gloo");
  return Processes();
}
void Processes::average_gradients(const TorchTensors&) const {}
void Processes::share_from_first(TorchTensors&) const {}
void Processes::wait() const {}

#endif

Processes::Processes() = default;
Processes::~Processes() = default;
Processes::Processes(Processes&&) noexcept = default;
Processes& Processes::operator=(Processes&&) noexcept = default;

}  // namespace lobule::train
