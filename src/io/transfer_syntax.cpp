#include "io/transfer_syntax.h"

#include <algorithm>
#include <array>

namespace lobule::io {
namespace {

using enum PixelCodec;

constexpr TransferSyntax native_syntax(std::string_view uid, std::string_view name, bool is_explicit,
                                       bool big, bool deflated) {
  return {uid, name, is_explicit, big, deflated, native, true};
}
constexpr TransferSyntax encapsulated(std::string_view uid, std::string_view name, PixelCodec codec,
                                      bool lossless) {
  return {uid, name, true, false, false, codec, lossless};
}

constexpr std::array kTransferSyntaxes = {
    native_syntax("1.2.840.10008.1.2", "Implicit VR Little Endian", false, false, false),
    native_syntax("1.2.840.10008.1.2.1", "Explicit VR Little Endian", true, false, false),
    native_syntax("1.2.840.10008.1.2.1.98", "Encapsulated Uncompressed Explicit VR Little Endian", true,
                  false, false),
    native_syntax("1.2.840.10008.1.2.1.99", "Deflated Explicit VR Little Endian", true, false, true),
    native_syntax("1.2.840.10008.1.2.2", "Explicit VR Big Endian", true, true, false),
    encapsulated("1.2.840.10008.1.2.4.50", "JPEG Baseline (process 1)", jpeg, false),
    encapsulated("1.2.840.10008.1.2.4.51", "JPEG Extended (processes 2 and 4)", jpeg, false),
    encapsulated("1.2.840.10008.1.2.4.52", "JPEG Extended (processes 3 and 5)", jpeg, false),
    encapsulated("1.2.840.10008.1.2.4.53", "JPEG Spectral Selection (processes 6 and 8)", jpeg, false),
    encapsulated("1.2.840.10008.1.2.4.54", "JPEG Spectral Selection (processes 7 and 9)", jpeg, false),
    encapsulated("1.2.840.10008.1.2.4.55", "JPEG Full Progression (processes 10 and 12)", jpeg, false),
    encapsulated("1.2.840.10008.1.2.4.56", "JPEG Full Progression (processes 11 and 13)", jpeg, false),
    encapsulated("1.2.840.10008.1.2.4.57", "JPEG Lossless (process 14)", jpeg, true),
    encapsulated("1.2.840.10008.1.2.4.58", "JPEG Lossless (process 15)", jpeg, true),
    encapsulated("1.2.840.10008.1.2.4.70", "JPEG Lossless (process 14, selection value 1)", jpeg, true),
    encapsulated("1.2.840.10008.1.2.4.80", "JPEG-LS Lossless", jpeg_ls, true),
    encapsulated("1.2.840.10008.1.2.4.81", "JPEG-LS Near-Lossless", jpeg_ls, false),
    encapsulated("1.2.840.10008.1.2.4.90", "JPEG 2000 Lossless", jpeg_2000, true),
    encapsulated("1.2.840.10008.1.2.4.91", "JPEG 2000", jpeg_2000, false),
    encapsulated("1.2.840.10008.1.2.4.92", "JPEG 2000 Part 2 Multi-component Lossless", jpeg_2000, true),
    encapsulated("1.2.840.10008.1.2.4.93", "JPEG 2000 Part 2 Multi-component", jpeg_2000, false),
    encapsulated("1.2.840.10008.1.2.4.94", "JPIP Referenced", unsupported, false),
    encapsulated("1.2.840.10008.1.2.4.95", "JPIP Referenced Deflate", unsupported, false),
    encapsulated("1.2.840.10008.1.2.4.100", "MPEG2 Main Profile / Main Level", unsupported, false),
    encapsulated("1.2.840.10008.1.2.4.100.1", "Fragmentable MPEG2 Main Profile / Main Level", unsupported,
                 false),
    encapsulated("1.2.840.10008.1.2.4.101", "MPEG2 Main Profile / High Level", unsupported, false),
    encapsulated("1.2.840.10008.1.2.4.101.1", "Fragmentable MPEG2 Main Profile / High Level", unsupported,
                 false),
    encapsulated("1.2.840.10008.1.2.4.102", "MPEG-4 AVC/H.264 High Profile / Level 4.1", unsupported, false),
    encapsulated("1.2.840.10008.1.2.4.102.1", "Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.1",
                 unsupported, false),
    encapsulated("1.2.840.10008.1.2.4.103", "MPEG-4 AVC/H.264 BD-compatible / Level 4.1", unsupported, false),
    encapsulated("1.2.840.10008.1.2.4.104", "MPEG-4 AVC/H.264 for 2D Video / Level 4.2", unsupported, false),
    encapsulated("1.2.840.10008.1.2.4.105", "MPEG-4 AVC/H.264 for 3D Video / Level 4.2", unsupported, false),
    encapsulated("1.2.840.10008.1.2.4.106", "MPEG-4 AVC/H.264 Stereo / Level 4.2", unsupported, false),
    encapsulated("1.2.840.10008.1.2.4.107", "HEVC/H.265 Main Profile / Level 5.1", unsupported, false),
    encapsulated("1.2.840.10008.1.2.4.108", "HEVC/H.265 Main 10 Profile / Level 5.1", unsupported, false),
    encapsulated("1.2.840.10008.1.2.4.110", "JPEG XL Lossless", unsupported, true),
    encapsulated("1.2.840.10008.1.2.4.111", "JPEG XL JPEG Recompression", unsupported, false),
    encapsulated("1.2.840.10008.1.2.4.112", "JPEG XL", unsupported, false),
    encapsulated("1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000 Lossless", jpeg_2000, true),
    encapsulated("1.2.840.10008.1.2.4.202", "High-Throughput JPEG 2000 Lossless (RPCL)", jpeg_2000, true),
    encapsulated("1.2.840.10008.1.2.4.203", "High-Throughput JPEG 2000", jpeg_2000, false),
    encapsulated("1.2.840.10008.1.2.5", "RLE Lossless", rle, true),
    encapsulated("1.2.840.10008.1.2.8.1", "Deflated Image Frame Compression", deflated_frames, true),
};

}  // namespace

const TransferSyntax* find_transfer_syntax(std::string_view uid) {
  const auto found = std::find_if(kTransferSyntaxes.begin(), kTransferSyntaxes.end(),
                                  [&](const TransferSyntax& syntax) { return syntax.uid == uid; });
  return found == kTransferSyntaxes.end() ? nullptr : &*found;
}

}  // namespace lobule::io
