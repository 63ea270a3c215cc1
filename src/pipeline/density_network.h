#pragma once
// The shipped network that labels mammograms (task density): adipose and dense tissue, pectoral muscle.

#include <memory>
#include <optional>
#include <string>

#include "core/context.h"
#include "core/image.h"

namespace lobule::pipeline {

// What the network says of one picture in standard form (exam/mammogram_picture.h).
struct DensityLabels {
  Mask labels;  // measure::MammogramLabel, on the picture's grid; empty of tissue where it found none
  // The smallest and largest percent density over mirrored, smaller, larger, brighter and darker copies: how
  // much the answer depends on what it should not depend on. No confidence interval.
  double lowest_percent = 0, highest_percent = 0;
};

class DensityNetwork {
 public:
  // The model folder, or the shipped model of that name. Throws Error where there is none, where it is
  // damaged, and where it does not tell the four labels apart.
  static DensityNetwork open(const std::string& name_or_folder);

  // Labels a picture: once as a whole, then cut to what was found with a margin of 5 %. Dense tissue lies in
  // the breast, and the breast is one piece. The same bytes for any number of threads.
  DensityLabels label(const Image<float>& picture, Context& context) const;

  const std::string& name() const;    // "density"
  const std::string& sha256() const;  // of the weights

 private:
  struct Parts;
  explicit DensityNetwork(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;
};

}  // namespace lobule::pipeline
