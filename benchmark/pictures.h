#pragma once
// Grey pictures of images for pages and galleries, and PNG files as images.

#include <filesystem>
#include <string>
#include <vector>

#include "core/image.h"
#include "io/png.h"

namespace lobule::bench {

// An 8- or 16-bit grey PNG as an image of one slice. Throws Error when it cannot be read.
Image<float> read_grey_png(const std::filesystem::path& path, double pixel_mm);

// Slice k of an image, black at `low` and white at `high`.
io::Picture slice_picture(const Image<float>& image, int k, double low, double high);

// Black at 0 and white where a share of `white` of the slice's voxels is darker.
io::Picture slice_picture(const Image<float>& image, int k, double white = 0.995);

// The slice nearest to a height.
int slice_at(const Grid& grid, double z_mm);

// Made to fit a square of `side` pixels by averaging; never enlarged beyond whole factors.
io::Picture fitted(const io::Picture& picture, int side);

// A part of the picture: from fractions of width and height.
io::Picture cropped(const io::Picture& picture, double left, double top, double right, double bottom);

// Tiles of `side` pixels from left to right, `columns` a row, on black.
io::Picture tiled(const std::vector<io::Picture>& pictures, int columns, int side);

void write_png(const std::filesystem::path& path, const io::Picture& picture);

}  // namespace lobule::bench
