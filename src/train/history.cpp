#include "train/history.h"

#include <cstdio>
#include <cstdlib>
#include <set>
#include <sstream>

namespace lobule::train {
namespace {

constexpr const char* kLossPrefix = "loss_";

std::string exact(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> parts(1);
  for (const char c : line) {
    if (c == ',')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

}  // namespace

std::string history_csv(const History& history) {
  std::set<std::string> losses, figures;
  for (const HistoryRow& row : history) {
    for (const auto& [name, value] : row.each) losses.insert(name);
    for (const auto& [name, value] : row.judged) figures.insert(name);
  }
  std::string csv = "step,learning_rate,loss";
  for (const std::string& name : losses) csv += std::string(",") + kLossPrefix + name;
  for (const std::string& name : figures) csv += "," + name;
  csv += "\n";
  const auto add = [&](const std::map<std::string, double>& values, const std::string& name) {
    const auto found = values.find(name);
    csv += "," + (found == values.end() ? std::string() : exact(found->second));
  };
  for (const HistoryRow& row : history) {
    csv += std::to_string(row.step) + "," + exact(row.learning_rate) + "," + exact(row.loss);
    for (const std::string& name : losses) add(row.each, name);
    for (const std::string& name : figures) add(row.judged, name);
    csv += "\n";
  }
  return csv;
}

History parse_history(const std::string& csv) {
  std::istringstream lines(csv);
  std::string line;
  std::getline(lines, line);
  const std::vector<std::string> header = split(line);
  History history;
  while (std::getline(lines, line)) {
    const std::vector<std::string> values = split(line);
    if (values.size() != header.size() || values.size() < 3) continue;
    HistoryRow row;
    row.step = std::atoi(values[0].c_str());
    row.learning_rate = std::strtod(values[1].c_str(), nullptr);
    row.loss = std::strtod(values[2].c_str(), nullptr);
    for (std::size_t i = 3; i < values.size(); ++i) {
      if (values[i].empty()) continue;
      const double value = std::strtod(values[i].c_str(), nullptr);
      if (header[i].starts_with(kLossPrefix))
        row.each[header[i].substr(std::string_view(kLossPrefix).size())] = value;
      else
        row.judged[header[i]] = value;
    }
    history.push_back(std::move(row));
  }
  return history;
}

}  // namespace lobule::train
