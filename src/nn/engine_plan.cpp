#include "nn/engine_plan.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "nn/engine_fusion.h"
#include "nn/engine_memory.h"

namespace lobule::nn {
namespace {

std::size_t index(int i) {
  return static_cast<std::size_t>(i);
}

constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

Extent extent_of(const Shape& shape) {
  const auto from_end = [&](std::size_t i) { return static_cast<int>(shape[shape.size() - i]); };
  return {shape.size() == 5 ? from_end(3) : 1, from_end(2), from_end(1)};
}

}  // namespace

struct Plan::Impl {
  EngineParts parts;
  std::vector<Shape> shapes;         // of the nodes
  std::vector<BlockedImage> images;  // of the values; data: where they begin in the arena
  std::vector<std::unique_ptr<DnnlConvolution>> convolutions;  // of the steps, where oneDNN computes them
  std::vector<std::size_t> converted;   // of the inputs: where their bf16 form is, for plain convolutions
  std::vector<StepFusion> fusions;      // of the steps
  std::vector<std::size_t> moments_at;  // of convolutions whose image's moments somebody wants
  std::vector<std::size_t> scales_at;   // of deferred normalizations: scale, then shift
  std::size_t working_at = 0, arena_bytes = 0, bytes_of_thread = 0;

  Impl(const EngineParts& p, const std::vector<Shape>& inputs)
      : parts(p), shapes(infer_shapes(p.graph, inputs)) {}

  const Step& step(std::size_t s) const { return parts.lowered.steps[s]; }
  const StepImage& value(int v) const { return parts.lowered.values[index(v)]; }
  const Layer& layer(const Step& step) const { return parts.graph.nodes[index(step.node)].layer; }

  std::size_t image_bytes(const BlockedImage& image) const {
    const std::size_t block = index(parts.kernels.block);
    return (index(image.channels) + block - 1) / block * block * image.places() *
           parts.kernels.bytes_of_value;
  }

  int root(int v) const {
    while (value(v).parent >= 0) v = value(v).parent;
    return v;
  }

  // Bytes from the beginning of the root's image to that of a part of it.
  std::size_t offset_in_root(int v) const {
    std::size_t channels = 0;
    for (; value(v).parent >= 0; v = value(v).parent) channels += index(value(v).first_channel);
    return channels * images[index(v)].places() * parts.kernels.bytes_of_value;
  }

  void make_convolutions() {
    convolutions.resize(parts.lowered.steps.size());
    for (std::size_t s = 0; s < convolutions.size(); ++s) {
      if (step(s).kind != StepKind::convolution || !parts.weights[s]->convolution) continue;
      if (fusions[s].winograd) {
        prepare_winograd(as_convolution(layer(step(s))), parts.kernels, *parts.weights[s]);
        bytes_of_thread = std::max(
            bytes_of_thread, (parts.kernels.winograd_working_bytes(winograd_job(s, nullptr)) + 63) / 64 * 64);
        continue;
      }
      ConvolutionSpec spec;
      spec.layer = as_convolution(layer(step(s)));
      spec.dimensions = parts.graph.dimensions;
      spec.in = images[index(step(s).inputs[0])].extent;
      spec.out = images[index(step(s).output)].extent;
      spec.block = parts.kernels.block;
      spec.precision = parts.precision;
      spec.plain_input = step(s).plain_input;
      spec.activation = parts.weights[s]->activation;
      convolutions[s] = std::make_unique<DnnlConvolution>(spec, *parts.weights[s]->convolution);
    }
  }

  std::size_t padded(int v) const {
    const std::size_t block = index(parts.kernels.block);
    return (index(images[index(v)].channels) + block - 1) / block * block;
  }

  // A convolution by minimal filtering; of sizes only where there is no arena yet.
  WinogradJob winograd_job(std::size_t s, std::byte* arena) const {
    const StepWeights& weights = *parts.weights[s];
    const Convolution convolution = as_convolution(layer(step(s)));
    WinogradJob job;
    job.in = image(step(s).inputs[0], arena);
    job.out = image(step(s).output, arena);
    job.depth = convolution.kernel[0];
    job.padding = convolution.padding;
    job.weight = weights.winograd_weight.floats();
    job.bias = weights.winograd_bias.data();
    job.activation = weights.activation;
    if (arena == nullptr) return job;
    if (const int by = fusions[s].normalized_by; by >= 0) {
      job.in_scale = reinterpret_cast<const float*>(arena + scales_at[index(by)]);
      job.in_shift = job.in_scale + padded(step(s).inputs[0]);
      job.in_activation = parts.weights[index(by)]->activation;
    }
    if (moments_at[s] != kNowhere) job.moments = reinterpret_cast<ChannelMoments*>(arena + moments_at[s]);
    job.working = reinterpret_cast<float*>(arena + arena_bytes);
    job.working_step = bytes_of_thread / sizeof(float);
    return job;
  }

  // What passes between a convolution and the normalization after it, and from there to its reader.
  void lay_out_fusions(std::vector<Lifetime>& lives,
                       std::vector<std::pair<std::size_t, std::size_t*>>& places) {
    moments_at.assign(fusions.size(), kNowhere);
    scales_at.assign(fusions.size(), kNowhere);
    for (std::size_t s = 0; s < fusions.size(); ++s) {
      if (const int from = fusions[s].moments_of; from >= 0) {
        const int count = parts.kernels.winograd_parts(winograd_job(index(from), nullptr));
        places.emplace_back(lives.size(), &moments_at[index(from)]);
        lives.push_back(
            {index(count) * padded(step(s).output) * sizeof(ChannelMoments), from, static_cast<int>(s)});
      }
      if (const int by = fusions[s].normalized_by; by >= 0) {
        places.emplace_back(lives.size(), &scales_at[index(by)]);
        lives.push_back({2 * padded(step(s).inputs[0]) * sizeof(float), by, static_cast<int>(s)});
      }
    }
  }

  void lay_out() {
    const int last_step = static_cast<int>(parts.lowered.steps.size());
    std::vector<Lifetime> lives(images.size());
    const auto touch = [&](int v, int at) {
      if (value(v).input >= 0) return;
      Lifetime& life = lives[index(root(v))];
      if (life.bytes == 0) {
        life.bytes = image_bytes(images[index(root(v))]);
        life.first = at;
      }
      life.first = std::min(life.first, at);
      life.last = std::max(life.last, at);
    };
    for (int s = 0; s < last_step; ++s) {
      for (const int input : step(index(s)).inputs) touch(input, s);
      touch(step(index(s)).output, s);
    }
    for (const int output : parts.lowered.outputs) touch(output, last_step);
    const std::size_t images_end = lives.size();
    std::size_t working_bytes = 0;
    for (const auto& convolution : convolutions)
      if (convolution) working_bytes = std::max(working_bytes, convolution->working_bytes());
    lives.push_back({working_bytes, 0, last_step});
    for (std::size_t v = 0; v < images.size(); ++v) {
      const bool converts = parts.precision == Precision::bf16 && parts.lowered.values[v].input >= 0;
      const std::size_t bytes = converts ? index(images[v].channels) * images[v].places() * sizeof(float) : 0;
      lives.push_back({bytes, 0, last_step});
    }
    std::vector<std::pair<std::size_t, std::size_t*>> places;
    lay_out_fusions(lives, places);
    const Placement placement = place(lives);
    for (const auto& [life, at] : places) *at = placement.offsets[life];
    for (std::size_t v = 0; v < images.size(); ++v) {
      const int whole = root(static_cast<int>(v));
      const std::size_t at = placement.offsets[index(whole)] + offset_in_root(static_cast<int>(v));
      images[v].data = reinterpret_cast<void*>(at);
      converted.push_back(placement.offsets[images_end + 1 + v]);
    }
    working_at = placement.offsets[images_end];
    arena_bytes = (placement.bytes + 63) / 64 * 64;
  }

  BlockedImage image(int v, std::byte* arena) const {
    BlockedImage found = images[index(v)];
    found.data = arena + reinterpret_cast<std::size_t>(found.data);
    return found;
  }

  void run_convolution(std::size_t s, const std::vector<const float*>& inputs, std::byte* arena) const {
    const StepWeights& weights = *parts.weights[s];
    const BlockedImage out = image(step(s).output, arena);
    const int from = step(s).inputs[0];
    if (fusions[s].winograd) return parts.kernels.winograd(winograd_job(s, arena));
    if (!convolutions[s]) {
      parts.kernels.enlarge({image(from, arena), out, as_convolution(layer(step(s))).kernel,
                             weights.enlarge_weight.data(), weights.enlarge_bias.data(), weights.activation});
      return;
    }
    const void* in = image(from, arena).data;
    if (step(s).plain_input) {
      const float* plain = inputs[index(value(from).input)];
      in = plain;
      if (parts.precision == Precision::bf16) {
        std::byte* to = arena + converted[index(from)];
        parts.kernels.convert_plain(plain, index(images[index(from)].channels) * images[index(from)].places(),
                                    to);
        in = to;
      }
    }
    convolutions[s]->run(in, out.data, arena + working_at);
  }

  void run_normalization(std::size_t s, std::byte* arena) const {
    const auto& normalization = std::get<Normalization>(layer(step(s)));
    const StepWeights& weights = *parts.weights[s];
    NormalizationJob job{image(step(s).inputs[0], arena), image(step(s).output, arena)};
    if (normalization.kind == NormalizationKind::instance) job.groups = normalization.channels;
    if (normalization.kind == NormalizationKind::group) job.groups = normalization.groups;
    job.epsilon = normalization.epsilon;
    job.scale = weights.scale.data();
    job.shift = weights.shift.data();
    job.activation = weights.activation;
    if (const int from = fusions[s].moments_of; from >= 0) {
      const WinogradJob writer = winograd_job(index(from), arena);
      job.moments = writer.moments;
      job.parts = parts.kernels.winograd_parts(writer);
    }
    if (!fusions[s].deferred) return parts.kernels.normalize(job);
    float* scale = reinterpret_cast<float*>(arena + scales_at[s]);
    parts.kernels.normalization(job, scale, scale + padded(step(s).output));
  }

  void run_step(std::size_t s, const std::vector<const float*>& inputs, std::byte* arena) const {
    const Kernels& kernels = parts.kernels;
    const PointwiseActivation& activation = parts.weights[s]->activation;
    const BlockedImage out = image(step(s).output, arena);
    const auto in = [&](std::size_t i) { return image(step(s).inputs[i], arena); };
    switch (step(s).kind) {
      case StepKind::enter: kernels.from_plain(inputs[index(value(step(s).inputs[0]).input)], out); break;
      case StepKind::convolution: run_convolution(s, inputs, arena); break;
      case StepKind::normalize: run_normalization(s, arena); break;
      case StepKind::activate: kernels.activate(in(0), out, activation); break;
      case StepKind::pool: kernels.pool(in(0), out, std::get<Pool>(layer(step(s)))); break;
      case StepKind::global_average: kernels.global_average(in(0), out); break;
      case StepKind::upsample: kernels.upsample(in(0), out, std::get<Upsample>(layer(step(s)))); break;
      case StepKind::add: {
        std::vector<BlockedImage> terms;
        for (std::size_t i = 0; i < step(s).inputs.size(); ++i) terms.push_back(in(i));
        kernels.add(terms, out, activation);
        break;
      }
      case StepKind::multiply: kernels.multiply(in(0), in(1), out, activation); break;
      case StepKind::place: kernels.place(in(0), out, step(s).first_channel); break;
      case StepKind::softmax: kernels.softmax(in(0), out); break;
    }
  }
};

Plan::Plan(const EngineParts& parts, const std::vector<Shape>& shapes)
    : impl_(std::make_unique<Impl>(Impl(parts, shapes))) {
  for (const StepImage& value : parts.lowered.values) {
    const Shape& shape = impl_->shapes[index(value.node)];
    impl_->images.push_back({nullptr, static_cast<int>(shape[1]), extent_of(shape)});
  }
  impl_->fusions = fuse(parts.graph, parts.lowered, impl_->images, parts.kernels);
  impl_->make_convolutions();
  impl_->lay_out();
}

Plan::~Plan() = default;

std::size_t Plan::arena_bytes(int threads) const {
  return impl_->arena_bytes + index(threads) * impl_->bytes_of_thread;
}

void Plan::run(const std::vector<const float*>& inputs, const std::vector<float*>& outputs, std::byte* arena,
               std::vector<double>& seconds) const {
  using Clock = std::chrono::steady_clock;
  auto before = Clock::now();
  const auto note = [&](std::size_t s) {
    const auto now = Clock::now();
    seconds[s] += std::chrono::duration<double>(now - before).count();
    before = now;
  };
  const std::size_t steps = impl_->parts.lowered.steps.size();
  seconds.resize(steps + 1);
  for (std::size_t s = 0; s < steps; ++s) {
    impl_->run_step(s, inputs, arena);
    note(s);
  }
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    const int v = impl_->parts.lowered.outputs[o];
    const BlockedImage image = impl_->image(v, arena);
    if (impl_->value(v).input >= 0)
      std::memcpy(outputs[o], inputs[index(impl_->value(v).input)],
                  index(image.channels) * image.places() * sizeof(float));
    else
      impl_->parts.kernels.to_plain(image, outputs[o]);
  }
  note(steps);
}

std::vector<StepTime> Plan::steps() const {
  std::vector<StepTime> steps;
  for (std::size_t s = 0; s < impl_->parts.lowered.steps.size(); ++s) {
    const Step& step = impl_->step(s);
    StepTime time{step.name, "vector", 0, 0};
    if (impl_->fusions[s].winograd) time.how = "winograd 4×4";
    if (impl_->fusions[s].deferred) time.how = "left to its reader";
    if (impl_->convolutions[s]) time.how = impl_->convolutions[s]->name();
    if (step.kind == StepKind::convolution) {
      const Convolution layer = as_convolution(impl_->layer(step));
      const double taps = 1.0 * layer.kernel[0] * layer.kernel[1] * layer.kernel[2];
      const BlockedImage& few = impl_->images[index(layer.transposed ? step.inputs[0] : step.output)];
      time.floating_point_operations = 2 * taps * layer.in_channels / layer.groups * layer.out_channels *
                                       static_cast<double>(few.places());
    }
    steps.push_back(std::move(time));
  }
  steps.push_back({"outputs", "vector", 0, 0});
  return steps;
}

}  // namespace lobule::nn
