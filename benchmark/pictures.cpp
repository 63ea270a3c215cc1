#include "pictures.h"

#include <png.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "core/error.h"

namespace lobule::bench {

Image<float> read_grey_png(const std::filesystem::path& path, double pixel_mm) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_file(&header, path.c_str()))
    throw Error(path.filename().string(), "this is no readable PNG", header.message);
  const bool deep = (header.format & PNG_FORMAT_FLAG_LINEAR) != 0;
  header.format = deep ? PNG_FORMAT_LINEAR_Y : PNG_FORMAT_GRAY;
  Grid grid;
  grid.size = {static_cast<int>(header.width), static_cast<int>(header.height), 1};
  grid.spacing_mm = {pixel_mm, pixel_mm, 1};
  Image<float> image(grid);
  std::vector<std::uint16_t> words(deep ? image.voxels.size() : 0);
  std::vector<std::uint8_t> bytes(deep ? 0 : image.voxels.size());
  void* into = deep ? static_cast<void*>(words.data()) : static_cast<void*>(bytes.data());
  if (!png_image_finish_read(&header, nullptr, into, 0, nullptr))
    throw Error(path.filename().string(), "this PNG is damaged", header.message);
  for (std::size_t i = 0; i < image.voxels.size(); ++i) image.voxels[i] = deep ? words[i] : bytes[i];
  return image;
}

io::Picture slice_picture(const Image<float>& image, int k, double low, double high) {
  const int width = image.grid.size[0], height = image.grid.size[1];
  io::Picture out{width, height, 1, {}};
  for (int j = 0; j < height; ++j)
    for (int i = 0; i < width; ++i) {
      const double value = image.at(i, j, k), share = (value - low) / std::max(1e-9, high - low);
      out.pixels.push_back(
          static_cast<std::uint8_t>(std::lround(255 * std::clamp(std::isnan(share) ? 0 : share, 0.0, 1.0))));
    }
  return out;
}

io::Picture slice_picture(const Image<float>& image, int k, double white) {
  const std::size_t plane =
      static_cast<std::size_t>(image.grid.size[0]) * static_cast<std::size_t>(image.grid.size[1]);
  const auto from = image.voxels.begin() + static_cast<std::ptrdiff_t>(plane * static_cast<std::size_t>(k));
  std::vector<float> values(from, from + static_cast<std::ptrdiff_t>(plane));
  std::sort(values.begin(), values.end());
  return slice_picture(image, k, 0, values[static_cast<std::size_t>(white * static_cast<double>(plane - 1))]);
}

int slice_at(const Grid& grid, double z_mm) {
  const Vec3 index = index_from_point(grid, {grid.origin_mm.x, grid.origin_mm.y, z_mm});
  return std::clamp(static_cast<int>(std::lround(index.z)), 0, grid.size[2] - 1);
}

io::Picture fitted(const io::Picture& p, int side) {
  const double scale = std::max(p.width, p.height) / static_cast<double>(side);
  io::Picture out{
      std::max(1, static_cast<int>(p.width / scale)), std::max(1, static_cast<int>(p.height / scale)), 1, {}};
  for (int j = 0; j < out.height; ++j)
    for (int i = 0; i < out.width; ++i) {
      const int x0 = static_cast<int>(i * scale), y0 = static_cast<int>(j * scale);
      const int x1 = std::clamp(static_cast<int>((i + 1) * scale), x0 + 1, std::max(x0 + 1, p.width));
      const int y1 = std::clamp(static_cast<int>((j + 1) * scale), y0 + 1, std::max(y0 + 1, p.height));
      double sum = 0, count = 0;
      for (int y = y0; y < std::min(y1, p.height); ++y)
        for (int x = x0; x < std::min(x1, p.width); ++x, ++count)
          sum += p.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(p.width) +
                          static_cast<std::size_t>(x)];
      out.pixels.push_back(static_cast<std::uint8_t>(std::lround(sum / std::max(1.0, count))));
    }
  return out;
}

io::Picture cropped(const io::Picture& p, double left, double top, double right, double bottom) {
  const int x0 = static_cast<int>(left * p.width), x1 = static_cast<int>(right * p.width);
  const int y0 = static_cast<int>(top * p.height), y1 = static_cast<int>(bottom * p.height);
  io::Picture out{x1 - x0, y1 - y0, 1, {}};
  for (int y = y0; y < y1; ++y)
    for (int x = x0; x < x1; ++x)
      out.pixels.push_back(p.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(p.width) +
                                    static_cast<std::size_t>(x)]);
  return out;
}

io::Picture tiled(const std::vector<io::Picture>& pictures, int columns, int side) {
  const int rows = (static_cast<int>(pictures.size()) + columns - 1) / columns;
  io::Picture out{columns * side, rows * side, 1, {}};
  out.pixels.assign(static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height), 0);
  for (std::size_t n = 0; n < pictures.size(); ++n) {
    const io::Picture tile = fitted(pictures[n], side - 4);
    const int x0 = static_cast<int>(n) % columns * side + (side - tile.width) / 2;
    const int y0 = static_cast<int>(n) / columns * side + (side - tile.height) / 2;
    for (int y = 0; y < tile.height; ++y)
      std::copy_n(&tile.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(tile.width)],
                  tile.width,
                  &out.pixels[static_cast<std::size_t>(y0 + y) * static_cast<std::size_t>(out.width) +
                              static_cast<std::size_t>(x0)]);
  }
  return out;
}

void write_png(const std::filesystem::path& path, const io::Picture& picture) {
  std::ofstream out(path, std::ios::binary);
  const std::string bytes = io::encode_png(picture);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out) throw Error(path.filename().string(), "this picture cannot be written");
}

}  // namespace lobule::bench
