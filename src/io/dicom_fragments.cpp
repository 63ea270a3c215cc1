#include "io/dicom_fragments.h"

#include <algorithm>

#include "core/error.h"
#include "io/dicom_parser.h"

namespace lobule::io {
namespace {

struct Items {
  std::vector<std::uint32_t> table;  // the basic offset table
  std::vector<Fragment> fragments;
};

std::string count_of(std::size_t n, const char* thing) {
  return std::to_string(n) + " " + thing + (n == 1 ? "" : "s");
}

std::vector<std::uint32_t> read_table(ByteSource& source, const Fragment& item, int frames) {
  std::vector<std::uint32_t> table;
  if (item.length != static_cast<std::uint64_t>(frames) * 4) return table;  // it does not fit; never mind
  std::vector<std::uint8_t> bytes(item.length);
  if (!source.copy(item.offset, bytes)) return table;
  for (std::size_t i = 0; i < bytes.size(); i += 4) table.push_back(read_u32(bytes.data() + i, false));
  return table;
}

Items read_items(ByteSource& source, const PixelLocation& pixels, int frames, const std::string& name) {
  Items items;
  bool first = true;
  for (std::uint64_t position = pixels.offset;;) {
    std::array<std::uint8_t, 8> head{};
    if (!source.copy(position, head))
      throw Error(name,
                  "the file ends inside the pixels, behind " + count_of(items.fragments.size(), "fragment"),
                  "the sequence delimiter is missing", "Send the object again");
    const Tag tag{read_u16(head.data(), false), read_u16(head.data() + 2, false)};
    const Fragment item{position + 8, read_u32(head.data() + 4, false)};
    if (tag == Tag{0xFFFE, 0xE0DD}) return items;
    if (tag != Tag{0xFFFE, 0xE000})
      throw Error(name, "the pixels hold " + to_text(tag) + " where a fragment should begin");
    if (!source.reaches(item.offset + item.length))
      throw Error(name,
                  "fragment " + std::to_string(items.fragments.size() + 1) + " of the pixels claims " +
                      std::to_string(item.length) + " bytes, " + std::to_string(source.size() - item.offset) +
                      " are left",
                  "the file is cut short", "Send the object again");
    if (first)
      items.table = read_table(source, item, frames);
    else
      items.fragments.push_back(item);
    first = false;
    position = item.offset + item.length;
  }
}

// The offset table counts from the first fragment's item head.
std::vector<std::size_t> starts_by_table(const Items& items) {
  std::vector<std::size_t> starts;
  if (items.fragments.empty()) return starts;
  const std::uint64_t origin = items.fragments.front().offset - 8;
  for (const std::uint32_t offset : items.table) {
    const auto found =
        std::lower_bound(items.fragments.begin(), items.fragments.end(), origin + offset + 8,
                         [](const Fragment& f, std::uint64_t place) { return f.offset < place; });
    const auto index = static_cast<std::size_t>(found - items.fragments.begin());
    if (found == items.fragments.end() || found->offset != origin + offset + 8) return {};
    if (starts.empty() ? index != 0 : index <= starts.back()) return {};
    starts.push_back(index);
  }
  return starts;
}

bool begins_stream(ByteSource& source, const Fragment& fragment, PixelCodec codec) {
  std::array<std::uint8_t, 8> b{};
  if (fragment.length < b.size() || !source.copy(fragment.offset, b)) return false;
  switch (codec) {
    case PixelCodec::jpeg:
    case PixelCodec::jpeg_ls: return b[0] == 0xFF && b[1] == 0xD8 && b[2] == 0xFF;
    case PixelCodec::jpeg_2000:
      return (b[0] == 0xFF && b[1] == 0x4F && b[2] == 0xFF && b[3] == 0x51) ||
             (b[3] == 0x0C && b[4] == 0x6A && b[5] == 0x50 && b[6] == 0x20 && b[7] == 0x20);
    case PixelCodec::rle: {
      const std::uint32_t segments = read_u32(b.data(), false);
      return segments >= 1 && segments <= 15 && read_u32(b.data() + 4, false) == 64;
    }
    default: return false;
  }
}

std::vector<std::size_t> starts_by_content(ByteSource& source, const Items& items, PixelCodec codec) {
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < items.fragments.size(); ++i)
    if (begins_stream(source, items.fragments[i], codec)) starts.push_back(i);
  if (!starts.empty() && starts.front() != 0) starts.clear();
  return starts;
}

}  // namespace

std::vector<FrameFragments> map_fragments(ByteSource& source, const PixelLocation& pixels, int frames,
                                          PixelCodec codec, const std::string& name) {
  const Items items = read_items(source, pixels, frames, name);
  const std::vector<Fragment>& fragments = items.fragments;
  const auto wanted = static_cast<std::size_t>(frames);
  std::vector<std::size_t> starts;
  if (frames == 1 && !fragments.empty()) starts = {0};
  if (starts.size() != wanted) starts = starts_by_table(items);
  if (starts.size() != wanted && fragments.size() == wanted) {
    for (std::size_t i = 0; i < wanted; ++i) starts.push_back(i);
  }
  if (starts.size() != wanted) starts = starts_by_content(source, items, codec);
  if (starts.size() != wanted)
    throw Error(name,
                "the header says " + count_of(wanted, "frame") + ", the pixels have " +
                    count_of(fragments.size(), "fragment"),
                "the frames cannot be told apart");
  std::vector<FrameFragments> result;
  for (std::size_t i = 0; i < wanted; ++i) {
    const std::size_t end = i + 1 < wanted ? starts[i + 1] : fragments.size();
    result.emplace_back(fragments.begin() + static_cast<std::ptrdiff_t>(starts[i]),
                        fragments.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return result;
}

}  // namespace lobule::io
