#pragma once
// How evidence becomes a role. A role is a point on four axes: the nature of a series (acquired, derived,
// a diffusion map, a localizer), its contrast, its fat, and its place in the exam (single, dynamic, late).
// Each claim speaks for one trait with a weight in log-odds. On an axis the weights are added to a prior
// and a softmax turns the sums into probabilities; the confidence of a role is the product over the axes
// that it needs. So what a subtraction inherits from its source (TR, fat suppression) never argues
// against its being a subtraction.

#include <string>
#include <vector>

#include "exam/exam.h"

namespace lobule::exam {

enum class Trait {
  acquired,
  derived,
  adc,
  localizer,
  unusable,  // a screen capture, a fat-only or phase image, …
  t1,
  t2,
  diffusion,
  unknown_contrast,
  fat_suppressed,
  fat_bright,
  single,
  dynamic,
  late
};

struct Claim {
  Trait trait = Trait::acquired;
  double weight = 0;   // log-odds
  std::string source;  // "header", "pixels", "arithmetic", "user"
  std::string text;
};

using Claims = std::vector<Claim>;

// The probability of a trait among those of its axis.
double probability(const Claims& claims, Trait trait);

// The likeliest trait of the axis that `any` lies on.
Trait likeliest(const Claims& claims, Trait any_of_axis);

struct Verdict {
  Role role = Role::other;  // dce_post stands for "dynamic"; the order of phases is decided elsewhere
  double confidence = 0;
};
Verdict judge(const Claims& claims);

// The claims as evidence: each for the role it speaks for, in the light of the role that was decided.
std::vector<Evidence> evidence_for(const Claims& claims, Role decided);

// Sentences on claims of weight 2 and more that the decision overrules.
std::vector<std::string> conflicts_of(const Claims& claims, Role decided);

}  // namespace lobule::exam
