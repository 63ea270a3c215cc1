#pragma once
// A table of text cells with named columns: what CSV files hold.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lobule {

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;

  // The index of a column; throws Error with the nearest names when there is none.
  std::size_t column(std::string_view name) const;
  const std::string& cell(std::size_t row, std::string_view column_name) const {
    return rows.at(row).at(column(column_name));
  }
};

// RFC 4180 with '\n' line ends; cells with commas, quotes or line ends are quoted.
std::string to_csv(const Table& table);

// Reads RFC 4180 text, with or without a byte order mark and '\r'. Throws Error (naming `where` and the
// line) when a row has another number of cells than the header or a quote is not closed.
Table from_csv(std::string_view text, const std::string& where);

}  // namespace lobule
