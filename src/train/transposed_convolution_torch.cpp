#include "train/transposed_convolution_torch.h"

#include <torch/csrc/autograd/custom_function.h>

#include <array>
#include <tuple>

namespace lobule::train {
namespace {

using IntList = std::vector<std::int64_t>;

// The plain convolution of which this is the adjoint: its input's shape, and its gradients.
struct Plain {
  const TransposedOptions& options;

  // Numbers that the gradients do not look at; only their shape, type and layout count.
  static at::Tensor unread(const IntList& shape, const at::Tensor& like) {
    return at::empty(shape, like.options(), like.suggest_memory_format());
  }
  std::tuple<at::Tensor, at::Tensor, at::Tensor> gradients(const at::Tensor& by_output,
                                                           const at::Tensor& input, const at::Tensor& weight,
                                                           std::array<bool, 3> wanted) const {
    return at::convolution_backward(by_output, input, weight, at::OptionalIntArrayRef(), options.stride,
                                    options.padding, options.dilation, false,
                                    IntList(options.stride.size(), 0), options.groups, wanted);
  }
  at::Tensor forward(const at::Tensor& input, const at::Tensor& weight) const {
    return at::convolution(input, weight, at::Tensor(), options.stride, options.padding, options.dilation,
                           false, IntList(options.stride.size(), 0), options.groups);
  }
};

struct Transposed : torch::autograd::Function<Transposed> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& weight, const TransposedOptions& options) {
    context->save_for_backward({x, weight});
    context->saved_data["stride"] = options.stride;
    context->saved_data["padding"] = options.padding;
    context->saved_data["dilation"] = options.dilation;
    context->saved_data["groups"] = options.groups;
    IntList shape{x.size(0), weight.size(1) * options.groups};
    for (std::size_t a = 0; a < options.stride.size(); ++a) {
      const auto axis = static_cast<std::int64_t>(a) + 2;
      shape.push_back((x.size(axis) - 1) * options.stride[a] - 2 * options.padding[a] +
                      options.dilation[a] * (weight.size(axis) - 1) + options.output_padding[a] + 1);
    }
    return std::get<0>(Plain{options}.gradients(x, Plain::unread(shape, x), weight, {true, false, false}));
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               torch::autograd::tensor_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1];
    const TransposedOptions options{context->saved_data["stride"].toIntVector(),
                                    context->saved_data["padding"].toIntVector(),
                                    context->saved_data["dilation"].toIntVector(),
                                    {},
                                    context->saved_data["groups"].toInt()};
    const Plain plain{options};
    const at::Tensor by_result = gradients[0].contiguous(x.suggest_memory_format());
    return {plain.forward(by_result, weight),
            std::get<1>(plain.gradients(x, by_result, weight, {false, true, false})), at::Tensor()};
  }
};

}  // namespace

at::Tensor transposed_convolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                  const TransposedOptions& options) {
  const at::Tensor result = Transposed::apply(x, weight, options);
  if (!bias.defined()) return result;
  IntList shape(static_cast<std::size_t>(result.dim()), 1);
  shape[1] = bias.numel();
  return result + bias.reshape(shape);
}

}  // namespace lobule::train
