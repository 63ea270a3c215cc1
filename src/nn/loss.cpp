#include "nn/loss.h"

#include <algorithm>
#include <array>
#include <set>

#include "core/error.h"
#include "core/options.h"
#include "core/text.h"

namespace lobule::nn {
namespace {

// Refuses numbers that the formulas have no answer for.
struct CheckKind {
  const Loss& loss;

  void within(const char* what, double value, double low, double high) const {
    if (!(value >= low && value <= high))
      throw Error("loss " + loss.name, std::string(what) + " is " + format_number(value),
                  "it has to lie between " + format_number(low) + " and " + format_number(high));
  }
  void weights(const std::vector<double>& class_weights) const {
    for (const double weight : class_weights) within("a class weight", weight, 0, 1e6);
  }
  void operator()(const CrossEntropy& kind) const {
    weights(kind.class_weights);
    within("label_smoothing", kind.label_smoothing, 0, 0.999);
  }
  void operator()(const DiceCrossEntropy& kind) const {
    weights(kind.class_weights);
    within("label_smoothing", kind.label_smoothing, 0, 0.999);
    within("the weight of Dice", kind.dice, 0, 1e6);
    within("the weight of cross-entropy", kind.cross_entropy, 0, 1e6);
    within("smooth", kind.smooth, 1e-12, 1e6);
  }
  void operator()(const FocalTversky& kind) const {
    within("alpha", kind.alpha, 0, 1e3);
    within("beta", kind.beta, 0, 1e3);
    within("gamma", kind.gamma, 0.1, 10);
    within("smooth", kind.smooth, 1e-12, 1e6);
  }
  void operator()(const BinaryCrossEntropy& kind) const {
    within("positive_weight", kind.positive_weight, 0, 1e6);
  }
  void operator()(const FocalLoss& kind) const {
    within("alpha", kind.alpha, 0, 1);
    within("gamma", kind.gamma, 0, 10);
  }
  void operator()(const HeatmapFocal& kind) const {
    within("alpha", kind.alpha, 0, 10);
    within("beta", kind.beta, 0, 10);
  }
  void operator()(const SmoothL1& kind) const { within("beta", kind.beta, 1e-9, 1e9); }
  void operator()(const GeneralizedCrossEntropy& kind) const { within("q", kind.q, 1e-3, 1); }
  void operator()(const SymmetricCrossEntropy& kind) const {
    within("alpha", kind.alpha, 0, 1e6);
    within("beta", kind.beta, 0, 1e6);
    within("log_zero", kind.log_zero, -100, 0);
  }
  void operator()(const Consistency& kind) const {
    within("noise", kind.noise, 0, 1e6);
    within("ramp_up_steps", kind.ramp_up_steps, 0, 1e9);
  }
};

}  // namespace

std::vector<AuxiliaryOutput> halving_weights(const std::vector<std::string>& coarser_outputs) {
  std::vector<AuxiliaryOutput> list;
  double weight = 1;
  for (const std::string& output : coarser_outputs) list.push_back({output, weight /= 2});
  return list;
}

std::string_view kind_name(const LossKind& kind) {
  static constexpr std::array<std::string_view, std::variant_size_v<LossKind>> kNames{
      "dice_cross_entropy",
      "cross_entropy",
      "focal_tversky",
      "binary_cross_entropy",
      "focal",
      "heatmap_focal",
      "smooth_l1",
      "generalized_cross_entropy",
      "symmetric_cross_entropy",
      "consistency"};
  return kNames[kind.index()];
}

void check(const LossSum& sum, const Graph& graph) {
  if (sum.losses.empty()) throw Error("losses", "there is none");
  std::vector<std::string> outputs;
  for (const Output& output : graph.outputs) outputs.push_back(output.name);
  std::set<std::string> names;
  for (const Loss& loss : sum.losses) {
    const std::string where = "loss " + loss.name;
    if (!names.insert(loss.name).second) throw Error(where, "two losses have this name");
    const auto expect_output = [&](const std::string& name) {
      if (std::find(outputs.begin(), outputs.end(), name) == outputs.end())
        throw Error(where, "the network has no output \"" + name + "\"", {},
                    "Its outputs are " + join(outputs, ", "));
    };
    expect_output(loss.output);
    for (const AuxiliaryOutput& auxiliary : loss.auxiliary) {
      expect_output(auxiliary.output);
      CheckKind{loss}.within("the weight of an output", auxiliary.weight, 0, 1e6);
    }
    CheckKind{loss}.within("the weight", loss.weight, 0, 1e6);
    const bool wants_target = !std::holds_alternative<Consistency>(loss.kind);
    if (wants_target == loss.target.empty())
      throw Error(where, wants_target ? "it names no target" : "it names a target",
                  "a loss of kind " + std::string(kind_name(loss.kind)) +
                      (wants_target ? " needs one" : " takes its target from the teacher"));
    std::visit(CheckKind{loss}, loss.kind);
  }
}

}  // namespace lobule::nn
