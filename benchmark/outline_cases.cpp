#include "outline_cases.h"

#include <algorithm>
#include <cmath>

#include "core/random.h"
#include "core/resample.h"
#include "measure/noise.h"
#include "phantom/second/exam.h"
#include "pipeline/label_map_files.h"

namespace lobule::benchmark {
namespace {

// In front of it hang the breasts of digital patients, whose chest wall lies near y = 10 mm.
constexpr double kSternumSkinMm = -4;

double sum_ml(const phantom::ExamTruth& truth, double phantom::BreastTruth::*volume) {
  return truth.breasts[0].*volume + truth.breasts[1].*volume;
}

Mask where(const Image<float>& share) {
  Mask mask(share.grid);
  for (std::size_t v = 0; v < mask.voxels.size(); ++v) mask.voxels[v] = share.voxels[v] >= 0.5F;
  return mask;
}

template <class T, class Test>
Image<float> shares(const Image<T>& labels, const Test& test) {
  Image<float> share(labels.grid);
  for (std::size_t v = 0; v < share.voxels.size(); ++v)
    share.voxels[v] = test(labels.voxels[v]) ? 1.0F : 0.0F;
  return share;
}

// The truth, which lies on the dynamic's grid, on the image's.
OutlineTruth truth_on(const Grid& grid, const phantom::ExamTruth& truth) {
  const auto on = [&](const Image<float>& share) {
    return where(same_grid(share.grid, grid) ? share : resample(share, grid, Interpolation::linear));
  };
  OutlineTruth out;
  const Mask right = on(shares(truth.breast, [](auto v) { return v == 1; }));
  const Mask left = on(shares(truth.breast, [](auto v) { return v == 2; }));
  const Mask gland = on(truth.gland_share);
  const auto vessel = static_cast<std::uint8_t>(phantom::Tissue::vessel);
  out.vessels = on(shares(truth.labels, [vessel](auto v) { return v == vessel; }));
  out.breast = out.fgt = Mask(grid);
  for (std::size_t v = 0; v < out.breast.voxels.size(); ++v) {
    out.breast.voxels[v] = right.voxels[v] != 0 ? 1 : left.voxels[v] != 0 ? 2 : 0;
    if (gland.voxels[v] != 0) out.fgt.voxels[v] = out.breast.voxels[v];
  }
  out.breast_ml = sum_ml(truth, &phantom::BreastTruth::breast_ml);
  out.fgt_ml = sum_ml(truth, &phantom::BreastTruth::fgt_ml);
  return out;
}

OutlineCase case_of(const std::string& name, const Image<float>& image, measure::FatSignal fat,
                    const phantom::ExamTruth& truth) {
  return {name, image, fat, truth_on(image.grid, truth)};
}

phantom::ExamOptions still(phantom::ExamOptions options) {
  options.motion_mm = options.breathing_mm = 0;
  options.post_phases = 1;
  options.only_dynamic = true;
  options.truth_spacing_mm = 1;
  return options;
}

phantom::ExamOptions plain_patient(std::uint64_t seed) {
  phantom::ExamOptions options;
  options.anatomy = phantom::random_anatomy(seed);
  return still(options);
}

// Air instead of what hangs on the sides that are named (right: x < 0).
void flatten(OutlineCase& one, bool right, bool left) {
  const double sigma = measure::noise_sigma(one.image);
  const RandomStream random(1, "air instead of breasts");
  const Grid& grid = one.image.grid;
  for (int k = 0; k < grid.size[2]; ++k)
    for (int j = 0; j < grid.size[1]; ++j)
      for (int i = 0; i < grid.size[0]; ++i) {
        const Vec3 p = point_from_index(grid, {double(i), double(j), double(k)});
        if (p.y > kSternumSkinMm || !(p.x < 0 ? right : left)) continue;
        const std::size_t v = grid.offset(i, j, k);
        const auto [a, b] = random.normal_pair(v);
        one.image.voxels[v] = static_cast<float>(sigma * std::hypot(a, b));
        one.truth.breast.voxels[v] = one.truth.fgt.voxels[v] = one.truth.vessels.voxels[v] = 0;
      }
}

template <class T>
Image<T> upper_half(const Image<T>& image) {
  Image<T> half;
  half.grid = image.grid;
  const int first = image.grid.size[2] / 2;
  half.grid.size[2] -= first;
  half.grid.origin_mm = point_from_index(image.grid, {0, 0, double(first)});
  half.voxels.assign(image.voxels.begin() + static_cast<std::ptrdiff_t>(image.grid.offset(0, 0, first)),
                     image.voxels.end());
  return half;
}

}  // namespace

void second_family_cases(std::uint64_t seed, double spacing_mm,
                         const std::function<void(const OutlineCase&)>& visit) {
  phantom::ExamOptions options = still(phantom::random_options(seed, seed % 2 == 0));
  options.only_dynamic = false;
  options.choice = {};
  options.choice.localizer = options.choice.t2 = options.choice.stir = options.choice.diffusion = false;
  const phantom::Exam exam = phantom::second::make_exam(phantom::with_spacing(options, spacing_mm));
  const std::string name = "second " + std::to_string(seed);
  visit(case_of(name + " pre", exam.phases[0].image, measure::FatSignal::dark, exam.truth));
  visit(case_of(name + " post", exam.phases[1].image, measure::FatSignal::dark, exam.truth));
  visit(case_of(name + " T1", exam.t1, measure::FatSignal::bright, exam.truth));
}

OutlineCase label_map_case(const std::filesystem::path& file, double spacing_mm) {
  const phantom::LabelMap map = phantom::place_prone(pipeline::read_label_map(file));
  phantom::ExamOptions options = phantom::with_spacing(still({}), spacing_mm);
  options.anatomy.lesions.clear();
  const phantom::Exam exam =
      phantom::make_exam(options, phantom::rasterize(map, phantom::dynamic_grid(options)));
  OutlineCase one =
      case_of(file.filename().string(), exam.phases[0].image, measure::FatSignal::dark, exam.truth);
  const phantom::BreastTruth breast =
      phantom::measure_breast(map, map.side.value_or(phantom::BreastSide::left));
  one.truth.breast_ml = breast.breast_ml, one.truth.fgt_ml = breast.fgt_ml;
  return one;
}

void acquisition_cases(std::uint64_t seed, const std::function<void(const OutlineCase&)>& visit) {
  const auto image = [&](const std::string& name, const auto& change) {
    phantom::ExamOptions options = plain_patient(seed);
    change(options);
    const phantom::Exam exam = phantom::make_exam(options);
    const bool spin_echo = !options.only_dynamic;
    visit(case_of(name, spin_echo ? exam.t1 : exam.phases[0].image,
                  spin_echo ? measure::FatSignal::bright : measure::FatSignal::dark, exam.truth));
  };
  using Options = phantom::ExamOptions;
  image("1.5 T, usual", [](Options&) {});
  image("3 T, another vendor's echo", [](Options& o) { o.tesla = 3, o.sequence = {6.5, 2.6, 14}; });
  image("coil that fades fast", [](Options& o) { o.shading.fade_mm = 55, o.shading.floor = 0.12; });
  image("fat suppression failing", [](Options& o) {
    o.shading.fat_left = 0.45, o.shading.fat_left_spread = 0.6, o.artefacts.susceptibility = 2;
  });
  image("noise × 2.5", [](Options& o) { o.noise = 2.5; });
  image("1 mm voxels", [](Options& o) { o = phantom::with_spacing(o, 1); });
  image("ultrafast: 2.8 mm voxels, noise × 2",
        [](Options& o) { o = phantom::with_spacing(o, 2.8), o.noise = 2; });
  image("T1 spin echo, fat bright", [](Options& o) {
    o.only_dynamic = false;
    o.choice.localizer = o.choice.t2 = o.choice.stir = o.choice.diffusion = false;
  });
}

void odd_cases(std::uint64_t seed, const std::function<void(const OutlineCase&)>& visit) {
  const auto pre_of = [&](const std::string& name, const phantom::ExamOptions& options) {
    const phantom::Exam exam = phantom::make_exam(options);
    return case_of(name, exam.phases[0].image, measure::FatSignal::dark, exam.truth);
  };
  const OutlineCase usual = pre_of("usual", plain_patient(seed));
  visit(usual);
  OutlineCase none = usual;
  none.name = "no breast", flatten(none, true, true), visit(none);
  OutlineCase one = usual;
  one.name = "left breast removed", flatten(one, false, true), visit(one);
  OutlineCase half = usual;
  half.name = "upper half of the slices";
  half.image = upper_half(usual.image);
  half.truth.breast = upper_half(usual.truth.breast), half.truth.fgt = upper_half(usual.truth.fgt);
  half.truth.vessels = upper_half(usual.truth.vessels);
  visit(half);
  for (const bool behind : {false, true}) {
    phantom::ExamOptions options = plain_patient(seed);
    for (const auto side : {phantom::BreastSide::right, phantom::BreastSide::left})
      options.anatomy.implants.push_back({side, 300, behind});
    visit(pre_of(behind ? "implants of 300 ml behind the muscle" : "implants of 300 ml before the muscle",
                 options));
  }
}

}  // namespace lobule::benchmark
