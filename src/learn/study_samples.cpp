#include "learn/study_samples.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "core/error.h"
#include "core/random.h"
#include "core/resample.h"
#include "io/safetensors.h"
#include "learn/prepare.h"

namespace lobule::learn {
namespace {
namespace fs = std::filesystem;

constexpr const char* kInput = "input.";

struct Case {
  std::string name;
  Sample samples;  // along the first axis
  std::int64_t count() const { return samples.inputs[0].shape[0]; }
};

std::string exam_of(const std::string& case_name) {
  return case_name.substr(0, case_name.find('_'));
}

// One number a sample: a class.
bool is_of_whole_image(const Tensor& target) {
  return std::all_of(target.shape.begin() + 2, target.shape.end(), [](std::int64_t n) { return n == 1; });
}

Case read_case(const fs::path& path) {
  Case found{path.stem().string(), {}};
  std::map<std::string, Tensor> inputs;
  for (auto& [name, tensor] : io::read_safetensors(path)) {
    if (tensor.shape.size() < 4)
      throw Error(path.filename().string(), name + " is " + describe(tensor.shape),
                  "a case holds samples, channels and two or three extents");
    if (name.starts_with(kInput))
      inputs.emplace(name, std::move(tensor));
    else
      found.samples.targets.emplace(name, std::move(tensor));
  }
  for (auto& [name, tensor] : inputs) found.samples.inputs.push_back(std::move(tensor));
  if (found.samples.inputs.empty() || found.samples.targets.empty())
    throw Error(path.filename().string(), "it holds no input or no target");
  const Shape& first = found.samples.inputs[0].shape;
  const auto same_places = [&](const Tensor& tensor) {
    return tensor.shape[0] == first[0] &&
           std::equal(first.begin() + 2, first.end(), tensor.shape.begin() + 2, tensor.shape.end());
  };
  for (const Tensor& input : found.samples.inputs)
    if (!same_places(input)) throw Error(path.filename().string(), "its inputs differ in extent");
  for (const auto& [name, target] : found.samples.targets)
    if (!same_places(target) && !(target.shape[0] == first[0] && is_of_whole_image(target)))
      throw Error(path.filename().string(),
                  name + " is " + describe(target.shape) + " for an input of " + describe(first));
  return found;
}

// Window [begin, begin + size) of sample `n` of [n, c, (z,) y, x], zero where it reaches beyond.
Tensor cut(const Tensor& from, std::int64_t n, const std::vector<std::int64_t>& begin,
           const std::vector<std::int64_t>& size) {
  const std::size_t axes = size.size();
  Tensor out;
  out.shape = {from.shape[1]};
  out.shape.insert(out.shape.end(), size.begin(), size.end());
  out.values.assign(value_count(out.shape), 0.0F);
  const auto extent = [&](std::size_t a) { return from.shape[a + 2]; };
  const std::int64_t lines = static_cast<std::int64_t>(out.values.size()) / size[axes - 1];
  for (std::int64_t line = 0; line < lines; ++line) {
    std::int64_t rest = line, offset = 0, stride = extent(axes - 1);
    bool inside = true;
    for (std::size_t a = axes - 1; a-- > 0;) {
      const std::int64_t place = begin[a] + rest % size[a];
      rest /= size[a];
      inside = inside && place >= 0 && place < extent(a);
      offset += place * stride;
      stride *= extent(a);
    }
    if (!inside) continue;
    offset += (n * from.shape[1] + rest) * stride;
    const std::int64_t first = std::max<std::int64_t>(0, -begin[axes - 1]);
    const std::int64_t last = std::min(size[axes - 1], extent(axes - 1) - begin[axes - 1]);
    for (std::int64_t x = first; x < last; ++x)
      out.values[static_cast<std::size_t>(line * size[axes - 1] + x)] =
          from.values[static_cast<std::size_t>(offset + begin[axes - 1] + x)];
  }
  return out;
}

using Places = std::vector<std::pair<std::size_t, std::int64_t>>;  // which case, which of its samples

// Where a class is.
struct Spot {
  std::size_t place = 0;
  std::array<std::int64_t, 3> at{};  // along the axes of the sample
};

constexpr std::size_t kSpotsAPlace = 256;  // that are kept of a class, evenly spread over its voxels

// The spots of sample `n` of labels, by class; -1 and NaN are no labels. Of a class of the whole sample one.
std::map<int, std::vector<Spot>> spots_in(const Tensor& labels, std::int64_t n, std::size_t place) {
  const std::size_t voxels = value_count(labels.shape) / static_cast<std::size_t>(labels.shape[0]);
  const float* values = labels.values.data() + static_cast<std::size_t>(n) * voxels;
  const float least = is_of_whole_image(labels) ? 0 : 1;
  std::map<int, std::vector<std::size_t>> found;
  for (std::size_t v = 0; v < voxels; ++v)
    if (values[v] >= least) found[static_cast<int>(values[v])].push_back(v);
  std::map<int, std::vector<Spot>> spots;
  for (const auto& [label, list] : found) {
    const std::size_t step = (list.size() + kSpotsAPlace - 1) / kSpotsAPlace;
    for (std::size_t i = 0; i < list.size(); i += step) {
      Spot& spot = spots[label].emplace_back(Spot{place, {}});
      std::size_t rest = list[i];
      for (std::size_t a = labels.shape.size() - 2; a-- > 0;) {
        const auto extent = static_cast<std::size_t>(labels.shape[a + 2]);
        spot.at[a] = static_cast<std::int64_t>(rest % extent);
        rest /= extent;
      }
    }
  }
  return spots;
}

std::vector<std::vector<std::vector<Spot>>> spots_of(const std::vector<Case>& cases, const Places& places,
                                                     const std::string& target) {
  std::map<int, std::vector<std::vector<Spot>>> by_class;
  for (std::size_t place = 0; place < places.size(); ++place) {
    const auto& [number, n] = places[place];
    const auto labels = cases[number].samples.targets.find(target);
    if (labels == cases[number].samples.targets.end())
      throw Error(cases[number].name, "it holds no target " + target, "samples are drawn by its classes");
    for (auto& [label, spots] : spots_in(labels->second, n, place))
      by_class[label].push_back(std::move(spots));
  }
  std::vector<std::vector<std::vector<Spot>>> result;
  for (auto& [label, spots] : by_class) result.push_back(std::move(spots));
  return result;
}

class StudySource : public SampleSource {
 public:
  StudySource(std::vector<Case> cases, const StudySourceOptions& options, bool validation)
      : cases_(std::move(cases)), options_(options), validation_(validation) {
    for (std::size_t c = 0; c < cases_.size(); ++c)
      for (std::int64_t n = 0; n < cases_[c].count(); ++n) places_.emplace_back(c, n);
    if (!validation_ && options_.balanced_share > 0) spots_ = spots_of(cases_, places_, options_.balanced_by);
  }

  std::uint64_t size() const override { return validation_ ? places_.size() : 0; }

  Sample at(std::uint64_t index) const override {
    const RandomStream random(options_.seed, "windows of a study");
    const auto below = [&](std::uint64_t key, std::size_t count) {
      return static_cast<std::size_t>(random.uniform(8 * index + key) * static_cast<double>(count));
    };
    const Spot* spot = nullptr;
    if (!spots_.empty() && random.uniform(8 * index + 5) < options_.balanced_share) {
      const auto& of_class = spots_[below(6, spots_.size())];
      const auto& of_place = of_class[below(0, of_class.size())];
      spot = &of_place[below(7, of_place.size())];
    }
    const std::size_t pick = validation_ ? index % places_.size() : below(0, places_.size());
    const auto& [number, n] = places_[spot ? spot->place : pick];
    const Sample& samples = cases_[number].samples;
    const Shape& shape = samples.inputs[0].shape;
    std::vector<std::int64_t> begin, size;
    for (std::size_t a = 2; a < shape.size(); ++a) {
      const int window = options_.preprocessing.window[shape.size() - 1 - a];
      size.push_back(window > 0 ? window : shape[a]);
      const std::int64_t room = shape[a] - size.back();
      const double share = validation_ || room <= 0 ? 0.5 : random.uniform(8 * index + a);
      begin.push_back(static_cast<std::int64_t>(std::floor(share * static_cast<double>(room) + 0.5)));
      if (spot && room > 0)
        begin.back() = std::clamp<std::int64_t>(spot->at[a - 2] - size.back() / 2, 0, room);
    }
    Sample sample;
    for (const Tensor& input : samples.inputs) sample.inputs.push_back(cut(input, n, begin, size));
    for (const auto& [name, target] : samples.targets)
      sample.targets.emplace(name, is_of_whole_image(target)
                                       ? cut(target, n, std::vector<std::int64_t>(size.size(), 0),
                                             std::vector<std::int64_t>(size.size(), 1))
                                       : cut(target, n, begin, size));
    return sample;
  }

 private:
  std::vector<Case> cases_;
  StudySourceOptions options_;
  bool validation_;
  Places places_;
  std::vector<std::vector<std::vector<Spot>>> spots_;  // by class, then place
};

// The exams that are kept for validation: those whose names' random numbers are smallest.
std::set<std::string> validation_exams(const std::set<std::string>& exams,
                                       const StudySourceOptions& options) {
  std::vector<std::pair<double, std::string>> order;
  for (const std::string& exam : exams) order.emplace_back(RandomStream(options.seed, exam).uniform(0), exam);
  std::sort(order.begin(), order.end());
  const std::size_t in = static_cast<std::size_t>(options.validation_in);
  order.resize((exams.size() + in - 1) / in);
  std::set<std::string> chosen;
  for (const auto& [number, exam] : order) chosen.insert(exam);
  return chosen;
}

}  // namespace

Sample case_of(const Image<float>& image, const Mask& labels, const std::string& target,
               const nn::Preprocessing& preprocessing, int dimensions) {
  if (!same_grid(image.grid, labels.grid, 0.01))
    throw Error("labels", "they have " + describe(labels.grid),
                "their image has " + describe(image.grid) + ", or lies at another place",
                "Draw labels on the image's own grid");
  const Image<float> prepared = std::move(prepare({&image}, preprocessing).front());
  const Mask seen = resample_mask(labels, prepared.grid);
  const Index3& size = prepared.grid.size;
  Shape shape{1, 1, size[2], size[1], size[0]};
  if (dimensions == 2) shape = {size[2], 1, size[1], size[0]};
  Sample sample;
  sample.inputs.emplace_back(shape, prepared.voxels);
  sample.targets.emplace(target, Tensor(shape, std::vector<float>(seen.voxels.begin(), seen.voxels.end())));
  return sample;
}

void write_case(const fs::path& path, const Sample& samples_of_case) {
  TensorMap tensors = samples_of_case.targets;
  for (std::size_t i = 0; i < samples_of_case.inputs.size(); ++i)
    tensors.emplace(kInput + std::to_string(i), samples_of_case.inputs[i]);
  io::write_safetensors(path, tensors);
}

StudySources study_sources(const StudySourceOptions& options) {
  std::vector<fs::path> files;
  if (fs::is_directory(options.folder)) {
    for (const auto& entry : fs::directory_iterator(options.folder))
      if (entry.path().extension() == ".safetensors") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::set<std::string> exams;
  for (const fs::path& file : files) exams.insert(exam_of(file.stem().string()));
  if (exams.size() < 2)
    throw Error(options.folder.filename().string(),
                "it holds samples of " + std::to_string(exams.size()) + " exams",
                "some exams are learned from and others are kept to judge by",
                "Give images and labels of at least two exams");
  const std::set<std::string> kept = validation_exams(exams, options);
  std::vector<Case> training, validation;
  for (const fs::path& file : files) {
    Case found = read_case(file);
    (kept.contains(exam_of(found.name)) ? validation : training).push_back(std::move(found));
  }
  StudySources sources;
  sources.training_cases = training.size(), sources.validation_cases = validation.size();
  sources.training = std::make_shared<StudySource>(std::move(training), options, false);
  sources.validation = std::make_shared<StudySource>(std::move(validation), options, true);
  return sources;
}

}  // namespace lobule::learn
