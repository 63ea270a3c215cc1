#pragma once
// Models as other programs leave them: folders of nnU-Net v2 and bundles of MONAI.

#include <filesystem>
#include <string>
#include <vector>

#include "nn/model.h"

namespace lobule::learn {

// Whether the folder holds plans.json and dataset.json (nnU-Net), or configs/inference.json (MONAI).
bool is_foreign_model(const std::filesystem::path& folder);

// What of such a folder is meant.
struct ForeignChoice {
  std::filesystem::path weights;  // a file of them instead of the folder's own; empty: those
  std::vector<std::string>
      folds;  // of nnU-Net: "0", "3", or "all", which is fold_all; empty: every numbered one
};

// The models in it, to be averaged. nnU-Net: the configuration is what the folder's name ends in
// ("nnUNetTrainer__nnUNetPlans__3d_fullres"), or the only one of the plans; a model for each fold, as nnU-Net
// itself averages them, in the order of their numbers, from fold_N/checkpoint_final.pth, else
// checkpoint_best.pth; fold_all where no numbered fold has weights. MONAI: one, models/model.pt. Throws Error
// as nn/foreign/*.h do, and where a file, a fold or the configuration is missing.
std::vector<nn::Model> read_foreign_models(const std::filesystem::path& folder,
                                           const ForeignChoice& choice = {});

}  // namespace lobule::learn
