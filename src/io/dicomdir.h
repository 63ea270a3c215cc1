#pragma once
// The directory of DICOM media (PS3.3 annex F): which files it lists.

#include <filesystem>
#include <string>
#include <vector>

namespace lobule::io {

// Whether the file is named as a DICOMDIR is.
bool is_dicomdir_name(const std::filesystem::path& path);

// The file IDs of its records, each as a path relative to the folder of the DICOMDIR, in the order of the
// records. Throws Error when the file is no DICOMDIR.
std::vector<std::string> dicomdir_files(const std::filesystem::path& path, const std::string& name);

}  // namespace lobule::io
