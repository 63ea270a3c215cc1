#pragma once
// What a network is taught by: losses are values, as networks are. lobule-train computes them and their
// gradients (train/); plain formulas in the tests are the law that it obeys.
//
// Notation. At each place i of a batch a network gives logits, one a class or channel; p are their softmax
// (sigmoid where there is one channel, or where a loss says so), t the target. m is the weight of a place: 0
// where it is to be ignored, else what the loss's weight map says, else 1. Labels are whole numbers in
// [batch, 1, (z,) y, x]; with one channel of logits they are 0 and 1. Other targets have the shape of the
// output. Ignored are labels equal to `ignore_label`, and NaN in targets of either form.

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "nn/graph.h"

namespace lobule::nn {

// w_t −log p_t, weighted mean over places: Σ m w_t (−log p_t) / Σ m w_t. With label smoothing e (Szegedy et
// al. 2016, section 7) the target is 1 − e on its class plus e / classes on each; as torch: each class's part
// carries its own weight, the divisor that of the label.
struct CrossEntropy {
  std::vector<double> class_weights = {};  // one a class (one channel: of background and foreground); none: 1
  double label_smoothing = 0;
};

// 1 − mean over classes and samples of (2 Σ m p g + s) / (Σ m p + Σ m g + s), where g is 1 at the class
// (Milletari et al. 2016, with plain sums as Drozdzal et al. 2016), plus cross-entropy (Isensee et al. 2021).
// `batch`: sums run over the whole batch, for structures that many samples lack.
struct DiceCrossEntropy {
  double dice = 1, cross_entropy = 1;
  std::vector<double> class_weights = {};
  double label_smoothing = 0;
  bool background =
      false;  // class 0 has a Dice of its own (always the case for a single channel's foreground)
  bool batch = false;
  double smooth = 1e-5;
};

// Mean over classes and samples of (1 − T)^(1/gamma), T = (Σ m p g + s) / (Σ m p g + alpha Σ m (1 − p) g +
// beta Σ m p (1 − g) + s): alpha > beta punishes what is missed (Abraham and Khan 2019, equations 3 and 4).
struct FocalTversky {
  double alpha = 0.7, beta = 0.3, gamma = 4.0 / 3;
  bool background = false;
  bool batch = false;
  double smooth = 1;
};

// Channels by themselves, with sigmoid: −t log p − (1 − t) log (1 − p), weighted mean over places and
// channels.
struct BinaryCrossEntropy {
  double positive_weight = 1;  // of the first term
};

// For detectors, channels by themselves: −alpha_t (1 − p_t)^gamma log p_t, summed and divided by the weight
// of positives (t > 1/2), at least 1 (Lin et al. 2017, equation 5 and section 4.1).
struct FocalLoss {
  double alpha = 0.25, gamma = 2;
};

// For maps that peak at centres of objects: (1 − p)^alpha log p where t = 1, else (1 − t)^beta p^alpha
// log(1 − p); −sum, divided by the number of peaks, at least 1 (Zhou et al. 2019, equation 1).
struct HeatmapFocal {
  double alpha = 2, beta = 4;
};

// Of d = output − t: d² / (2 beta) where |d| < beta, else |d| − beta / 2; weighted mean over places and
// channels (Girshick 2015, equation 3, beta as torch).
struct SmoothL1 {
  double beta = 1;
};

// (1 − p_t^q) / q, weighted mean: between cross-entropy (q → 0) and mean absolute error (q = 1), for labels
// of which some are wrong (Zhang and Sabuncu 2018, equation 6).
struct GeneralizedCrossEntropy {
  double q = 0.7;
};

// alpha · cross-entropy + beta · reverse cross-entropy, which is −log_zero (1 − p_t) (Wang et al. 2019,
// equations 5 to 7, where log 0 is taken as log_zero).
struct SymmetricCrossEntropy {
  double alpha = 0.1, beta = 1, log_zero = -4;
};

// Mean squared difference of the probabilities from those of a teacher, whose weights are the moving average
// of the network's, for images of which some have no labels (Tarvainen and Valpola 2017, section 2). Network
// and teacher see the inputs with different Gaussian noise. The weight rises over the first steps as
// exp(−5 (1 − step / ramp_up_steps)²) (there, section 3.1).
struct Consistency {
  double noise = 0.1;  // standard deviation, in units of the inputs
  int ramp_up_steps = 1000;
};

using LossKind =
    std::variant<DiceCrossEntropy, CrossEntropy, FocalTversky, BinaryCrossEntropy, FocalLoss, HeatmapFocal,
                 SmoothL1, GeneralizedCrossEntropy, SymmetricCrossEntropy, Consistency>;

// A further, coarser output that is held against the same target: deep supervision (Lee et al. 2015). The
// target is shrunk to the output's extents: labels take the place nearest to the centre, other targets means.
struct AuxiliaryOutput {
  std::string output;
  double weight = 0.5;
};

struct Loss {
  std::string name;  // of its curve
  LossKind kind;
  std::string output;  // one of the graph's outputs
  std::string target;  // one of the sample's targets; of Consistency none
  double weight = 1;
  std::vector<AuxiliaryOutput> auxiliary = {};  // the mean is weighted: the main output's weight is 1
  std::string weight_map = {};  // a target [1, (z,) y, x] that weighs places, such as how sure a label is
  int ignore_label = -1;
};

// The sum of losses that is minimised. `learned_weights`: sum over losses of c exp(−s) L + s / 2 with a
// trained s = log σ² each, and c = 1/2 for SmoothL1, 1 for the others (Kendall et al. 2018, equations 7 and
// 10); the trained s are called "loss.NAME.log_variance" and begin at 0.
struct LossSum {
  std::vector<Loss> losses;
  bool learned_weights = false;
};

// Weights for outputs from fine to coarse, each half of the one before, as AuxiliaryOutput's: the first is
// that of the first coarser output.
std::vector<AuxiliaryOutput> halving_weights(const std::vector<std::string>& coarser_outputs);

// The kind of a loss in words ("dice_cross_entropy").
std::string_view kind_name(const LossKind& kind);

// Throws Error that names the loss: unknown outputs, two of one name, numbers out of their range.
void check(const LossSum& sum, const Graph& graph);

}  // namespace lobule::nn
