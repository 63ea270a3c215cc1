#include "pipeline/sorted_study.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "exam/series_thumbnail.h"
#include "exam/sort.h"
#include "exam/sort_dynamic.h"
#include "io/files.h"
#include "io/inputs.h"
#include "learn/study_samples.h"
#include "learn/thumbnail_source.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;
using learn::PhaseClass;
using learn::SequenceClass;

// The roles of exams.json as decisions of a person, by SeriesInstanceUID.
std::vector<exam::Correction> roles_of(const fs::path& file) {
  std::vector<exam::Correction> roles;
  try {
    const nlohmann::json root = nlohmann::json::parse(io::read_file(file));
    for (const auto& one_exam : root.at("exams"))
      for (const auto& series : one_exam.at("series")) {
        exam::Correction role;
        role.series_uid = series.at("series_uid").get<std::string>();
        role.role = exam::role_from_text(series.at("role").get<std::string>());
        if (series.at("phase_index").is_number()) role.phase_index = series.at("phase_index").get<int>();
        role.b_values = series.at("b_values").get<std::vector<double>>();
        roles.push_back(std::move(role));
      }
  } catch (const nlohmann::json::exception&) {
    throw Error("exams.json", "it is not what lobule sort writes", "",
                "Write it with `lobule sort`, and correct roles with --corrections");
  }
  return roles;
}

// What a role says of a series; nothing for other modalities.
std::optional<learn::SeriesTruth> truth_of(const exam::Series& series) {
  using exam::Role;
  const std::optional<double> b =
      series.b_values.size() == 1 ? std::optional(series.b_values[0]) : std::nullopt;
  switch (series.role) {
    case Role::t1: return learn::SeriesTruth{SequenceClass::t1, false, std::nullopt, {}};
    case Role::t1_fatsat: return learn::SeriesTruth{SequenceClass::t1, true, std::nullopt, {}};
    case Role::t2: return learn::SeriesTruth{SequenceClass::t2, false, std::nullopt, {}};
    case Role::t2_fatsat: return learn::SeriesTruth{SequenceClass::t2, true, std::nullopt, {}};
    case Role::dwi: return learn::SeriesTruth{SequenceClass::dwi, {}, {}, b};
    case Role::adc: return learn::SeriesTruth{SequenceClass::adc, {}, {}, {}};
    case Role::dce_pre: return learn::SeriesTruth{SequenceClass::t1, std::nullopt, false, {}};
    case Role::dce_post:
    case Role::post_highres: return learn::SeriesTruth{SequenceClass::t1, std::nullopt, true, {}};
    case Role::dce: return learn::SeriesTruth{SequenceClass::t1, std::nullopt, std::nullopt, {}};
    case Role::derived: return learn::SeriesTruth{SequenceClass::derived, {}, {}, {}};
    case Role::localizer: return learn::SeriesTruth{SequenceClass::localizer, {}, {}, {}};
    case Role::other: return learn::SeriesTruth{SequenceClass::other, {}, {}, {}};
    default: return std::nullopt;
  }
}

std::map<std::string, Tensor> with_batch_axis(std::map<std::string, Tensor> targets) {
  for (auto& [name, tensor] : targets) tensor.shape.insert(tensor.shape.begin(), 1);
  return targets;
}

std::vector<int> frames_of(const exam::SeriesFacts& facts, const std::vector<exam::FrameRef>& images) {
  std::vector<int> frames;
  for (std::size_t i = 0; i < facts.frames.size(); ++i)
    if (std::any_of(images.begin(), images.end(), [&](const exam::FrameRef& ref) {
          return ref.entry == facts.frames[i].ref.entry && ref.frame == facts.frames[i].ref.frame;
        }))
      frames.push_back(static_cast<int>(i));
  return frames;
}

std::optional<learn::Sample> sequence_sample(const exam::DicomIndex& index, const exam::Series& series) {
  const auto truth = truth_of(series);
  if (!truth) return std::nullopt;
  const exam::SeriesFacts facts = exam::gather_facts(index, series);
  std::vector<int> frames(facts.frames.size());
  std::iota(frames.begin(), frames.end(), 0);
  exam::SeriesThumbnail thumbnail =
      exam::normalized(exam::series_thumbnail(facts, frames, exam::FrameSource(index)));
  if (thumbnail.pictures.empty()) return std::nullopt;
  learn::Sample sample;
  Tensor pictures({1, 3, thumbnail.size, thumbnail.size});
  pictures.values = std::move(thumbnail.pictures);
  sample.inputs.push_back(std::move(pictures));
  sample.targets = with_batch_axis(learn::sequence_targets(*truth));
  return sample;
}

// The phases of an exam's dynamic, by index, each with its thumbnail of the places where all have slices, as
// the sorter shows them.
std::map<int, std::vector<float>> phase_pictures(const exam::DicomIndex& index, const exam::Exam& exam) {
  exam::DynamicGroup dynamic;
  std::vector<exam::SeriesWork> works(exam.series.size());
  std::vector<int> phase_of;
  for (std::size_t s = 0; s < exam.series.size(); ++s) {
    const exam::Series& series = exam.series[s];
    const auto add = [&](int phase, const std::vector<exam::FrameRef>& images) {
      if (works[s].facts.frames.empty()) works[s].facts = exam::gather_facts(index, series);
      std::vector<int> frames = frames_of(works[s].facts, images);
      if (frames.empty()) return;
      dynamic.points.push_back({s, std::move(frames), {}});
      phase_of.push_back(phase);
    };
    if (series.phase_index >= 0) add(series.phase_index, series.images);
    for (const exam::Phase& phase : series.phases) add(phase.phase_index, phase.images);
  }
  std::map<int, std::vector<float>> pictures;
  if (dynamic.points.empty()) return pictures;
  const exam::FrameSource source(index);
  const auto slab = exam::shared_slab(dynamic, works);
  for (std::size_t p = 0; p < dynamic.points.size(); ++p) {
    auto thumbnail = exam::series_thumbnail(works[dynamic.points[p].work].facts, slab[p], source);
    if (!thumbnail.pictures.empty()) pictures[phase_of[p]] = std::move(thumbnail.pictures);
  }
  return pictures;
}

// Samples of all phases of a dynamic along the first axis.
std::optional<learn::Sample> phase_samples(const exam::DicomIndex& index, const exam::Exam& exam) {
  const auto by_phase = phase_pictures(index, exam);
  if (by_phase.size() < 2) return std::nullopt;
  std::vector<float> all;
  for (const auto& [phase, pictures] : by_phase) all.insert(all.end(), pictures.begin(), pictures.end());
  const float scale = exam::thumbnail_scale(all);
  for (float& value : all) value /= scale;
  std::vector<learn::Sample> samples;
  for (const auto& [phase, pictures] : by_phase) {
    const PhaseClass found = phase == 0                        ? PhaseClass::pre
                             : phase == exam.early_phase_index ? PhaseClass::early
                                                               : PhaseClass::late;
    learn::Sample sample;
    sample.inputs.push_back(learn::phase_input(all, exam::kThumbnailSize, samples.size()));
    sample.targets = learn::phase_targets(found, std::nullopt);
    samples.push_back(std::move(sample));
  }
  return learn::batch_of(samples);
}

}  // namespace

StudyData prepare_sorted_study(const fs::path& study, const fs::path& samples, const learn::Task& task,
                               Context& context) {
  const std::string where = "study " + study.filename().string();
  if (!fs::is_directory(study / "images") || !fs::exists(study / "exams.json"))
    throw Error(where, "it lacks the folder \"images\" or the file \"exams.json\"", "",
                "Put the DICOM files into its folder images, and exams.json of `lobule sort` beside it");
  exam::SortOptions how;
  how.corrections = roles_of(study / "exams.json");
  StudyData data;
  const io::TemporaryFolder scratch;
  const io::Inputs inputs = io::collect_inputs({study / "images"}, scratch.path(), {}, context.cancellation);
  context.progress.begin("read headers");
  const exam::DicomIndex index = exam::index_files(inputs.files, context.progress, context.cancellation);
  context.progress.finish();
  const auto exams = exam::sort_exams(index, how, context.progress, context.cancellation);
  context.progress.begin("prepare samples");
  const auto known = [&](const exam::Series& series) {
    return std::any_of(how.corrections.begin(), how.corrections.end(),
                       [&](const exam::Correction& c) { return c.series_uid == series.series_uid; });
  };
  for (std::size_t e = 0; e < exams.size(); ++e) {
    context.cancellation.check();
    context.progress.update(static_cast<double>(e) / static_cast<double>(exams.size()));
    const std::string exam_name = std::to_string(e + 1);
    const auto keep = [&](const std::optional<learn::Sample>& sample, const std::string& name) {
      if (!sample) return;
      learn::write_case(samples / (exam_name + "_" + name + ".safetensors"), *sample);
      ++data.cases;
    };
    if (task.name == "phase") {
      if (std::any_of(exams[e].series.begin(), exams[e].series.end(), known))
        keep(phase_samples(index, exams[e]), "dynamic");
      continue;
    }
    for (std::size_t s = 0; s < exams[e].series.size(); ++s)
      if (known(exams[e].series[s])) keep(sequence_sample(index, exams[e].series[s]), std::to_string(s + 1));
  }
  context.progress.finish();
  if (data.cases == 0)
    throw Error(where, "none of the series of exams.json is among its images",
                std::to_string(index.entries.size()) + " DICOM images are there");
  return data;
}

}  // namespace lobule::pipeline
