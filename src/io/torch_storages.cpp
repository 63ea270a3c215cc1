#include "io/torch_storages.h"

#include <algorithm>
#include <cstring>

#include "core/error.h"
#include "core/text.h"
#include "io/stored_zip.h"

namespace lobule::io {
namespace {

constexpr const char* kDamaged = "The file is damaged or cut off; fetch it again";

TorchFile open_zip(std::string_view bytes, const std::string& where) {
  const ZipMembers members = stored_zip_members(bytes, where);
  const auto pickle = std::find_if(members.begin(), members.end(), [](const auto& member) {
    return member.first == "data.pkl" || member.first.ends_with("/data.pkl");
  });
  if (pickle == members.end())
    throw Error(where, "it is a zip without data.pkl", "torch.save writes one", "Name a file of weights");
  const std::string folder =
      pickle->first.substr(0, pickle->first.size() - std::string_view("data.pkl").size());
  if (members.contains(folder + "constants.pkl"))
    throw Error(where, "it is TorchScript", "it holds a program and not only weights",
                "Save the state dict of the model, or run it by: lobule-train predict");
  if (const auto order = members.find(folder + "byteorder");
      order != members.end() && order->second != "little")
    throw Error(where, "its numbers are " + quote(order->second) + " endian", {},
                "Save it again on another machine");
  TorchFile file;
  file.pickle = read_pickle(pickle->second, where);
  const std::string data = folder + "data/";
  for (auto member = members.lower_bound(data); member != members.end(); ++member) {
    if (!member->first.starts_with(data)) break;
    file.storages.emplace(member->first.substr(data.size()), member->second);
  }
  return file;
}

// The container before torch 1.6: pickles of a magic number, a version and the machine; the object; the keys
// of its storages; then each storage as its number of elements and the elements.
class LegacyReader {
 public:
  LegacyReader(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  TorchFile read() {
    next_pickle();  // the magic number
    const Pickle version = next_pickle();
    if (version[version.root].integer != 1001)
      throw Error(where_, "its version is " + std::to_string(version[version.root].integer), "1001 is read",
                  "Load and save it again with a newer torch");
    check_machine(next_pickle());
    TorchFile file;
    file.pickle = next_pickle();
    const auto sizes = element_sizes(file.pickle);
    const Pickle keys = next_pickle();
    for (const PickleRef key : keys[keys.root].items) {
      const std::string name(keys[key].text);
      const auto size = sizes.find(name);
      if (size == sizes.end()) throw Error(where_, "no tensor uses its storage " + quote(name), {}, kDamaged);
      if (!file.storages.emplace(name, next_storage(name, size->second)).second)
        throw Error(where_, "two of its storages are called " + quote(name), {}, kDamaged);
    }
    if (position_ != bytes_.size())
      throw Error(where_, std::to_string(bytes_.size() - position_) + " bytes follow its last storage", {},
                  kDamaged);
    return file;
  }

 private:
  Pickle next_pickle() {
    Pickle pickle = read_pickle(bytes_.substr(position_), where_);
    position_ += pickle.size;
    return pickle;
  }

  void check_machine(const Pickle& machine) const {
    const auto& items = machine[machine.root].items;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
      if (machine[items[i]].text == "little_endian" && machine[items[i + 1]].integer == 0)
        throw Error(where_, "its numbers are big endian", {}, "Save it again on another machine");
    }
  }

  // Bytes of a number by key of storage.
  std::map<std::string, std::size_t, std::less<>> element_sizes(const Pickle& pickle) const {
    std::map<std::string, std::size_t, std::less<>> sizes;
    for (const PickleValue& value : pickle.values) {
      if (value.kind != PickleKind::storage) continue;
      const TorchStorage storage = torch_storage(pickle, value, where_);
      const std::size_t size = element_size(storage.type);
      const auto [known, is_new] = sizes.emplace(storage.key, size);
      if (!is_new && known->second != size)
        throw Error(where_, "storage " + quote(storage.key) + " has two types", {}, kDamaged);
    }
    return sizes;
  }

  std::string_view next_storage(const std::string& name, std::size_t element) {
    std::uint64_t count = 0;
    const std::uint64_t left = bytes_.size() - position_;
    if (left >= sizeof count) std::memcpy(&count, bytes_.data() + position_, sizeof count);
    if (left < sizeof count || count > (left - sizeof count) / element)
      throw Error(
          where_, "storage " + quote(name) + " is cut off",
          "it claims " + std::to_string(count) + " numbers and " + std::to_string(left) + " bytes are left",
          kDamaged);
    const std::string_view storage = bytes_.substr(position_ + sizeof count, count * element);
    position_ += sizeof count + storage.size();
    return storage;
  }

  std::string_view bytes_;
  const std::string& where_;
  std::size_t position_ = 0;
};

// PROTO, then 0x1950a86a20f9469cfc6c as a long of ten bytes.
bool is_legacy(std::string_view bytes) {
  return bytes.size() >= 14 && bytes[0] == '\x80' &&
         bytes.substr(2, 12) == std::string_view("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 12);
}

}  // namespace

TorchFile open_torch_file(std::string_view bytes, const std::string& where) {
  if (is_zip(bytes)) return open_zip(bytes, where);
  if (is_legacy(bytes)) return LegacyReader(bytes, where).read();
  throw Error(where, "it is not a file of torch.save", "it begins as neither of the two containers does",
              "Name a .pth or a .safetensors file");
}

TorchStorage torch_storage(const Pickle& pickle, const PickleValue& value, const std::string& where) {
  const auto refuse = [&](const std::string& what) { throw Error(where, what, {}, kDamaged); };
  const std::vector<PickleRef>& id = pickle[value.items[0]].items;
  if (id.size() < 5 || pickle[id[0]].text != "storage") refuse("its pickle points to what is no storage");
  const PickleValue& type = pickle[id[1]];
  if (type.kind != PickleKind::name || type.name != PickleName::storage_type)
    refuse("its pickle points to a storage of no type");
  if (pickle[id[2]].kind != PickleKind::text || pickle[id[4]].kind != PickleKind::integer ||
      pickle[id[4]].integer < 0)
    refuse("its pickle points to a storage without a key or a length");
  if (id.size() > 5 && pickle[id[5]].kind != PickleKind::none)
    throw Error(where, "it holds a view of a storage", "torch 0.4 and later write none",
                "Load and save it again with a newer torch");
  return {type.type, pickle[id[2]].text, pickle[id[4]].integer};
}

}  // namespace lobule::io
