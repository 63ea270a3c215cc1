#include "learn/foreign_folder.h"

#include <algorithm>
#include <string_view>

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

// The fold's weights; empty where it has none.
fs::path weights_of_fold(const fs::path& folder, const std::string& fold) {
  for (const char* file : {"checkpoint_final.pth", "checkpoint_best.pth"})
    if (fs::exists(folder / ("fold_" + fold) / file)) return folder / ("fold_" + fold) / file;
  return {};
}

// The numbers of all folds with weights, from 0 on.
std::vector<std::string> numbered_folds(const fs::path& folder) {
  constexpr std::string_view kPrefix = "fold_";
  std::vector<int> numbers;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix)) continue;
    const std::string number = name.substr(kPrefix.size());
    const bool digits =
        !number.empty() && number.size() < 6 && number.find_first_not_of("0123456789") == std::string::npos;
    if (digits && !weights_of_fold(folder, number).empty()) numbers.push_back(std::stoi(number));
  }
  std::sort(numbers.begin(), numbers.end());
  std::vector<std::string> folds;
  for (const int number : numbers) folds.push_back(std::to_string(number));
  return folds;
}

std::vector<fs::path> nnunet_weights(const fs::path& folder, std::vector<std::string> folds) {
  if (folds.empty()) folds = numbered_folds(folder);
  if (folds.empty()) folds = {"all"};
  std::vector<fs::path> files;
  for (const std::string& fold : folds) {
    files.push_back(weights_of_fold(folder, fold));
    if (!files.back().empty()) continue;
    const std::vector<std::string> there = numbered_folds(folder);
    if (there.empty())
      throw Error(folder.string(), "it has no fold_0/checkpoint_final.pth", "",
                  "Name the file with --weights");
    throw Error(folder.string(), "it has no fold_" + fold + "/checkpoint_final.pth",
                "the folds with weights are " + join(there, ", "), "Name some of them with --folds");
  }
  return files;
}

}  // namespace

bool is_foreign_model(const fs::path& folder) {
  return is_nnunet(folder) || fs::exists(folder / "configs" / "inference.json");
}

std::vector<nn::Model> read_foreign_models(const fs::path& folder, const ForeignChoice& choice) {
  const bool nnunet = is_nnunet(folder);
  if (!choice.folds.empty() && !nnunet)
    throw Error("--folds", folder.string() + " has no folds", "only folders of nnU-Net have", "Leave it out");
  if (!choice.folds.empty() && !choice.weights.empty())
    throw Error("--folds", "--weights names one file of weights", "", "Leave one of them out");
  if (nnunet) {
    const std::string plans = io::read_file(folder / "plans.json");
    const std::string dataset = io::read_file(folder / "dataset.json");
    const std::string configuration = configuration_of(folder, plans);
    std::vector<nn::Model> models;
    for (const fs::path& file : choice.weights.empty() ? nnunet_weights(folder, choice.folds)
                                                       : std::vector<fs::path>{choice.weights})
      models.push_back(nn::nnunet_model(plans, dataset, configuration, io::read_weights(file)));
    return models;
  }
  const fs::path metadata = folder / "configs" / "metadata.json";
  return {nn::monai_model(
      io::read_file(folder / "configs" / "inference.json"),
      fs::exists(metadata) ? io::read_file(metadata) : "{}",
      io::read_weights(choice.weights.empty() ? folder / "models" / "model.pt" : choice.weights))};
}

}  // namespace lobule::learn
