#include "realism_contrasts.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/resample.h"
#include "io/nifti.h"
#include "phantom/exam.h"
#include "phantom/second/exam.h"
#include "pictures.h"

namespace lobule::bench {
namespace {

// The real exam's regions as voxels of the dynamic series. Heart and parenchyma: its README; muscle: seen on
// the early phase, both sides. Radii in millimetres.
constexpr Vec3 kHeart{170, 215, 86}, kParenchyma{222, 140, 86};
constexpr std::array<Vec3, 2> kMuscle{Vec3{138, 179, 86}, Vec3{226, 180, 86}};
constexpr double kHeartRadius = 4, kGlandRadius = 3, kMuscleRadius = 2.5;
constexpr double kSpacing_mm = 2.6;  // of the synthetic exams

struct Regions {
  std::map<std::string, std::vector<Vec3>> points;  // "fat", "gland", "muscle", "heart"
};

struct Images {
  Image<float> t1, t2, stir, pre, early, last;
};

// NaN where the region has no point in the image.
double median(const Image<float>& image, const std::vector<Vec3>& points) {
  std::vector<float> values;
  for (const Vec3 p : points) {
    const float value =
        image.empty() ? kMissing : sample(image, index_from_point(image.grid, p), Interpolation::nearest);
    if (!std::isnan(value)) values.push_back(value);
  }
  if (values.size() < 5) return kMissing;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

Contrasts contrasts_of(const Images& images, const Regions& regions) {
  Contrasts out;
  const auto keep = [&](const std::string& name, double value) {
    if (std::isfinite(value)) out[name] = value;
  };
  const auto at = [&](const Image<float>& image, const char* tissue) {
    return median(image, regions.points.at(tissue));
  };
  const std::pair<const char*, const Image<float>*> plain[] = {{"T1", &images.t1},
                                                               {"T2", &images.t2},
                                                               {"STIR", &images.stir},
                                                               {"dynamic before contrast", &images.pre}};
  for (const auto& [name, image] : plain)
    for (const char* tissue : {"fat", "muscle", "heart"})
      keep(std::string(name) + ": " + tissue + " / gland", at(*image, tissue) / at(*image, "gland"));
  // Strands of gland one or two voxels wide, and motion between phases, hide enhancement: its core counts.
  for (const char* tissue : {"gland core", "fat", "muscle", "heart"}) {
    const double pre = at(images.pre, tissue);
    keep("early enhancement of " + std::string(tissue) + ", %", 100 * (at(images.early, tissue) / pre - 1));
    keep("last enhancement of " + std::string(tissue) + ", %", 100 * (at(images.last, tissue) / pre - 1));
  }
  return out;
}

// Voxels whose six neighbours pass as well.
template <class Test>
std::vector<Vec3> inner_points(const Grid& grid, const Test& test) {
  std::vector<Vec3> points;
  for (int k = 1; k < grid.size[2] - 1; ++k)
    for (int j = 1; j < grid.size[1] - 1; ++j)
      for (int i = 1; i < grid.size[0] - 1; ++i)
        if (test(i, j, k) && test(i - 1, j, k) && test(i + 1, j, k) && test(i, j - 1, k) &&
            test(i, j + 1, k) && test(i, j, k - 1) && test(i, j, k + 1))
          points.push_back(point_from_index(grid, {double(i), double(j), double(k)}));
  return points;
}

void add_ball(std::vector<Vec3>& points, const Grid& grid, Vec3 center_index, double radius) {
  const Vec3 center = point_from_index(grid, center_index);
  for (double z = -radius; z <= radius; ++z)
    for (double y = -radius; y <= radius; ++y)
      for (double x = -radius; x <= radius; ++x)
        if (norm({x, y, z}) <= radius) points.push_back(center + Vec3{x, y, z});
}

Image<float> find_nifti(const std::filesystem::path& folder, const std::string& part) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.find(part) != std::string::npos && name.ends_with(".nii.gz"))
      return io::read_nifti(entry.path());
  }
  return {};
}

void add_pictures(ContrastSample& sample, const Images& images, double z_mm) {
  Image<float> enhanced = images.early;
  for (std::size_t i = 0; i < enhanced.voxels.size(); ++i)
    enhanced.voxels[i] = std::max(0.0f, enhanced.voxels[i] - images.pre.voxels[i]);
  for (const Image<float>* image : {&images.t1, &images.t2, &images.stir, &images.pre, &images.early,
                                    static_cast<const Image<float>*>(&enhanced)})
    if (!image->empty()) sample.pictures.push_back(slice_picture(*image, slice_at(image->grid, z_mm)));
}

}  // namespace

ContrastSample real_exam(const std::filesystem::path& converted, const std::filesystem::path& analyzed) {
  ContrastSample sample;
  Images images{find_nifti(converted, "1_4_"),   find_nifti(converted, "1_3_"),
                find_nifti(converted, "1_5_"),   find_nifti(converted, "phase0"),
                find_nifti(converted, "phase1"), find_nifti(converted, "phase5")};
  const Image<float> breast = find_nifti(analyzed, "breast"), fgt = find_nifti(analyzed, "fgt");
  if (images.pre.empty() || breast.empty() || fgt.empty()) return sample;
  Regions regions;
  regions.points["gland"] = inner_points(fgt.grid, [&](int i, int j, int k) { return fgt.at(i, j, k) > 0; });
  add_ball(regions.points["gland core"], images.pre.grid, kParenchyma, kGlandRadius);
  // Fat keeps two voxels from gland by the neighbours' neighbours: partial volume is no fat.
  regions.points["fat"] = inner_points(fgt.grid, [&](int i, int j, int k) {
    if (!(breast.at(i, j, k) > 0)) return false;
    for (int c = -1; c <= 1; ++c)
      for (int b = -1; b <= 1; ++b)
        for (int a = -1; a <= 1; ++a)
          if (fgt.grid.contains(i + a, j + b, k + c) && fgt.at(i + a, j + b, k + c) > 0) return false;
    return true;
  });
  add_ball(regions.points["heart"], images.pre.grid, kHeart, kHeartRadius);
  for (const Vec3 index : kMuscle) add_ball(regions.points["muscle"], images.pre.grid, index, kMuscleRadius);
  sample.exams.push_back(contrasts_of(images, regions));
  add_pictures(sample, images, point_from_index(images.pre.grid, kHeart).z);
  for (const float side : {1.0f, 2.0f}) {
    double in_breast = 0, in_fgt = 0;
    for (std::size_t i = 0; i < breast.voxels.size(); ++i)
      if (breast.voxels[i] == side) ++in_breast, in_fgt += fgt.voxels[i] > 0;
    sample.breast_and_fgt_ml.push_back(
        {in_breast * breast.grid.voxel_volume_ml(), in_fgt * breast.grid.voxel_volume_ml()});
  }
  return sample;
}

ContrastSample synthetic_exams(bool second_family, int count) {
  ContrastSample sample;
  for (int n = 0; n < count; ++n) {
    phantom::ExamOptions options = phantom::with_spacing(
        phantom::random_options(100 + static_cast<std::uint64_t>(n), false), kSpacing_mm);
    options.tesla = 1.5;  // as the real exam
    options.choice.diffusion = options.choice.localizer = false;
    options.truth_spacing_mm = 2;
    const phantom::Exam exam =
        second_family ? phantom::second::make_exam(options) : phantom::make_exam(options);
    const Images images{
        exam.t1, exam.t2, exam.stir, exam.phases[0].image, exam.phases[1].image, exam.phases.back().image};
    const auto& labels = exam.truth.labels;
    const auto in = [&](phantom::Tissue tissue, bool breast) {
      return inner_points(labels.grid, [&](int i, int j, int k) {
        return labels.at(i, j, k) == static_cast<std::uint8_t>(tissue) &&
               (!breast || exam.truth.breast.at(i, j, k) > 0);
      });
    };
    Regions regions;
    regions.points["gland"] = in(phantom::Tissue::gland, true);
    regions.points["gland core"] = regions.points["gland"];
    regions.points["fat"] = in(phantom::Tissue::fat, true);
    regions.points["muscle"] = in(phantom::Tissue::muscle, false);
    regions.points["heart"] = in(phantom::Tissue::blood, false);
    // The pectoral muscle: in front.
    std::erase_if(regions.points["muscle"], [](Vec3 p) { return p.y > 45 || std::abs(p.x) > 110; });
    sample.exams.push_back(contrasts_of(images, regions));
    for (const phantom::BreastTruth& truth : exam.truth.breasts)
      sample.breast_and_fgt_ml.push_back({truth.breast_ml, truth.fgt_ml});
    if (n < 4) add_pictures(sample, images, 0);
    std::fprintf(stderr, "exam %d\n", n + 1);
  }
  return sample;
}

void print_contrasts(const ContrastSample& real, const ContrastSample& synthetic, const char* family) {
  std::map<std::string, std::vector<double>> spread;
  for (const Contrasts& exam : synthetic.exams)
    for (const auto& [name, value] : exam) spread[name].push_back(value);
  std::printf("%s family, %zu patients: real value, synthetic smallest .. median .. largest\n", family,
              synthetic.exams.size());
  int inside = 0, judged = 0;
  for (auto& [name, values] : spread) {
    std::sort(values.begin(), values.end());
    const bool known = !real.exams.empty() && real.exams[0].contains(name);
    const double value = known ? real.exams[0].at(name) : kMissing;
    const bool within = known && value >= values.front() && value <= values.back();
    judged += known, inside += within;
    std::printf("  %-38s %8.2f   %8.2f .. %8.2f .. %8.2f  %s\n", name.c_str(), value, values.front(),
                values[values.size() / 2], values.back(),
                !known   ? ""
                : within ? "inside"
                         : "OUTSIDE");
  }
  std::printf("%s family: %d of %d real contrasts inside\n", family, inside, judged);
}

void print_volumes(const ContrastSample& sample, const char* family) {
  std::vector<double> breast, fgt, density;
  for (const auto& [b, f] : sample.breast_and_fgt_ml) {
    breast.push_back(b);
    fgt.push_back(f);
    density.push_back(100 * f / std::max(1.0, b));
  }
  for (auto [name, values, note] :
       {std::tuple{"breast, ml", &breast,
                   "literature: class means 364 to 1149, single women about 100 to 2000"},
        std::tuple{"fibroglandular, ml", &fgt, "literature: class means 186 to 241, SD 82 to 155"},
        std::tuple{"density, %", &density, "literature: mean 19.3, 95 % of women below 45"}}) {
    std::sort(values->begin(), values->end());
    if (values->empty()) continue;
    std::printf("  %s %-20s %7.1f .. %7.1f .. %7.1f   (%s)\n", family, name, values->front(),
                (*values)[values->size() / 2], values->back(), note);
  }
}

}  // namespace lobule::bench
