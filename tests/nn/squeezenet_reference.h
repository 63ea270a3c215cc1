#pragma once
// What SqueezeNet 1.1 has to give: logits that numpy and torch computed in double precision (the README of
// the test data's folder `pretrained`).

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include "core/table.h"
#include "core/tensor.h"
#include "io/files.h"
#include "io/picture_read.h"

namespace lobule::squeezenet_reference {

inline Table table_of(const std::filesystem::path& path) {
  return from_csv(io::read_file(path), path.string());
}

// /255, ImageNet's mean and standard deviation of each channel, channels first.
inline Tensor network_input(const std::filesystem::path& crop) {
  constexpr std::array<double, 3> kMean{0.485, 0.456, 0.406}, kDeviation{0.229, 0.224, 0.225};
  const io::PictureValues picture = io::read_picture(crop);
  Tensor input({1, 3, picture.height, picture.width});
  const std::size_t places = input.values.size() / 3;
  for (std::size_t i = 0; i < places; ++i)
    for (std::size_t c = 0; c < 3; ++c)
      input.values[c * places + i] =
          static_cast<float>((picture.values[3 * i + c] / 255.0 - kMean[c]) / kDeviation[c]);
  return input;
}

inline std::vector<std::size_t> best_five(const std::vector<float>& logits) {
  std::vector<std::size_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0U);
  std::partial_sort(order.begin(), order.begin() + 5, order.end(),
                    [&](std::size_t a, std::size_t b) { return logits[a] > logits[b]; });
  order.resize(5);
  return order;
}

inline void expect_logits(const std::filesystem::path& data, const std::string& image,
                          const std::vector<float>& logits) {
  const Table all = table_of(data / "expected_logits_all1000.csv");
  ASSERT_EQ(logits.size(), all.rows.size());
  std::vector<float> wanted;
  for (std::size_t c = 0; c < logits.size(); ++c) {
    wanted.push_back(std::stof(all.cell(c, image)));
    EXPECT_NEAR(logits[c], wanted[c], 1e-3) << image << ", class " << c;
  }
  EXPECT_EQ(best_five(logits), best_five(wanted)) << image;
}

}  // namespace lobule::squeezenet_reference
