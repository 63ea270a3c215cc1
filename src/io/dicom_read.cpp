#include "io/dicom_read.h"

#include <cstring>

#include "io/byte_source.h"
#include "io/dicom_parser.h"
#include "io/dicom_tags.h"
#include "io/transfer_syntax.h"

namespace lobule::io {
namespace {

constexpr Tag kTransferSyntaxUid{0x0002, 0x0010};
constexpr std::size_t kPreamble = 128;
// A deflated header may hold this many bytes of elements: real ones deflate to a third or so.
constexpr std::uint64_t kLargestHeaderRatio = 20, kSmallHeader = 1 << 20;

struct Start {
  std::uint64_t position = 0;
  bool has_magic = false;
};

// "(gggg,eeee)" of a plausible first element, read as `encoding`.
bool begins_data_set(const std::uint8_t* bytes, std::size_t count, Encoding encoding,
                     std::uint64_t file_bytes) {
  if (count < 8) return false;
  const std::uint16_t group = read_u16(bytes, encoding.big_endian);
  const std::uint16_t element = read_u16(bytes + 2, encoding.big_endian);
  if ((group != 0x0002 && group != 0x0004 && group != 0x0008) || element > 0x3000) return false;
  const bool has_vr = is_known_vr(static_cast<char>(bytes[4]), static_cast<char>(bytes[5]));
  if (encoding.explicit_vr) return has_vr;
  return !has_vr &&
         (read_u32(bytes + 4, false) < file_bytes || read_u32(bytes + 4, false) == kUndefinedLength);
}

// How a data set without a usable statement is encoded, and in words.
bool guess_encoding(const std::uint8_t* bytes, std::size_t count, std::uint64_t file_bytes,
                    Encoding& encoding, std::string& words) {
  struct Guess {
    Encoding encoding;
    const char* words;
  };
  constexpr Guess kGuesses[] = {{{true, false}, "explicit little endian"},
                                {{true, true}, "explicit big endian"},
                                {{false, false}, "implicit little endian"}};
  for (const Guess& guess : kGuesses)
    if (begins_data_set(bytes, count, guess.encoding, file_bytes)) {
      encoding = guess.encoding;
      words = guess.words;
      return true;
    }
  return false;
}

const char* uid_of(Encoding encoding) {
  if (!encoding.explicit_vr) return "1.2.840.10008.1.2";
  return encoding.big_endian ? "1.2.840.10008.1.2.2" : "1.2.840.10008.1.2.1";
}

Start find_start(ByteSource& source, const std::string& name) {
  if (source.size() == 0) throw Error(name, "the file is empty");
  if (const std::uint8_t* bytes = source.at(0, kPreamble + 4)) {
    if (std::memcmp(bytes + kPreamble, "DICM", 4) == 0) return {kPreamble + 4, true};
  }
  const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(source.size(), 12));
  const std::uint8_t* bytes = source.at(0, count);
  if (count >= 12 && std::memcmp(bytes, "DICM", 4) == 0) return {4, true};
  Encoding encoding;
  std::string words;
  if (!guess_encoding(bytes, count, source.size(), encoding, words))
    throw NotDicom(name, "not DICOM (no DICM at byte 128, and the bytes do not begin a data set)");
  return {0, false};
}

// The encoding that `syntax` states, unless the first element shows plainly that it is another.
Encoding encoding_of(ByteSource& source, std::uint64_t position, const TransferSyntax& syntax,
                     std::vector<std::string>& notes) {
  const Encoding stated{syntax.explicit_vr, syntax.big_endian};
  const std::uint8_t* bytes = source.at(position, 8);
  if (bytes == nullptr || begins_data_set(bytes, 8, stated, source.size())) return stated;
  Encoding seen;
  std::string words;
  if (!guess_encoding(bytes, 8, source.size(), seen, words)) return stated;
  notes.push_back("the transfer syntax is " + std::string(syntax.name) + ", the data set is " + words);
  return seen;
}

DicomHeader read_header(ByteSource& source, const std::string& name, const HeaderLimits& limits) {
  const Start start = find_start(source, name);
  DicomHeader header;
  header.file_bytes = source.size();
  DicomParser meta_parser(source, start.position, name, limits, ~std::uint64_t{0});
  const DicomDataset meta = meta_parser.meta_header();
  const std::uint64_t begin = meta_parser.position();
  header.notes = std::move(meta_parser.notes());
  if (!source.reaches(begin + 1))
    throw Error(name,
                start.has_magic && meta.empty() ? "nothing follows DICM" : "nothing follows the meta header");
  header.transfer_syntax = meta.text(kTransferSyntaxUid);
  if (header.transfer_syntax.empty()) {
    if (!meta.empty()) throw Error(name, "the meta header has no Transfer Syntax UID (0002,0010)");
    Encoding guessed;
    std::string words;
    const std::uint8_t* bytes = source.at(begin, 8);
    if (bytes == nullptr || !guess_encoding(bytes, 8, source.size(), guessed, words))
      throw Error(name, "neither a meta header nor a data set follows DICM");
    header.transfer_syntax = uid_of(guessed);
    header.notes.push_back("no meta header; read as " + words);
  }
  const TransferSyntax* syntax = find_transfer_syntax(header.transfer_syntax);
  if (syntax == nullptr) throw Error(name, "the transfer syntax " + header.transfer_syntax + " is unknown");

  std::unique_ptr<ByteSource> inflated;
  std::uint64_t largest_walked = ~std::uint64_t{0};
  if (syntax->deflated) {
    inflated = make_inflate_source(source, begin, limits.largest_inflated_bytes, name);
    largest_walked = kSmallHeader + kLargestHeaderRatio * header.file_bytes;
  }
  ByteSource& data = inflated ? *inflated : source;
  const std::uint64_t data_begin = inflated ? 0 : begin;
  const Encoding encoding = encoding_of(data, data_begin, *syntax, header.notes);
  DicomParser parser(data, data_begin, name, limits, largest_walked);
  header.dataset_offset = begin;
  header.dataset = parser.top_level(encoding, header.pixels);
  header.pixels.big_endian = encoding.big_endian;
  for (std::string& note : parser.notes()) header.notes.push_back(std::move(note));
  return header;
}

}  // namespace

DicomHeader read_dicom_header(const std::filesystem::path& path, const std::string& name,
                              const HeaderLimits& limits) {
  const auto source = open_file_source(path, name);
  return read_header(*source, name, limits);
}

DicomHeader read_dicom_header(std::span<const std::uint8_t> bytes, const std::string& name,
                              const HeaderLimits& limits) {
  const auto source = make_span_source(bytes);
  return read_header(*source, name, limits);
}

}  // namespace lobule::io
