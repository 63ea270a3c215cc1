#include "pipeline/annotate_agreement.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "core/error.h"
#include "core/parallel.h"
#include "io/files.h"
#include "measure/overlap.h"
#include "pipeline/density_calibration.h"
#include "pipeline/label_files.h"
#include "pipeline/threads_option.h"
#include "report/agreement_page.h"
#include "report/agreement_tables.h"
#include "report/measurements.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;
using report::AgreementImage;
using report::AgreementPair;
using report::AgreementResults;

constexpr std::size_t kRepetitions = 1000;
constexpr std::uint64_t kSeed = 1;
constexpr int kBreast = 1;  // in breast_of

struct Reader {
  std::string name;
  std::map<std::string, LabelFile> files;  // by image
};

std::string name_of(const fs::path& folder) {
  fs::path path = fs::absolute(folder).lexically_normal();
  if (path.filename().empty()) path = path.parent_path();
  const std::string last = path.filename().string();
  const bool says_nothing = last == "labels" || last == "masks";
  return says_nothing && path.has_parent_path() ? path.parent_path().filename().string() : last;
}

Reader reader_of(const std::string& folder) {
  Reader reader{name_of(folder), {}};
  for (const LabelFile& file : label_files(folder)) {
    const auto [place, is_new] = reader.files.emplace(file.stem, file);
    if (!is_new)
      throw Error("reader " + reader.name, "the image " + file.stem + " has two files of labels",
                  place->second.path.filename().string() + " and " + file.path.filename().string(),
                  "Name the folder of one reader's labels alone");
  }
  return reader;
}

std::vector<Reader> readers_of(const std::vector<std::string>& folders) {
  if (folders.size() < 2)
    throw Error("lobule annotate agreement", "one reader is given", "agreement is between two or more",
                "Name a folder of labels for each reader");
  std::vector<Reader> readers;
  std::set<std::string> names;
  for (const std::string& folder : folders) {
    readers.push_back(reader_of(folder));
    if (!names.insert(readers.back().name).second)
      throw Error("lobule annotate agreement", "two readers are called " + readers.back().name,
                  "readers are called as their folders", "Rename one of the folders");
  }
  return readers;
}

Mask breast_of(Mask labels) {
  for (std::uint8_t& v : labels.voxels) v = v == measure::kAdipose || v == measure::kDense ? kBreast : 0;
  return labels;
}

std::optional<double> percent_of(const Mask& labels) {
  double dense = 0, breast = 0;
  for (const std::uint8_t v : labels.voxels)
    dense += v == measure::kDense ? 1 : 0, breast += v == measure::kDense || v == measure::kAdipose ? 1 : 0;
  return breast > 0 ? std::optional(100 * dense / breast) : std::nullopt;
}

AgreementImage compared(const std::string& image, const Mask& a, const Mask& b) {
  AgreementImage result{image, {}, percent_of(a), percent_of(b)};
  result.dice = {measure::dice_of(breast_of(a), breast_of(b), kBreast),
                 measure::dice_of(a, b, measure::kAdipose), measure::dice_of(a, b, measure::kDense),
                 measure::dice_of(a, b, measure::kPectoral)};
  return result;
}

std::optional<report::DiceSummary> summary_of(const AgreementPair& pair, std::size_t tissue) {
  std::vector<double> values;
  for (const AgreementImage& image : pair.images)
    if (image.dice[tissue]) values.push_back(*image.dice[tissue]);
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  report::DiceSummary summary{static_cast<int>(n), 0, 0.5 * (values[(n - 1) / 2] + values[n / 2]), values[0]};
  for (const double v : values) summary.mean += v / static_cast<double>(n);
  return summary;
}

// Of the categories 0 to 3 that both gave.
std::optional<report::Kappa> kappa_of(const std::vector<int>& a, const std::vector<int>& b) {
  const stats::Matrix weights = stats::quadratic_disagreement(4);
  const auto kappa = stats::weighted_kappa(stats::confusion(a, b, 4), weights);
  if (!kappa) return {};
  const auto samples =
      stats::bootstrap_samples(a.size(), kRepetitions, kSeed, [&](std::span<const std::size_t> cases) {
        std::vector<int> of_a, of_b;
        for (const std::size_t c : cases) of_a.push_back(a[c]), of_b.push_back(b[c]);
        return std::vector<double>{
            stats::weighted_kappa(stats::confusion(of_a, of_b, 4), weights).value_or(std::nan(""))};
      });
  return report::Kappa{*kappa, stats::percentile_intervals(samples)[0]};
}

void summarize(AgreementPair& pair, const measure::DensityCuts& cuts) {
  for (std::size_t t = 0; t < pair.dice.size(); ++t) pair.dice[t] = summary_of(pair, t);
  std::vector<double> a, b;
  std::vector<std::vector<double>> rows;
  std::vector<int> fourth_a, fourth_b, fifth_a, fifth_b;
  for (const AgreementImage& image : pair.images) {
    if (!image.difference()) continue;
    a.push_back(*image.percent_a), b.push_back(*image.percent_b);
    rows.push_back({a.back(), b.back()});
    fourth_a.push_back(measure::birads4_of(a.back()) - 1);
    fourth_b.push_back(measure::birads4_of(b.back()) - 1);
    fifth_a.push_back(measure::birads5_of(a.back(), cuts) - 'a');
    fifth_b.push_back(measure::birads5_of(b.back(), cuts) - 'a');
  }
  pair.bland_altman = stats::bland_altman(a, b);
  pair.icc = stats::icc_absolute(rows);
  pair.birads4 = kappa_of(fourth_a, fourth_b);
  pair.birads5 = kappa_of(fifth_a, fifth_b);
}

// Reads an image's labels by each reader; nothing where there are none, or where they cannot be read.
std::vector<std::optional<Mask>> labels_of(const std::string& image, const std::vector<Reader>& readers,
                                           Findings& findings) {
  std::vector<std::optional<Mask>> all;
  for (const Reader& reader : readers) {
    all.emplace_back();
    const auto file = reader.files.find(image);
    if (file == reader.files.end()) continue;
    try {
      all.back() = read_labels(file->second).labels;
      // Formats differ in whether they know spacing; labels are compared pixel by pixel.
      Grid grid;
      grid.size = all.back()->grid.size;
      all.back()->grid = grid;
    } catch (const Error& error) {
      Finding finding = error.finding();
      finding.where = "reader " + reader.name + ": " + finding.where;
      findings.push_back(std::move(finding));
    }
  }
  return all;
}

std::string extents(const Mask& labels) {
  return std::to_string(labels.grid.size[0]) + " × " + std::to_string(labels.grid.size[1]);
}

// Compares all readers of one image with each other.
void compare(const std::string& image, const std::vector<std::optional<Mask>>& labels,
             std::vector<std::vector<double>>& percents, AgreementResults& results) {
  std::vector<double> of_all;
  for (const auto& one : labels)
    if (const auto percent = one ? percent_of(*one) : std::nullopt) of_all.push_back(*percent);
  bool fits = true;
  std::size_t p = 0;
  for (std::size_t a = 0; a < labels.size(); ++a)
    for (std::size_t b = a + 1; b < labels.size(); ++b, ++p) {
      if (!labels[a] || !labels[b]) continue;
      if (labels[a]->grid.size == labels[b]->grid.size) {
        results.pairs[p].images.push_back(compared(image, *labels[a], *labels[b]));
        continue;
      }
      fits = false;
      results.findings.push_back(
          {Severity::error, image,
           "the labels of " + results.readers[a] + " and " + results.readers[b] + " have different sizes",
           extents(*labels[a]) + " against " + extents(*labels[b]),
           "Export the image for both in the same way"});
    }
  if (fits && of_all.size() == labels.size()) percents.push_back(std::move(of_all));
}

}  // namespace

void AnnotateAgreementOptions::list_options(OptionSet& options) {
  options.add("output,o", output,
              {.help = "Folder for results; made when it is missing.", .group = "Output"});
  options.add(
      "calibration", calibration,
      {.help = "Cut-points (JSON) of lobule density calibrate for categories of BI-RADS, 5th edition."});
  add_threads_option(options, threads);
}

AgreementResults annotate_agreement(const std::vector<std::string>& folders,
                                    const AnnotateAgreementOptions& options, Context& context) {
  set_thread_count(options.threads);
  const fs::path out = options.output;
  AgreementResults results;
  if (!options.calibration.empty())
    results.cuts =
        density_calibration_from_json(io::read_file(options.calibration), options.calibration).cuts;
  const std::vector<Reader> readers = readers_of(folders);
  std::set<std::string> images;
  for (const Reader& reader : readers) {
    results.readers.push_back(reader.name);
    results.labelled.push_back(static_cast<int>(reader.files.size()));
    for (const auto& [image, file] : reader.files) images.insert(image);
  }
  for (std::size_t a = 0; a < readers.size(); ++a)
    for (std::size_t b = a + 1; b < readers.size(); ++b)
      results.pairs.push_back({readers[a].name, readers[b].name, {}, {}, {}, {}, {}, {}});

  std::vector<std::vector<double>> percents;
  context.progress.begin("compare readers");
  std::size_t done = 0;
  for (const std::string& image : images) {
    context.cancellation.check();
    context.progress.update(static_cast<double>(done++) / static_cast<double>(images.size()));
    compare(image, labels_of(image, readers, results.findings), percents, results);
  }
  context.progress.finish();
  if (std::all_of(results.pairs.begin(), results.pairs.end(),
                  [](const AgreementPair& pair) { return pair.images.empty(); }))
    throw Error("lobule annotate agreement", "no two readers have labels of one image",
                results.findings.empty() ? "images are matched by the names of their files"
                                         : sentence(results.findings.front()));
  for (AgreementPair& pair : results.pairs) summarize(pair, results.cuts);
  results.images_of_all = static_cast<int>(percents.size());
  results.icc = stats::icc_absolute(percents);
  io::prepare_output_folder(out);
  io::write_file(out / "agreement.csv", to_csv(report::agreement_table(results)));
  io::write_file(out / "agreement.json", report::agreement_json(results));
  io::write_file(out / "report.html", report::agreement_page_html(results, context.provenance));
  io::write_file(out / "provenance.json", report::provenance_json(context.provenance));
  return results;
}

}  // namespace lobule::pipeline
