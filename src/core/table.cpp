#include "core/table.h"

#include <algorithm>

#include "core/error.h"
#include "core/options.h"
#include "core/text.h"

namespace lobule {
namespace {

void append_cell(std::string& text, const std::string& cell) {
  if (cell.find_first_of(",\"\n\r") == std::string::npos) {
    text += cell;
    return;
  }
  text += '"';
  for (const char c : cell) {
    if (c == '"') text += '"';
    text += c;
  }
  text += '"';
}

void append_row(std::string& text, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i != 0) text += ',';
    append_cell(text, cells[i]);
  }
  text += '\n';
}

// Takes one record off the front of `text`.
std::vector<std::string> take_record(std::string_view& text, std::size_t& line, const std::string& where) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  const std::size_t first_line = line;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (quoted) {
      if (c != '"')
        cells.back() += c;
      else if (i + 1 < text.size() && text[i + 1] == '"')
        cells.back() += text[++i];
      else
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      cells.emplace_back();
    } else if (c == '\n') {
      ++i;
      break;
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  if (quoted)
    throw Error(where, "the quote that opens in line " + std::to_string(first_line) + " never closes",
                "the table cannot be read", "Close the quote");
  text.remove_prefix(i);
  return cells;
}

}  // namespace

std::size_t Table::column(std::string_view name) const {
  const auto found = std::find(columns.begin(), columns.end(), name);
  if (found != columns.end()) return static_cast<std::size_t>(found - columns.begin());
  const auto nearest = nearest_words(name, columns);
  throw Error("table", "there is no column \"" + std::string(name) + "\"", "",
              nearest.empty() ? "The columns are " + join(columns, ", ")
                              : "Did you mean " + join(nearest, ", ") + "?");
}

std::string to_csv(const Table& table) {
  std::string text;
  append_row(text, table.columns);
  for (const auto& row : table.rows) append_row(text, row);
  return text;
}

Table from_csv(std::string_view text, const std::string& where) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Table table;
  std::size_t line = 1;
  if (!text.empty()) table.columns = take_record(text, line, where);
  while (!text.empty()) {
    const std::size_t row_line = line;
    auto cells = take_record(text, line, where);
    if (cells.size() == 1 && cells[0].empty()) continue;
    if (cells.size() != table.columns.size())
      throw Error(where,
                  "line " + std::to_string(row_line) + " has " + std::to_string(cells.size()) +
                      " cells for " + std::to_string(table.columns.size()) + " columns",
                  "the table cannot be read", "Mend the line");
    table.rows.push_back(std::move(cells));
  }
  return table;
}

}  // namespace lobule
