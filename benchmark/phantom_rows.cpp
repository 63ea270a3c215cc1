// How fast digital patients are made: whole exams, and random training samples. Each is timed in a process of
// its own, so that its memory is its own.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>

#include <nlohmann/json.hpp>

#include "core/parallel.h"
#include "core/random.h"
#include "phantom/exam.h"
#include "phantom/mammogram.h"
#include "phantom/sampler_fields.h"
#include "phantom/sampler_mammogram.h"
#include "phantom/sampler_patch.h"
#include "process.h"
#include "row.h"

namespace lobule::benchmark {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_of(const std::function<void()>& work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Outcome {
  double seconds = 0;
  std::size_t noisy_values = 0;  // of the answer
  bool ok = false;
};

// The limit of all of these: every value of the answer has noise of its own, two normal numbers each
// (magnitude of a complex value, or quantum and electronic noise), and nothing else is done.
double noise_seconds(std::size_t values) {
  std::vector<float> out(std::min<std::size_t>(values, 1 << 24));
  const phantom::QuickNormal noise(RandomStream(1, "limit"), 0);
  const double once = seconds_of([&] {
    parallel_for_ranges(out.size(), 1 << 16, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        const auto [a, b] = noise.pair(i);
        out[i] = a + b;
      }
    });
  });
  return once * static_cast<double>(values) / static_cast<double>(out.size());
}

Outcome exam() {
  const phantom::ExamOptions options = phantom::with_spacing({}, 1.0);
  phantom::Exam made;
  Outcome out;
  out.seconds = seconds_of([&] { made = phantom::make_exam(options); });
  for (const auto& series : made.series()) out.noisy_values += series.image->voxels.size();
  // The planted lesion enhances as planted.
  const auto& before = made.phases.at(0).image;
  const Vec3 index = index_from_point(before.grid, made.truth.lesions.at(0).center_mm);
  const std::size_t voxel =
      before.grid.offset(static_cast<int>(std::lround(index.x)), static_cast<int>(std::lround(index.y)),
                         static_cast<int>(std::lround(index.z)));
  out.ok = made.phases.size() == 6 && made.phases[1].image.voxels[voxel] > 1.3f * before.voxels[voxel] &&
           std::abs(before.grid.spacing_mm.x - 1) < 0.01;
  return out;
}

Outcome mammograms() {
  const phantom::Anatomy anatomy({});
  phantom::MammogramExam made;
  Outcome out;
  out.seconds = seconds_of([&] { made = phantom::make_mammograms(anatomy, {}); });
  out.ok = made.images.size() == 4;
  for (const auto& image : made.images) {
    out.noisy_values += image.raw.voxels.size();
    out.ok = out.ok && image.raw.grid.spacing_mm.x == 0.1 && image.volumetric_density > 5 &&
             image.volumetric_density < 60;
  }
  return out;
}

// The median sample of `count`; right if one thread makes the same.
template <class Sampler, class Sample>
Outcome samples(const Sampler& sampler, Sample& sample, int count, std::vector<float> Sample::*values) {
  Outcome out;
  std::vector<double> seconds;
  for (int n = 0; n < count; ++n)
    seconds.push_back(seconds_of([&] { sampler.at(static_cast<std::uint64_t>(n), sample); }));
  // The pool's patients are made at their first use.
  std::nth_element(seconds.begin(), seconds.begin() + count / 2, seconds.end());
  out.seconds = seconds[static_cast<std::size_t>(count / 2)];
  out.noisy_values = (sample.*values).size();
  set_thread_count(1);
  const Sample again = sampler.at(sample.index);
  set_thread_count(0);
  out.ok = again.*values == sample.*values;
  return out;
}

Outcome patch() {
  phantom::MriPatchOptions options;
  options.pool = 1;
  const phantom::MriPatchSampler sampler(options);
  phantom::MriPatch sample;
  Outcome out = samples(sampler, sample, 41, &phantom::MriPatch::images);
  out.ok = out.ok && sample.tissue.size() == 96u * 96 * 96;
  return out;
}

Outcome pair() {
  phantom::MammogramSamplerOptions options;
  options.pool = 2;
  const phantom::MammogramSampler sampler(options);
  phantom::MammogramPair sample;
  Outcome out = samples(sampler, sample, 61, &phantom::MammogramPair::image);
  out.ok = out.ok && std::count(sample.labels.begin(), sample.labels.end(), 1) > 500;
  return out;
}

Row row_of(const Setting& setting, const std::string& what, const std::string& name, double goal_s,
           const std::string& note) {
  const Measured measured = run({setting.self, "phantom", what});
  Row row;
  row.name = name;
  row.goal_seconds = goal_s;
  row.peak_mib = measured.peak_mib;
  row.note = note + "; the limit is the noise of its values alone, two table look-ups each, written once";
  if (measured.exit_code != 0) return row;
  const auto result = nlohmann::json::parse(measured.output);
  row.seconds = result["seconds"], row.limit_seconds = result["limit"].get<double>();
  row.ok = result["ok"];
  return row;
}

}  // namespace

int time_phantom(const std::string& what) {
  const Outcome out = what == "exam"         ? exam()
                      : what == "mammograms" ? mammograms()
                      : what == "patch"      ? patch()
                                             : pair();
  const nlohmann::ordered_json result = {
      {"seconds", out.seconds}, {"limit", noise_seconds(out.noisy_values)}, {"ok", out.ok}};
  std::printf("%s\n", result.dump().c_str());
  return 0;
}

Row phantom_mri_exam(const Setting& setting) {
  return row_of(setting, "exam", "phantom_mri_exam", 25,
                "six phases of 1 mm with T1, T2, STIR, diffusion, ADC, localizer and truth");
}

Row phantom_mammograms(const Setting& setting) {
  return row_of(setting, "mammograms", "phantom_mammograms", 20,
                "four views of 0.1 mm detector pixels, anatomy of 0.3 mm");
}

Row phantom_patch_96(const Setting& setting) {
  return row_of(
      setting, "patch", "phantom_patch_96", 0.060,
      "random 96³ patch of four channels with labels, the median of 41, patient from the pool; noise "
      "from a table, ten times as fast as the limit's");
}

Row phantom_mammogram_pair_256(const Setting& setting) {
  return row_of(
      setting, "pair", "phantom_mammogram_pair_256", 0.025,
      "random 256² mammogram with labels, the median of 61, view from the pool; noise from a table, "
      "ten times as fast as the limit's");
}

}  // namespace lobule::benchmark
