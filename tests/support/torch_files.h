#pragma once
// Makes files as torch.save does, and such as it never would: pickles by their instructions, zips by their
// records.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lobule::test {

template <class T>
std::string le(T value) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof value; ++i)
    bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 255);
  return bytes;
}

// Instructions of protocol 2, as torch writes them.
namespace pickled {

inline std::string text(const std::string& value) {
  return "X" + le(static_cast<std::uint32_t>(value.size())) + value;
}
inline std::string integer(std::int64_t value) {
  return std::string("\x8a\x08") + le(value);
}
inline std::string name(const std::string& module, const std::string& item) {
  return "c" + module + "\n" + item + "\n";
}
inline std::string tuple(const std::vector<std::string>& items) {
  std::string code = "(";
  for (const std::string& item : items) code += item;
  return code + "t";
}
inline std::string integers(const std::vector<std::int64_t>& values) {
  std::vector<std::string> items;
  for (const std::int64_t value : values) items.push_back(integer(value));
  return tuple(items);
}
inline std::string call(const std::string& module, const std::string& item, const std::string& arguments) {
  return name(module, item) + arguments + "R";
}
inline std::string dict(const std::vector<std::pair<std::string, std::string>>& items) {
  std::string code = "}(";
  for (const auto& [key, value] : items) code += text(key) + value;
  return code + "u";
}
inline std::string whole(const std::string& value) {
  return std::string("\x80\x02") + value + ".";
}

struct TensorText {
  std::string type = "FloatStorage", key = "0";
  std::int64_t count = 0;  // of the storage
  std::int64_t offset = 0;
  std::vector<std::int64_t> sizes = {}, strides = {};
  bool legacy = false;
};
inline std::string tensor(const TensorText& t) {
  std::vector<std::string> id{text("storage"), name("torch", t.type), text(t.key), text("cuda:0"),
                              integer(t.count)};
  if (t.legacy) id.push_back("N");
  const std::string hooks = call("collections", "OrderedDict", ")");
  return call(
      "torch._utils", "_rebuild_tensor_v2",
      tuple({tuple(id) + "Q", integer(t.offset), integers(t.sizes), integers(t.strides), "\x89", hooks}));
}

}  // namespace pickled

inline std::uint32_t crc32_of(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

struct ZipMember {
  std::string name, content;
  std::uint16_t method = 0, flags = 0;
};

// `zip64`: sizes and places stand in extra fields, the directory's place in the record of 64 bits.
inline std::string zip_of(const std::vector<ZipMember>& members, bool zip64 = false) {
  std::string bytes, directory;
  const std::uint32_t in_extra = 0xFFFFFFFF;
  for (const auto& [name, content, method, flags] : members) {
    const std::uint64_t place = bytes.size(), size = content.size();
    const std::string sizes =
        zip64 ? le(in_extra) + le(in_extra)
              : le(static_cast<std::uint32_t>(size)) + le(static_cast<std::uint32_t>(size));
    const std::string common = le(flags) + le(method) + le(std::uint32_t{0}) + le(crc32_of(content)) + sizes +
                               le(static_cast<std::uint16_t>(name.size()));
    const std::string local_extra =
        zip64 ? le(std::uint16_t{1}) + le(std::uint16_t{16}) + le(size) + le(size) : "";
    const std::string extra =
        zip64 ? le(std::uint16_t{1}) + le(std::uint16_t{24}) + le(size) + le(size) + le(place) : "";
    bytes += "PK\x03\x04" + le(std::uint16_t{45}) + common +
             le(static_cast<std::uint16_t>(local_extra.size())) + name + local_extra + content;
    directory += "PK\x01\x02" + le(std::uint16_t{45}) + le(std::uint16_t{45}) + common +
                 le(static_cast<std::uint16_t>(extra.size())) + std::string(10, '\0') +
                 le(zip64 ? in_extra : static_cast<std::uint32_t>(place)) + name + extra;
  }
  const std::uint64_t start = bytes.size(), count = members.size();
  bytes += directory;
  if (zip64) {
    const std::uint64_t record = bytes.size();
    bytes += "PK\x06\x06" + le(std::uint64_t{44}) + le(std::uint32_t{0x2D002D}) + le(std::uint64_t{0}) +
             le(count) + le(count) + le(static_cast<std::uint64_t>(directory.size())) + le(start);
    bytes += "PK\x06\x07" + le(std::uint32_t{0}) + le(record) + le(std::uint32_t{1});
  }
  const auto short_count = static_cast<std::uint16_t>(zip64 ? 0xFFFF : count);
  bytes += "PK\x05\x06" + le(std::uint32_t{0}) + le(short_count) + le(short_count) +
           le(static_cast<std::uint32_t>(directory.size())) +
           le(zip64 ? in_extra : static_cast<std::uint32_t>(start)) + le(std::uint16_t{0});
  return bytes;
}

// A file of torch 1.6 and later: the object's instructions, and storages by key.
inline std::string torch_zip(const std::string& object,
                             const std::vector<std::pair<std::string, std::string>>& storages) {
  std::vector<ZipMember> members{{"archive/data.pkl", pickled::whole(object)}};
  for (const auto& [key, numbers] : storages) members.push_back({"archive/data/" + key, numbers});
  members.push_back({"archive/version", "3\n"});
  return zip_of(members);
}

// One of before; `counts` are the numbers of elements that storages claim.
inline std::string torch_legacy(const std::string& object,
                                const std::vector<std::pair<std::string, std::string>>& storages,
                                const std::vector<std::int64_t>& counts, bool little_endian = true,
                                std::int64_t version = 1001) {
  using namespace pickled;
  std::string bytes = whole(std::string("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 12));
  bytes += whole(integer(version));
  bytes +=
      whole(dict({{"protocol_version", integer(1001)}, {"little_endian", little_endian ? "\x88" : "\x89"}}));
  bytes += whole(object);
  std::string keys = "](";
  for (const auto& [key, numbers] : storages) keys += text(key);
  bytes += whole(keys + "e");
  for (std::size_t i = 0; i < storages.size(); ++i) bytes += le(counts[i]) + storages[i].second;
  return bytes;
}

}  // namespace lobule::test
