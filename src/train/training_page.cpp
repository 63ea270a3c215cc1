#include "train/training_page.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>

#include "core/text.h"
#include "learn/segmentation_figures.h"

namespace lobule::train {
namespace {

constexpr std::uint64_t kExamples = 4;
constexpr int kWidth = 460, kHeight = 220, kLeft = 56, kRight = 12, kTop = 12, kBottom = 30;

// Okabe and Ito's palette, which colour-blind people tell apart; a class a colour, class 0 none.
constexpr std::array<std::array<std::uint8_t, 3>, 7> kColours{{{230, 159, 0},
                                                               {86, 180, 233},
                                                               {0, 158, 115},
                                                               {240, 228, 66},
                                                               {0, 114, 178},
                                                               {213, 94, 0},
                                                               {204, 121, 167}}};

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

struct Curve {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

std::string chart(const std::string& title, const std::vector<Curve>& curves) {
  double most_x = 1, low = 1e300, high = -1e300;
  for (const Curve& curve : curves)
    for (const auto& [x, y] : curve.points) {
      if (!std::isfinite(y)) continue;
      most_x = std::max(most_x, x), low = std::min(low, y), high = std::max(high, y);
    }
  if (low > high) return {};
  if (high - low < 1e-12)
    low -= 0.5 * std::max(1e-6, std::abs(low)), high += 0.5 * std::max(1e-6, std::abs(high));
  const auto at_x = [&](double x) { return kLeft + x / most_x * (kWidth - kLeft - kRight); };
  const auto at_y = [&](double y) { return kTop + (high - y) / (high - low) * (kHeight - kTop - kBottom); };
  std::string svg = "<figure><figcaption>" + escape_html(title) + "</figcaption><svg viewBox=\"0 0 " +
                    std::to_string(kWidth) + " " + std::to_string(kHeight) + "\">";
  for (const double share : {0.0, 0.5, 1.0}) {
    const double y = low + share * (high - low), x = share * most_x;
    svg += "<line class=\"grid\" x1=\"" + number(kLeft) + "\" x2=\"" + number(kWidth - kRight) + "\" y1=\"" +
           number(at_y(y)) + "\" y2=\"" + number(at_y(y)) + "\"/><text x=\"" + number(kLeft - 6) + "\" y=\"" +
           number(at_y(y) + 4) + "\" text-anchor=\"end\">" + number(y) + "</text><text x=\"" +
           number(at_x(x)) + "\" y=\"" + number(kHeight - 10) + "\" text-anchor=\"" +
           (share < 1 ? "middle" : "end") + "\">" + number(x) + "</text>";
  }
  for (std::size_t c = 0; c < curves.size(); ++c) {
    const auto& colour = kColours[(c + 4) % kColours.size()];
    const std::string rgb = "rgb(" + std::to_string(colour[0]) + "," + std::to_string(colour[1]) + "," +
                            std::to_string(colour[2]) + ")";
    svg += "<polyline fill=\"none\" stroke=\"" + rgb + "\" stroke-width=\"1.5\" points=\"";
    char text[48];
    for (const auto& [x, y] : curves[c].points)
      if (std::isfinite(y)) {
        std::snprintf(text, sizeof text, "%.1f,%.1f ", at_x(x), at_y(y));
        svg += text;
      }
    svg += "\"/>";
    if (curves.size() > 1)
      svg += "<text x=\"" + number(kLeft + 8) + "\" y=\"" +
             number(kTop + 14 + 14.0 * static_cast<double>(c)) + "\" fill=\"" + rgb + "\">" +
             escape_html(curves[c].name) + "</text>";
  }
  return svg + "</svg></figure>";
}

std::string charts(const History& history) {
  std::vector<Curve> losses{{"loss", {}}}, rate{{"learning rate", {}}};
  std::map<std::string, Curve> each, judged;
  for (const HistoryRow& row : history) {
    losses[0].points.emplace_back(row.step, row.loss);
    rate[0].points.emplace_back(row.step, row.learning_rate);
    for (const auto& [name, value] : row.each) each[name].points.emplace_back(row.step, value);
    for (const auto& [name, value] : row.judged) judged[name].points.emplace_back(row.step, value);
  }
  if (each.size() > 1)
    for (auto& [name, curve] : each) losses.push_back({name, curve.points});
  std::string html = chart("Loss on training samples, by steps", losses);
  for (const auto& [name, curve] : judged) html += chart(name + " on validation cases, by steps", {curve});
  return html + chart("Learning rate, by steps", rate);
}

// Grey values of an image, and the edge of each class in its colour.
std::string picture(const Example& example, const std::vector<std::uint8_t>& labels) {
  const std::size_t width = static_cast<std::size_t>(example.width);
  std::vector<float> sorted = example.image;
  const auto high_place =
      sorted.begin() + static_cast<std::ptrdiff_t>(0.995 * static_cast<double>(sorted.size() - 1));
  std::nth_element(sorted.begin(), high_place, sorted.end());
  const float high = *high_place, low = std::min(0.0F, *std::min_element(sorted.begin(), sorted.end()));
  std::vector<std::uint8_t> rgb(3 * example.image.size());
  for (std::size_t i = 0; i < example.image.size(); ++i) {
    const float share = high > low ? (example.image[i] - low) / (high - low) : 0.0F;
    const auto grey = static_cast<std::uint8_t>(255 * std::clamp(share, 0.0F, 1.0F));
    rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = grey;
    if (labels.empty() || labels[i] == 0) continue;
    const std::size_t x = i % width;
    const bool edge = x == 0 || x + 1 == width || i < width || i + width >= labels.size() ||
                      labels[i - 1] != labels[i] || labels[i + 1] != labels[i] ||
                      labels[i - width] != labels[i] || labels[i + width] != labels[i];
    if (edge) std::copy_n(kColours[(labels[i] - 1U) % kColours.size()].begin(), 3, &rgb[3 * i]);
  }
  return "<img alt=\"\" src=\"" + bitmap_data_uri(example.width, example.height, rgb) + "\">";
}

}  // namespace

std::string bitmap_data_uri(int width, int height, const std::vector<std::uint8_t>& rgb) {
  const std::uint32_t row = (static_cast<std::uint32_t>(width) * 3 + 3) / 4 * 4;
  const std::uint32_t size = 54 + row * static_cast<std::uint32_t>(height);
  std::string bytes = "BM";
  const auto put = [&](std::uint32_t value, int count) {
    for (int i = 0; i < count; ++i) bytes += static_cast<char>((value >> (8 * i)) & 255U);
  };
  put(size, 4), put(0, 4), put(54, 4);  // file header
  put(40, 4), put(static_cast<std::uint32_t>(width), 4), put(static_cast<std::uint32_t>(height), 4);
  put(1, 2), put(24, 2), put(0, 4), put(0, 4), put(2835, 4), put(2835, 4), put(0, 4), put(0, 4);
  for (int y = height - 1; y >= 0; --y) {  // from the bottom, in blue, green, red
    for (int x = 0; x < width; ++x) {
      const std::size_t i =
          3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x));
      for (const std::size_t c : {2U, 1U, 0U}) bytes += static_cast<char>(rgb[i + c]);
    }
    bytes.append(row - static_cast<std::uint32_t>(width) * 3, '\0');
  }
  return "data:image/bmp;base64," + base64(bytes);
}

bool is_example(std::uint64_t index, std::uint64_t count) {
  const std::uint64_t shown = std::min(kExamples, count);
  for (std::uint64_t e = 0; e < shown; ++e)
    if (index == (2 * e + 1) * count / (2 * shown)) return true;
  return false;
}

Example example_of(const learn::Task& task, const learn::Sample& sample, const std::vector<Tensor>& outputs) {
  const Tensor& image = sample.inputs.at(0);  // [channel, (z,) y, x]
  Example example;
  example.width = static_cast<int>(image.shape.back());
  example.height = static_cast<int>(image.shape[image.shape.size() - 2]);
  const std::size_t plane =
      static_cast<std::size_t>(example.width) * static_cast<std::size_t>(example.height);
  const std::size_t depth = image.shape.size() == 4 ? static_cast<std::size_t>(image.shape[1]) : 1;
  const std::size_t middle = depth / 2 * plane;
  const auto slice = [&](const auto& values) { return values.begin() + static_cast<std::ptrdiff_t>(middle); };
  example.image.assign(slice(image.values), slice(image.values) + static_cast<std::ptrdiff_t>(plane));

  const auto target = sample.targets.find(task.loss.losses.front().target);
  const std::size_t places = depth * plane;
  if (!task.labels.empty() && target != sample.targets.end() && target->second.values.size() == places &&
      outputs.at(0).values.size() == places * task.labels.size()) {
    const std::vector<std::uint8_t> found = learn::largest_class(outputs[0]);
    example.found.assign(slice(found), slice(found) + static_cast<std::ptrdiff_t>(plane));
    for (std::size_t i = 0; i < plane; ++i) {
      const float label = target->second.values[middle + i];
      example.truth.push_back(label > 0 ? static_cast<std::uint8_t>(label) : std::uint8_t{0});
    }
  }
  for (const auto& [name, figure] : task.judge(sample, outputs))
    example.words += (example.words.empty() ? "" : ", ") + name + " " + number(figure.value());
  return example;
}

std::string training_page(const learn::Task& task, const std::string& training, const History& history,
                          const std::vector<Example>& examples) {
  std::string html =
      "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Training: " +
      escape_html(task.name) +
      "</title><style>body{font:15px/1.4 sans-serif;max-width:1000px;margin:2em auto;padding:0 "
      "1em;color:#222}"
      "figure{display:inline-block;margin:0 1em 1em "
      "0;vertical-align:top}figcaption{font-size:13px;color:#555}"
      "svg{width:460px;font:11px "
      "sans-serif}.grid{stroke:#ddd}img{width:220px;image-rendering:pixelated;margin:0 4px 4px 0}"
      "</style></head><body><h1>" +
      escape_html(task.name) + "</h1><p>" + escape_html(task.summary) + ".</p><p>Learned from " +
      escape_html(task.trained_on) + ".<br>" + escape_html(training) + "</p><h2>Curves</h2>" +
      charts(history) +
      "<h2>Validation cases</h2><p>Left: the image with the truth's outline; right: with what the network "
      "found. "
      "Each by the weights of the last validation.</p>";
  for (const Example& example : examples)
    html += "<figure>" + picture(example, example.truth) + picture(example, example.found) + "<figcaption>" +
            escape_html(example.words) + "</figcaption></figure>";
  return html + "<p>Research use only: lobule is no medical device.</p></body></html>\n";
}

}  // namespace lobule::train
