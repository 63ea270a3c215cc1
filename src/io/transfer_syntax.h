#pragma once
// The transfer syntaxes of PS3.6 annex A: how a data set and its pixels are encoded.

#include <string_view>

namespace lobule::io {

enum class PixelCodec {
  native,
  rle,
  jpeg,  // baseline, extended, lossless: whatever the stream itself says
  jpeg_ls,
  jpeg_2000,        // and HTJ2K
  deflated_frames,  // each frame by itself
  unsupported       // video, JPIP, JPEG XL: headers only
};

struct TransferSyntax {
  std::string_view uid;
  std::string_view name;
  bool explicit_vr = true;
  bool big_endian = false;
  bool deflated = false;  // the whole data set
  PixelCodec codec = PixelCodec::native;
  bool lossless = true;  // what the codec guarantees
};

// Null for UIDs that the standard does not list.
const TransferSyntax* find_transfer_syntax(std::string_view uid);

}  // namespace lobule::io
