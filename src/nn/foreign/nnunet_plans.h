#pragma once
// What nnU-Net v2 writes of a model into plans.json and dataset.json, as values. Both ways of writing the
// architecture are read: "architecture" with its "arch_kwargs" (2.4 and later), and the keys before
// ("UNet_class_name", "conv_kernel_sizes", …).

#include <string>
#include <string_view>
#include <vector>

#include "nn/foreign/axes.h"
#include "nn/networks/unet.h"
#include "nn/preprocessing.h"

namespace lobule::nn {

struct NnUNetPlan {
  std::string name;     // of the data set
  UNetOptions network;  // in the order of axes that nnU-Net transposed images to
  AxisOrder axes = kOurAxes;
  Preprocessing preprocessing;  // in our axes
  std::vector<std::string> labels;
};

// Throws Error as nnunet_model does.
NnUNetPlan read_nnunet_plan(std::string_view plans_json, std::string_view dataset_json,
                            const std::string& configuration);

}  // namespace lobule::nn
