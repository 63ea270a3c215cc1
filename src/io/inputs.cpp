#include "io/inputs.h"

#include <algorithm>

#include "core/text.h"
#include "io/archive.h"
#include "io/dicomdir.h"
#include "io/nifti.h"

namespace lobule::io {
namespace {

namespace fs = std::filesystem;

class Collector {
 public:
  Collector(const fs::path& scratch, const ArchiveLimits& limits, const Cancellation& cancellation)
      : scratch_(scratch), limits_(limits), cancellation_(cancellation) {}

  void add_root(const fs::path& root) {
    std::error_code code;
    const fs::file_status status = fs::status(root, code);
    if (!fs::exists(status)) throw Error(root.string(), "does not exist", "", "Check the path");
    if (fs::is_directory(status))
      walk(root);
    else if (is_dicomdir_name(root))
      add_dicomdir(root);
    else if (has_archive_signature(root) && !is_nifti(root))
      add_archive(root);
    else
      inputs_.files.push_back({root, root.string()});
  }

  Inputs finish() {
    const auto before = [](const InputFile& a, const InputFile& b) {
      return a.name != b.name ? a.name < b.name : a.path < b.path;
    };
    const auto same = [](const InputFile& a, const InputFile& b) { return a.path == b.path; };
    std::sort(inputs_.files.begin(), inputs_.files.end(), before);
    inputs_.files.erase(std::unique(inputs_.files.begin(), inputs_.files.end(), same), inputs_.files.end());
    return std::move(inputs_);
  }

 private:
  void find(const fs::path& where, const std::string& what, const std::string& why) {
    inputs_.findings.push_back({Severity::warning, where.string(), what, why, ""});
  }

  // Folders in the order of their names, so that findings and unpacked archives come in a fixed order.
  void walk(const fs::path& folder) {
    cancellation_.check();
    std::error_code code;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code))
      entries.push_back(*it);
    if (code) find(folder, "the folder cannot be read", code.message());
    std::sort(entries.begin(), entries.end());
    for (const fs::directory_entry& entry : entries) {
      if (entry.is_directory(code)) {
        if (entry.is_symlink(code))
          find(entry.path(), "a link to a folder is not followed", "it could lead in a circle");
        else
          walk(entry.path());
      } else if (entry.is_regular_file(code)) {
        add_file(entry.path());
      }
    }
  }

  void add_file(const fs::path& path) {
    if (is_archive_name(path.string()) && has_archive_signature(path))
      add_archive(path);
    else
      inputs_.files.push_back({path, path.string()});
  }

  void add_archive(const fs::path& path) {
    const fs::path folder = scratch_ / ("archive-" + std::to_string(++archives_));
    unpack_archive(path, path.string(), folder, limits_, cancellation_, unpacked_bytes_, inputs_);
  }

  void add_dicomdir(const fs::path& path) {
    std::size_t missing = 0;
    std::string first_missing;
    for (const std::string& file : dicomdir_files(path, path.string())) {
      if (const auto found = resolve(path.parent_path(), file)) {
        inputs_.files.push_back({*found, found->string()});
      } else if (missing++ == 0) {
        first_missing = file;
      }
    }
    if (missing != 0)
      find(path,
           std::to_string(missing) + " of the files it lists are missing, the first is " + first_missing,
           "the rest is used");
  }

  // A file ID below `folder`; media are often copied with their letters' case changed or ";1" or "." added.
  static std::optional<fs::path> resolve(fs::path folder, const std::string& id) {
    for (const std::string& part : split(id, '/')) {
      if (part.empty() || part == "." || part == ".." || contains(part, "\\")) return std::nullopt;
      std::error_code code;
      if (fs::exists(folder / part, code)) {
        folder /= part;
        continue;
      }
      std::optional<fs::path> found;
      for (fs::directory_iterator it(folder, code), end; !code && it != end && !found; it.increment(code)) {
        const std::string candidate = lower(it->path().filename().string());
        const std::string wanted = lower(part);
        if (candidate == wanted || candidate == wanted + "." || candidate == wanted + ";1")
          found = it->path();
      }
      if (!found) return std::nullopt;
      folder = *found;
    }
    std::error_code code;
    return fs::is_regular_file(folder, code) ? std::optional(folder) : std::nullopt;
  }

  const fs::path& scratch_;
  const ArchiveLimits& limits_;
  const Cancellation& cancellation_;
  Inputs inputs_;
  std::uint64_t unpacked_bytes_ = 0;
  int archives_ = 0;
};

}  // namespace

Inputs collect_inputs(const std::vector<fs::path>& roots, const fs::path& scratch,
                      const ArchiveLimits& limits, const Cancellation& cancellation) {
  Collector collector(scratch, limits, cancellation);
  for (const fs::path& root : roots) collector.add_root(root);
  return collector.finish();
}

}  // namespace lobule::io
