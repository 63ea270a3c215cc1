#include "pipeline/convert.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/parallel.h"
#include "core/text.h"
#include "exam/volume.h"
#include "io/files.h"
#include "io/nifti.h"
#include "pipeline/convert_sidecar.h"
#include "pipeline/sorted_inputs.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

// What tells the volumes of one series apart, as the end of a file's name.
std::string suffix(const exam::VolumePlan& plan) {
  std::string text;
  const auto add = [&](const std::string& word) { text += "_" + word; };
  if (!plan.component.empty()) add(plan.component);
  if (plan.echo > 0) add("echo" + std::to_string(plan.echo));
  if (plan.b_value_s_per_mm2) add("b" + format_number(*plan.b_value_s_per_mm2));
  if (plan.is_trace) add("trace");
  if (plan.direction > 0) add("dir" + std::to_string(plan.direction));
  if (plan.phase_index >= 0) add("phase" + std::to_string(plan.phase_index));
  if (plan.repeat > 0) add("rep" + std::to_string(plan.repeat));
  if (plan.label.ends_with("right")) add("right");
  if (plan.label.ends_with("left")) add("left");
  return text;
}

// Where archives are unpacked; nothing of it is left behind.
struct Unpacked {
  explicit Unpacked(fs::path out) : output(std::move(out)) {}
  ~Unpacked() { remove_scratch(output); }
  Unpacked(const Unpacked&) = delete;
  Unpacked& operator=(const Unpacked&) = delete;
  fs::path output;
};

// File names without ending; each is given once.
class Names {
 public:
  std::string take(int exam_number, const exam::Series& series, const exam::VolumePlan& plan) {
    const std::string base =
        escape_path_component(std::to_string(exam_number) + "_" + std::to_string(series.series_number) +
                              (series.description.empty() ? "" : "_" + series.description) + suffix(plan));
    std::string name = base;
    for (int n = 2; !taken_.insert(name).second; ++n) name = base + "_" + std::to_string(n);
    return name;
  }

 private:
  std::set<std::string> taken_;
};

// Whole numbers of 16 bits are written as such: smaller, and the same values.
void write_image(const fs::path& path, const Image<float>& image) {
  const bool whole = std::all_of(image.voxels.begin(), image.voxels.end(),
                                 [](float v) { return v >= -32768 && v <= 32767 && v == std::floor(v); });
  if (!whole) return io::write_nifti(path, image);
  Image<std::int16_t> integers(image.grid);
  std::transform(image.voxels.begin(), image.voxels.end(), integers.voxels.begin(),
                 [](float v) { return static_cast<std::int16_t>(v); });
  io::write_nifti(path, integers);
}

void convert_series(const exam::DicomIndex& index, const exam::Series& series, int exam_number,
                    const ConvertOptions& options, Names& names, ConvertOutcome& outcome) {
  const exam::AssemblyOptions assembly{options.allow_gaps, options.resample_uneven};
  for (const exam::VolumePlan& plan : exam::plan_volumes(index, series, assembly, outcome.findings)) {
    try {
      const exam::Volume volume = exam::read_volume(index, series, plan);
      const fs::path base = fs::path(options.output) / names.take(exam_number, series, plan);
      write_image(base.string() + ".nii.gz", volume.image);
      io::write_file(base.string() + ".json", sidecar_json(index, series, plan));
      outcome.files.push_back(base.string() + ".nii.gz");
    } catch (const Error& error) {
      Finding finding = error.finding();
      finding.where = exam::describe(series) + ": " + finding.where;
      outcome.findings.push_back(std::move(finding));
    }
  }
}

}  // namespace

void ConvertOptions::list_options(OptionSet& set) {
  set.add("output,o", output, {.help = "the folder for the images", .group = "Output"});
  set.add("allow-gaps", allow_gaps,
          {.help = "fill a missing slice from its neighbours, and say so in the sidecar",
           .group = "Damaged series"});
  set.add("resample-uneven", resample_uneven,
          {.help = "resample unequally spaced slices to the smallest step, and say so in the sidecar",
           .group = "Damaged series"});
  set.add("threads", threads,
          {.help = "processors to use; 0 means all", .group = "Speed", .min = 0, .affects_result = false});
}

ConvertOutcome convert_exams(const exam::DicomIndex& index, const std::vector<exam::Exam>& exams,
                             const ConvertOptions& options, Context& context) {
  ConvertOutcome outcome;
  Names names;
  for (std::size_t e = 0; e < exams.size(); ++e) {
    const int exam_number = static_cast<int>(e) + 1;
    context.progress.begin("exam " + std::to_string(exam_number) + ": convert");
    for (std::size_t s = 0; s < exams[e].series.size(); ++s) {
      context.cancellation.check();
      context.progress.update(static_cast<double>(s) / static_cast<double>(exams[e].series.size()));
      convert_series(index, exams[e].series[s], exam_number, options, names, outcome);
    }
    context.progress.finish();
  }
  return outcome;
}

ConvertOutcome convert_inputs(const std::vector<std::string>& inputs, const ConvertOptions& options,
                              Context& context) {
  set_thread_count(options.threads);
  const fs::path out = options.output;
  io::prepare_output_folder(out);
  const Unpacked unpacked(out);
  const SortedInputs sorted = read_and_sort(inputs, out, {}, context);
  ConvertOutcome outcome = convert_exams(sorted.index, sorted.exams, options, context);
  outcome.findings.insert(outcome.findings.begin(), sorted.findings.begin(), sorted.findings.end());
  return outcome;
}

}  // namespace lobule::pipeline
