#include <c10/util/Exception.h>
#include <torch/cuda.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>

#include "core/error.h"
#include "core/hash.h"
#include "core/parallel.h"
#include "core/random.h"
#include "io/files.h"
#include "learn/model_folder.h"
#include "nn/graph_json.h"
#include "train/checkpoint.h"
#include "train/loader.h"
#include "train/loss_torch.h"
#include "train/optimizer_torch.h"
#include "train/processes_torch.h"
#include "train/torch_network.h"
#include "train/trainer.h"
#include "train/training_page.h"

namespace lobule::train {
namespace {
namespace fs = std::filesystem;

constexpr double kNotJudged = std::numeric_limits<double>::quiet_NaN();
constexpr int kRowsAValidation = 10;     // rows of log.csv between two validations
constexpr double kPlateauShrinks = 0.3;  // the learning rate, where no gain was seen for
constexpr int kPlateauPatience = 5;      // so many validations

at::Device device_of(const learn::TrainingOptions& options) {
  if (options.device == "cpu") return at::kCPU;
  if (torch::cuda::is_available()) return at::kCUDA;
  if (options.device == "cuda")
    throw Error("lobule-train", "there is no GPU that this LibTorch can use", "", "Use --device cpu");
  return at::kCPU;
}

// bf16 pays where the processor multiplies it by itself; every GPU that LibTorch supports well does.
at::ScalarType compute_type(const learn::TrainingOptions& options, const at::Device& device) {
  if (options.precision == "f32") return at::kFloat;
  if (options.precision == "bf16") return at::kBFloat16;
  if (device.is_cuda()) return at::kBFloat16;
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") ? at::kBFloat16 : at::kFloat;
#else
  return at::kFloat;
#endif
}

// What two trainings have to share so that one can go on from the other's checkpoint.
std::string describe_training(const learn::Task& task, const learn::TrainingRecipe& recipe,
                              const learn::TrainingOptions& options, at::ScalarType compute) {
  Sha256 hash;
  hash.add(nn::graph_to_json(task.graph));
  return task.name + ", network " + hash.hex().substr(0, 12) + ", seed " + std::to_string(options.seed) +
         ", " + recipe.optimizer + ", " + recipe.schedule + ", batch " + std::to_string(recipe.batch) +
         " × " + std::to_string(recipe.accumulate) + ", learning rate " +
         std::to_string(recipe.learning_rate) + ", " + std::to_string(recipe.steps) + " steps, " +
         c10::toString(compute);
}

// Puts tensors on a device in the layout in which convolutions are fast.
TorchTensors placed(const TensorMap& tensors, const at::Device& device) {
  TorchTensors result;
  for (const auto& [name, tensor] : tensors) result.emplace(name, channels_last(to_torch(tensor).to(device)));
  return result;
}

class Training {
 public:
  Training(const learn::Task& task, const learn::TrainingOptions& options, Context& context,
           const TrainingListener& listener)
      : task_(task),
        options_(options),
        recipe_(learn::with_options(task.recipe, options)),
        context_(context),
        listener_(listener),
        processes_(Processes::from_environment()),
        device_(device_of(options)),
        compute_(compute_type(options, device_)),
        out_(options.output),
        optimizer_(recipe_, decaying(task.graph)) {
    state_.training = describe_training(task, recipe_, options, compute_);
    begin();
  }

  TrainingReport run() {
    BatchLoader loader(task_.training,
                       {.batch = recipe_.batch,
                        .first_batch = static_cast<std::uint64_t>(state_.step) * recipe_.accumulate,
                        .share = processes_.rank(),
                        .share_of = processes_.count(),
                        .threads = std::max(1, thread_count())});
    const int row_every = std::max(1, recipe_.validate_every / kRowsAValidation);
    while (state_.step < recipe_.steps && !report_.stopped_early) {
      const auto started = std::chrono::steady_clock::now();
      take_step(loader);
      report_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
      const bool last = state_.step == recipe_.steps;
      const bool judge = last || state_.step % recipe_.validate_every == 0;
      if (judge || state_.step % row_every == 0) add_row();
      if (judge) validate();
      tell();
      if (judge) save(last || report_.stopped_early);
      if (context_.cancellation.requested()) {
        if (!judge) save(false);
        throw Cancelled();
      }
    }
    report_.steps = state_.step;
    report_.best_step = state_.best_step;
    report_.best = state_.best_figures;
    report_.precision = compute_ == at::kBFloat16 ? "bf16" : "f32";
    report_.device = device_.is_cuda() ? "cuda" : "cpu";
    return report_;
  }

 private:
  static std::set<std::string> decaying(const nn::Graph& graph) {
    std::set<std::string> names;
    for (const nn::Parameter& parameter : nn::parameters(graph))
      if (parameter.trainable && parameter.decays) names.insert(parameter.name);
    return names;
  }

  void begin() {
    if (recipe_.batch % processes_.count() != 0)
      throw Error("lobule-train",
                  "a batch of " + std::to_string(recipe_.batch) + " does not divide among " +
                      std::to_string(processes_.count()) + " processes",
                  "", "Choose another --batch");
    nn::check(task_.loss, task_.graph);
    io::prepare_output_folder(out_);
    TensorMap weights, average, variances = fresh_log_variances(task_.loss);
    std::optional<Checkpoint> found;
    if (options_.resume) found = read_checkpoint(checkpoint_file());
    if (found) {
      if (found->training != state_.training)
        throw Error("checkpoint", "it is of another training",
                    found->training + "; this one is: " + state_.training,
                    "Give the options of the first run, or train without --resume into another folder");
      state_ = std::move(*found);
      weights = state_.weights, average = state_.average, variances = state_.log_variances;
    } else {
      weights = options_.from.empty()
                    ? nn::initial_weights(task_.graph, static_cast<std::uint64_t>(options_.seed))
                    : learn::read_model(options_.from).weights;
      average = weights;
    }
    nn::check_weights(task_.graph, weights);
    place(weights, average, variances);
    if (found) optimizer_.set_state(placed(state_.optimizer, device_));
    processes_.share_from_first(weights_);
  }

  void place(const TensorMap& weights, const TensorMap& average, const TensorMap& variances) {
    for (const nn::Parameter& parameter : nn::parameters(task_.graph)) {
      at::Tensor tensor = channels_last(to_torch(weights.at(parameter.name)).to(device_));
      tensor.set_requires_grad(parameter.trainable);
      weights_.emplace(parameter.name, tensor);
      if (parameter.trainable) trained_.emplace(parameter.name, tensor);
    }
    log_variances_ = placed(variances, device_);
    for (auto& [name, tensor] : log_variances_) {
      tensor.set_requires_grad(true);
      trained_.emplace(name, tensor);
    }
    if (recipe_.average_decay > 0 || has_consistency(task_.loss)) average_ = placed(average, device_);
  }

  ForwardOptions forward_options(bool training) const {
    return {training, compute_, static_cast<std::uint64_t>(options_.seed),
            static_cast<std::uint64_t>(state_.step)};
  }

  std::vector<at::Tensor> entered(const std::vector<Tensor>& inputs) const {
    std::vector<at::Tensor> tensors;
    for (const Tensor& input : inputs) tensors.push_back(channels_last(to_torch(input).to(device_)));
    return tensors;
  }

  LossValue loss_of_batch(const learn::Sample& batch) {
    std::vector<at::Tensor> inputs = entered(batch.inputs);
    LossInput input{task_.graph, {}, {}, {}, static_cast<std::uint64_t>(state_.step)};
    for (const auto& [name, target] : batch.targets)
      input.targets.emplace(name, to_torch(target).to(device_));
    if (has_consistency(task_.loss)) {
      const at::NoGradGuard no_gradients;
      input.teacher = forward(task_.graph, average_, with_noise(inputs, "teacher"), forward_options(false));
      inputs = with_noise(inputs, "student");
    }
    input.outputs = forward(task_.graph, weights_, inputs, forward_options(true));
    return loss_of(task_.loss, input, log_variances_);
  }

  // Noise that is a function of the step, so that a resumed training sees the same.
  std::vector<at::Tensor> with_noise(const std::vector<at::Tensor>& inputs, const char* whose) const {
    double sigma = 0;
    for (const nn::Loss& loss : task_.loss.losses)
      if (const auto* kind = std::get_if<nn::Consistency>(&loss.kind)) sigma = std::max(sigma, kind->noise);
    std::vector<at::Tensor> noisy;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const RandomStream random(static_cast<std::uint64_t>(options_.seed),
                                std::string("consistency noise ") + whose + std::to_string(i));
      Tensor noise(inputs[i].sizes().vec());
      for (std::size_t v = 0; v < noise.values.size(); ++v)
        noise.values[v] =
            static_cast<float>(sigma * random.normal((static_cast<std::uint64_t>(state_.step) << 32) + v));
      noisy.push_back(inputs[i] + to_torch(noise).to(device_));
    }
    return noisy;
  }

  void take_step(BatchLoader& loader) {
    for (auto& [name, value] : trained_)
      if (value.grad().defined()) value.mutable_grad().zero_();
    double total = 0;
    for (int part = 0; part < recipe_.accumulate; ++part) {
      const LossValue loss = loss_of_batch(loader.next());
      (loss.total / recipe_.accumulate).backward();
      total += loss.total.item<double>() / recipe_.accumulate;
      for (const auto& [name, value] : loss.each) since_row_.each[name] += value / recipe_.accumulate;
    }
    if (!std::isfinite(total))
      throw Error("step " + std::to_string(state_.step + 1), "the loss is no number",
                  "the weights ran away or the samples hold what is no number",
                  "Choose a smaller --learning-rate, or --precision f32");
    processes_.average_gradients(trained_);
    clip_gradients(trained_, recipe_.clip_gradient);
    const double rate = learning_rate_at(recipe_, state_.step, state_.plateau_factor);
    optimizer_.step(trained_, rate);
    if (!average_.empty())
      move_average(average_, weights_, recipe_.average_decay > 0 ? recipe_.average_decay : 0.999,
                   state_.step);
    ++state_.step;
    ++steps_since_row_;
    since_row_.loss += total;
    since_row_.learning_rate = rate;
    last_loss_ = total;
  }

  void add_row() {
    HistoryRow row = since_row_;
    row.step = state_.step;
    row.loss /= steps_since_row_;
    for (auto& [name, value] : row.each) value /= steps_since_row_;
    state_.history.push_back(std::move(row));
    since_row_ = {};
    steps_since_row_ = 0;
  }

  const TorchTensors& judged_weights() const { return recipe_.average_decay > 0 ? average_ : weights_; }

  std::vector<Tensor> outputs_of(const learn::Sample& sample) const {
    const at::NoGradGuard no_gradients;
    std::vector<Tensor> outputs;
    for (const at::Tensor& output :
         forward(task_.graph, judged_weights(), entered(learn::batch_of({sample}).inputs),
                 forward_options(false)))
      outputs.push_back(from_torch(output));
    return outputs;
  }

  // The same cases by the same weights in each process, so that all agree on what is best.
  void validate() {
    learn::Figures sums;
    examples_.clear();
    const std::uint64_t cases = task_.validation->size();
    for (std::uint64_t i = 0; i < cases; ++i) {
      const learn::Sample sample = task_.validation->at(i);
      const std::vector<Tensor> outputs = outputs_of(sample);
      for (const auto& [name, figure] : task_.judge(sample, outputs)) sums[name] += figure;
      if (is_example(i, cases)) examples_.push_back(example_of(task_, sample, outputs));
    }
    std::map<std::string, double> figures;
    for (const auto& [name, sum] : sums) figures[name] = sum.value();
    if (!figures.contains(task_.headline))
      throw Error("task " + task_.name, "no validation case gives the figure " + task_.headline);
    state_.history.back().judged = figures;
    const bool gain =
        state_.best_figures.empty() || figures[task_.headline] > state_.best_figures[task_.headline];
    if (gain) {
      state_.best_figures = figures;
      state_.best_step = state_.step;
      state_.best = from_torch(judged_weights());
      state_.validations_without_gain = 0;
    } else if (++state_.validations_without_gain % kPlateauPatience == 0) {
      state_.plateau_factor *= kPlateauShrinks;
    }
    improved_ = gain;
    report_.stopped_early = recipe_.patience > 0 && state_.validations_without_gain >= recipe_.patience;
  }

  void tell() const {
    if (!listener_) return;
    const auto judged = [&](const std::map<std::string, double>& figures) {
      const auto found = figures.find(task_.headline);
      return found == figures.end() ? kNotJudged : found->second;
    };
    const auto row = std::find_if(state_.history.rbegin(), state_.history.rend(),
                                  [](const HistoryRow& r) { return !r.judged.empty(); });
    const double last = row == state_.history.rend() ? kNotJudged : judged(row->judged);
    listener_({state_.step, recipe_.steps, last_loss_, task_.headline, last, judged(state_.best_figures)});
  }

  nn::Model model_of(const TensorMap& weights, const std::map<std::string, double>& figures, int step) const {
    nn::Model model;
    model.name = model.task = task_.name;
    model.summary = task_.summary;
    model.graph = task_.graph;
    model.weights = weights;
    model.preprocessing = task_.preprocessing;
    model.labels = task_.labels;
    model.metrics = figures;
    model.headline = task_.headline;
    model.limits = task_.limits;
    model.licence = options_.data.empty() && options_.from.empty() ? "Apache-2.0" : "the user's own";
    model.provenance = {{"data", task_.trained_on},
                        {"recipe", state_.training},
                        {"seed", std::to_string(options_.seed)},
                        {"steps", std::to_string(step)},
                        {"code", "lobule " + std::string(version())}};
    return model;
  }

  void save(bool finished) {
    if (processes_.rank() != 0) return;
    state_.weights = from_torch(weights_);
    state_.average = from_torch(average_);
    state_.optimizer = from_torch(optimizer_.state());
    state_.log_variances = from_torch(log_variances_);
    write_checkpoint(checkpoint_file(), state_);
    io::write_file(out_ / "log.csv", history_csv(state_.history));
    if (state_.best.empty()) return;
    const auto stored = options_.weights == "f16" ? io::WeightPrecision::f16 : io::WeightPrecision::f32;
    if (improved_)
      learn::write_model(out_ / "best", model_of(state_.best, state_.best_figures, state_.best_step), stored);
    if (finished)
      learn::write_model(out_ / "last",
                         model_of(from_torch(judged_weights()), state_.history.back().judged, state_.step),
                         stored);
    if (!examples_.empty())
      io::write_file(out_ / "training.html",
                     training_page(task_, state_.training, state_.history, examples_));
    improved_ = false;
  }

  fs::path checkpoint_file() const { return out_ / "checkpoint.safetensors"; }

  const learn::Task& task_;
  learn::TrainingOptions options_;
  learn::TrainingRecipe recipe_;
  Context& context_;
  const TrainingListener& listener_;
  Processes processes_;
  at::Device device_;
  at::ScalarType compute_;
  fs::path out_;
  Optimizer optimizer_;
  Checkpoint state_;
  TrainingReport report_;
  TorchTensors weights_, trained_, average_, log_variances_;  // trained_: of weights_, and the log variances
  HistoryRow since_row_;
  int steps_since_row_ = 0;
  double last_loss_ = 0;
  bool improved_ = false;
  std::vector<Example> examples_;
};

}  // namespace

TrainingReport train_task(const learn::Task& task, const learn::TrainingOptions& options, Context& context,
                          const TrainingListener& listener) {
  if (options.output.empty())
    throw Error("lobule-train", "no folder for the model is given", "", "Name one with -o");
  set_thread_count(options.threads);
  set_torch_threads(thread_count());
  try {
    return Training(task, options, context, listener).run();
  } catch (const c10::Error& failure) {
    throw Error("lobule-train", "LibTorch gave up", failure.what_without_backtrace());
  }
}

}  // namespace lobule::train
