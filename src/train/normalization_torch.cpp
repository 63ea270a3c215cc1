#include "train/normalization_torch.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <vector>

#include "train/network_torch.h"
#include "train/normalization_kernels.h"

namespace lobule::train {
namespace {

// A batch of images cut into pieces of places.
struct Pieces {
  explicit Pieces(const at::Tensor& x)
      : samples(static_cast<std::size_t>(x.size(0))),
        channels(static_cast<std::size_t>(x.size(1))),
        places(static_cast<std::size_t>(x.numel()) / (samples * channels)),
        a_sample((places + kPlacesAPiece - 1) / kPlacesAPiece) {}

  std::size_t count() const { return samples * a_sample; }
  std::size_t sample(std::size_t piece) const { return piece / a_sample; }
  std::size_t first_place(std::size_t piece) const { return piece % a_sample * kPlacesAPiece; }
  std::size_t size(std::size_t piece) const { return std::min(kPlacesAPiece, places - first_place(piece)); }
  std::size_t offset(std::size_t piece) const {
    return (sample(piece) * places + first_place(piece)) * channels;
  }

  template <class Body>
  void for_each(const Body& body) const {
    at::parallel_for(0, static_cast<std::int64_t>(count()), 4, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t piece = begin; piece < end; ++piece) body(static_cast<std::size_t>(piece));
    });
  }

  std::size_t samples, channels, places, a_sample;
};

// Sums of a piece each, [piece][2][channels], added for each sample or for all: [group][2][channels].
std::vector<double> sums_of_groups(const Pieces& pieces, const std::vector<double>& sums,
                                   std::size_t groups) {
  const std::size_t width = 2 * pieces.channels;
  std::vector<double> result(groups * width, 0.0);
  for (std::size_t piece = 0; piece < pieces.count(); ++piece) {
    const std::size_t group = groups == 1 ? 0 : pieces.sample(piece);
    for (std::size_t i = 0; i < width; ++i) result[group * width + i] += sums[piece * width + i];
  }
  return result;
}

// What the backward pass needs of each group, [group][channels] one after another.
struct Statistics {
  Statistics(double* numbers, std::size_t size)
      : mean(numbers), deviation(numbers + size), scale(numbers + 2 * size), offset(numbers + 3 * size) {}
  double *mean, *deviation /* its inverse */, *scale, *offset;
};

std::vector<double> numbers_of(const at::Tensor& tensor, std::size_t count, double otherwise) {
  std::vector<double> numbers(count, otherwise);
  if (!tensor.defined()) return numbers;
  const at::Tensor plain = tensor.detach().to(at::kDouble).contiguous();
  std::copy(plain.data_ptr<double>(), plain.data_ptr<double>() + count, numbers.begin());
  return numbers;
}

template <class Element>
void find_statistics(const Element* x, const Pieces& pieces, std::size_t groups,
                     const NormalizationStep& step, Statistics statistics) {
  const std::size_t channels = pieces.channels;
  // Each group's first place, as the kernels see it.
  std::vector<double> shift(groups * channels, 0.0), zero(channels, 0.0), one(2 * channels);
  for (std::size_t group = 0; group < groups; ++group) {
    add_up(x + group * pieces.places * channels, 1, channels, zero.data(), one.data());
    std::copy_n(one.begin(), channels, shift.begin() + static_cast<std::ptrdiff_t>(group * channels));
  }
  std::vector<double> parts(pieces.count() * 2 * channels);
  pieces.for_each([&](std::size_t piece) {
    const std::size_t group = groups == 1 ? 0 : pieces.sample(piece);
    add_up(x + pieces.offset(piece), pieces.size(piece), channels, &shift[group * channels],
           &parts[piece * 2 * channels]);
  });
  const std::vector<double> sums = sums_of_groups(pieces, parts, groups);
  const double count = static_cast<double>(pieces.samples * pieces.places / groups);
  const std::vector<double> weight = numbers_of(step.weight, channels, 1),
                            bias = numbers_of(step.bias, channels, 0);
  std::vector<double> unbiased(channels);
  for (std::size_t group = 0; group < groups; ++group)
    for (std::size_t c = 0; c < channels; ++c) {
      const double sum = sums[group * 2 * channels + c], square = sums[(group * 2 + 1) * channels + c];
      const std::size_t at = group * channels + c;
      const double variance = std::max(0.0, square / count - sum / count * (sum / count));
      unbiased[c] = variance * count / std::max(1.0, count - 1);
      statistics.mean[at] = shift[at] + sum / count;
      statistics.deviation[at] = 1 / std::sqrt(variance + step.epsilon);
      statistics.scale[at] = weight[c] * statistics.deviation[at];
      statistics.offset[at] = bias[c] - statistics.mean[at] * statistics.scale[at];
    }
  if (!step.over_batch || !step.running_mean.defined()) return;
  const auto move = [&](at::Tensor running, const double* towards) {
    const at::Tensor target =
        at::from_blob(const_cast<double*>(towards), {static_cast<std::int64_t>(channels)}, at::kDouble);
    running.mul_(1 - step.momentum).add_(target.to(running.scalar_type()), step.momentum);
  };
  move(step.running_mean, statistics.mean);
  move(step.running_var, unbiased.data());
}

template <class Element>
void run_forward(const void* x, void* y, const Pieces& pieces, std::size_t groups,
                 const NormalizationStep& step, Statistics statistics) {
  const auto* from = static_cast<const Element*>(x);
  auto* to = static_cast<Element*>(y);
  find_statistics(from, pieces, groups, step, statistics);
  pieces.for_each([&](std::size_t piece) {
    const std::size_t at = (groups == 1 ? 0 : pieces.sample(piece)) * pieces.channels;
    normalize(from + pieces.offset(piece), to + pieces.offset(piece), pieces.size(piece), pieces.channels,
              {statistics.scale + at, statistics.offset + at, step.slope});
  });
}

// Fills by_x, and the gradients of weight and bias.
template <class Element>
void run_backward(const void* gradient, const void* x, void* by_x, const Pieces& pieces, std::size_t groups,
                  double slope, Statistics statistics, std::vector<double>& by_weight,
                  std::vector<double>& by_bias) {
  const auto *given = static_cast<const Element*>(gradient), *values = static_cast<const Element*>(x);
  auto* to = static_cast<Element*>(by_x);
  const std::size_t channels = pieces.channels;
  const auto affine = [&](std::size_t at) {
    return Affine{statistics.scale + at, statistics.offset + at, slope};
  };
  const auto at_group = [&](std::size_t piece) {
    return (groups == 1 ? 0 : pieces.sample(piece)) * channels;
  };
  std::vector<double> parts(pieces.count() * 2 * channels);
  pieces.for_each([&](std::size_t piece) {
    const std::size_t at = at_group(piece);
    add_up_gradient(given + pieces.offset(piece), values + pieces.offset(piece), pieces.size(piece), channels,
                    affine(at), statistics.mean + at, &parts[piece * 2 * channels]);
  });
  const std::vector<double> sums = sums_of_groups(pieces, parts, groups);
  const double count = static_cast<double>(pieces.samples * pieces.places / groups);
  std::vector<double> by_value(groups * channels), constant(groups * channels);
  for (std::size_t group = 0; group < groups; ++group)
    for (std::size_t c = 0; c < channels; ++c) {
      const double sum = sums[group * 2 * channels + c], product = sums[(group * 2 + 1) * channels + c];
      const std::size_t at = group * channels + c;
      const double deviation = statistics.deviation[at];
      by_weight[c] += deviation * product;
      by_bias[c] += sum;
      by_value[at] = -statistics.scale[at] * deviation * deviation * product / count;
      constant[at] = -statistics.scale[at] * sum / count - by_value[at] * statistics.mean[at];
    }
  pieces.for_each([&](std::size_t piece) {
    const std::size_t at = at_group(piece);
    normalize_backward(given + pieces.offset(piece), values + pieces.offset(piece), to + pieces.offset(piece),
                       pieces.size(piece), channels, affine(at), {&by_value[at], &constant[at]});
  });
}

// Calls body with a null pointer of the kernels' type.
template <class Body>
void of_type(at::ScalarType type, const Body& body) {
  if (type == at::kFloat) return body(static_cast<float*>(nullptr));
  if (type == at::kBFloat16) return body(static_cast<BFloat16*>(nullptr));
  body(static_cast<double*>(nullptr));
}

struct Normalize : torch::autograd::Function<Normalize> {
  // `weight` and `bias` stand beside the step so that gradients reach them.
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& image,
                            const at::Tensor& weight, const at::Tensor& bias, const NormalizationStep& step) {
    static_cast<void>(bias);
    const at::Tensor x = channels_last(image);
    const Pieces pieces(x);
    const std::size_t groups = step.over_batch ? 1 : pieces.samples, size = groups * pieces.channels;
    at::Tensor numbers = at::empty({static_cast<std::int64_t>(4 * size)}, at::kDouble);
    at::Tensor y = at::empty_like(x);
    const Statistics statistics(numbers.data_ptr<double>(), size);
    of_type(x.scalar_type(), [&](auto* type) {
      using Element = std::remove_pointer_t<decltype(type)>;
      run_forward<Element>(x.data_ptr(), y.data_ptr(), pieces, groups, step, statistics);
    });
    context->save_for_backward({x, weight, numbers});
    context->saved_data["slope"] = step.slope;
    context->saved_data["groups"] = static_cast<std::int64_t>(groups);
    return y;
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               torch::autograd::tensor_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &numbers = saved[2];
    const at::Tensor gradient = channels_last(gradients[0].to(x.scalar_type()));
    const Pieces pieces(x);
    const auto groups = static_cast<std::size_t>(context->saved_data["groups"].toInt());
    const Statistics statistics(numbers.data_ptr<double>(), groups * pieces.channels);
    at::Tensor by_x = at::empty_like(x);
    std::vector<double> by_weight(pieces.channels, 0.0), by_bias(pieces.channels, 0.0);
    of_type(x.scalar_type(), [&](auto* type) {
      using Element = std::remove_pointer_t<decltype(type)>;
      run_backward<Element>(gradient.data_ptr(), x.data_ptr(), by_x.data_ptr(), pieces, groups,
                            context->saved_data["slope"].toDouble(), statistics, by_weight, by_bias);
    });
    if (!weight.defined()) return {by_x, at::Tensor(), at::Tensor(), at::Tensor()};
    const auto of_channels = [&](const std::vector<double>& values) {
      return at::tensor(values, at::kDouble).to(weight.scalar_type());
    };
    return {by_x, of_channels(by_weight), of_channels(by_bias), at::Tensor()};
  }
};

}  // namespace

bool can_normalize(const at::Tensor& x) {
  const at::ScalarType type = x.scalar_type();
  return x.device().is_cpu() && (type == at::kFloat || type == at::kBFloat16 || type == at::kDouble);
}

at::Tensor normalize(const at::Tensor& x, const NormalizationStep& step) {
  return Normalize::apply(x, step.weight, step.bias, step);
}

}  // namespace lobule::train
