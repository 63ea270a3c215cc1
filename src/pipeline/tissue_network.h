#pragma once
// The shipped network that outlines tissue on T1-weighted breast MRI (task breast_mri).

#include <memory>
#include <optional>
#include <string>

#include "core/context.h"
#include "core/image.h"
#include "measure/tissue_outlines.h"

namespace lobule::pipeline {

class TissueNetwork {
 public:
  // The model folder `name` among the shipped ones; nothing where there is none. Throws Error where it is
  // damaged, or does not give what this class needs.
  static std::optional<TissueNetwork> shipped(const std::string& name = "breast_mri");

  // The hash that the shipped model states of its weights; empty where there is no such model, or a damaged
  // one.
  static std::string shipped_sha256(const std::string& name = "breast_mri");

  // What the network says, on its own grid, of the part of the image that it learned: the body's box, as deep
  // as digital patients are. Where `body` (on the image's grid) is empty, nothing: maps of one voxel.
  measure::TissueMaps maps(const Image<float>& image, const Mask& body, Context& context) const;

  // Why the network should not be asked about images of this grid, in words; empty where it may.
  std::string unfit(const Grid& image) const;

  const std::string& name() const;    // "breast_mri"
  const std::string& sha256() const;  // of the weights

 private:
  struct Parts;
  explicit TissueNetwork(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;
};

}  // namespace lobule::pipeline
