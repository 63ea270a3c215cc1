#pragma once
// The formats of picture_read.h, one a file.

#include "io/picture_read.h"

namespace lobule::io {

using PictureBytes = std::span<const std::uint8_t>;

// Throws Error unless `height` rows of `row_bytes` bytes could come from a file of so many bytes: at most 64
// MiB, or 1100 times as many, more than deflate and Huffman codes reach.
void check_picture_size(const std::string& name, std::uint64_t row_bytes, std::uint64_t height,
                        std::size_t file_bytes);

PictureValues read_png_picture(PictureBytes bytes, const std::string& name);
PictureValues read_jpeg_picture(PictureBytes bytes, const std::string& name);
PictureValues read_pnm_picture(PictureBytes bytes, const std::string& name);
PictureValues read_tiff_picture(PictureBytes bytes, const std::string& name);
PictureValues read_jxl_picture(PictureBytes bytes, const std::string& name);

}  // namespace lobule::io
