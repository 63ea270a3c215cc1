#include "pipeline/outlines.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/parallel.h"
#include "core/text.h"
#include "exam/corrections.h"
#include "io/files.h"
#include "io/nifti.h"
#include "pipeline/outline_sources.h"
#include "pipeline/outline_volume.h"
#include "pipeline/sorted_inputs.h"
#include "pipeline/threads_option.h"
#include "report/measurements.h"
#include "report/outline_page.h"
#include "report/result_folder.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

constexpr int kSlices = 6;
constexpr double kMargin_mm = 12, kBehind_mm = 40;  // around the breasts in pictures
constexpr std::size_t kHashShown = 12;

using Slab = std::optional<std::pair<double, double>>;

report::OutlineFigures figures_of(const measure::BreastSegmentation& breasts, const Mask& fgt,
                                  const Slab& slab) {
  report::OutlineFigures figures;
  for (const int side : {1, 2}) {
    const auto s = static_cast<std::size_t>(side);
    figures.breast_ml[s] = measure::volume_ml(breasts.breast, side);
    figures.fgt_ml[s] = measure::volume_ml(fgt, side);
    figures.breast_ml[0] += figures.breast_ml[s], figures.fgt_ml[0] += figures.fgt_ml[s];
  }
  figures.slab_breast_ml = figures.slab_fgt_ml = kMissing;
  if (slab)
    figures.slab_breast_ml = slab_ml(breasts.breast, *slab), figures.slab_fgt_ml = slab_ml(fgt, *slab);
  figures.confidence = breasts.report.confidence;
  return figures;
}

// The middles of slices nearest to heights, in this image only.
std::vector<double> heights_in(const Grid& grid, const std::vector<double>& wanted) {
  std::vector<double> heights;
  for (const double z : wanted) {
    Vec3 point = point_from_index(
        grid, {0.5 * (grid.size[0] - 1), 0.5 * (grid.size[1] - 1), 0.5 * (grid.size[2] - 1)});
    point.z = z;
    Vec3 index = index_from_point(grid, point);
    bool inside = true;
    for (int a = 0; a < 3; ++a) {
      index[a] = std::round(index[a]);
      inside = inside && index[a] >= 0 && index[a] <= grid.size[a] - 1;
    }
    if (inside) heights.push_back(point_from_index(grid, index).z);
  }
  heights.erase(std::unique(heights.begin(), heights.end()), heights.end());
  return heights;
}

// Heights spread over what is outlined, from head to feet; not the outermost parts, where little is seen.
std::vector<double> spread_over(const report::Bounds& bounds) {
  std::vector<double> heights;
  for (int n = 0; n < kSlices; ++n)
    heights.push_back(bounds.low_mm.z +
                      (0.9 - 0.8 * n / (kSlices - 1)) * (bounds.high_mm.z - bounds.low_mm.z));
  return heights;
}

class Comparison {
 public:
  Comparison(const SortedInputs& sorted, const exam::Exam& exam, const TissueNetwork* network,
             const OutlinesOptions& options, Context& context)
      : sorted_(sorted),
        exam_(exam),
        network_(network),
        options_(options),
        context_(context),
        folder_(report::result_folder(options.output, exam)),
        wanted_mm_(options.slices_mm) {}

  report::OutlineComparison run(int exam_number) {
    report::OutlineComparison result;
    result.exam_number = exam_number;
    if (network_ != nullptr)
      result.method = "network " + network_->name() + ", SHA-256 " + network_->sha256().substr(0, kHashShown);
    const std::vector<OutlineSource> sources = outline_sources(sorted_.index, exam_, result.findings);
    slab_ = shared_slab(sources);
    result.slab_z_mm = slab_;
    for (const OutlineSource& source : sources) {
      context_.progress.begin("exam " + std::to_string(exam_number) + ": outline " + source.file);
      try {
        result.volumes.push_back(one(source));
      } catch (const Error& error) {
        result.findings.push_back(error.finding());
      }
      context_.progress.finish();
    }
    if (slab_) {
      result.slab_change_classical = change(result.volumes, [](const auto& v) { return &v.classical; });
      result.slab_change_network =
          change(result.volumes, [](const auto& v) { return v.network ? &*v.network : nullptr; });
    }
    return result;
  }

 private:
  report::OutlinedVolume one(const OutlineSource& source) {
    const exam::Volume volume = exam::read_volume(sorted_.index, source.series, source.plan);
    const bool fits = network_ != nullptr && network_->unfit(volume.image.grid).empty();
    const VolumeOutlines out = outline_volume(volume.image, source.fat, fits ? network_ : nullptr, context_);
    const Slab slab = source.in_slab ? slab_ : Slab();
    report::OutlinedVolume result;
    result.name = source.name, result.file = source.file;
    result.classical = figures_of(out.classical, out.classical_fgt, slab);
    result.findings = out.classical.report.findings;
    for (Finding& finding : result.findings) finding.where += ", classical";
    if (out.network) {
      result.network = figures_of(out.network->breasts, out.agreed_fgt, slab);
      result.evidence = out.network->breasts.report.evidence;
      for (Finding finding : out.network->breasts.report.findings) {
        finding.where += ", network";
        result.findings.push_back(std::move(finding));
      }
    } else if (network_ != nullptr) {
      result.findings.push_back({Severity::warning, source.name, "the network was not asked",
                                 network_->unfit(volume.image.grid), ""});
    }
    result.dice_breast = out.dice_breast, result.dice_fgt = out.dice_fgt;
    draw(volume.image, out, result);
    write_masks(source.file, out);
    return result;
  }

  void draw(const Image<float>& image, const VolumeOutlines& out, report::OutlinedVolume& result) {
    const Grid& grid = image.grid;
    const measure::TissueOutlines* network = out.network ? &*out.network : nullptr;
    auto found = report::bounds_of(out.classical.breast, 0);
    if (network != nullptr)
      if (const auto more = report::bounds_of(network->breasts.breast, 0)) {
        if (!found) found = more;
        for (int a = 0; a < 3; ++a) {
          found->low_mm[a] = std::min(found->low_mm[a], more->low_mm[a]);
          found->high_mm[a] = std::max(found->high_mm[a], more->high_mm[a]);
        }
      }
    const report::Bounds all = report::bounds_of(grid);
    report::Bounds field = found ? report::grown(*found, kMargin_mm) : all;
    field.high_mm.y += kBehind_mm - kMargin_mm;
    for (int a = 0; a < 3; ++a) {
      field.low_mm[a] = std::max(field.low_mm[a], all.low_mm[a]);
      field.high_mm[a] = std::min(field.high_mm[a], all.high_mm[a]);
    }
    // All volumes show the slices of the first, where they cover any.
    if (wanted_mm_.empty()) wanted_mm_ = spread_over(found ? *found : all);
    std::vector<double> heights = heights_in(grid, wanted_mm_);
    if (heights.empty()) heights = heights_in(grid, spread_over(found ? *found : all));
    for (const double z : heights) {
      report::OutlineSlice slice;
      slice.classical =
          report::outline_shot(image, {.breast = &out.classical.breast, .fgt = &out.classical_fgt}, field, z);
      if (network != nullptr)
        slice.network = report::outline_shot(
            image,
            {&network->breasts.breast, &out.agreed_fgt, &network->vessels, &network->muscle, &network->heart},
            field, z);
      result.slices.push_back(std::move(slice));
    }
  }

  void write_masks(const std::string& file, const VolumeOutlines& out) const {
    const auto write = [&](const std::string& name, const Mask& mask) {
      io::write_nifti(folder_ / "masks" / (file + "_" + name + ".nii.gz"), mask);
    };
    write("classical_breast", out.classical.breast), write("classical_fgt", out.classical_fgt);
    if (!out.network) return;
    write("network_breast", out.network->breasts.breast), write("network_fgt", out.agreed_fgt);
  }

  // By how much the largest volume in the slab exceeds the smallest, %.
  template <class FiguresOf>
  static std::optional<double> change(const std::vector<report::OutlinedVolume>& volumes,
                                      const FiguresOf& figures_of) {
    double least = 1e30, most = 0;
    for (const report::OutlinedVolume& volume : volumes)
      if (const report::OutlineFigures* figures = figures_of(volume);
          figures != nullptr && !std::isnan(figures->slab_breast_ml))
        least = std::min(least, figures->slab_breast_ml), most = std::max(most, figures->slab_breast_ml);
    if (!(most > 0) || !(least > 0) || least > most) return {};
    return 100 * (most / least - 1);
  }

  const SortedInputs& sorted_;
  const exam::Exam& exam_;
  const TissueNetwork* network_;
  const OutlinesOptions& options_;
  Context& context_;
  fs::path folder_;
  Slab slab_;
  std::vector<double> wanted_mm_;
};

// The network, or a finding that says why there is none.
std::optional<TissueNetwork> network_or_finding(Findings& findings) {
  try {
    std::optional<TissueNetwork> network = TissueNetwork::shipped();
    if (!network)
      findings.push_back({Severity::warning, "model breast_mri", "it is not among the shipped models",
                          "only classical outlines are made", "Name its folder's parent in LOBULE_MODELS"});
    return network;
  } catch (const Error& error) {
    findings.push_back(error.finding());
    return {};
  }
}

std::string line_of(const report::OutlineComparison& result) {
  std::string line = "exam " + std::to_string(result.exam_number) + ": " +
                     std::to_string(result.volumes.size()) + " volumes outlined";
  if (result.slab_change_network)
    line += "; in the shared slab breast volumes change by " + format_fixed(*result.slab_change_network, 1) +
            " % (network)";
  if (result.slab_change_classical)
    line += (result.slab_change_network ? ", " : "; in the shared slab breast volumes change by ") +
            format_fixed(*result.slab_change_classical, 1) + " % (classical)";
  return line;
}

}  // namespace

void OutlinesOptions::list_options(OptionSet& options) {
  options.add("output,o", output,
              {.help = "The folder for results; made when it does not exist.", .affects_result = false});
  options.add("corrections", corrections, {.help = "A corrections file that a person edited (see sort)."});
  options.add(
      "slices", slices_mm,
      {.help = "Heights of the slices to show, LPS z; without it six over the breasts of the first volume.",
       .unit = "mm"});
  add_threads_option(options, threads);
}

OutlinesOutcome compare_outlines(const std::vector<std::string>& inputs, const OutlinesOptions& options,
                                 Context& context) {
  set_thread_count(options.threads);
  const fs::path out = options.output;
  io::prepare_output_folder(out);
  exam::SortOptions how;
  if (!options.corrections.empty())
    how.corrections = exam::corrections_from_csv(io::read_file(options.corrections), options.corrections);
  OutlinesOutcome outcome;
  const std::optional<TissueNetwork> network = network_or_finding(outcome.findings);
  for_each_patient(inputs, out, how, context, [&](SortedInputs& sorted) {
    outcome.findings.insert(outcome.findings.end(), sorted.findings.begin(), sorted.findings.end());
    int exam_number = sorted.first_exam_number;
    for (const exam::Exam& exam : sorted.exams) {
      const int number = exam_number++;
      if (exam.kind != exam::ExamKind::breast_mri) {
        outcome.lines.push_back("exam " + std::to_string(number) + ": no breast MRI");
        continue;
      }
      const report::OutlineComparison result =
          Comparison(sorted, exam, network ? &*network : nullptr, options, context).run(number);
      const fs::path folder = report::result_folder(out, exam);
      io::write_file(folder / "outlines.csv", to_csv(report::outline_table(result)));
      io::write_file(folder / "outlines.json", report::outline_json(result));
      io::write_file(folder / "report.html", report::outline_page_html(result, context.provenance));
      io::write_file(folder / "provenance.json", report::provenance_json(context.provenance));
      outcome.lines.push_back(line_of(result) + "; open " + (folder / "report.html").string());
      outcome.findings.insert(outcome.findings.end(), result.findings.begin(), result.findings.end());
      outcome.exams += !result.volumes.empty();
    }
  });
  remove_scratch(out);
  return outcome;
}

}  // namespace lobule::pipeline
