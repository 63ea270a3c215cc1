#include "report/agreement_page.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "report/charts.h"
#include "report/page.h"

namespace lobule::report {
namespace {

// Rows of images that differ most, a pair.
constexpr std::size_t kMostDiffering = 10;
constexpr int kFigureWidth_px = 420;

std::string interval_text(const stats::Interval& interval, int decimals) {
  return format_fixed(interval.low, decimals) + " to " + format_fixed(interval.high, decimals);
}

std::string icc_text(const std::optional<stats::Icc>& icc) {
  return icc ? format_fixed(icc->value, 2) + " (" + interval_text(icc->interval, 2) + ")" : "–";
}

std::string kappa_text(const std::optional<Kappa>& kappa) {
  if (!kappa) return "–";
  return format_fixed(kappa->value, 2) +
         (kappa->interval ? " (" + interval_text(*kappa->interval, 2) + ")" : "");
}

std::string title_of(const AgreementPair& pair) {
  return pair.reader_a + " and " + pair.reader_b;
}

Html summary_cards(const AgreementResults& results) {
  std::string value, detail = "fewer than two images have percent density by all readers";
  if (results.icc) {
    value = format_fixed(results.icc->value, 2);
    detail = "95 % interval " + interval_text(results.icc->interval, 2) + "; " +
             std::to_string(results.images_of_all) + " images that all readers labelled";
  }
  std::vector<Card> list{
      {"Readers", std::to_string(results.readers.size()), "", join(results.readers, ", "), ""},
      {"ICC(2,1) of percent density", value, "", detail, ""}};
  if (results.pairs.size() == 1) {
    const AgreementPair& pair = results.pairs.front();
    if (pair.bland_altman)
      list.push_back({"Mean difference", format_fixed(pair.bland_altman->bias, 1), "points",
                      "percent density, " + pair.reader_a + " minus " + pair.reader_b, ""});
    if (pair.dice[2])
      list.push_back({"Dice, dense tissue", format_fixed(pair.dice[2]->mean, 2), "",
                      "mean; median " + format_fixed(pair.dice[2]->median, 2), ""});
  }
  return cards(list);
}

Html dice_table(const AgreementResults& results) {
  std::vector<std::vector<Html>> rows;
  for (const AgreementPair& pair : results.pairs) {
    std::vector<Html> row{text(title_of(pair)), text(std::to_string(pair.images.size()))};
    for (const auto& dice : pair.dice)
      row.push_back(dice ? text(format_fixed(dice->mean, 3) + " (" + format_fixed(dice->median, 3) + "; " +
                                format_fixed(dice->lowest, 3) + ")")
                         : text("–"));
    rows.push_back(std::move(row));
  }
  return table({{"Readers"},
                {"Images", true},
                {"Breast", true},
                {"Adipose tissue", true},
                {"Dense tissue", true},
                {"Pectoral muscle", true}},
               rows);
}

Html density_table(const AgreementResults& results) {
  std::vector<std::vector<Html>> rows;
  for (const AgreementPair& pair : results.pairs) {
    std::vector<Html> row{text(title_of(pair))};
    if (const auto& b = pair.bland_altman) {
      row.push_back(text(format_fixed(b->bias, 1) + " (" + interval_text(b->bias_interval, 1) + ")"));
      row.push_back(text(format_fixed(b->low, 1) + " (" + interval_text(b->low_interval, 1) + ")"));
      row.push_back(text(format_fixed(b->high, 1) + " (" + interval_text(b->high_interval, 1) + ")"));
    } else {
      row.insert(row.end(), 3, text("–"));
    }
    for (const std::string& words : {icc_text(pair.icc), kappa_text(pair.birads4), kappa_text(pair.birads5)})
      row.push_back(text(words));
    rows.push_back(std::move(row));
  }
  return table({{"Readers, first minus second"},
                {"Mean difference, points", true},
                {"Lower limit", true},
                {"Upper limit", true},
                {"ICC(2,1)", true},
                {"κ, BI-RADS 4th", true},
                {"κ, BI-RADS 5th", true}},
               rows);
}

Html bland_altman_figure(const AgreementPair& pair) {
  std::vector<std::array<double, 2>> points;
  for (const AgreementImage& image : pair.images)
    if (const auto difference = image.difference())
      points.push_back({0.5 * (*image.percent_a + *image.percent_b), *difference});
  std::sort(points.begin(), points.end());
  Chart drawn;
  drawn.title = "Differences of percent density against their mean, " + title_of(pair);
  drawn.x_title = "Mean of both readers' percent density, %";
  drawn.y_title = "Difference, points";
  ChartSeries series{pair.reader_a + " minus " + pair.reader_b, std::string(kRightColour), {}};
  series.joined = false;
  for (const auto& [mean, difference] : points) drawn.x.push_back(mean), series.y.push_back(difference);
  drawn.series.push_back(std::move(series));
  const stats::BlandAltman& b = *pair.bland_altman;
  const auto level = [&](double y, const stats::Interval& interval, const std::string& name, bool dashed) {
    drawn.levels.push_back({y, interval.low, interval.high, name + " " + format_fixed(y, 1), dashed});
  };
  level(b.high, b.high_interval, "upper limit", true);
  level(b.bias, b.bias_interval, "mean", false);
  level(b.low, b.low_interval, "lower limit", true);
  return figure(chart(drawn),
                text(title_of(pair) + ": lines are the mean difference and the limits of agreement "
                                      "(mean ± 1.96 standard deviations), bands their 95 % "
                                      "intervals"));
}

Html most_differing(const AgreementPair& pair) {
  std::vector<const AgreementImage*> images;
  for (const AgreementImage& image : pair.images)
    if (image.difference()) images.push_back(&image);
  std::stable_sort(images.begin(), images.end(), [](const AgreementImage* a, const AgreementImage* b) {
    return std::abs(*a->difference()) > std::abs(*b->difference());
  });
  if (images.size() > kMostDiffering) images.resize(kMostDiffering);
  std::vector<std::vector<Html>> rows;
  for (const AgreementImage* image : images) {
    std::vector<Html> row{text(image->image), text(format_fixed(*image->percent_a, 1)),
                          text(format_fixed(*image->percent_b, 1)),
                          text(format_fixed(*image->difference(), 1))};
    for (const std::size_t tissue : {std::size_t{0}, std::size_t{2}, std::size_t{3}})
      row.push_back(text(image->dice[tissue] ? format_fixed(*image->dice[tissue], 3) : "–"));
    rows.push_back(std::move(row));
  }
  return table({{"Image"},
                {pair.reader_a + ", %", true},
                {pair.reader_b + ", %", true},
                {"Difference", true},
                {"Dice, breast", true},
                {"Dice, dense", true},
                {"Dice, muscle", true}},
               rows);
}

}  // namespace

std::string agreement_page_html(const AgreementResults& results, const Provenance& provenance) {
  Html body = summary_cards(results);
  body += section(
      "density", "Percent density",
      density_table(results) +
          paragraph(muted("In parentheses 95 % intervals. ICC(2,1): two-way random effects, absolute "
                          "agreement, one reader (Shrout and Fleiss 1979). Limits of agreement after "
                          "Bland and Altman 1986. κ is weighted quadratically (Cohen 1968); categories "
                          "follow from each reader's percent density, those of the 5th edition by cuts "
                          "at " +
                          format_number(results.cuts.percent[0]) + ", " +
                          format_number(results.cuts.percent[1]) + " and " +
                          format_number(results.cuts.percent[2]) + " %.")));
  std::vector<Html> figures;
  for (const AgreementPair& pair : results.pairs)
    if (pair.bland_altman) figures.push_back(bland_altman_figure(pair));
  if (!figures.empty()) body += side_by_side(figures, kFigureWidth_px);
  body +=
      section("outlines", "Outlines",
              dice_table(results) + paragraph(muted("Dice's coefficient: mean over images (median; lowest). "
                                                    "Images on which neither reader saw a tissue are left "
                                                    "out of its column.")));
  for (const AgreementPair& pair : results.pairs)
    if (pair.bland_altman)
      body += section("images-" + std::to_string(&pair - results.pairs.data()),
                      "Images that differ most: " + title_of(pair), most_differing(pair));
  body += section("findings", "Findings", findings_list(results.findings));
  body += provenance_section(provenance);
  std::string counts;
  for (std::size_t r = 0; r < results.readers.size(); ++r)
    counts += (r == 0 ? "" : ", ") + results.readers[r] + " " + std::to_string(results.labelled[r]);
  return to_html({"Agreement between readers", "Labelled images: " + counts, body});
}

}  // namespace lobule::report
