// SqueezeNet 1.1 by LibTorch, against the logits that the engine is held to as well.
#include "io/torch_checkpoint.h"
#include "nn/networks/squeezenet.h"
#include "nn/squeezenet_reference.h"
#include "support/test_support.h"
#include "train/torch_network.h"

namespace lobule::train {
namespace {
using namespace squeezenet_reference;

TEST(TorchSqueezeNet, GivesTheExpectedLogitsOfAllCrops) {
  LOBULE_NEEDS_DATA(data, "pretrained");
  const TorchNetwork network(nn::squeezenet1_1(), io::read_weights(data / "squeezenet1_1_f32_legacy.pth"));
  for (const std::string image : {"chelsea", "coffee", "camera", "brick", "rocket"})
    expect_logits(data, image,
                  network.run({network_input(data / "crops224" / (image + "_224.png"))})[0].values);
}

}  // namespace
}  // namespace lobule::train
