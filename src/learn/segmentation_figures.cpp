#include "learn/segmentation_figures.h"

namespace lobule::learn {

std::vector<std::uint8_t> largest_class(const Tensor& logits) {
  const std::size_t classes = static_cast<std::size_t>(logits.shape.at(1));
  const std::size_t places = logits.values.size() / classes;
  std::vector<std::uint8_t> best(places, 0);
  std::vector<float> most(logits.values.begin(), logits.values.begin() + static_cast<std::ptrdiff_t>(places));
  for (std::size_t c = 1; c < classes; ++c) {
    const float* values = &logits.values[c * places];
    for (std::size_t i = 0; i < places; ++i) {
      if (values[i] > most[i]) most[i] = values[i], best[i] = static_cast<std::uint8_t>(c);
    }
  }
  return best;
}

Figures dice_figures(const Tensor& labels, const Tensor& logits, const std::vector<std::string>& classes) {
  const std::vector<std::uint8_t> found = largest_class(logits);
  Figures figures;
  for (std::size_t c = 1; c < classes.size(); ++c) {
    std::size_t both = 0, sum = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      const bool here = found[i] == c, truly = labels.values[i] == static_cast<float>(c);
      both += here && truly;
      sum += static_cast<std::size_t>(here) + static_cast<std::size_t>(truly);
    }
    if (sum > 0) figures["dice_" + classes[c]] = {2.0 * static_cast<double>(both), static_cast<double>(sum)};
  }
  return figures;
}

}  // namespace lobule::learn
