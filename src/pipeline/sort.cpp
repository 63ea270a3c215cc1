#include "pipeline/sort.h"

#include <filesystem>

#include "core/parallel.h"
#include "exam/corrections.h"
#include "exam/sort.h"
#include "io/files.h"
#include "pipeline/series_picture.h"
#include "pipeline/sorted_inputs.h"
#include "pipeline/sorting_networks.h"
#include "report/contact_sheet.h"
#include "report/exams_json.h"

namespace lobule::pipeline {
namespace {

namespace fs = std::filesystem;

report::SeriesPictures picture_all(const exam::DicomIndex& index, const std::vector<exam::Exam>& exams,
                                   const Cancellation& cancellation) {
  report::SeriesPictures pictures;
  std::vector<std::pair<std::size_t, std::size_t>> all;
  for (std::size_t e = 0; e < exams.size(); ++e) {
    pictures.emplace_back(exams[e].series.size());
    for (std::size_t s = 0; s < exams[e].series.size(); ++s) all.emplace_back(e, s);
  }
  parallel_for(all.size(), [&](std::size_t i) {
    cancellation.check();
    const auto [e, s] = all[i];
    pictures[e][s] = series_picture_uri(index, exams[e].series[s]);
  });
  return pictures;
}

}  // namespace

void SortOptions::list_options(OptionSet& options) {
  options.add("output,o", output, {.help = "The folder for the results; made when it does not exist."});
  options.add("link", link,
              {.help = "Also makes OUT/by_role, a tree of links to the files by exam and role."});
  options.add(
      "corrections", corrections,
      {.help =
           "A table that a person edited (OUT/corrections.csv of an earlier run); it outranks all else."});
  options.add("no-pixels", no_pixels,
              {.help = "Decides by headers alone: faster, and less sure where headers are poor."});
  options.add("pixels-only", pixels_only,
              {.help = "Uses nothing of the headers but geometry, rescale and the identifiers that group "
                       "images, as if an anonymiser had deleted all else."});
  options.add("classical", classical, {.help = "Decides by rules and arithmetic, without networks."});
  options.add("threads", threads,
              {.help = "Processors to use; 0 takes all. Results do not depend on it.",
               .group = "Running",
               .min = 0,
               .affects_result = false});
}

SortOutcome sort_inputs(const std::vector<std::string>& inputs, const SortOptions& options,
                        Context& context) {
  set_thread_count(options.threads);
  if (options.output.empty())
    throw Error("lobule sort", "no output folder is given", "", "Pass one with -o OUT");
  const fs::path out = options.output;
  exam::SortOptions how;
  if (options.no_pixels && options.pixels_only)
    throw Error("lobule sort", "--no-pixels and --pixels-only leave nothing to look at", "",
                "Pass one of them");
  how.use_pixels = !options.no_pixels;
  how.pixels_only = options.pixels_only;
  Findings of_networks;
  const auto networks =
      options.classical || options.no_pixels ? nullptr : shipped_sorting_networks(of_networks);
  how.networks = networks.get();
  if (!options.corrections.empty())
    how.corrections = exam::corrections_from_csv(io::read_file(options.corrections), options.corrections);
  io::prepare_output_folder(out);
  SortedInputs sorted = read_and_sort(inputs, out, how, context);
  const exam::DicomIndex& index = sorted.index;
  SortOutcome outcome;
  outcome.exams = std::move(sorted.exams);
  outcome.findings = std::move(sorted.findings);
  outcome.findings.insert(outcome.findings.begin(), of_networks.begin(), of_networks.end());
  outcome.files_seen = index.files_seen;
  context.progress.begin("contact sheet");
  const report::SeriesPictures pictures = picture_all(index, outcome.exams, context.cancellation);
  io::write_file(out / "index.html",
                 report::contact_sheet_html(outcome.exams, pictures, outcome.findings, context.provenance));
  context.progress.finish();
  io::write_file(out / "exams.json", report::exams_json(outcome.exams));
  io::write_file(out / "corrections.csv", to_csv(exam::corrections_table(outcome.exams)));
  if (options.link) link_by_role(index, outcome.exams, (out / "by_role").string(), scratch_of(out).string());
  remove_scratch(out);
  for (const exam::Exam& exam : outcome.exams)
    outcome.findings.insert(outcome.findings.end(), exam.findings.begin(), exam.findings.end());
  return outcome;
}

}  // namespace lobule::pipeline
