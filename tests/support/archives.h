#pragma once
// Archives that say what they are told to, however wrong.

#include <archive.h>
#include <archive_entry.h>

#include <filesystem>
#include <string>
#include <vector>

namespace lobule::test {

struct Member {
  std::string path, content, link = "";
};

// The ending of the name chooses the kind: .zip, .tar, .tar.gz, .tgz, .tar.xz, .txz.
inline void write_archive(const std::filesystem::path& path, const std::vector<Member>& members) {
  archive* out = archive_write_new();
  const std::string name = path.string();
  if (name.ends_with(".zip")) {
    archive_write_set_format_zip(out);
  } else {
    archive_write_set_format_pax_restricted(out);
    if (name.ends_with("gz")) archive_write_add_filter_gzip(out);
    if (name.ends_with("xz")) archive_write_add_filter_xz(out);
  }
  archive_write_open_filename(out, path.c_str());
  for (const Member& member : members) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, member.path.c_str());
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_filetype(entry, member.link.empty() ? AE_IFREG : AE_IFLNK);
    if (member.link.empty())
      archive_entry_set_size(entry, static_cast<la_int64_t>(member.content.size()));
    else
      archive_entry_set_symlink(entry, member.link.c_str());
    archive_write_header(out, entry);
    archive_write_data(out, member.content.data(), member.content.size());
    archive_entry_free(entry);
  }
  archive_write_free(out);
}

}  // namespace lobule::test
