#pragma once
// Writes a data set as a DICOM file (PS3.10): preamble, meta header, Explicit VR Little Endian unless
// another transfer syntax is asked for. The same value gives the same bytes.

#include <filesystem>
#include <string>

#include "io/dicom_dataset.h"

namespace lobule::io {

inline constexpr const char* kExplicitLittleEndian = "1.2.840.10008.1.2.1";
inline constexpr const char* kImplicitLittleEndian = "1.2.840.10008.1.2";

// PixelData, FloatPixelData and the like are elements of the data set, native (not encapsulated). Throws
// Error with the reason of the system when the file cannot be written; no partial file stays behind.
void write_dicom(const std::filesystem::path& path, const DicomDataset& dataset,
                 const std::string& transfer_syntax = kExplicitLittleEndian);

}  // namespace lobule::io
