// Mammograms labelled by the network beside their truth; Markdown tables for docs/results/density.md.
//   lobule_density_study readers DATA [LETTERS] [K/N]   ddsm_tissue's outlines; cases of digitisers A, B, D;
//                                                 of N folds only the K-th
//   lobule_density_study fold DATA LETTERS K/N OUT [COUNT]   the cases of all other folds, or COUNT of them
//   evenly
//                                                 spread, as a study for lobule train; 0/1: of all
//   lobule_density_study phantoms [PATIENTS] [SEED]   patients of the second family, four views each
//   lobule_density_study volumes [PATIENTS] [SEED] [FAMILY]   volumetric density of raw images of digital
//   patients
//                                                 of the first or the second family, in their true outlines
//   lobule_density_study laws DATA [LETTERS]      what must not move percent density, and by how much it does
// LOBULE_MODELS or a folder in DENSITY_MODEL names the model; else the shipped one.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>

#include "core/context.h"
#include "core/text.h"
#include "exam/mammogram_picture.h"
#include "io/files.h"
#include "io/inputs.h"
#include "io/picture_read.h"
#include "io/png.h"
#include "measure/breast_density.h"
#include "phantom/exam.h"
#include "phantom/second/mammogram.h"
#include "pipeline/density_network.h"
#include "pipeline/mammogram_volume.h"

#include "density_judged.h"

namespace {

using namespace lobule;
using namespace lobule::benchmark;
namespace fs = std::filesystem;

struct Case {
  std::string name;
  exam::MammogramPicture picture;
  Mask truth;  // on the input's pixels
};

double dice(const Mask& a, const Mask& b, const std::function<bool(std::uint8_t)>& is) {
  double both = 0, sum = 0;
  for (std::size_t i = 0; i < a.voxels.size(); ++i) {
    const bool x = is(a.voxels[i]), y = is(b.voxels[i]);
    both += x && y, sum += x, sum += y;
  }
  return sum > 0 ? 2 * both / sum : 1;
}

double percent_of(const Mask& labels) {
  const auto density = measure::breast_density(labels, {});
  return density ? density->percent_density : 0;
}

Judged judged(const Case& one, const pipeline::DensityNetwork& network) {
  using namespace measure;
  Context context;
  const pipeline::DensityLabels found = network.label(one.picture.image, context);
  const Mask labels = exam::put_back(one.picture, found.labels);
  Judged result{one.name};
  result.breast = dice(labels, one.truth, [](std::uint8_t l) { return l == kAdipose || l == kDense; });
  result.dense = dice(labels, one.truth, [](std::uint8_t l) { return l == kDense; });
  result.pectoral = dice(labels, one.truth, [](std::uint8_t l) { return l == kPectoral; });
  result.percent = percent_of(labels), result.true_percent = percent_of(one.truth);
  result.low = found.lowest_percent, result.high = found.highest_percent;
  return result;
}

// 64 background, 128 adipose, 192 dense, 255 pectoral (its README).
Mask reader_labels(const fs::path& path) {
  const io::PictureValues picture = io::read_picture(path);
  Grid grid;
  grid.size = {picture.width, picture.height, 1};
  Mask labels(grid);
  const std::vector<float> grey = io::grey(picture);
  for (std::size_t i = 0; i < grey.size(); ++i)
    labels.voxels[i] = grey[i] < 96 ? 0 : grey[i] < 160 ? 1 : grey[i] < 224 ? 2 : 3;
  return labels;
}

// Which cases count: of N folds, dealt out in the order of names, the K-th or all others.
struct Fold {
  std::size_t number = 0, of = 1;
  bool others = false;

  bool holds(std::size_t at) const { return of == 1 || (at % of == number) != others; }
};

Fold fold_of(const std::string& text) {
  Fold fold;
  const auto slash = text.find('/');
  if (slash == std::string::npos) return fold;
  fold.number = std::stoul(text.substr(0, slash)), fold.of = std::stoul(text.substr(slash + 1));
  return fold;
}

struct ReaderFiles {
  std::string name;
  io::InputFile image;
  fs::path labels;
};

void each_reader_case(const fs::path& data, const std::string& letters, const Fold& fold,
                      const std::function<void(const ReaderFiles&)>& visit) {
  const io::TemporaryFolder scratch;
  Context context;
  const io::Inputs inputs =
      io::collect_inputs({data / "ddsm_tissue/ddsm_tissue.tar"}, scratch.path(), {}, context.cancellation);
  std::map<std::string, fs::path> labels;
  for (const io::InputFile& file : inputs.files)
    if (file.name.find("labels/") != std::string::npos)
      labels[fs::path(file.name).filename().string()] = file.path;
  std::size_t at = 0;
  for (const io::InputFile& file : inputs.files) {
    if (file.name.find("images/") == std::string::npos) continue;
    const std::string name = fs::path(file.name).filename().string();
    if (letters.find(name[0]) == std::string::npos) continue;
    if (fold.holds(at++)) visit({name.substr(0, name.find('.')), file, labels.at(name)});
  }
}

Case case_of(const ReaderFiles& files) {
  return {files.name, exam::read_mammogram_picture(files.image), reader_labels(files.labels)};
}

// Images as they are, labels as lobule writes them; names have no "_", before which a study's exams differ.
void write_case(const ReaderFiles& files, const fs::path& out) {
  std::string name = files.name;
  std::replace(name.begin(), name.end(), '_', '-');
  io::write_file(out / "images" / (name + ".png"), io::read_file(files.image.path));
  const Mask labels = reader_labels(files.labels);
  io::write_file(out / "labels" / (name + "_labels.png"),
                 io::encode_png({labels.grid.size[0], labels.grid.size[1], 1, labels.voxels}));
}

// `count` cases evenly spread over the fold's; 0: all.
void write_fold(const fs::path& data, const std::string& letters, const Fold& fold, const fs::path& out,
                std::size_t count) {
  std::size_t all = 0;
  each_reader_case(data, letters, fold, [&](const ReaderFiles&) { ++all; });
  const std::size_t wanted = count == 0 ? all : std::min(count, all);
  std::size_t at = 0;
  each_reader_case(data, letters, fold, [&](const ReaderFiles& files) {
    if ((at + 1) * wanted / all > at * wanted / all) write_case(files, out);
    ++at;
  });
}

void readers(const fs::path& data, const std::string& letters, const Fold& fold,
             const pipeline::DensityNetwork& network) {
  std::vector<Judged> all;
  print_images_head();
  each_reader_case(data, letters, fold, [&](const ReaderFiles& files) {
    all.push_back(judged(case_of(files), network));
    print_image(all.back());
    std::fflush(stdout);
  });
  print_summary(all, letters);
}

void phantoms(int patients, std::uint64_t seed, const pipeline::DensityNetwork& network) {
  std::vector<Judged> all;
  const phantom::MammogramLook looks[] = {phantom::MammogramLook::ge,      phantom::MammogramLook::hologic,
                                          phantom::MammogramLook::siemens, phantom::MammogramLook::fuji,
                                          phantom::MammogramLook::philips, phantom::MammogramLook::film};
  for (int p = 0; p < patients; ++p) {
    phantom::MammogramOptions options;
    options.seed = seed + static_cast<std::uint64_t>(p);
    options.pixel_mm = 0.4, options.anatomy_mm = 0.6;
    options.look = looks[p % 6];
    const phantom::MammogramExam exam =
        phantom::second::make_mammograms(phantom::random_options(options.seed, false).anatomy, options);
    for (const phantom::Mammogram& image : exam.images) {
      Case one{"patient " + std::to_string(p), exam::standard_mammogram(image.presentation, true, "phantom"),
               image.labels};
      all.push_back(judged(one, network));
    }
  }
  print_summary(all, "");
}

// What the paths of rays say, without the rays that labels leave out, beside what the raw image tells.
void volumes(int patients, std::uint64_t seed, bool second) {
  std::printf(
      "| patient | view | compressed, mm | volume, ml: true, found | density by volume, %%: true, found |\n"
      "|---|---|---|---|---|\n");
  std::map<std::string, std::vector<double>> errors;  // relative, percent
  for (int p = 0; p < patients; ++p) {
    phantom::MammogramOptions options;
    options.seed = seed + static_cast<std::uint64_t>(p);
    options.pixel_mm = 0.4, options.anatomy_mm = 0.6;
    const phantom::AnatomyOptions anatomy = phantom::random_options(options.seed, false).anatomy;
    const phantom::MammogramExam exam = second ? phantom::second::make_mammograms(anatomy, options)
                                               : phantom::make_mammograms(phantom::Anatomy(anatomy), options);
    for (const phantom::Mammogram& image : exam.images) {
      exam::MammogramPicture picture;
      picture.signal = image.raw;
      picture.spacing_mm = image.raw.grid.spacing_mm.x;
      picture.beam = {image.exposure.kvp, std::round(image.exposure.compressed_mm), image.exposure.anode,
                      image.exposure.filter};
      const pipeline::MeasuredVolume found = pipeline::measured_volume(picture, image.labels);
      double breast = 0, dense = 0;
      for (std::size_t i = 0; i < image.labels.voxels.size(); ++i)
        if (image.labels.voxels[i] == measure::kAdipose || image.labels.voxels[i] == measure::kDense)
          breast += image.breast_mm.voxels[i], dense += image.dense_mm.voxels[i];
      const double truth = 100 * dense / breast, pixel_ml = std::pow(*picture.spacing_mm, 2) / 1000;
      const char* view = image.view == phantom::MammogramView::cc ? "CC" : "MLO";
      if (!found.density) {
        std::printf("| %d | %s | %.0f | %s |\n", p, view, image.exposure.compressed_mm, found.reason.c_str());
        continue;
      }
      std::printf("| %d | %s | %.0f | %.0f, %.0f | %.1f, %.1f |\n", p, view, image.exposure.compressed_mm,
                  breast * pixel_ml, found.density->breast_ml, truth, found.density->percent_density);
      errors[truth < 40 ? "below 40 %" : "from 40 % on"].push_back(
          100 * (found.density->percent_density / truth - 1));
    }
  }
  for (const auto& [what, all] : errors) {
    double sum = 0, bias = 0;
    for (const double e : all) sum += std::abs(e), bias += e;
    const auto n = static_cast<double>(all.size());
    std::printf("\ntrue density by volume %s: %zu views, relative error %.1f %% on average, bias %+.1f %%\n",
                what.c_str(), all.size(), sum / n, bias / n);
  }
}

// Percent density of copies that are the same to a reader.
void laws(const fs::path& data, const std::string& letters, const pipeline::DensityNetwork& network) {
  std::map<std::string, std::vector<double>> moved;
  each_reader_case(data, letters, {}, [&](const ReaderFiles& files) {
    const Case one = case_of(files);
    Context context;
    const Image<float>& image = one.picture.image;
    const double before = percent_of(network.label(image, context).labels);
    const auto compare = [&](const std::string& what, const Image<float>& copy) {
      const exam::MammogramPicture again = exam::standard_mammogram(copy, true, one.name);
      moved[what].push_back(std::abs(percent_of(network.label(again.image, context).labels) - before));
    };
    for (const double gamma : {0.8, 1.25}) {
      Image<float> copy = image;
      for (float& v : copy.voxels) v = std::pow(v, static_cast<float>(gamma));
      compare("gamma " + format_fixed(gamma, 2), copy);
    }
    Image<float> eight = image;
    for (float& v : eight.voxels) v = std::round(255 * v);
    compare("8 bit", eight);
    Image<float> mirrored = image;
    const int width = image.grid.size[0], height = image.grid.size[1];
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) mirrored.at(x, y, 0) = image.at(width - 1 - x, y, 0);
    compare("mirrored", mirrored);
    Grid wider = image.grid;
    wider.size[0] += width / 4;
    Image<float> padded(wider);
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) padded.at(x, y, 0) = image.at(x, y, 0);
    compare("padded by a quarter", padded);
  });
  std::printf("| change | images | PD moves by, mean | largest | under 2 points |\n|---|---|---|---|---|\n");
  for (auto& [what, values] : moved) {
    double sum = 0, most = 0;
    int under = 0;
    for (const double v : values) sum += v, most = std::max(most, v), under += v < 2;
    std::printf("| %s | %zu | %.2f | %.1f | %d |\n", what.c_str(), values.size(),
                sum / static_cast<double>(values.size()), most, under);
  }
}

int run(const std::vector<std::string>& words) {
  const auto word = [&](std::size_t n, const std::string& otherwise) {
    return n < words.size() ? words[n] : otherwise;
  };
  const std::string what = word(0, "");
  if (what == "fold") {
    Fold fold = fold_of(word(3, "0/5"));
    fold.others = true;
    write_fold(word(1, "../shared/data"), word(2, "ABD"), fold, word(4, "fold"), std::stoul(word(5, "0")));
    return 0;
  }
  if (what == "volumes") {
    volumes(std::stoi(word(1, "6")), std::stoull(word(2, "7000")), word(3, "first") == "second");
    return 0;
  }
  const char* model = std::getenv("DENSITY_MODEL");
  const pipeline::DensityNetwork network = pipeline::DensityNetwork::open(model ? model : "density");
  if (what == "readers") readers(word(1, "../shared/data"), word(2, "D"), fold_of(word(3, "")), network);
  if (what == "laws") laws(word(1, "../shared/data"), word(2, "D"), network);
  if (what == "phantoms")
    phantoms(std::atoi(word(1, "12").c_str()), std::strtoull(word(2, "7000").c_str(), nullptr, 10), network);
  return what == "readers" || what == "laws" || what == "phantoms" ? 0 : 2;
}

}  // namespace

int main(int count, char** words) {
  try {
    return run({words + 1, words + count});
  } catch (const lobule::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
