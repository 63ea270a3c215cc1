#include "report/agreement_tables.h"

#include <nlohmann/json.hpp>

#include "core/text.h"

namespace lobule::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDiceDecimals = 4, kPercentDecimals = 2, kRatioDecimals = 3;

Json number(double value, int decimals) {
  return *parse_number(format_fixed(value, decimals));
}

Json interval_json(const stats::Interval& interval, int decimals) {
  return {number(interval.low, decimals), number(interval.high, decimals)};
}

Json icc_json(const std::optional<stats::Icc>& icc) {
  if (!icc) return {};
  return {{"value", number(icc->value, kRatioDecimals)},
          {"interval", interval_json(icc->interval, kRatioDecimals)}};
}

Json kappa_json(const std::optional<Kappa>& kappa) {
  if (!kappa) return {};
  return {{"value", number(kappa->value, kRatioDecimals)},
          {"interval", kappa->interval ? interval_json(*kappa->interval, kRatioDecimals) : Json()}};
}

Json bland_altman_json(const std::optional<stats::BlandAltman>& result) {
  if (!result) return {};
  return {{"bias", number(result->bias, kPercentDecimals)},
          {"bias_interval", interval_json(result->bias_interval, kPercentDecimals)},
          {"deviation", number(result->deviation, kPercentDecimals)},
          {"lower_limit", number(result->low, kPercentDecimals)},
          {"lower_limit_interval", interval_json(result->low_interval, kPercentDecimals)},
          {"upper_limit", number(result->high, kPercentDecimals)},
          {"upper_limit_interval", interval_json(result->high_interval, kPercentDecimals)}};
}

Json pair_json(const AgreementPair& pair) {
  Json dice = Json::object();
  for (std::size_t t = 0; t < kAgreementTissues.size(); ++t) {
    const auto& summary = pair.dice[t];
    dice[kAgreementTissues[t]] = summary ? Json{{"images", summary->images},
                                                {"mean", number(summary->mean, kDiceDecimals)},
                                                {"median", number(summary->median, kDiceDecimals)},
                                                {"lowest", number(summary->lowest, kDiceDecimals)}}
                                         : Json();
  }
  return {{"reader_a", pair.reader_a},
          {"reader_b", pair.reader_b},
          {"images", pair.images.size()},
          {"dice", dice},
          {"percent_density", bland_altman_json(pair.bland_altman)},
          {"icc", icc_json(pair.icc)},
          {"kappa_birads4", kappa_json(pair.birads4)},
          {"kappa_birads5", kappa_json(pair.birads5)}};
}

std::string cell(const std::optional<double>& value, int decimals) {
  return value ? format_fixed(*value, decimals) : "";
}

}  // namespace

Table agreement_table(const AgreementResults& results) {
  Table table{{"image", "reader_a", "reader_b"}, {}};
  for (const char* tissue : kAgreementTissues) table.columns.push_back(std::string("dice_") + tissue);
  table.columns.insert(table.columns.end(), {"pd_a", "pd_b", "difference"});
  for (const AgreementPair& pair : results.pairs)
    for (const AgreementImage& image : pair.images) {
      std::vector<std::string> row{image.image, pair.reader_a, pair.reader_b};
      for (const auto& dice : image.dice) row.push_back(cell(dice, kDiceDecimals));
      for (const auto& percent : {image.percent_a, image.percent_b, image.difference()})
        row.push_back(cell(percent, kPercentDecimals));
      table.rows.push_back(std::move(row));
    }
  return table;
}

std::string agreement_json(const AgreementResults& results) {
  Json json{{"version", kAgreementVersion}, {"readers", results.readers},
            {"labelled", results.labelled}, {"images_of_all", results.images_of_all},
            {"icc", icc_json(results.icc)}, {"cuts", results.cuts.percent},
            {"pairs", Json::array()},       {"findings", Json::array()}};
  for (const AgreementPair& pair : results.pairs) json["pairs"].push_back(pair_json(pair));
  for (const Finding& finding : results.findings)
    json["findings"].push_back({{"severity", name(finding.severity)}, {"text", sentence(finding)}});
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lobule::report
