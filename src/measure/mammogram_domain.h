#pragma once
// Whether a picture may be a mammogram of one whole breast, by its outline alone: a score from 0 to 1, and
// what lowers it most.

#include <string>
#include <vector>

#include "measure/mammogram_breast.h"

namespace lobule::measure {

struct MammogramDomain {
  static constexpr double kLeastScore = 0.5;  // below, no density may be measured

  struct Rule {
    std::string reason;  // what is wrong where the rule fails
    double score = 1;    // 1 as on mammograms, 0 as on none
  };

  double score = 0;  // the product over all rules
  std::vector<Rule> rules;

  bool inside() const { return score >= kLeastScore; }
  // "no breast was found", or the reason of the rule with the lowest score.
  std::string reason() const;
};

// Rules and limits: docs/methods/density.md#what-is-no-mammogram.
MammogramDomain mammogram_domain(const MammogramBreast& breast);

}  // namespace lobule::measure
