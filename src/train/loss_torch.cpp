#include "train/loss_torch.h"

#include <cmath>

#include "core/error.h"

namespace lobule::train {
namespace {

// Labels of one loss at the extents of one output.
struct Labels {
  at::Tensor index;   // [batch, …], whole numbers; 0 where ignored
  at::Tensor weight;  // [batch, …], m of the losses' formulas
};

// The target at the extents of an output: labels at the place nearest to the centre of each.
at::Tensor nearest_places(at::Tensor target, const at::Tensor& output) {
  for (std::int64_t axis = 2; axis < target.dim(); ++axis) {
    const std::int64_t from = target.size(axis), to = output.size(axis);
    if (from == to) continue;
    const at::Tensor places =
        ((at::arange(to, at::kDouble) + 0.5) * (static_cast<double>(from) / static_cast<double>(to)))
            .floor()
            .to(at::kLong)
            .to(target.device());
    target = target.index_select(axis, places);
  }
  return target;
}

// The same by means over the places that each of the output's covers.
at::Tensor mean_places(const at::Tensor& target, const at::Tensor& output) {
  const std::vector<std::int64_t> size = output.sizes().slice(2).vec();
  if (target.sizes().slice(2).vec() == size) return target;
  return target.dim() == 4 ? at::adaptive_avg_pool2d(target, size) : at::adaptive_avg_pool3d(target, size);
}

// A single channel's logit x is that of two classes with logits 0 and x.
at::Tensor of_two_classes(const at::Tensor& logits) {
  return logits.size(1) > 1 ? logits : at::cat({at::zeros_like(logits), logits}, 1);
}

struct OneLoss {
  const nn::Loss& loss;
  const LossInput& input;
  at::Tensor logits;
  at::Tensor teacher;  // the same output of the teacher

  const at::Tensor& target() const { return input.targets.at(loss.target); }
  at::Tensor weight_map() const {
    if (loss.weight_map.empty()) return {};
    return mean_places(input.targets.at(loss.weight_map), logits);
  }

  Labels labels() const {
    const at::Tensor found = nearest_places(target(), logits);
    const at::Tensor ignored = at::logical_or(at::isnan(found), found == loss.ignore_label);
    at::Tensor weight = at::logical_not(ignored).to(at::kFloat);
    if (const at::Tensor map = weight_map(); map.defined()) weight = weight * map;
    return {found.masked_fill(ignored, 0).to(at::kLong).squeeze(1), weight.squeeze(1)};
  }
  // Targets of the output's own shape, 0 where ignored, and their weights.
  std::pair<at::Tensor, at::Tensor> values() const {
    const at::Tensor found = mean_places(target(), logits);
    const at::Tensor ignored = at::logical_or(at::isnan(found), found == loss.ignore_label);
    at::Tensor weight = at::logical_not(ignored).to(at::kFloat);
    if (const at::Tensor map = weight_map(); map.defined()) weight = weight * map;
    return {found.masked_fill(ignored, 0), weight};
  }
  static at::Tensor at_label(const at::Tensor& of_classes, const at::Tensor& index) {
    return of_classes.gather(1, index.unsqueeze(1)).squeeze(1);
  }
  // Σ weight · value / Σ weight; 0 where nothing has a weight.
  static at::Tensor weighted_mean(const at::Tensor& value, const at::Tensor& weight) {
    const at::Tensor sum = (value * weight).sum(), weights = weight.expand_as(value).sum();
    return sum / weights.clamp_min(1e-12);
  }
  static at::Tensor class_weights(const std::vector<double>& weights, const at::Tensor& of_classes) {
    if (weights.empty()) return at::ones({of_classes.size(1)}, of_classes.options());
    if (static_cast<std::int64_t>(weights.size()) != of_classes.size(1))
      throw Error("loss", "it has " + std::to_string(weights.size()) + " class weights for " +
                              std::to_string(of_classes.size(1)) + " classes");
    return at::tensor(weights, at::kDouble).to(of_classes.options());
  }

  at::Tensor cross_entropy(const std::vector<double>& weights, double smoothing) const {
    const at::Tensor log_p = at::log_softmax(of_two_classes(logits), 1);
    const auto [index, weight] = labels();
    const at::Tensor of_class = class_weights(weights, log_p);
    std::vector<std::int64_t> along(static_cast<std::size_t>(log_p.dim()), 1);
    along[1] = log_p.size(1);
    const at::Tensor weighted = log_p * of_class.reshape(along);
    const at::Tensor label_weight = of_class.index_select(0, index.flatten()).reshape(index.sizes());
    at::Tensor value = -at_label(weighted, index) * (1 - smoothing);
    if (smoothing > 0) value = value - weighted.sum(1) * (smoothing / static_cast<double>(log_p.size(1)));
    return (value * weight).sum() / (label_weight * weight).sum().clamp_min(1e-12);
  }

  // Σ m p g, Σ m p and Σ m g, [batch or 1, classes], of the classes that count.
  struct Overlap {
    at::Tensor both, found, truth;
  };
  Overlap overlap(bool background, bool batch) const {
    const at::Tensor p = at::softmax(of_two_classes(logits), 1);
    const auto [index, weight] = labels();
    const at::Tensor truth =
        at::zeros_like(p).scatter(1, index.unsqueeze(1), 1.0).detach() * weight.unsqueeze(1);
    std::vector<std::int64_t> axes;
    if (batch) axes.push_back(0);
    for (std::int64_t axis = 2; axis < p.dim(); ++axis) axes.push_back(axis);
    const std::int64_t first = background ? 0 : 1;
    const auto sum = [&](const at::Tensor& of_classes) {
      const at::Tensor sums = of_classes.sum(axes);
      return sums.narrow(batch ? 0 : 1, first, p.size(1) - first);
    };
    return {sum(p * truth), sum(p * weight.unsqueeze(1)), sum(truth)};
  }

  at::Tensor operator()(const nn::CrossEntropy& kind) const {
    return cross_entropy(kind.class_weights, kind.label_smoothing);
  }
  at::Tensor operator()(const nn::DiceCrossEntropy& kind) const {
    const Overlap o = overlap(kind.background, kind.batch);
    const at::Tensor dice = 1 - ((2 * o.both + kind.smooth) / (o.found + o.truth + kind.smooth)).mean();
    return kind.dice * dice + kind.cross_entropy * cross_entropy(kind.class_weights, kind.label_smoothing);
  }
  at::Tensor operator()(const nn::FocalTversky& kind) const {
    const Overlap o = overlap(kind.background, kind.batch);
    const at::Tensor tversky = (o.both + kind.smooth) / (o.both + kind.alpha * (o.truth - o.both) +
                                                         kind.beta * (o.found - o.both) + kind.smooth);
    // Rounding may leave 1 − T a hair below 0, where the power has no value.
    return (1 - tversky).clamp_min(1e-7).pow(1 / kind.gamma).mean();
  }
  at::Tensor operator()(const nn::BinaryCrossEntropy& kind) const {
    const auto [t, weight] = values();
    const at::Tensor value =
        -kind.positive_weight * t * at::log_sigmoid(logits) - (1 - t) * at::log_sigmoid(-logits);
    return weighted_mean(value, weight);
  }
  at::Tensor operator()(const nn::FocalLoss& kind) const {
    const auto [t, weight] = values();
    const at::Tensor log_p_t = t * at::log_sigmoid(logits) + (1 - t) * at::log_sigmoid(-logits);
    const at::Tensor alpha_t = kind.alpha * t + (1 - kind.alpha) * (1 - t);
    const at::Tensor miss = (1 - log_p_t.exp()).clamp_min(1e-12);
    const at::Tensor positives = (weight * (t > 0.5).to(at::kFloat)).sum().clamp_min(1);
    return (-alpha_t * miss.pow(kind.gamma) * log_p_t * weight).sum() / positives;
  }
  at::Tensor operator()(const nn::HeatmapFocal& kind) const {
    const auto [t, weight] = values();
    const at::Tensor p = at::sigmoid(logits), peak = (t == 1).to(at::kFloat);
    const at::Tensor at_peaks = (1 - p).pow(kind.alpha) * at::log_sigmoid(logits);
    const at::Tensor elsewhere = (1 - t).pow(kind.beta) * p.pow(kind.alpha) * at::log_sigmoid(-logits);
    const at::Tensor sum = ((peak * at_peaks + (1 - peak) * elsewhere) * weight).sum();
    return -sum / (peak * weight).sum().clamp_min(1);
  }
  at::Tensor operator()(const nn::SmoothL1& kind) const {
    const auto [t, weight] = values();
    const at::Tensor d = (logits - t).abs();
    return weighted_mean(at::where(d < kind.beta, d * d / (2 * kind.beta), d - kind.beta / 2), weight);
  }
  at::Tensor operator()(const nn::GeneralizedCrossEntropy& kind) const {
    const auto [index, weight] = labels();
    const at::Tensor log_p = at_label(at::log_softmax(of_two_classes(logits), 1), index);
    return weighted_mean((1 - (kind.q * log_p).exp()) / kind.q, weight);
  }
  at::Tensor operator()(const nn::SymmetricCrossEntropy& kind) const {
    const auto [index, weight] = labels();
    const at::Tensor log_p = at_label(at::log_softmax(of_two_classes(logits), 1), index);
    return weighted_mean(-kind.alpha * log_p - kind.beta * kind.log_zero * (1 - log_p.exp()), weight);
  }
  at::Tensor operator()(const nn::Consistency& kind) const {
    const double short_of = 1 - std::min(1.0, static_cast<double>(input.step) / kind.ramp_up_steps);
    const at::Tensor d = probabilities(logits) - probabilities(teacher).detach();
    return std::exp(-5 * short_of * short_of) * (d * d).mean();
  }
};

std::size_t output_number(const nn::Graph& graph, const std::string& name) {
  for (std::size_t i = 0; i < graph.outputs.size(); ++i)
    if (graph.outputs[i].name == name) return i;
  throw Error("loss", "the network has no output " + name);
}

at::Tensor with_auxiliaries(const nn::Loss& loss, const LossInput& input) {
  const auto of = [&](const std::string& output) {
    const std::size_t number = output_number(input.graph, output);
    const at::Tensor teacher = number < input.teacher.size() ? input.teacher[number] : at::Tensor();
    return std::visit(OneLoss{loss, input, input.outputs[number], teacher}, loss.kind);
  };
  at::Tensor sum = of(loss.output);
  double weights = 1;
  for (const nn::AuxiliaryOutput& auxiliary : loss.auxiliary) {
    sum = sum + auxiliary.weight * of(auxiliary.output);
    weights += auxiliary.weight;
  }
  return sum / weights;
}

std::string variance_name(const nn::Loss& loss) {
  return "loss." + loss.name + ".log_variance";
}

}  // namespace

LossValue loss_of(const nn::LossSum& sum, const LossInput& input, const TorchTensors& log_variances) {
  LossValue value;
  for (const nn::Loss& loss : sum.losses) {
    const at::Tensor one = with_auxiliaries(loss, input);
    value.each[loss.name] = one.item<double>();
    at::Tensor part = loss.weight * one;
    if (sum.learned_weights) {
      const at::Tensor& s = log_variances.at(variance_name(loss));
      const double factor = std::holds_alternative<nn::SmoothL1>(loss.kind) ? 0.5 : 1;
      part = (factor * (-s).exp() * part + s / 2).sum();
    }
    value.total = value.total.defined() ? value.total + part : part;
  }
  return value;
}

TensorMap fresh_log_variances(const nn::LossSum& sum) {
  TensorMap fresh;
  if (sum.learned_weights)
    for (const nn::Loss& loss : sum.losses) fresh.emplace(variance_name(loss), Tensor({1}));
  return fresh;
}

bool has_consistency(const nn::LossSum& sum) {
  for (const nn::Loss& loss : sum.losses)
    if (std::holds_alternative<nn::Consistency>(loss.kind)) return true;
  return false;
}

at::Tensor probabilities(const at::Tensor& logits) {
  return logits.size(1) > 1 ? at::softmax(logits, 1) : at::sigmoid(logits);
}

}  // namespace lobule::train
