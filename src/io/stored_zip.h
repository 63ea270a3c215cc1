#pragma once
// The members of a zip file that are stored as they are: the container of torch's weight files
// (APPNOTE 6.3.9, sections 4.3.7 to 4.3.16, with the zip64 records of 4.3.14 and 4.5.3).

#include <map>
#include <string>
#include <string_view>

namespace lobule::io {

using ZipMembers = std::map<std::string, std::string_view>;

bool is_zip(std::string_view bytes);

// The members by name, as parts of `bytes`, with their checksums verified. Throws Error (where: `where`) when
// the file is damaged, a member is compressed or encrypted, or two have one name.
ZipMembers stored_zip_members(std::string_view bytes, const std::string& where);

}  // namespace lobule::io
