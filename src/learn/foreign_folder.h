#pragma once
// Models as other programs leave them: folders of nnU-Net v2 and bundles of MONAI.

#include <filesystem>
#include <string>

#include "nn/model.h"

namespace lobule::learn {

// Whether the folder holds plans.json and dataset.json (nnU-Net), or configs/inference.json (MONAI).
bool is_foreign_model(const std::filesystem::path& folder);

// The model in it. nnU-Net: the configuration is what the folder's name ends in
// ("nnUNetTrainer__nnUNetPlans__3d_fullres"), or the only one of the plans; weights are
// fold_0/checkpoint_final.pth, or that of fold_all, or checkpoint_best.pth. MONAI: models/model.pt.
// `weights`, where not empty, is the file of them instead. Throws Error as nn/foreign/*.h do, and where a
// file or the configuration is missing.
nn::Model read_foreign_model(const std::filesystem::path& folder, const std::filesystem::path& weights = {});

}  // namespace lobule::learn
