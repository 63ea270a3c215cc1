// Trainings in processes of their own: killed, and several at once.

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <map>

#include "io/files.h"
#include "io/safetensors.h"
#include "support/test_support.h"

namespace lobule::train {
namespace {

using Environment = std::map<std::string, std::string>;

// Starts train_squares with these arguments and further variables.
pid_t start(const std::vector<std::string>& arguments, const Environment& environment = {}) {
  const pid_t child = fork();
  if (child != 0) return child;
  for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  std::string program = LOBULE_TRAIN_SQUARES;
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  _exit(127);
}

int end_of(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

// A port that nobody listens at.
std::string free_port() {
  const int handle = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(handle, reinterpret_cast<sockaddr*>(&address), sizeof address);
  socklen_t size = sizeof address;
  getsockname(handle, reinterpret_cast<sockaddr*>(&address), &size);
  close(handle);
  return std::to_string(ntohs(address.sin_port));
}

TEST(Processes, ATrainingKilledGoesOnBitForBit) {
  const test::ScratchFolder whole, broken;
  ASSERT_EQ(end_of(start({whole.path().string(), "60"})), 0);
  const int status = end_of(start({broken.path().string(), "60", "--kill-after", "33"}));
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
  EXPECT_FALSE(std::filesystem::exists(broken / "last" / "weights.safetensors"));
  ASSERT_EQ(end_of(start({broken.path().string(), "60", "--resume"})), 0);
  for (const char* file :
       {"best/weights.safetensors", "last/weights.safetensors", "checkpoint.safetensors", "log.csv"})
    EXPECT_EQ(io::read_file(whole / file), io::read_file(broken / file)) << file;
}

void expect_same_weights(const std::filesystem::path& one, const std::filesystem::path& other) {
  const TensorMap a = io::read_safetensors(one), b = io::read_safetensors(other);
  ASSERT_EQ(a.size(), b.size());
  double largest = 0, difference = 0;
  for (const auto& [name, tensor] : a) {
    const Tensor& same = b.at(name);
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
      largest = std::max(largest, static_cast<double>(std::abs(tensor.values[i])));
      difference = std::max(difference, static_cast<double>(std::abs(tensor.values[i] - same.values[i])));
    }
  }
  EXPECT_LT(difference / largest, 1e-5);
}

// Two processes share each batch of four; variables as torchrun and as srun set them.
TEST(Processes, TwoAgreeWithOneAtTwiceTheBatch) {
  const test::ScratchFolder alone;
  ASSERT_EQ(end_of(start({alone.path().string(), "10"})), 0);
  for (const bool slurm : {false, true}) {
    const test::ScratchFolder together;
    const std::string port = free_port();
    std::vector<pid_t> children;
    for (const char* rank : {"0", "1"}) {
      Environment environment{{slurm ? "SLURM_NTASKS" : "WORLD_SIZE", "2"},
                              {slurm ? "SLURM_PROCID" : "RANK", rank},
                              {slurm ? "SLURM_JOB_NODELIST" : "MASTER_ADDR", "127.0.0.1"},
                              {"MASTER_PORT", port}};
      children.push_back(start({together.path().string(), "10"}, environment));
    }
    for (const pid_t child : children) EXPECT_EQ(end_of(child), 0);
    expect_same_weights(alone / "last" / "weights.safetensors", together / "last" / "weights.safetensors");
  }
}

}  // namespace
}  // namespace lobule::train
