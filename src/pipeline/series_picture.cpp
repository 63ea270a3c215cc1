#include "pipeline/series_picture.h"

#include <algorithm>
#include <cmath>

#include "exam/sort_facts.h"
#include "exam/sort_frames.h"
#include "io/dicom_pixels.h"
#include "io/dicom_tags.h"
#include "io/png.h"

namespace lobule::pipeline {
namespace {

constexpr int kLongSidePx = 224;

struct Planes {
  int width = 0, height = 0, channels = 1;
  std::vector<float> values;  // interleaved
};

Planes read_planes(const exam::IndexEntry& entry, int frame) {
  const io::PixelFormat format = io::pixel_format(entry.header, entry.file.name);
  Planes planes{format.columns, format.rows, format.samples_per_pixel == 3 ? 3 : 1, {}};
  if (planes.channels == 1) {
    planes.values = io::read_frames_as_float(entry.file.path, entry.header, entry.file.name, frame, 1);
    return planes;
  }
  if (format.bits_allocated != 8) return {};
  const auto bytes = io::read_stored_pixels(entry.file.path, entry.header, entry.file.name, frame, 1);
  planes.values.assign(bytes.begin(), bytes.end());
  return planes;
}

// Means over boxes; a picture smaller than the size asked for is enlarged by repetition.
io::Picture shrink(const Planes& planes, double aspect, float low, float high, bool inverted) {
  const double true_width = planes.width, true_height = planes.height * aspect;
  const double scale = kLongSidePx / std::max(true_width, true_height);
  io::Picture picture;
  picture.width = std::max(1, static_cast<int>(std::lround(true_width * scale)));
  picture.height = std::max(1, static_cast<int>(std::lround(true_height * scale)));
  picture.channels = planes.channels;
  const auto range = [](int i, int from, int to) {
    const int begin = static_cast<int>(static_cast<long long>(i) * from / to);
    const int end = static_cast<int>(static_cast<long long>(i + 1) * from / to);
    return std::pair(begin, std::max(begin + 1, end));
  };
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x)
      for (int c = 0; c < picture.channels; ++c) {
        const auto [y0, y1] = range(y, planes.height, picture.height);
        const auto [x0, x1] = range(x, planes.width, picture.width);
        double sum = 0;
        for (int j = y0; j < y1; ++j)
          for (int i = x0; i < x1; ++i)
            sum += planes.values[(static_cast<std::size_t>(j) * static_cast<std::size_t>(planes.width) +
                                  static_cast<std::size_t>(i)) *
                                     static_cast<std::size_t>(planes.channels) +
                                 static_cast<std::size_t>(c)];
        double grey = (sum / ((y1 - y0) * (x1 - x0)) - low) / std::max(1e-6F, high - low);
        if (inverted) grey = 1 - grey;
        picture.pixels.push_back(static_cast<std::uint8_t>(std::lround(255 * std::clamp(grey, 0.0, 1.0))));
      }
  return picture;
}

double aspect_of(const exam::FrameFacts& frame) {
  const bool known = frame.row_spacing_mm > 0 && frame.column_spacing_mm > 0;
  return known ? std::clamp(frame.row_spacing_mm / frame.column_spacing_mm, 0.1, 10.0) : 1;
}

}  // namespace

std::string series_picture_uri(const exam::DicomIndex& index, const exam::Series& series) {
  const exam::SeriesFacts facts = exam::gather_facts(index, series);
  const auto middle = exam::middle_frames(facts, 1);
  if (middle.empty()) return "";
  const auto frame = std::find_if(facts.frames.begin(), facts.frames.end(), [&](const exam::FrameFacts& f) {
    return f.ref.entry == middle[0].entry && f.ref.frame == middle[0].frame;
  });
  const exam::IndexEntry& entry = index.entries[static_cast<std::size_t>(middle[0].entry)];
  if (!entry.header.pixels.present()) return "";
  try {
    const Planes planes = read_planes(entry, middle[0].frame);
    if (planes.values.empty()) return "";
    const bool colour = planes.channels == 3;
    const float low = colour ? 0 : exam::percentile(planes.values, 0.01);
    const float high = colour ? 255 : exam::percentile(planes.values, 0.995);
    const bool inverted = entry.header.dataset.text(io::tag::PhotometricInterpretation) == "MONOCHROME1";
    return io::png_data_uri(shrink(planes, aspect_of(*frame), low, high, inverted));
  } catch (const Error&) {
    return "";  // the sorting has said why, or the object holds no picture
  }
}

}  // namespace lobule::pipeline
