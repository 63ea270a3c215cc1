#include "io/dicomdir.h"

#include "core/error.h"
#include "core/text.h"
#include "io/dicom_read.h"

namespace lobule::io {
namespace {

constexpr Tag kDirectoryRecordSequence{0x0004, 0x1220};
constexpr Tag kReferencedFileId{0x0004, 0x1500};

}  // namespace

bool is_dicomdir_name(const std::filesystem::path& path) {
  return lower(path.filename().string()) == "dicomdir";
}

std::vector<std::string> dicomdir_files(const std::filesystem::path& path, const std::string& name) {
  const DicomHeader header = read_dicom_header(path, name);
  if (!header.dataset.has(kDirectoryRecordSequence))
    throw Error(name, "it is named DICOMDIR, but holds no directory of files");
  std::vector<std::string> files;
  for (const DicomDataset& record : header.dataset.items(kDirectoryRecordSequence)) {
    const std::vector<std::string> parts = record.texts(kReferencedFileId);
    if (!parts.empty()) files.push_back(join(parts, "/"));
  }
  return files;
}

}  // namespace lobule::io
