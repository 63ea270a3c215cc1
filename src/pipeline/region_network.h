#pragma once
// The network of the task regions: where on a mammogram a mass, a cluster of calcifications or a distortion
// may be. For research; it decides nothing.

#include <memory>
#include <string>
#include <vector>

#include "core/context.h"
#include "core/image.h"

namespace lobule::pipeline {

struct FoundRegion {
  double score = 0;                            // 0 to 1; ranks regions, is no probability of cancer
  std::string type;                            // "mass", "calcifications", "distortion"
  double malignancy = 0;                       // 0 to 1, of what phantoms call malignant
  double x = 0, y = 0, width = 0, height = 0;  // box from its upper left corner, in pixels of the picture
};

struct FoundRegions {
  std::vector<FoundRegion> regions;  // the warmest first
  // The largest score over types on coarse pixels, and the part of the picture that it covers.
  Image<float> heat;
  double x = 0, y = 0, width = 0, height = 0;
};

class RegionNetwork {
 public:
  // The model folder, or the shipped model of that name. Throws Error where there is none, where it is
  // damaged, and where it is none of the task regions.
  static RegionNetwork open(const std::string& name_or_folder);

  // Regions of a picture in standard form (exam/mammogram_picture.h) whose tissues are labelled
  // (measure::MammogramLabel, on its pixels): summits in adipose or dense tissue alone. The same bytes for
  // any number of threads. Empty where no tissue is labelled.
  FoundRegions find(const Image<float>& picture, const Mask& labels, Context& context) const;

  const std::string& name() const;    // "regions"
  const std::string& sha256() const;  // of the weights

 private:
  struct Parts;
  explicit RegionNetwork(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;
};

}  // namespace lobule::pipeline
