#include "exam/corrections.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.h"
#include "core/text.h"

namespace lobule::exam {
namespace {

std::string cell_or_empty(const Table& table, std::size_t row, const std::string& column) {
  const auto found = std::find(table.columns.begin(), table.columns.end(), column);
  if (found == table.columns.end()) return "";
  return trim(table.rows[row][static_cast<std::size_t>(found - table.columns.begin())]);
}

std::string line_name(const std::string& where, std::size_t row) {
  return where + " line " + std::to_string(row + 2);
}

std::optional<Role> read_role(const std::string& word, const std::string& where) {
  if (word.empty()) return std::nullopt;
  try {
    return role_from_text(word);
  } catch (const Error& error) {
    throw Error(where, "role \"" + word + "\" is not known", "", error.finding().what_to_do);
  }
}

std::optional<int> read_phase(const std::string& word, const std::string& where) {
  if (word.empty()) return std::nullopt;
  const auto number = parse_number(word);
  if (!number || *number < 0 || *number > 10000 || *number != std::floor(*number))
    throw Error(where, "phase_index \"" + word + "\" is not a whole number from 0",
                "0 is the pre-contrast phase", "Write 0, 1, 2, … or leave it empty");
  return static_cast<int>(*number);
}

std::vector<double> read_b_values(const std::string& text, const std::string& where) {
  std::vector<double> values;
  for (const std::string& word : split(text, ';')) {
    const auto number = parse_number(word);
    if (!number || *number < 0)
      throw Error(where, "b_values \"" + text + "\" are not numbers", "", "Write them as 50;400;800 (s/mm²)");
    values.push_back(*number);
  }
  std::sort(values.begin(), values.end());
  return values;
}

}  // namespace

Table corrections_table(const std::vector<Exam>& exams) {
  Table table;
  table.columns = {"series_uid", "series_number", "description", "role", "phase_index", "b_values"};
  for (const Exam& exam : exams)
    for (const Series& series : exam.series) {
      std::vector<std::string> b;
      for (const double value : series.b_values) b.push_back(format_number(value));
      table.rows.push_back({series.series_uid, std::to_string(series.series_number), series.description,
                            to_text(series.role),
                            series.phase_index < 0 ? "" : std::to_string(series.phase_index), join(b, ";")});
    }
  return table;
}

std::vector<Correction> corrections_from_csv(std::string_view text, const std::string& where) {
  const Table table = from_csv(text, where);
  table.column("series_uid");
  table.column("role");
  std::vector<Correction> corrections;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const std::string line = line_name(where, row);
    Correction correction;
    correction.series_uid = cell_or_empty(table, row, "series_uid");
    if (correction.series_uid.empty())
      throw Error(line, "series_uid is empty", "a correction needs its series",
                  "Copy the UID from exams.json");
    correction.role = read_role(cell_or_empty(table, row, "role"), line);
    correction.phase_index = read_phase(cell_or_empty(table, row, "phase_index"), line);
    correction.b_values = read_b_values(cell_or_empty(table, row, "b_values"), line);
    corrections.push_back(std::move(correction));
  }
  return corrections;
}

std::vector<Correction> changed_only(const std::vector<Correction>& corrections,
                                     const std::vector<Exam>& exams) {
  std::map<std::string, const Series*> by_uid;
  for (const Exam& exam : exams)
    for (const Series& series : exam.series) by_uid[series.series_uid] = &series;
  std::vector<Correction> changed;
  for (const Correction& c : corrections) {
    const auto found = by_uid.find(c.series_uid);
    if (found == by_uid.end()) continue;
    const Series& s = *found->second;
    if ((c.role && *c.role != s.role) || (c.phase_index && *c.phase_index != s.phase_index) ||
        (!c.b_values.empty() && c.b_values != s.b_values))
      changed.push_back(c);
  }
  return changed;
}

}  // namespace lobule::exam
