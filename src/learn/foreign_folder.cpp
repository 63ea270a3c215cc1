#include "learn/foreign_folder.h"

#include <algorithm>

#include "core/error.h"
#include "core/text.h"
#include "io/files.h"
#include "io/torch_checkpoint.h"
#include "nn/foreign/monai.h"
#include "nn/foreign/nnunet.h"

namespace lobule::learn {
namespace {
namespace fs = std::filesystem;

bool is_nnunet(const fs::path& folder) {
  return fs::exists(folder / "plans.json") && fs::exists(folder / "dataset.json");
}

std::string configuration_of(const fs::path& folder, const std::string& plans) {
  const std::vector<std::string> names = nn::nnunet_configurations(plans);
  const std::string name = fs::absolute(folder / ".").lexically_normal().parent_path().filename().string();
  for (const std::string& configuration : names)
    if (name.ends_with("__" + configuration)) return configuration;
  if (names.size() == 1) return names[0];
  throw Error(folder.string(), "its plans have the configurations " + join(names, ", "),
              "the folder's name does not say which is meant",
              "Let it end in the configuration's, as nnUNetTrainer__nnUNetPlans__" +
                  (names.empty() ? std::string("3d_fullres") : names[0]));
}

fs::path nnunet_weights(const fs::path& folder) {
  for (const char* file : {"checkpoint_final.pth", "checkpoint_best.pth"})
    for (const char* fold : {"fold_0", "fold_all"})
      if (fs::exists(folder / fold / file)) return folder / fold / file;
  throw Error(folder.string(), "it has no fold_0/checkpoint_final.pth", "", "Name the file with --weights");
}

}  // namespace

bool is_foreign_model(const fs::path& folder) {
  return is_nnunet(folder) || fs::exists(folder / "configs" / "inference.json");
}

nn::Model read_foreign_model(const fs::path& folder, const fs::path& weights) {
  if (is_nnunet(folder)) {
    const std::string plans = io::read_file(folder / "plans.json");
    return nn::nnunet_model(plans, io::read_file(folder / "dataset.json"), configuration_of(folder, plans),
                            io::read_weights(weights.empty() ? nnunet_weights(folder) : weights));
  }
  const fs::path metadata = folder / "configs" / "metadata.json";
  return nn::monai_model(io::read_file(folder / "configs" / "inference.json"),
                         fs::exists(metadata) ? io::read_file(metadata) : "{}",
                         io::read_weights(weights.empty() ? folder / "models" / "model.pt" : weights));
}

}  // namespace lobule::learn
