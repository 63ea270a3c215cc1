// Sections of words and numbers: summary, key numbers, motion, findings, series, methods.

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "report/exam_report_parts.h"
#include "report/measurement_text.h"

namespace lobule::report {
namespace {

using exam::Analysis;
using exam::Side;

std::string counted(std::size_t count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

bool measured(const exam::Measurement* measurement) {
  return measurement != nullptr && std::isfinite(measurement->value);
}

std::string breast_sentence(const Analysis& analysis, Side side) {
  const auto* volume = find_measurement(analysis, "breast_volume", side);
  const auto* tissue = find_measurement(analysis, "fgt_volume", side);
  const auto* density = find_measurement(analysis, "percent_density", side);
  const auto* enhancement = find_measurement(analysis, "bpe_mean", side);
  if (!measured(volume)) return "";
  std::string words =
      "The " + side_word(side) + " breast measures " + shown_text(volume->value, volume->unit);
  if (measured(tissue)) {
    words += ", of which " + shown_text(tissue->value, tissue->unit);
    if (measured(density)) words += " (" + shown_text(density->value, density->unit) + ")";
    words += " is fibroglandular tissue";
  }
  if (measured(enhancement))
    words += "; this tissue enhances by " + shown_text(enhancement->value, enhancement->unit) +
             " on average in the early phase";
  return words + ".";
}

std::string candidates_sentence(const Analysis& analysis) {
  const std::size_t count = analysis.candidates.size();
  if (analysis.dynamic.phases.size() < 2)
    return "Enhancing regions were not searched for: there is no dynamic series with a phase after contrast.";
  if (count == 0) return "No enhancing region stands out.";
  const auto suspicious = static_cast<std::size_t>(
      std::count_if(analysis.candidates.begin(), analysis.candidates.end(),
                    [](const exam::Candidate& candidate) { return candidate.suspicious; }));
  const std::string threshold =
      "the threshold for “suspicious” (score " + format_fixed(analysis.suspicious_threshold, 2) + ")";
  std::string words = counted(count, "enhancing region") + (count == 1 ? " stands" : " stand") + " out; ";
  if (suspicious == 0) return words + "none reaches " + threshold + ".";
  return words + std::to_string(suspicious) + (suspicious == 1 ? " reaches " : " reach ") + threshold + ".";
}

std::string phases_sentence(const Analysis& analysis) {
  const exam::Dynamic& dynamic = analysis.dynamic;
  if (dynamic.phases.empty()) return "";
  std::string words =
      "The dynamic series has " + counted(dynamic.phases.size(), "phase") + " (0 is before contrast)";
  if (dynamic.early_phase_index > 0)
    words += "; the early phase is phase " + std::to_string(dynamic.early_phase_index);
  if (!dynamic.times_known) return words + ". Its times are unknown: rates are given per phase.";
  return words + (dynamic.times_declared ? ". Its times were declared by the user."
                                         : ". Its times come from the headers.");
}

std::string motion_sentence(const Analysis& analysis) {
  if (analysis.motion.empty()) return "";
  const exam::PhaseMotion& worst =
      *std::max_element(analysis.motion.begin(), analysis.motion.end(),
                        [](const auto& a, const auto& b) { return a.before_p95_mm < b.before_p95_mm; });
  return "The breasts moved most in phase " + std::to_string(worst.phase_index) + ": " +
         format_fixed(worst.before_p95_mm, 1) + " mm at the surface (95th percentile), " +
         format_fixed(worst.after_p95_mm, 1) + " mm after correction.";
}

Html findings_sentence(const Analysis& analysis) {
  const auto count = [&](Severity severity) {
    return static_cast<std::size_t>(
        std::count_if(analysis.findings.begin(), analysis.findings.end(),
                      [severity](const Finding& finding) { return finding.severity == severity; }));
  };
  const std::size_t errors = count(Severity::error), warnings = count(Severity::warning);
  if (errors + warnings == 0) return text("No error and no warning.");
  Html words;
  if (errors != 0) words += pill("error", counted(errors, "error")) + text(" ");
  if (warnings != 0) words += pill("warning", counted(warnings, "warning")) + text(" ");
  return words + text("Read the ") + link("#findings", "findings") + text(" before using these numbers.");
}

Card card_for(const Analysis& analysis, const std::string& name, Side side) {
  const exam::Measurement* measurement = find_measurement(analysis, name, side);
  Card card{title_of(name), "", "", "", side == Side::both ? "" : exam::to_text(side)};
  if (measurement == nullptr) return card;
  const ShownValue value = shown(measurement->value, measurement->unit);
  card.value = value.value;
  card.unit = value.unit;
  const exam::Measurement* part = find_measurement(analysis, "bpe_fraction", side);
  if (name == "bpe_mean" && measured(part))
    card.detail = shown_text(part->value, part->unit) + " of it enhances";
  return card;
}

// One row a name, in the order in which the names first come.
Html measurements_table_html(const Analysis& analysis) {
  std::vector<std::vector<Html>> rows;
  std::vector<std::string> seen;
  for (const exam::Measurement& first : analysis.measurements) {
    if (std::find(seen.begin(), seen.end(), first.name) != seen.end()) continue;
    seen.push_back(first.name);
    std::vector<Html> row{text(title_of(first.name))};
    for (const Side side : {Side::right, Side::left, Side::both}) {
      const exam::Measurement* m = find_measurement(analysis, first.name, side);
      const ShownValue value = m == nullptr ? ShownValue{} : shown(m->value, m->unit);
      row.push_back(m == nullptr ? Html{} : value.value.empty() ? muted("not measured") : text(value.value));
    }
    row.push_back(text(shown(first.value, first.unit).unit));
    row.push_back(muted(first.source));
    rows.push_back(row);
  }
  return table({{"Measurement"}, {"Right", true}, {"Left", true}, {"Both", true}, {"Unit"}, {"From"}}, rows);
}

std::vector<Html> series_row(const exam::Series& series) {
  std::string role = exam::to_text(series.role);
  if (series.phase_index >= 0) role += ", phase " + std::to_string(series.phase_index);
  if (!series.phases.empty()) role += ", " + counted(series.phases.size(), "phase");
  std::vector<std::string> b_values;
  for (const double b : series.b_values) b_values.push_back(format_number(b));
  if (!b_values.empty()) role += ", b " + join(b_values, ", ") + " s/mm²";

  // The strongest reasons first; three say enough.
  std::vector<exam::Evidence> evidence = series.evidence;
  std::stable_sort(evidence.begin(), evidence.end(), [](const exam::Evidence& a, const exam::Evidence& b) {
    return std::abs(a.weight) > std::abs(b.weight);
  });
  Html why;
  for (std::size_t e = 0; e < evidence.size() && e < 3; ++e)
    why +=
        markup("<div>") + text(evidence[e].text) + text(" ") + muted(evidence[e].source) + markup("</div>");
  for (const auto* list : {&series.conflicts, &series.warnings})
    for (const std::string& line : *list)
      why += markup("<div>") + pill("warning", list == &series.conflicts ? "conflict" : "warning") +
             text(" " + line) + markup("</div>");
  return {text(std::to_string(series.series_number)),
          text(series.description),
          text(std::to_string(series.images.size())),
          text(role),
          text(format_fixed(100 * series.confidence, 0) + " %"),
          why};
}

}  // namespace

Html summary_section(const Analysis& analysis) {
  Html list = markup("<ul>\n");
  for (const std::string& words :
       {breast_sentence(analysis, Side::right), breast_sentence(analysis, Side::left),
        candidates_sentence(analysis), phases_sentence(analysis), motion_sentence(analysis)})
    if (!words.empty()) list += markup("<li>") + text(words) + markup("</li>\n");
  list += markup("<li>") + findings_sentence(analysis) + markup("</li>\n</ul>\n");
  return section("summary", "Summary", list);
}

Html key_numbers_section(const Analysis& analysis) {
  if (analysis.measurements.empty()) return {};
  Html content;
  for (const Side side : {Side::right, Side::left}) {
    std::vector<Card> row;
    for (const char* name : {"breast_volume", "fgt_volume", "percent_density", "bpe_mean", "adc_fgt_median"})
      row.push_back(card_for(analysis, name, side));
    content +=
        markup(side == Side::right ? "<h3>Right breast</h3>\n" : "<h3>Left breast</h3>\n") + cards(row);
  }
  content += markup("<h3>All measurements</h3>\n") + measurements_table_html(analysis);
  return section("numbers", "Key numbers", content);
}

Html motion_section(const Analysis& analysis) {
  if (analysis.motion.empty()) return {};
  std::vector<std::vector<Html>> rows;
  const auto mm = [](double value) { return text(std::isfinite(value) ? format_fixed(value, 2) : "–"); };
  for (const exam::PhaseMotion& phase : analysis.motion)
    rows.push_back({text(std::to_string(phase.phase_index)), mm(phase.before_median_mm),
                    mm(phase.before_p95_mm), mm(phase.after_median_mm), mm(phase.after_p95_mm),
                    text(format_fixed(phase.smallest_jacobian, 2))});
  return section(
      "motion", "Motion between phases",
      table({{"Phase", true},
             {"Before, median mm", true},
             {"Before, 95 % mm", true},
             {"After, median mm", true},
             {"After, 95 % mm", true},
             {"Smallest Jacobian", true}},
            rows) +
          paragraph(
              muted("How far the surface of the breasts lies from where it was before contrast, before "
                    "and after correction. A Jacobian above 0 means that the deformation folds nowhere.")));
}

Html findings_section(const Analysis& analysis) {
  return section("findings", "Findings", findings_list(analysis.findings));
}

Html series_section(const Analysis& analysis) {
  if (analysis.exam.series.empty()) return {};
  std::vector<std::vector<Html>> rows;
  for (const exam::Series& series : analysis.exam.series) rows.push_back(series_row(series));
  return section(
      "series", "Series and their roles",
      table({{"No.", true}, {"Description"}, {"Images", true}, {"Role"}, {"Confidence", true}, {"Why"}},
            rows));
}

Html method_section(const Analysis& analysis) {
  std::vector<std::string> lines;
  if (!analysis.motion.empty())
    lines.push_back(
        "Motion: each phase is registered to the one before contrast, rigidly and then by a smooth "
        "deformation; maps named “raw” are made before this step.");
  if (!analysis.breast.empty())
    lines.push_back("Masks: " + (analysis.masks_source.empty() ? "automatic" : analysis.masks_source) +
                    ". The breasts leave out skin and chest wall. The image is corrected for bias (N4) for "
                    "segmentation only; enhancement is measured on the signal as acquired.");
  if (!analysis.fgt.empty())
    lines.push_back(
        "Percent density is the volume of fibroglandular tissue over that of the breast. Background "
        "enhancement is that of fibroglandular tissue in the early phase.");
  if (analysis.map("adc") != nullptr)
    lines.push_back(
        "ADC: log-linear fit over all b-values, each with the same weight; 1 µm²/s is 10⁻⁶ mm²/s.");
  if (!analysis.candidates.empty())
    lines.push_back(
        "Enhancing regions: strong early enhancement, scored from 0 to 1 by shape, contrast to the "
        "other breast and surroundings. “Suspicious” means a score of at least " +
        format_fixed(analysis.suspicious_threshold, 2) +
        ", a threshold fixed on digital phantoms; it is no diagnosis.");
  lines.push_back(
      "Positions are distances from the scanner's origin: R/L to the patient's right or left, A/P to "
      "the front or back, H/F to head or feet.");
  Html list = markup("<ul>\n");
  for (const std::string& line : lines) list += markup("<li>") + text(line) + markup("</li>\n");
  return section("methods", "How it was measured", list + markup("</ul>\n"));
}

}  // namespace lobule::report
