#include "io/stored_zip.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "core/error.h"
#include "core/text.h"

namespace lobule::io {
namespace {

constexpr std::uint32_t kLocal = 0x04034B50, kCentral = 0x02014B50, kEnd = 0x06054B50;
constexpr std::uint32_t kEnd64 = 0x06064B50, kLocator64 = 0x07064B50;
constexpr std::size_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22, kEnd64Size = 56, kLocatorSize = 20;
constexpr std::uint32_t kInZip64 = 0xFFFFFFFF;

// CRC-32 of IEEE 802.3, as zip has it, by a table of bytes.
std::uint32_t crc32(std::string_view bytes) {
  static const auto kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t n = 0; n < 256; ++n) {
      std::uint32_t value = n;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320U : 0);
      table[n] = value;
    }
    return table;
  }();
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char byte : bytes) crc = kTable[(crc ^ static_cast<unsigned char>(byte)) & 255] ^ (crc >> 8);
  return ~crc;
}

class ZipReader {
 public:
  ZipReader(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  ZipMembers members() {
    find_directory();
    ZipMembers members;
    std::uint64_t position = directory_;
    for (std::uint64_t n = 0; n < count_; ++n) {
      const Member member = central_entry(position);
      if (!members.emplace(member.name, content(member)).second)
        throw Error(where_, "two members of the zip are called " + quote(member.name));
    }
    return members;
  }

 private:
  struct Member {
    std::string name;
    std::uint32_t crc = 0;
    std::uint64_t size = 0, local = 0;
  };

  [[noreturn]] void refuse_damaged(const std::string& what) const {
    throw Error(where_, what, "the zip is damaged or cut off", "Fetch the file again");
  }

  template <class T>
  T at(std::uint64_t position) const {
    T value;
    if (position > bytes_.size() || bytes_.size() - position < sizeof value)
      refuse_damaged("it ends too early");
    std::memcpy(&value, bytes_.data() + position, sizeof value);
    return value;
  }
  std::string_view part(std::uint64_t position, std::uint64_t size) const {
    if (position > bytes_.size() || bytes_.size() - position < size) refuse_damaged("it ends too early");
    return bytes_.substr(position, size);
  }

  // The end record lies behind everything, before a comment of at most 65535 bytes.
  std::uint64_t find_end() const {
    if (bytes_.size() < kEndSize) refuse_damaged("it ends too early");
    for (std::uint64_t back = 0; back <= 0xFFFF && back + kEndSize <= bytes_.size(); ++back) {
      const std::uint64_t position = bytes_.size() - kEndSize - back;
      if (at<std::uint32_t>(position) == kEnd && at<std::uint16_t>(position + 20) == back) return position;
    }
    refuse_damaged("its list of members is missing");
  }

  void find_directory() {
    const std::uint64_t end = find_end();
    count_ = at<std::uint16_t>(end + 10);
    directory_ = at<std::uint32_t>(end + 16);
    if (at<std::uint16_t>(end + 4) != 0 && at<std::uint16_t>(end + 4) != 0xFFFF)
      throw Error(where_, "it is one part of a zip of several");
    if (end >= kLocatorSize && at<std::uint32_t>(end - kLocatorSize) == kLocator64) {
      const auto end64 = at<std::uint64_t>(end - kLocatorSize + 8);
      if (part(end64, kEnd64Size).size() != kEnd64Size || at<std::uint32_t>(end64) != kEnd64)
        refuse_damaged("its zip64 record is missing");
      count_ = at<std::uint64_t>(end64 + 32);
      directory_ = at<std::uint64_t>(end64 + 48);
    }
    if (directory_ > bytes_.size() || count_ > (bytes_.size() - directory_) / kCentralSize)
      refuse_damaged("it claims " + std::to_string(count_) + " members");
  }

  Member central_entry(std::uint64_t& position) const {
    if (at<std::uint32_t>(position) != kCentral) refuse_damaged("its list of members breaks off");
    const auto flags = at<std::uint16_t>(position + 8), method = at<std::uint16_t>(position + 10);
    const auto name_size = at<std::uint16_t>(position + 28), extra_size = at<std::uint16_t>(position + 30);
    const auto comment_size = at<std::uint16_t>(position + 32);
    Member member;
    member.crc = at<std::uint32_t>(position + 16);
    std::uint64_t packed = at<std::uint32_t>(position + 20);
    member.size = at<std::uint32_t>(position + 24);
    member.local = at<std::uint32_t>(position + 42);
    member.name = part(position + kCentralSize, name_size);
    if ((flags & 1) != 0) throw Error(where_, "member " + quote(member.name) + " is encrypted");
    if (method != 0)
      throw Error(where_,
                  "member " + quote(member.name) + " is compressed (method " + std::to_string(method) + ")",
                  "weight files are stored as they are", "Unpack it and pack it without compression");
    take_zip64(part(position + kCentralSize + name_size, extra_size), member, packed);
    if (packed != member.size) refuse_damaged("member " + quote(member.name) + " has two sizes");
    position += kCentralSize + name_size + extra_size + comment_size;
    return member;
  }

  // The extra field 1 holds, in this order, those of size, packed size and place that do not fit 32 bits.
  void take_zip64(std::string_view extra, Member& member, std::uint64_t& packed) const {
    while (extra.size() >= 4) {
      std::uint16_t id = 0, size = 0;
      std::memcpy(&id, extra.data(), 2);
      std::memcpy(&size, extra.data() + 2, 2);
      if (extra.size() - 4 < size) refuse_damaged("an extra field is cut off");
      std::string_view field = extra.substr(4, size);
      extra.remove_prefix(4 + std::size_t{size});
      if (id != 1) continue;
      for (std::uint64_t* value : {&member.size, &packed, &member.local}) {
        if (*value != kInZip64) continue;
        if (field.size() < 8) refuse_damaged("a zip64 field is cut off");
        std::memcpy(value, field.data(), 8);
        field.remove_prefix(8);
      }
    }
  }

  std::string_view content(const Member& member) const {
    if (at<std::uint32_t>(member.local) != kLocal)
      refuse_damaged("member " + quote(member.name) + " is not where the list says");
    const auto name_size = at<std::uint16_t>(member.local + 26),
               extra_size = at<std::uint16_t>(member.local + 28);
    if (part(member.local + kLocalSize, name_size) != member.name)
      refuse_damaged("member " + quote(member.name) + " has another name in its own header");
    const std::string_view content = part(member.local + kLocalSize + name_size + extra_size, member.size);
    if (crc32(content) != member.crc)
      refuse_damaged("the checksum of member " + quote(member.name) + " is wrong");
    return content;
  }

  std::string_view bytes_;
  const std::string& where_;
  std::uint64_t directory_ = 0, count_ = 0;
};

}  // namespace

bool is_zip(std::string_view bytes) {
  return bytes.starts_with("PK\x03\x04");
}

ZipMembers stored_zip_members(std::string_view bytes, const std::string& where) {
  return ZipReader(bytes, where).members();
}

}  // namespace lobule::io
