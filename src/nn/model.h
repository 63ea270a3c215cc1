#pragma once
// A trained network with all that one needs to use and to judge it.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "nn/graph.h"
#include "nn/preprocessing.h"

namespace lobule::nn {

// What numbers of bf16 between layers change: a figure over the task's validation cases, by the engine in
// both.
struct Bf16Check {
  std::string figure;  // one of the model's metrics, usually the headline
  double f32 = 0, bf16 = 0;

  friend bool operator==(const Bf16Check&, const Bf16Check&) = default;
};

struct Model {
  std::string name;     // "breast_outline"
  std::string task;     // what it does, in the words of `lobule train`: "breast_outline"; or "classification"
  std::string summary;  // one sentence: what it is for
  Graph graph;
  TensorMap weights;
  Preprocessing preprocessing;
  std::vector<std::string> labels;  // of the classes that the first output tells apart
  // How it came to be, in words: recipe, seed, steps, data, code (the version of lobule).
  std::map<std::string, std::string> provenance;
  std::map<std::string, double> metrics;  // figures on cases that training never saw; NaN: not measured
  std::string headline;                   // the metric that stands for it; empty: none
  std::optional<Bf16Check> bf16;          // nothing: not measured
  std::vector<std::string> limits;        // what it must not be used for, a sentence each
  std::string licence;                    // SPDX: "Apache-2.0"
};

}  // namespace lobule::nn
