#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djdecode.h>

#include <cstring>
#include <memory>
#include <mutex>
#include <string>

#include "io/dicom_codecs.h"
#include "io/dicom_parser.h"

namespace lobule::io {
namespace {

bool is_frame_marker(std::uint8_t marker) {  // SOF0 … SOF15 without DHT, JPG and DAC
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

void put(DcmDataset& dataset, const DcmTagKey& key, int value) {
  dataset.putAndInsertUint16(key, static_cast<Uint16>(value));
}

// Decoding is DCMTK's way from one representation of pixel data to another, so the frame becomes an
// object of its own.
std::unique_ptr<DcmDataset> single_frame_object(ByteSpan stream, const PixelFormat& format,
                                                E_TransferSyntax syntax) {
  auto dataset = std::make_unique<DcmDataset>();
  put(*dataset, DCM_Rows, format.rows);
  put(*dataset, DCM_Columns, format.columns);
  put(*dataset, DCM_SamplesPerPixel, format.samples_per_pixel);
  put(*dataset, DCM_BitsAllocated, format.bits_allocated);
  put(*dataset, DCM_BitsStored, format.bits_stored);
  put(*dataset, DCM_HighBit, format.high_bit);
  put(*dataset, DCM_PixelRepresentation, format.is_signed ? 1 : 0);
  if (format.samples_per_pixel > 1) put(*dataset, DCM_PlanarConfiguration, 0);
  const bool grey = format.samples_per_pixel == 1;
  dataset->putAndInsertString(DCM_PhotometricInterpretation,
                              grey ? "MONOCHROME2" : format.photometric.c_str());
  auto sequence = std::make_unique<DcmPixelSequence>(DcmTag(DCM_PixelData, EVR_OB));
  sequence->insert(new DcmPixelItem(DcmTag(DCM_Item, EVR_OB)));  // an empty offset table
  DcmOffsetList offsets;
  const bool stored = sequence
                          ->storeCompressedFrame(offsets, const_cast<Uint8*>(stream.data()),
                                                 static_cast<Uint32>(stream.size()), 0)
                          .good();
  if (!stored) throw CodecError("DCMTK cannot take its stream");
  auto pixels = std::make_unique<DcmPixelData>(DCM_PixelData);
  pixels->putOriginalRepresentation(syntax, nullptr, sequence.release());
  dataset->insert(pixels.release());
  return dataset;
}

}  // namespace

// Found by walking the markers.
JpegFrame read_jpeg_frame_header(ByteSpan stream) {
  if (stream.size() < 4 || stream[0] != 0xFF || stream[1] != 0xD8) throw CodecError("it is no JPEG stream");
  for (std::size_t i = 2; i + 4 <= stream.size();) {
    if (stream[i] != 0xFF) throw CodecError("its JPEG markers are broken");
    const std::uint8_t marker = stream[i + 1];
    if (marker == 0xFF) {  // fill byte
      ++i;
      continue;
    }
    const std::size_t length = read_u16(stream.data() + i + 2, true);
    if (is_frame_marker(marker)) {
      if (i + 10 > stream.size()) break;
      const std::uint8_t* body = stream.data() + i + 4;
      return {(marker & 3) == 3, body[0], read_u16(body + 1, true), read_u16(body + 3, true), body[5]};
    }
    if (marker == 0xDA || length < 2) break;
    i += 2 + length;
  }
  throw CodecError("its JPEG stream has no frame header");
}

Bytes decode_jpeg(ByteSpan stream, const PixelFormat& format) {
  static std::once_flag registered;
  std::call_once(registered, [] {
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    DJDecoderRegistration::registerCodecs(EDC_never, EUC_never, EPC_colorByPixel);
  });
  const JpegFrame frame = read_jpeg_frame_header(stream);
  check_stream_size(format, static_cast<std::uint64_t>(frame.rows), static_cast<std::uint64_t>(frame.columns),
                    static_cast<std::uint64_t>(frame.samples));
  const int cell_bits = frame.precision <= 8 ? 8 : 16;
  if (cell_bits != format.bits_allocated)
    throw CodecError("its stream has " + std::to_string(frame.precision) +
                     " bits a sample, the header allocates " + std::to_string(format.bits_allocated));
  const E_TransferSyntax syntax = frame.lossless ? EXS_JPEGProcess14 : EXS_JPEGProcess2_4;
  const auto dataset = single_frame_object(stream, format, syntax);
  const OFCondition result = dataset->chooseRepresentation(EXS_LittleEndianExplicit, nullptr);
  if (result.bad()) throw CodecError(std::string("JPEG: ") + result.text());
  Bytes out(frame_bytes(format));
  unsigned long count = 0;
  const void* data = nullptr;
  if (cell_bits == 8) {
    const Uint8* bytes = nullptr;
    dataset->findAndGetUint8Array(DCM_PixelData, bytes, &count);
    data = bytes;
  } else {
    const Uint16* words = nullptr;
    dataset->findAndGetUint16Array(DCM_PixelData, words, &count);
    data = words;
    count *= 2;
  }
  if (data == nullptr || count < out.size()) throw CodecError("JPEG: fewer pixels than stated were decoded");
  std::memcpy(out.data(), data, out.size());
  return out;
}

}  // namespace lobule::io
