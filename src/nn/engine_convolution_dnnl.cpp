#include <dnnl.hpp>
#include <utility>

#include "core/error.h"
#include "nn/engine_convolution.h"

namespace lobule::nn {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

dnnl::engine& processor() {
  static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

bool isa_includes(dnnl::cpu_isa wanted) {
  const auto have = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
  const auto want = static_cast<unsigned>(wanted);
  return (have & want) == want;
}

memory::data_type type_of(Precision precision) {
  return precision == Precision::bf16 ? memory::data_type::bf16 : memory::data_type::f32;
}

Tag image_tag(const ConvolutionSpec& spec, bool plain) {
  const bool flat = spec.dimensions == 2;
  if (plain) return flat ? Tag::nchw : Tag::ncdhw;
  if (spec.block == 16) return flat ? Tag::nChw16c : Tag::nCdhw16c;
  return flat ? Tag::nChw8c : Tag::nCdhw8c;
}

// The graph's order of a weight's axes, in oneDNN's letters, which name them out, in, z, y, x.
Tag weight_tag(const ConvolutionSpec& spec) {
  const bool flat = spec.dimensions == 2, grouped = spec.layer.groups > 1;
  if (spec.layer.transposed) {
    if (grouped) return flat ? Tag::giohw : Tag::giodhw;
    return flat ? Tag::iohw : Tag::iodhw;
  }
  if (grouped) return flat ? Tag::goihw : Tag::goidhw;
  return flat ? Tag::oihw : Tag::oidhw;
}

memory::dims spatial(const ConvolutionSpec& spec, const Extent& extent, int less = 0) {
  memory::dims dims;
  for (std::size_t axis = 3 - static_cast<std::size_t>(spec.dimensions); axis < 3; ++axis)
    dims.push_back(extent[axis] - less);
  return dims;
}

memory::dims image_dims(const ConvolutionSpec& spec, int channels, const Extent& extent) {
  memory::dims dims{1, channels};
  for (const auto e : spatial(spec, extent)) dims.push_back(e);
  return dims;
}

memory::dims weight_dims(const ConvolutionSpec& spec) {
  const Convolution& layer = spec.layer;
  memory::dims dims;
  if (layer.groups > 1) dims.push_back(layer.groups);
  dims.push_back(layer.out_channels / layer.groups);
  dims.push_back(layer.in_channels / layer.groups);
  for (const auto e : spatial(spec, layer.kernel)) dims.push_back(e);
  return dims;
}

// What has to be added after the last place, which oneDNN wants to know.
memory::dims padding_after(const ConvolutionSpec& spec) {
  const Convolution& layer = spec.layer;
  Extent after{};
  for (std::size_t a = 0; a < 3; ++a) {
    const Extent& many = layer.transposed ? spec.out : spec.in;
    const Extent& few = layer.transposed ? spec.in : spec.out;
    after[a] = (few[a] - 1) * layer.stride[a] + layer.dilation[a] * (layer.kernel[a] - 1) + 1 - many[a] -
               layer.padding[a];
  }
  return spatial(spec, after);
}

void append(dnnl::post_ops& operations, const PointwiseActivation& activation) {
  using dnnl::algorithm;
  if (!activation.present) return;
  const float slope = activation.slope;
  switch (activation.kind) {
    case ActivationKind::relu: return operations.append_eltwise(1, algorithm::eltwise_relu, 0, 0);
    case ActivationKind::leaky_relu:
    case ActivationKind::prelu: return operations.append_eltwise(1, algorithm::eltwise_relu, slope, 0);
    case ActivationKind::elu: return operations.append_eltwise(1, algorithm::eltwise_elu, slope, 0);
    case ActivationKind::silu: return operations.append_eltwise(1, algorithm::eltwise_swish, 1, 0);
    case ActivationKind::gelu: return operations.append_eltwise(1, algorithm::eltwise_gelu_erf, 0, 0);
    case ActivationKind::sigmoid: return operations.append_eltwise(1, algorithm::eltwise_logistic, 0, 0);
    case ActivationKind::tanh: return operations.append_eltwise(1, algorithm::eltwise_tanh, 0, 0);
  }
}

}  // namespace

bool has_bf16() {
  return isa_includes(dnnl::cpu_isa::avx512_core_bf16);
}

bool has_bf16_matrix_units() {
  return isa_includes(dnnl::cpu_isa::avx512_core_amx);
}

VectorWidth vector_width() {
  if (isa_includes(dnnl::cpu_isa::avx512_core)) return VectorWidth::avx512;
  return isa_includes(dnnl::cpu_isa::avx2) ? VectorWidth::avx2 : VectorWidth::any;
}

struct ConvolutionWeights::Forms {
  std::vector<memory> weights;
};

ConvolutionWeights::ConvolutionWeights(std::vector<float> weight, std::vector<float> bias)
    : weight_(std::move(weight)), bias_(std::move(bias)), forms_(std::make_unique<Forms>()) {}

ConvolutionWeights::~ConvolutionWeights() = default;

std::size_t ConvolutionWeights::bytes() const {
  std::size_t bytes = (weight_.size() + bias_.size()) * sizeof(float);
  for (const memory& form : forms_->weights) bytes += form.get_desc().get_size();
  return bytes;
}

struct DnnlConvolution::Impl {
  dnnl::primitive primitive;
  memory::desc source, destination, working, bias_desc;
  memory weight, bias;
  std::string name;
  mutable dnnl::stream stream{processor()};

  // Both kinds of primitive say in the same words what they chose.
  template <class Primitive, class Description>
  void make(const Description& description, const dnnl::primitive_attr& attributes, const memory::desc& given,
            ConvolutionWeights& weights, std::vector<memory>& forms) {
    const typename Primitive::primitive_desc chosen(description, attributes, processor());
    primitive = Primitive(chosen);
    source = chosen.src_desc();
    destination = chosen.dst_desc();
    working = chosen.scratchpad_desc();
    name = chosen.impl_info_str();
    if (!weights.bias_.empty()) bias = memory(bias_desc, processor(), weights.bias_.data());
    for (const memory& form : forms) {
      if (form.get_desc() == chosen.weights_desc()) weight = form;
    }
    if (weight) return;
    weight = memory(chosen.weights_desc(), processor());
    memory original(given, processor(), weights.weight_.data());
    dnnl::reorder(original, weight).execute(stream, original, weight);
    stream.wait();
    forms.push_back(weight);
  }
};

DnnlConvolution::DnnlConvolution(const ConvolutionSpec& spec, ConvolutionWeights& weights)
    : impl_(std::make_unique<Impl>()) {
  const Convolution& layer = spec.layer;
  const memory::data_type type = type_of(spec.precision);
  const memory::desc in(image_dims(spec, layer.in_channels, spec.in), type,
                        image_tag(spec, spec.plain_input));
  const memory::desc out(image_dims(spec, layer.out_channels, spec.out), type, image_tag(spec, false));
  const memory::desc weight(weight_dims(spec), type, Tag::any);
  const memory::desc given(weight_dims(spec), memory::data_type::f32, weight_tag(spec));
  if (!weights.bias_.empty())
    impl_->bias_desc = memory::desc({layer.out_channels}, memory::data_type::f32, Tag::x);
  dnnl::post_ops operations;
  append(operations, spec.activation);
  dnnl::primitive_attr attributes;
  attributes.set_post_ops(operations);
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const memory::dims strides = spatial(spec, layer.stride), dilation = spatial(spec, layer.dilation, 1);
  const memory::dims before = spatial(spec, layer.padding), after = padding_after(spec);
  constexpr auto kUse = dnnl::prop_kind::forward_inference;
  try {
    if (layer.transposed) {
      using Primitive = dnnl::deconvolution_forward;
      const Primitive::desc description(kUse, dnnl::algorithm::deconvolution_direct, in, weight,
                                        impl_->bias_desc, out, strides, dilation, before, after);
      impl_->make<Primitive>(description, attributes, given, weights, weights.forms_->weights);
    } else {
      using Primitive = dnnl::convolution_forward;
      const Primitive::desc description(kUse, dnnl::algorithm::convolution_direct, in, weight,
                                        impl_->bias_desc, out, strides, dilation, before, after);
      impl_->make<Primitive>(description, attributes, given, weights, weights.forms_->weights);
    }
  } catch (const dnnl::error& error) {
    throw Error("network", std::string("oneDNN refuses a convolution: ") + error.what());
  }
}

DnnlConvolution::~DnnlConvolution() = default;

const std::string& DnnlConvolution::name() const {
  return impl_->name;
}

std::size_t DnnlConvolution::working_bytes() const {
  return impl_->working.get_size();
}

void DnnlConvolution::run(const void* in, void* out, void* working_space) const {
  const memory source(impl_->source, processor(), const_cast<void*>(in));
  const memory destination(impl_->destination, processor(), out);
  std::unordered_map<int, memory> arguments{
      {DNNL_ARG_SRC, source}, {DNNL_ARG_WEIGHTS, impl_->weight}, {DNNL_ARG_DST, destination}};
  if (impl_->bias) arguments.emplace(DNNL_ARG_BIAS, impl_->bias);
  if (working_bytes() > 0) {
    arguments.emplace(DNNL_ARG_SCRATCHPAD, memory(impl_->working, processor(), working_space));
  }
  try {
    impl_->primitive.execute(impl_->stream, arguments);
    impl_->stream.wait();
  } catch (const dnnl::error& error) {
    throw Error("network", std::string("oneDNN fails in a convolution: ") + error.what());
  }
}

}  // namespace lobule::nn
