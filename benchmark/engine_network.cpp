#include "engine_network.h"

#include "core/error.h"
#include "nn/networks/unet.h"

namespace lobule::benchmark {

EngineCase engine_case(const std::string& name) {
  nn::UNetOptions options;
  options.decoders = {{"decoder", {{"labels", 3}}}};
  if (name == "unet3d" || name == "unet3d_pool") {
    options.levels = nn::unet_levels({16, 32, 64, 128, 256});
    options.max_pool_down = name == "unet3d_pool";
    return {nn::unet(options), {1, 1, 96, 96, 96}};
  }
  if (name != "unet2d") throw Error("benchmark", "it has no network " + name);
  options.dimensions = 2;
  options.levels = nn::unet_levels({32, 64, 128, 256, 512});
  return {nn::unet(options), {1, 1, 512, 512}};
}

}  // namespace lobule::benchmark
