#pragma once
// Convolutions of the engine that oneDNN computes. Its types stay in engine_convolution_dnnl.cpp.

#include <memory>
#include <string>
#include <vector>

#include "nn/engine.h"
#include "nn/engine_kernels.h"

namespace lobule::nn {

// The widest vectors that oneDNN would use, which its environment variable ONEDNN_MAX_CPU_ISA may restrict.
enum class VectorWidth { any, avx2, avx512 };
VectorWidth vector_width();

// Weights in the graph's order, and the forms of them that convolutions asked for.
class ConvolutionWeights {
 public:
  // `bias` is empty or has a value for each output channel.
  ConvolutionWeights(std::vector<float> weight, std::vector<float> bias);
  ~ConvolutionWeights();
  std::size_t bytes() const;
  const std::vector<float>& weight() const { return weight_; }
  const std::vector<float>& bias() const { return bias_; }

 private:
  friend class DnnlConvolution;
  struct Forms;
  std::vector<float> weight_, bias_;
  std::unique_ptr<Forms> forms_;
};

struct ConvolutionSpec {
  Convolution layer;
  int dimensions = 3;
  Extent in{1, 1, 1}, out{1, 1, 1};
  int block = 16;
  Precision precision = Precision::f32;
  bool plain_input = false;
  PointwiseActivation activation;  // not of prelu with a weight for each channel
};

// A convolution of images of one shape.
class DnnlConvolution {
 public:
  DnnlConvolution(const ConvolutionSpec& spec, ConvolutionWeights& weights);
  ~DnnlConvolution();

  const std::string& name() const;    // of oneDNN's implementation
  std::size_t working_bytes() const;  // of working space
  void run(const void* in, void* out, void* working_space) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lobule::nn
