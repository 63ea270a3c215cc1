#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dcrleerg.h>
#include <dcmtk/dcmdata/dcrlerp.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmdata/dcwcache.h>
#include <dcmtk/dcmjpeg/djencode.h>
#include <dcmtk/dcmjpeg/djrplol.h>

#include <mutex>
#include <vector>

#include "core/error.h"
#include "io/dicom_encode.h"
#include "io/dicom_write.h"
#include "io/files.h"

namespace lobule::io {
namespace {

// Encoders that keep the instance's UID and the stored values.
void register_encoders() {
  static std::once_flag once;
  std::call_once(once, [] {
    DcmRLEEncoderRegistration::registerCodecs();
    DJEncoderRegistration::registerCodecs(ECC_lossyYCbCr, EUC_never);
  });
}

void check(const OFCondition& condition, const std::string& name, const std::string& transfer_syntax) {
  if (condition.bad())
    throw Error(name, "cannot be encoded in the transfer syntax " + transfer_syntax, condition.text());
}

void read_dataset(DcmDataset& dataset, const std::string& bytes, const std::string& name,
                  const std::string& transfer_syntax) {
  DcmInputBufferStream stream;
  stream.setBuffer(bytes.data(), static_cast<offile_off_t>(bytes.size()));
  stream.setEos();
  dataset.transferInit();
  check(dataset.read(stream, EXS_LittleEndianExplicit), name, transfer_syntax);
  dataset.transferEnd();
}

std::string write_dataset(DcmDataset& dataset, E_TransferSyntax syntax, const std::string& name,
                          const std::string& transfer_syntax) {
  std::vector<char> buffer(1 << 20);
  DcmOutputBufferStream stream(buffer.data(), static_cast<offile_off_t>(buffer.size()));
  DcmWriteCache cache;
  std::string out;
  const auto flush = [&] {
    void* bytes = nullptr;
    offile_off_t length = 0;
    stream.flushBuffer(bytes, length);
    out.append(static_cast<const char*>(bytes), static_cast<std::size_t>(length));
  };
  dataset.transferInit();
  OFCondition condition = EC_StreamNotifyClient;
  while (condition == EC_StreamNotifyClient) {
    condition = dataset.write(stream, syntax, EET_ExplicitLength, &cache, EGL_withoutGL);
    flush();
  }
  check(condition, name, transfer_syntax);
  dataset.transferEnd();
  for (stream.flush(); !stream.isFlushed(); stream.flush()) flush();
  flush();
  return out;
}

}  // namespace

std::string transcode_dataset(const std::string& explicit_little_endian, const std::string& transfer_syntax,
                              const std::string& name) {
  register_encoders();
  const DcmXfer xfer(transfer_syntax.c_str());
  const E_TransferSyntax syntax = xfer.getXfer();
  DJ_RPLossless jpeg(1, 0);
  DcmRLERepresentationParameter rle;
  const DcmRepresentationParameter* parameter = nullptr;
  if (syntax == EXS_JPEGProcess14SV1)
    parameter = &jpeg;
  else if (syntax == EXS_RLELossless)
    parameter = &rle;
  else if (syntax == EXS_Unknown || xfer.isEncapsulated())
    throw Error(name, "cannot be encoded in the transfer syntax " + transfer_syntax,
                "it is not one that lobule writes");
  DcmDataset dataset;
  read_dataset(dataset, explicit_little_endian, name, transfer_syntax);
  check(dataset.chooseRepresentation(syntax, parameter), name, transfer_syntax);
  return write_dataset(dataset, syntax, name, transfer_syntax);
}

void write_dicom(const std::filesystem::path& path, const DicomDataset& dataset,
                 const std::string& transfer_syntax) {
  const std::string name = path.filename().string();
  const bool is_jpeg_ls = transfer_syntax == UID_JPEGLSLosslessTransferSyntax;
  std::string bytes = is_jpeg_ls ? encode_jpeg_ls(dataset, name) : encode_dataset(dataset, name);
  if (!is_jpeg_ls && transfer_syntax != kExplicitLittleEndian)
    bytes = transcode_dataset(bytes, transfer_syntax, name);
  write_file(path, encode_meta_header(dataset, transfer_syntax) + bytes);
}

}  // namespace lobule::io
