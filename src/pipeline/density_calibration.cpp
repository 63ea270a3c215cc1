#include "pipeline/density_calibration.h"

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/text.h"

namespace lobule::pipeline {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr int kPercentDecimals = 2, kKappaDecimals = 3;

double rounded(double value, int decimals) {
  return *parse_number(format_fixed(value, decimals));
}

Json interval_json(const std::optional<stats::Interval>& interval, int decimals) {
  if (!interval) return {};
  return {rounded(interval->low, decimals), rounded(interval->high, decimals)};
}

std::string count_of(int n, const std::string& one, const std::string& many) {
  return std::to_string(n) + " " + (n == 1 ? one : many);
}

}  // namespace

std::string density_calibration_json(const CalibrationEvidence& evidence) {
  const stats::FittedCuts& fitted = evidence.fitted;
  Json cuts = Json::array(), intervals = Json::array();
  for (std::size_t k = 0; k < 3; ++k) {
    cuts.push_back(rounded(fitted.cuts[k], kPercentDecimals));
    intervals.push_back(interval_json(fitted.cut_intervals[k], kPercentDecimals));
  }
  const Json json{{"version", kVersion},
                  {"cuts", cuts},
                  {"cut_intervals", intervals},
                  {"readings", evidence.readings},
                  {"women", evidence.women},
                  {"readers", evidence.readers},
                  {"counts",
                   {{"a", evidence.counts[0]},
                    {"b", evidence.counts[1]},
                    {"c", evidence.counts[2]},
                    {"d", evidence.counts[3]}}},
                  {"kappa", rounded(fitted.kappa, kKappaDecimals)},
                  {"kappa_interval", interval_json(fitted.kappa_interval, kKappaDecimals)},
                  {"kappa_corrected", rounded(fitted.corrected_kappa, kKappaDecimals)},
                  {"kappa_before",
                   evidence.kappa_before ? Json(rounded(*evidence.kappa_before, kKappaDecimals)) : Json()},
                  {"network", evidence.network}};
  return json.dump(2) + "\n";
}

DensityCalibration density_calibration_from_json(std::string_view text, const std::string& name) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object())
    throw Error(name, "it is no calibration", json.is_discarded() ? "it is not JSON" : "it is no object",
                "Make one with lobule density calibrate");
  if (!json.contains("version") || json.at("version") != kVersion)
    throw Error(name, "its version is not " + std::to_string(kVersion), "",
                "Make it with lobule density calibrate of this version of lobule");
  DensityCalibration calibration;
  try {
    const Json& cuts = json.at("cuts");
    double least = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      const double cut = cuts.at(k).get<double>();
      if (!(cut > least && cut < 100)) throw std::out_of_range("cut");
      calibration.cuts.percent[k] = least = cut;
    }
    if (cuts.size() != 3) throw std::out_of_range("cuts");
  } catch (const std::exception&) {
    throw Error(name, "its cuts are not three increasing numbers between 0 and 100");
  }
  calibration.cuts.calibrated = true;
  const auto number = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_number_integer() ? found->get<int>() : 0;
  };
  const auto network = json.find("network"), readers = json.find("readers");
  if (network != json.end() && network->is_string()) calibration.network = network->get<std::string>();
  const int reader_count =
      readers != json.end() && readers->is_array() ? static_cast<int>(readers->size()) : 0;
  calibration.cuts.source = "calibrated on " + count_of(number("readings"), "reading", "readings") + " of " +
                            count_of(number("women"), "woman", "women") + " by " +
                            count_of(reader_count, "reader", "readers");
  return calibration;
}

}  // namespace lobule::pipeline
