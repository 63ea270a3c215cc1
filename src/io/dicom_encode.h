#pragma once
// The bytes of a data set in Explicit VR Little Endian (PS3.5 section 7.1.2) and of a meta header
// (PS3.10 section 7.1). Other transfer syntaxes are made from these bytes in dicom_write_dcmtk.cpp.

#include <string>

#include "io/dicom_dataset.h"

namespace lobule::io {

// Elements in tag order without group lengths; sequences and items with explicit lengths; values padded to
// even length. Throws Error (naming `name`) for a value that its VR cannot hold.
std::string encode_dataset(const DicomDataset& dataset, const std::string& name);

// Preamble, "DICM" and group 0002; the class and instance come from the data set.
std::string encode_meta_header(const DicomDataset& dataset, const std::string& transfer_syntax);

// Re-encodes Explicit VR Little Endian bytes in another transfer syntax: implicit little endian, explicit
// big endian, deflated, RLE or JPEG lossless (process 14, selection value 1). Throws Error (naming `name`)
// when the transfer syntax is none of these or the pixels cannot be encoded in it.
std::string transcode_dataset(const std::string& explicit_little_endian, const std::string& transfer_syntax,
                              const std::string& name);

// The data set with its pixels (one sample a pixel) in JPEG-LS lossless, one fragment a frame.
std::string encode_jpeg_ls(const DicomDataset& dataset, const std::string& name);

}  // namespace lobule::io
