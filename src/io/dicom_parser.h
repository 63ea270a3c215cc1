#pragma once
// Walks the elements of a data set (PS3.5 chapter 7) out of a byte source.

#include <string>
#include <vector>

#include "io/byte_source.h"
#include "io/dicom_read.h"

namespace lobule::io {

struct Encoding {
  bool explicit_vr = true;
  bool big_endian = false;
};

struct ElementHead {
  Tag tag;
  std::array<char, 2> vr{'U', 'N'};
  std::uint32_t length = 0;  // kUndefinedLength where a delimiter ends the value
  std::uint32_t head_bytes = 8;
};

inline constexpr std::uint32_t kUndefinedLength = 0xFFFFFFFF;

class DicomParser {
 public:
  // `largest_walked_bytes` bounds the bytes of elements that are kept or walked through, for sources that
  // can hold far more than the file (deflated ones).
  DicomParser(ByteSource& source, std::uint64_t position, const std::string& name, const HeaderLimits& limits,
              std::uint64_t largest_walked_bytes)
      : source_(source),
        position_(position),
        name_(name),
        limits_(limits),
        largest_walked_bytes_(largest_walked_bytes) {}

  // The group 0002 elements at the current position.
  DicomDataset meta_header();

  // The rest of the source up to the pixels, whose place goes into `pixels`.
  DicomDataset top_level(Encoding encoding, PixelLocation& pixels);

  std::uint64_t position() const { return position_; }
  std::vector<std::string>& notes() { return notes_; }

 private:
  struct Scope {  // what the elements of one data set stand in
    Encoding encoding;
    std::uint64_t end;  // of the enclosing value; kNoEnd where a delimiter or the end of the source decides
    int depth;
    std::string character_sets;
  };

  // False at the end of the scope, or at a delimiter of an item of undefined length (which is consumed).
  bool read_head(const Scope& scope, ElementHead& head);
  bool at_end(const Scope& scope);
  void read_explicit_head(const std::uint8_t* bytes, const Scope& scope, ElementHead& head);
  void read_value(const ElementHead& head, Scope& scope, DicomElement& element);
  void check_length(const ElementHead& head, const Scope& scope);
  bool is_sequence(const ElementHead& head, const Scope& scope);
  std::vector<DicomDataset> read_sequence(const ElementHead& head, const Scope& scope);
  DicomDataset read_item(const ElementHead& sequence, std::uint32_t length, Scope scope);
  void skip_fragments(const ElementHead& head, const Scope& scope);
  DicomDataset finish(std::vector<DicomElement>& elements);

  const std::uint8_t* bytes_at(std::uint64_t position, std::size_t count, const Scope& scope);
  std::uint64_t left(const Scope& scope);
  [[noreturn]] void fail(const std::string& what, const std::string& why = {}) const;

  ByteSource& source_;
  std::uint64_t position_;
  const std::string& name_;
  const HeaderLimits& limits_;
  std::uint64_t largest_walked_bytes_;
  std::uint64_t walked_bytes_ = 0;
  std::vector<std::string> notes_;
};

// Whether two letters are a value representation of PS3.5 6.2.
bool is_known_vr(char a, char b);

std::uint16_t read_u16(const std::uint8_t* bytes, bool big_endian);
std::uint32_t read_u32(const std::uint8_t* bytes, bool big_endian);

// Turns the values of a big-endian element into little endian, in place.
void swap_values(std::array<char, 2> vr, std::string& bytes);

}  // namespace lobule::io
