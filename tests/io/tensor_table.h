#pragma once
// Tensors against a table of their names, shapes and sums (computed in double precision by another program).

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/tensor.h"
#include "core/text.h"

namespace lobule::test {

inline void expect_tensors_as_in_table(const TensorMap& tensors, const std::filesystem::path& table) {
  std::ifstream in(table);
  std::string line;
  std::getline(in, line);  // name,dtype,shape,sum,sum of absolute values
  std::size_t rows = 0;
  for (; std::getline(in, line); ++rows) {
    const auto cells = split(trim(line), ',');
    ASSERT_TRUE(tensors.contains(cells.at(0))) << cells[0];
    const Tensor& tensor = tensors.at(cells[0]);
    std::string shape;
    for (const std::int64_t extent : tensor.shape)
      shape += (shape.empty() ? "" : "x") + std::to_string(extent);
    EXPECT_EQ(shape, cells.at(2)) << cells[0];
    double sum = 0, absolute = 0;
    for (const float value : tensor.values) {
      sum += value;
      absolute += std::abs(value);
    }
    // The table has nine digits.
    EXPECT_NEAR(sum, std::stod(cells.at(3)), 1e-8 * (1 + absolute)) << cells[0];
    EXPECT_NEAR(absolute, std::stod(cells.at(4)), 1e-8 * (1 + absolute)) << cells[0];
  }
  EXPECT_EQ(tensors.size(), rows);
}

}  // namespace lobule::test
