#pragma once
// Whole files in and out. Writing goes to a temporary name in the same folder and is renamed when it is
// complete, so that a full disk or a killed run never leaves half a file under its name.

#include <filesystem>
#include <string>
#include <string_view>

namespace lobule::io {

// Throws Error ("cannot be read" with the system's reason).
std::string read_file(const std::filesystem::path& path);

// Makes the folders above it. Throws Error ("cannot be written" with the system's reason).
void write_file(const std::filesystem::path& path, std::string_view bytes);

// Removes what killed runs left half written under `folder`.
void remove_partial_files(const std::filesystem::path& folder);

// Makes a folder for results and tries to write there. Throws Error when it cannot.
void prepare_output_folder(const std::filesystem::path& folder);

// An empty folder among the system's temporary ones that goes away with the object. Throws Error when there
// is no room for one.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace lobule::io
