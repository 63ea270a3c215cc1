#include <torch/script.h>

#include "io/files.h"
#include "io/nifti.h"
#include "io/safetensors.h"
#include "learn/segmentation_figures.h"
#include "train/network_torch.h"
#include "train/script_predict.h"

namespace lobule::train {
namespace {
namespace fs = std::filesystem;

// What LibTorch says without the places in its source and in the network's: the line of the network's own
// failure, else the first.
std::string reason(const std::exception& error) {
  const std::string text = error.what();
  const std::size_t own = text.rfind("RuntimeError: ");
  const std::size_t begin = own == std::string::npos ? 0 : own + std::string_view("RuntimeError: ").size();
  return text.substr(begin, text.find('\n', begin) - begin);
}

torch::jit::Module load(const fs::path& path) {
  if (!fs::exists(path)) throw Error(path.filename().string(), "it does not exist", "", "Check the path");
  try {
    torch::jit::Module module = torch::jit::load(path.string(), at::kCPU);
    module.eval();
    return module;
  } catch (const std::exception& error) {
    throw Error(path.filename().string(), "it is no TorchScript network", reason(error),
                "Save it with torch.jit.script(network).save(file)");
  }
}

// A tensor, or a tuple, list or dictionary of them in their order.
void collect(const c10::IValue& value, std::vector<Tensor>& tensors) {
  if (value.isTensor()) {
    tensors.push_back(from_torch(value.toTensor()));
  } else if (value.isTuple()) {
    for (const c10::IValue& part : value.toTupleRef().elements()) collect(part, tensors);
  } else if (value.isList()) {
    for (const c10::IValue& part : value.toListRef()) collect(part, tensors);
  } else if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict()) collect(entry.value(), tensors);
  } else {
    throw Error("network", "it gives a " + value.tagKind(), "only tensors can be kept");
  }
}

std::vector<Tensor> run(torch::jit::Module& module, const std::vector<Tensor>& inputs) {
  const at::NoGradGuard no_gradients;
  std::vector<c10::IValue> arguments;
  for (const Tensor& input : inputs) arguments.emplace_back(to_torch(input));
  std::vector<Tensor> results;
  try {
    collect(module.forward(arguments), results);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error("network", "it refuses the input", reason(error));
  }
  if (results.empty()) throw Error("network", "it gives no tensor");
  return results;
}

fs::path write_tensors(const fs::path& base, const std::vector<Tensor>& outputs) {
  TensorMap named;
  for (std::size_t i = 0; i < outputs.size(); ++i) named.emplace("output." + std::to_string(i), outputs[i]);
  const fs::path path = base.string() + "_outputs.safetensors";
  io::write_safetensors(path, named);
  return path;
}

fs::path predict_volume(torch::jit::Module& module, const fs::path& file, const fs::path& base) {
  const Image<float> image = io::read_nifti(file);
  const Index3& size = image.grid.size;
  Shape shape{1, 1, size[2], size[1], size[0]};
  if (size[2] == 1) shape.erase(shape.begin() + 2);
  const std::vector<Tensor> outputs = run(module, {Tensor(shape, image.voxels)});
  const Shape& result = outputs[0].shape;
  const bool on_the_grid = outputs.size() == 1 && result.size() == shape.size() && result[0] == 1 &&
                           result[1] < 256 && std::equal(shape.begin() + 2, shape.end(), result.begin() + 2);
  if (!on_the_grid) return write_tensors(base, outputs);
  if (result[1] == 1) {
    Image<float> output(image.grid);
    output.voxels = outputs[0].values;
    const fs::path path = base.string() + "_output.nii.gz";
    io::write_nifti(path, output);
    return path;
  }
  Mask labels(image.grid);
  labels.voxels = learn::largest_class(outputs[0]);
  const fs::path path = base.string() + "_labels.nii.gz";
  io::write_nifti(path, labels);
  return path;
}

fs::path predict_tensors(torch::jit::Module& module, const fs::path& file, const fs::path& base) {
  const TensorMap tensors = io::read_safetensors(file);
  std::vector<Tensor> inputs;
  for (auto found = tensors.find("input.0"); found != tensors.end();
       found = tensors.find("input." + std::to_string(inputs.size())))
    inputs.push_back(found->second);
  if (inputs.empty()) throw Error(file.filename().string(), "it holds no tensor \"input.0\"");
  return write_tensors(base, run(module, inputs));
}

}  // namespace

ScriptPredictOutcome predict_by_script(const ScriptPredictOptions& options, Context& context) {
  torch::jit::Module module = load(options.network);
  io::prepare_output_folder(options.output);
  ScriptPredictOutcome outcome;
  for (const fs::path& file : options.inputs) {
    context.cancellation.check();
    const fs::path base = options.output / io::image_stem(file);
    try {
      if (!fs::exists(file)) throw Error(file.filename().string(), "it does not exist", "", "Check the path");
      outcome.files.push_back(io::is_nifti(file) ? predict_volume(module, file, base)
                                                 : predict_tensors(module, file, base));
    } catch (const Error& error) {
      Finding finding = error.finding();
      const std::string name = file.filename().string();
      if (finding.where.find(name) == std::string::npos) finding.where = name + ": " + finding.where;
      outcome.findings.push_back(std::move(finding));
    }
  }
  return outcome;
}

}  // namespace lobule::train
