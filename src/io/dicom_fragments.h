#pragma once
// Which bytes of encapsulated pixel data (PS3.5 annex A.4) make up which frame.

#include <string>
#include <vector>

#include "io/byte_source.h"
#include "io/dicom_read.h"
#include "io/transfer_syntax.h"

namespace lobule::io {

struct Fragment {
  std::uint64_t offset = 0;  // of its bytes in the file
  std::uint32_t length = 0;
};

using FrameFragments = std::vector<Fragment>;

// The fragments of each of `frames` frames, from the walk through the items: one fragment a frame, or all of
// a single frame; else by the offset table where it fits the fragments, else by the first bytes of
// fragments that begin a stream. Extended offset tables promise one fragment a frame and need no reading.
// Throws Error (where = `name`) when the items are broken or no mapping fits.
std::vector<FrameFragments> map_fragments(ByteSource& source, const PixelLocation& pixels, int frames,
                                          PixelCodec codec, const std::string& name);

}  // namespace lobule::io
