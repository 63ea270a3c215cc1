// Sections of pictures and curves: projections, candidates, tissue, curves, diffusion.

#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.h"
#include "report/charts.h"
#include "report/exam_figures.h"
#include "report/exam_report_parts.h"
#include "report/measurement_text.h"

namespace lobule::report {
namespace {

using exam::Analysis;
using exam::Side;

constexpr int kSliceCount = 6;
constexpr std::size_t kCurvesOfCandidates = 5;
constexpr std::size_t kCandidatesShown = 8;  // the others on demand
constexpr int kThumbnail_px = 100;

// Hues of Okabe and Ito (2008) besides those of the sides.
constexpr std::array<const char*, 5> kPalette{"#17222c", "#CC79A7", "#009E73", "#b08a00", "#56B4E9"};

Html show(const Shot& shot, const std::string& alternative, int width_px = 0) {
  return picture(io::png_data_uri(shot.picture), alternative, shot.marks, width_px);
}

double shape(const Shot& shot) {
  return static_cast<double>(shot.picture.width) / shot.picture.height;
}

Html slices(const std::vector<Shot>& shots, const std::string& alternative) {
  std::vector<Html> pieces;
  for (const Shot& shot : shots)
    pieces.push_back(figure(show(shot, alternative + ", " + shot.caption), text(shot.caption)));
  return side_by_side(pieces, 300);
}

Html lines(const std::vector<std::string>& parts) {
  Html content = markup("<div class=\"lines\">");
  for (const std::string& part : parts)
    if (!part.empty()) content += markup("<div>") + text(part) + markup("</div>");
  return content + markup("</div>");
}

std::string or_dash(const std::string& value) {
  return value.empty() ? "–" : value;
}

std::string series_name(const Analysis& analysis, const std::string& series_uid) {
  for (const exam::Series& series : analysis.exam.series)
    if (series.series_uid == series_uid) return short_name(series);
  return "";
}

std::vector<Html> candidate_row(const Analysis& analysis, const exam::Candidate& candidate, Window window) {
  Html shots;
  for (const Plane plane : {Plane::axial, Plane::sagittal})
    if (const auto shot = candidate_shot(analysis, candidate, plane, window))
      shots += show(*shot, "Region " + std::to_string(candidate.rank), kThumbnail_px) + markup(" ");
  const Html verdict = candidate.suspicious ? pill("error", "suspicious") : pill("plain", "not suspicious");
  return {strong(std::to_string(candidate.rank)),
          markup("<span class=\"shots\">") + shots + markup("</span>"),
          lines({side_word(candidate.side) + " breast", position_text(candidate.center_mm),
                 series_name(analysis, candidate.series_uid)}),
          lines({shown_text(candidate.volume_ml, "ml"),
                 shown_text(candidate.longest_diameter_mm, "mm") + " longest"}),
          lines({"+" + shown_text(candidate.peak_enhancement_percent, "%") + " peak", candidate.curve_type,
                 "SER " + or_dash(shown(candidate.mean_ser, "1").value)}),
          text(or_dash(shown(candidate.adc_median_um2_per_s, "um2/s").value)),
          text(format_fixed(candidate.score, 2)) + markup("<br>") + verdict,
          text(candidate.remark)};
}

// Who outlined, how sure it was, and what outranked it.
Html outline_statement(const exam::OutlineStatement& statement) {
  if (statement.method.empty()) return {};
  const auto list = [](const std::vector<std::string>& entries) {
    Html items = markup("<ul>\n");
    for (const std::string& entry : entries) items += markup("<li>") + text(entry) + markup("</li>\n");
    return items + markup("</ul>\n");
  };
  Html content = paragraph(text("Outlined by: " + statement.method + "; confidence " +
                                format_fixed(statement.confidence, 2) + "."));
  if (!statement.evidence.empty()) content += list(statement.evidence);
  if (!statement.overruled.empty()) content += paragraph(text("Overruled:")) + list(statement.overruled);
  return content;
}

// Percent above phase 0, only to draw curves of different brightness on one axis.
std::vector<double> against_first(const std::vector<double>& signal) {
  std::vector<double> percent;
  for (const double value : signal) percent.push_back(100 * (value / signal.front() - 1));
  return percent;
}

Chart empty_chart(const Analysis& analysis, const std::string& title) {
  const exam::Dynamic& dynamic = analysis.dynamic;
  Chart result;
  result.title = title;
  result.y_title = "Enhancement over phase 0, %";
  const bool timed = dynamic.times_known && std::all_of(dynamic.phases.begin(), dynamic.phases.end(),
                                                        [](const auto& phase) { return phase.time_s; });
  result.x_title = !timed                   ? "Phase"
                   : dynamic.times_declared ? "Time after phase 0, s (declared)"
                                            : "Time after phase 0, s";
  result.whole_x = !timed;
  for (std::size_t p = 0; p < dynamic.phases.size(); ++p)
    result.x.push_back(timed ? *dynamic.phases[p].time_s : static_cast<double>(p));
  const int early = dynamic.early_phase_index;
  if (early > 0 && static_cast<std::size_t>(early) < result.x.size()) {
    result.marked_x = result.x[static_cast<std::size_t>(early)];
    result.marked_text = "early";
  }
  return result;
}

std::string curve_colour(const std::string& name, std::size_t place) {
  const std::string words = lower(name);
  if (contains(words, "right")) return std::string(kRightColour);
  if (contains(words, "left")) return std::string(kLeftColour);
  return kPalette[place % kPalette.size()];
}

}  // namespace

Html projections_section(const Analysis& analysis) {
  const auto axial = axial_projection(analysis);
  if (!axial) return {};
  std::vector<StripPiece> pieces{{show(*axial, "Axial projection of the subtraction"), shape(*axial)}};
  for (const Side side : {Side::right, Side::left})
    if (const auto shot = sagittal_projection(analysis, side))
      pieces.push_back({figure(show(*shot, "Sagittal projection, " + side_word(side) + " breast"),
                               text(side == Side::right ? "Right breast" : "Left breast")),
                        shape(*shot)});
  pieces.front().content = figure(pieces.front().content, text("Both breasts, along feet–head"));
  return section(
      "projections", "Enhancement",
      strip(pieces) +
          paragraph(muted(axial->caption +
                          ": maximum projections; white is the same in all. Vessels, nipples and the "
                          "heart enhance in health.")));
}

Html candidates_section(const Analysis& analysis) {
  if (analysis.dynamic.phases.size() < 2) return {};
  if (analysis.candidates.empty())
    return section("candidates", "Enhancing regions", paragraph(text("None stands out.")));
  const Window window = subtraction_window(analysis);
  const std::vector<Column> columns{{"", true},      {"Axial, sagittal"},       {"Where"}, {"Size"},
                                    {"Enhancement"}, {"ADC, 10⁻³ mm²/s", true}, {"Score"}, {"Remark"}};
  std::vector<std::vector<Html>> first, rest;
  for (const exam::Candidate& candidate : analysis.candidates) {
    const bool shown_first = candidate.suspicious || first.size() < kCandidatesShown;
    (shown_first ? first : rest).push_back(candidate_row(analysis, candidate, window));
  }
  Html content = table(columns, first);
  if (!rest.empty())
    content += details(std::to_string(rest.size()) + " more with lower scores", table(columns, rest));
  content +=
      paragraph(muted("Early subtraction, 48 mm wide. Ranked by score; natural causes such as the nipple, "
                      "vessels and motion are named where they are likely."));
  return section("candidates", "Enhancing regions", content);
}

Html tissue_section(const Analysis& analysis) {
  Html content;
  if (const auto shots = contour_slices(analysis, kSliceCount); !shots.empty()) {
    content += legend({{css(kRightOnBlack), "right breast"},
                       {css(kLeftOnBlack), "left breast"},
                       {css(kTissueOnBlack), "fibroglandular tissue"}});
    content += slices(shots, "Early phase with contours");
  }
  if (const auto shots = enhancement_slices(analysis, kSliceCount); !shots.empty()) {
    content += markup("<h3>Percent enhancement, early phase</h3>\n") + heat_scale(kEnhancementWindow, "%");
    content += slices(shots, "Percent enhancement");
    content += paragraph(
        muted("Smoothed by 1.2 mm; fainter where the subtraction is weak, for there the ratio is noise."));
  }
  if (content.empty()) return {};
  content += markup("<h3>How the outlines came about</h3>\n") + outline_statement(analysis.outline);
  return section("tissue", "Breasts and fibroglandular tissue", content);
}

Html curves_section(const Analysis& analysis) {
  if (analysis.dynamic.phases.size() < 2) return {};
  std::vector<Html> pieces;
  Chart regions = empty_chart(analysis, "Mean enhancement of tissue over the phases");
  for (const exam::Curve& curve : analysis.curves) {
    if (curve.signal.empty()) continue;
    regions.series.push_back(
        {curve.name, curve_colour(curve.name, regions.series.size()), against_first(curve.signal)});
  }
  if (!regions.series.empty())
    pieces.push_back(
        figure(chart(regions), text("Mean of each region, over the voxels that all phases measure.")));
  Chart candidates = empty_chart(analysis, "Enhancement of candidate regions over the phases");
  for (const exam::Candidate& candidate : analysis.candidates) {
    if (candidate.curve.empty() || candidates.series.size() == kCurvesOfCandidates) continue;
    candidates.series.push_back({"region " + std::to_string(candidate.rank),
                                 kPalette[candidates.series.size()], against_first(candidate.curve)});
  }
  if (!candidates.series.empty())
    pieces.push_back(figure(chart(candidates), text("Mean of each of the first enhancing regions.")));
  if (pieces.empty()) return {};
  return section("curves", "Enhancement over time", side_by_side(pieces, 420));
}

Html diffusion_section(const Analysis& analysis) {
  const auto shots = adc_slices(analysis, 3);
  if (shots.empty()) return {};
  Html content;
  for (const Side side : {Side::right, Side::left})
    if (const auto* m = find_measurement(analysis, "adc_fgt_median", side))
      content += paragraph(text("Median ADC of the fibroglandular tissue, " + side_word(side) +
                                " breast: " + shown_text(m->value, m->unit) + "."));
  content += slices(shots, "ADC map") +
             paragraph(muted("ADC from black (0) to white (3.0 · 10⁻³ mm²/s), on the grid of the diffusion "
                             "series, with the contours of the breasts."));
  return section("diffusion", "Diffusion", content);
}

}  // namespace lobule::report
