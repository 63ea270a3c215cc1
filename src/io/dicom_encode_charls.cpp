#include <charls/charls.h>

#include <cstdint>
#include <vector>

#include "core/error.h"
#include "io/dicom_encode.h"
#include "io/dicom_tags.h"

// JPEG-LS goes through CharLS itself: the copy inside DCMTK exports the same C names with other arguments,
// so that whichever is linked first answers for both.

namespace lobule::io {
namespace {

void append_u32(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(value >> shift & 0xFF));
}

void append_item(std::string& out, const std::string& bytes) {
  out += std::string("\xFE\xFF\x00\xE0", 4);
  append_u32(out, static_cast<std::uint32_t>(bytes.size() + bytes.size() % 2));
  out += bytes;
  if (bytes.size() % 2 != 0) out.push_back('\0');
}

std::string encode_frame(const char* pixels, std::size_t size, const charls::frame_info& frame) {
  charls::jpegls_encoder encoder;
  encoder.frame_info(frame);
  std::vector<std::uint8_t> out(encoder.estimated_destination_size());
  encoder.destination(out);
  const std::size_t written = encoder.encode(pixels, size);
  return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(written)};
}

}  // namespace

std::string encode_jpeg_ls(const DicomDataset& dataset, const std::string& name) {
  const auto number = [&](Tag tag) { return dataset.integer(tag).value_or(0); };
  const DicomElement* pixels = dataset.find(tag::PixelData);
  const charls::frame_info frame{static_cast<std::uint32_t>(number(tag::Columns)),
                                 static_cast<std::uint32_t>(number(tag::Rows)), number(tag::BitsStored), 1};
  const std::size_t size =
      std::size_t{frame.width} * frame.height * static_cast<std::size_t>(number(tag::BitsAllocated) / 8);
  if (pixels == nullptr || size == 0 || number(tag::SamplesPerPixel) != 1)
    throw Error(name, "cannot be encoded in the transfer syntax 1.2.840.10008.1.2.4.80",
                "lobule writes JPEG-LS of whole bytes and one sample a pixel");
  DicomDataset rest = dataset;
  rest.erase(tag::PixelData);
  std::string out = encode_dataset(rest, name);
  out += std::string("\xE0\x7F\x10\x00OB\0\0\xFF\xFF\xFF\xFF", 12);
  append_item(out, "");  // no offset table
  for (std::size_t at = 0; at + size <= pixels->bytes.size(); at += size)
    append_item(out, encode_frame(pixels->bytes.data() + at, size, frame));
  return out + std::string("\xFE\xFF\xDD\xE0\0\0\0\0", 8);
}

}  // namespace lobule::io
