#include "pipeline/classifier_input.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "io/dicom_pixels.h"
#include "io/dicom_tags.h"
#include "io/files.h"
#include "io/nifti.h"
#include "nn/intensity.h"

namespace lobule::pipeline {
namespace {

using io::PictureValues;

PictureValues from_dicom(const std::filesystem::path& path, const std::string& name) {
  const io::DicomHeader header = io::read_dicom_header(path, name);
  const io::PixelFormat format = io::pixel_format(header, name);
  if (format.frames != 1 || format.samples_per_pixel != 1)
    throw Error(name,
                "it has " + std::to_string(format.frames) + " frames of " +
                    std::to_string(format.samples_per_pixel) + " channels",
                "a classifier takes single grey frames of DICOM");
  PictureValues picture{format.columns, format.rows, 1, 0, io::read_frames_as_float(path, header, name)};
  const auto slope = static_cast<float>(header.dataset.number(io::tag::RescaleSlope).value_or(1));
  const auto intercept = static_cast<float>(header.dataset.number(io::tag::RescaleIntercept).value_or(0));
  const float highest = *std::max_element(picture.values.begin(), picture.values.end());
  const bool inverse = format.photometric == "MONOCHROME1";
  for (float& value : picture.values) value = (inverse ? highest - value : value) * slope + intercept;
  return picture;
}

PictureValues from_nifti(std::span<const std::uint8_t> bytes, const std::string& name) {
  Image<float> image = io::read_nifti(bytes, name);
  if (image.grid.size[2] != 1)
    throw Error(name, "it has " + std::to_string(image.grid.size[2]) + " slices",
                "a classifier takes single slices");
  return {image.grid.size[0], image.grid.size[1], 1, 0, std::move(image.voxels)};
}

// For each place of a line of `to` pixels: the first pixel of `from` that it takes in, and the weights of
// that and the following ones.
struct Taps {
  int first = 0;
  std::vector<double> weights;
};

// Pillow keeps weights as multiples of 2^-22, which decides where a sum lies at a half.
std::vector<Taps> triangle_taps(int from, int to) {
  constexpr double kStep = 1.0 / (1 << 22);
  const double scale = static_cast<double>(from) / to, reach = std::max(scale, 1.0);
  std::vector<Taps> line(static_cast<std::size_t>(to));
  for (int i = 0; i < to; ++i) {
    const double centre = (i + 0.5) * scale;
    Taps& taps = line[static_cast<std::size_t>(i)];
    taps.first = std::max(0, static_cast<int>(centre - reach + 0.5));
    const int end = std::min(from, static_cast<int>(centre + reach + 0.5));
    double sum = 0;
    for (int j = taps.first; j < end; ++j) {
      taps.weights.push_back(std::max(0.0, 1 - std::abs((j - centre + 0.5) / reach)));
      sum += taps.weights.back();
    }
    for (double& weight : taps.weights) weight = std::floor(weight / sum / kStep + 0.5) * kStep;
  }
  return line;
}

// Resizes along x, and gives the picture with its axes exchanged: done twice, along both.
PictureValues resized_and_transposed(const PictureValues& picture, int width) {
  const std::vector<Taps> line = triangle_taps(picture.width, width);
  PictureValues out{picture.height, width, picture.channels, picture.largest, {}};
  const auto channels = static_cast<std::size_t>(picture.channels);
  out.values.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(picture.height) * channels);
  for (std::size_t y = 0; y < static_cast<std::size_t>(picture.height); ++y) {
    const float* row = picture.values.data() + y * static_cast<std::size_t>(picture.width) * channels;
    for (std::size_t x = 0; x < line.size(); ++x)
      for (std::size_t c = 0; c < channels; ++c) {
        double sum = 0;
        for (std::size_t k = 0; k < line[x].weights.size(); ++k)
          sum += line[x].weights[k] * row[(static_cast<std::size_t>(line[x].first) + k) * channels + c];
        if (picture.largest > 0) sum = std::floor(sum + 0.5);
        out.values[(x * static_cast<std::size_t>(picture.height) + y) * channels + c] =
            static_cast<float>(sum);
      }
  }
  return out;
}

PictureValues middle(const PictureValues& picture, int width, int height) {
  PictureValues out{width, height, picture.channels, picture.largest, {}};
  // torchvision's center_crop rounds halves to even numbers.
  const int left = static_cast<int>(std::nearbyint((picture.width - width) / 2.0));
  const int top = static_cast<int>(std::nearbyint((picture.height - height) / 2.0));
  for (int y = 0; y < height; ++y) {
    const auto row = picture.values.begin() +
                     ((top + y) * static_cast<std::ptrdiff_t>(picture.width) + left) * picture.channels;
    out.values.insert(out.values.end(), row, row + static_cast<std::ptrdiff_t>(width) * picture.channels);
  }
  return out;
}

PictureValues in_window(const PictureValues& picture, int width, int height) {
  if (picture.width == width && picture.height == height) return picture;
  const double margin = 8.0 / 7;
  const double scale = std::max(width * margin / picture.width, height * margin / picture.height);
  // The side that decides is met exactly; the other one is cut to whole pixels, as torchvision does.
  const auto extent = [&](int from, int window) {
    const double exact = from * scale, wanted = std::round(window * margin);
    return std::max(window,
                    static_cast<int>(std::abs(exact - window * margin) < 1e-6 ? wanted : exact + 1e-9));
  };
  return middle(resized(picture, extent(picture.width, width), extent(picture.height, height)), width,
                height);
}

// One plane a channel of the network.
std::vector<float> plane(const PictureValues& picture, int channel, int channels) {
  if (picture.channels == 1 || channels == 1) return io::grey(picture);
  const auto step = static_cast<std::size_t>(picture.channels);
  std::vector<float> out(picture.values.size() / step);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = picture.values[i * step + static_cast<std::size_t>(channel)];
  return out;
}

// Values to 0 … 255.
void as_picture(std::vector<float>& values, int largest) {
  float low = 0, high = static_cast<float>(largest);
  if (largest == 0) {
    const auto [smallest, biggest] = std::minmax_element(values.begin(), values.end());
    low = *smallest;
    high = *biggest > low ? *biggest : low + 1;
  }
  for (float& value : values) value = (value - low) * 255 / (high - low);
}

void scale_intensities(std::vector<float>& values, std::size_t channel, const nn::Preprocessing& p) {
  using nn::IntensityRule;
  if (p.intensity == IntensityRule::z_score_nonzero) nn::zeros_to_missing(values);
  if (p.intensity == IntensityRule::percentiles || p.intensity == IntensityRule::z_score ||
      p.intensity == IntensityRule::z_score_nonzero) {
    const nn::IntensityScale scale = p.intensity == IntensityRule::percentiles
                                         ? nn::percentile_scale(values, p.low_percentile, p.high_percentile)
                                         : nn::z_score_scale(values);
    for (float& value : values) value = scale(value);
    return;
  }
  for (float& value : values) {
    double v = std::isnan(value) ? 0 : value / p.before_scale;
    if (p.intensity == IntensityRule::fixed_clipped)
      v = std::clamp(v, p.lowest_value.at(channel), p.highest_value.at(channel));
    if (p.intensity != IntensityRule::none) v = (v - p.mean.at(channel)) / p.deviation.at(channel);
    value = static_cast<float>(v);
  }
}

}  // namespace

PictureValues read_image_for_classifier(const std::filesystem::path& path, const std::string& name) {
  const std::string bytes = io::read_file(path);
  const std::span<const std::uint8_t> span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (io::is_nifti(name)) return from_nifti(span, name);
  if (io::is_picture(span)) return io::read_picture(span, name);
  try {
    return from_dicom(path, name);
  } catch (const io::NotDicom&) {
    return io::read_picture(span, name);  // says what it is
  }
}

PictureValues resized(const PictureValues& picture, int width, int height) {
  return resized_and_transposed(resized_and_transposed(picture, width), height);
}

Tensor classifier_input(const PictureValues& picture, const nn::Preprocessing& preprocessing) {
  const std::array<int, 3>& window = preprocessing.window;
  const PictureValues seen = window[0] > 0 ? in_window(picture, window[0], window[1]) : picture;
  Tensor input({1, preprocessing.channels, seen.height, seen.width}, std::vector<float>{});
  for (int channel = 0; channel < preprocessing.channels; ++channel) {
    std::vector<float> values = plane(seen, std::min(channel, 2), preprocessing.channels);
    if (seen.largest > 0 || preprocessing.before_scale == 255) as_picture(values, seen.largest);
    scale_intensities(values, static_cast<std::size_t>(channel), preprocessing);
    input.values.insert(input.values.end(), values.begin(), values.end());
  }
  return input;
}

}  // namespace lobule::pipeline
