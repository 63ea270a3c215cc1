#include "realism_mammograms.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "core/text.h"
#include "measure/noise_power.h"
#include "phantom/exam.h"
#include "phantom/mammogram.h"
#include "phantom/mammogram_look.h"
#include "phantom/second/mammogram.h"
#include "pictures.h"

namespace lobule::bench {
namespace {

// Unknown spacings: detectors of 0.07 mm whose images were halved; 0.27 mm a pixel for the resized DDSM films
// (about 26 cm on 960 rows). An exponent depends on them through the band of frequencies only.
constexpr double kUnknown_mm = 0.14, kDdsm_mm = 0.27;
constexpr double kSynthetic_mm = 0.2;

// The largest connected part brighter than background: the lower tenth of values and a fifteenth of the range
// above it.
Mask breast_of(const Image<float>& image) {
  std::vector<float> sorted = image.voxels;
  std::sort(sorted.begin(), sorted.end());
  const float low = sorted[sorted.size() / 20], high = sorted[sorted.size() * 98 / 100];
  const float threshold = low + (high - low) / 15;
  Mask labels(image.grid), best(image.grid);
  std::vector<std::size_t> part, largest;
  const std::size_t width = static_cast<std::size_t>(image.grid.size[0]);
  for (std::size_t seed = 0; seed < image.voxels.size(); ++seed) {
    if (labels.voxels[seed] || image.voxels[seed] <= threshold) continue;
    part.assign(1, seed);
    labels.voxels[seed] = 1;
    for (std::size_t n = 0; n < part.size(); ++n) {
      const std::size_t at = part[n], x = at % width;
      const auto visit = [&](std::size_t next) {
        if (next >= image.voxels.size() || labels.voxels[next] || image.voxels[next] <= threshold) return;
        labels.voxels[next] = 1;
        part.push_back(next);
      };
      if (x > 0) visit(at - 1);
      if (x + 1 < width) visit(at + 1);
      visit(at + width);
      if (at >= width) visit(at - width);
    }
    if (part.size() > largest.size()) largest.swap(part);
  }
  for (const std::size_t at : largest) best.voxels[at] = 1;
  return best;
}

void add(MammogramSample& sample, const std::string& name, const Image<float>& image, const Mask& mask) {
  const measure::NoisePower power = measure::noise_power(image, mask);
  sample.rows.push_back({name, power.exponent, power.regions});
}

io::Picture picture(const Image<float>& image) {
  std::vector<float> sorted = image.voxels;
  std::sort(sorted.begin(), sorted.end());
  return slice_picture(image, 0, sorted[sorted.size() / 20], sorted[sorted.size() * 999 / 1000]);
}

void add_digital(MammogramSample& sample, const std::filesystem::path& folder) {
  std::ifstream table(folder / "labels.csv");
  std::string line;
  if (!std::getline(table, line)) return;
  const std::vector<std::string> head = split(line, ',');
  const auto column = [&](const char* name) {
    return static_cast<std::size_t>(std::find(head.begin(), head.end(), name) - head.begin());
  };
  while (std::getline(table, line)) {
    // The columns used here hold no quoted commas before them.
    const std::vector<std::string> cells = split(line, ',');
    const double spacing = std::atof(cells[column("spacing_mm_file")].c_str());
    Image<float> image = read_grey_png(folder / cells[column("file")], spacing > 0 ? spacing : kUnknown_mm);
    if (cells[column("photometric")] == "MONOCHROME1") {
      const float top = *std::max_element(image.voxels.begin(), image.voxels.end());
      for (float& value : image.voxels) value = top - value;
    }
    add(sample, cells[0], image, breast_of(image));
    if (sample.pictures.size() < 8 && !cells[0].starts_with("ge1")) sample.pictures.push_back(picture(image));
  }
}

void add_ddsm(MammogramSample& sample, const std::filesystem::path& folder) {
  if (!std::filesystem::exists(folder / "images")) return;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "images"))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (std::size_t n = 0; n < files.size(); ++n) {
    const Image<float> image = read_grey_png(files[n], kDdsm_mm);
    const Image<float> labels = read_grey_png(folder / "labels" / files[n].filename(), kDdsm_mm);
    Mask mask(image.grid);
    for (std::size_t i = 0; i < mask.voxels.size(); ++i)
      mask.voxels[i] = labels.voxels[i] == 128 || labels.voxels[i] == 192;
    add(sample, files[n].stem().string(), image, mask);
    if (n % 16 == 3) sample.pictures.push_back(picture(image));
  }
}

}  // namespace

MammogramSample real_mammograms(const std::filesystem::path& data, const std::filesystem::path& ddsm) {
  MammogramSample sample;
  add_digital(sample, data / "mammogram_16bit");
  add_ddsm(sample, ddsm);
  return sample;
}

MammogramSample synthetic_mammograms(bool second_family, int count) {
  MammogramSample sample;
  for (int n = 0; n < count; ++n) {
    const auto seed = static_cast<std::uint64_t>(n + 1);
    const phantom::AnatomyOptions anatomy = phantom::random_options(seed, n % 2 == 0).anatomy;
    phantom::MammogramOptions options;
    options.seed = seed;
    options.pixel_mm = kSynthetic_mm;
    options.look = static_cast<phantom::MammogramLook>(n % 6);
    options.sides = {n % 2 == 0 ? phantom::BreastSide::left : phantom::BreastSide::right};
    const phantom::MammogramExam exam = second_family
                                            ? phantom::second::make_mammograms(anatomy, options)
                                            : phantom::make_mammograms(phantom::Anatomy(anatomy), options);
    for (const phantom::Mammogram& image : exam.images) {
      const std::string name = "patient " + std::to_string(seed) +
                               (image.view == phantom::MammogramView::cc ? " CC " : " MLO ") +
                               phantom::to_text(image.look);
      Mask mask = image.labels;
      for (std::uint8_t& label : mask.voxels) label = label == 1 || label == 2;
      add(sample, name, image.presentation, mask);
      sample.pictures.push_back(picture(image.presentation));
    }
    std::fprintf(stderr, "mammograms of patient %d\n", n + 1);
  }
  return sample;
}

void print_exponents(const std::string& title, const MammogramSample& sample, bool each) {
  std::vector<double> values;
  for (const ExponentRow& row : sample.rows) {
    if (each) std::printf("  %-32s beta %5.2f  regions %d\n", row.name.c_str(), row.exponent, row.regions);
    if (row.regions > 0) values.push_back(row.exponent);
  }
  if (values.empty()) {
    std::printf("%s: none\n", title.c_str());
    return;
  }
  std::sort(values.begin(), values.end());
  const auto at = [&](double q) {
    return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
  };
  const auto inside =
      std::count_if(values.begin(), values.end(), [](double v) { return v >= 2.7 && v <= 3.3; });
  std::printf("%s: n %zu, beta median %.2f, 10-90 %% %.2f to %.2f, within 2.7-3.3: %.0f %%\n", title.c_str(),
              values.size(), at(0.5), at(0.1), at(0.9),
              100.0 * static_cast<double>(inside) / static_cast<double>(values.size()));
}

}  // namespace lobule::bench
