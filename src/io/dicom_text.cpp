#include "io/dicom_text.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <vector>

#include "core/text.h"

namespace lobule::io {
namespace {

constexpr char kEscape = '\x1b';
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// How the bytes of one code element (PS3.3 C.12.1.1.2) reach iconv.
enum class Bytes {
  as_they_are,     // a whole encoding, or one whose upper half is this set
  with_high_bits,  // seven-bit pairs, which EUC wants with their upper bits set
  with_ss3         // the same, each pair behind 0x8F (JIS X 0212 in EUC-JP)
};

struct CodeSet {
  std::string_view term;    // without "ISO_IR " or "ISO 2022 IR "
  std::string_view escape;  // behind ESC; empty where the term needs none
  const char* encoding;     // for iconv
  Bytes bytes;
  bool left;  // designated as G0 (bytes below 0x80); else G1
};

// PS3.3 tables C.12-2 to C.12-5.
constexpr std::array<CodeSet, 19> kCodeSets{{
    {"6", "(B", "ASCII", Bytes::as_they_are, true},
    {"100", "-A", "ISO-8859-1", Bytes::as_they_are, false},
    {"101", "-B", "ISO-8859-2", Bytes::as_they_are, false},
    {"109", "-C", "ISO-8859-3", Bytes::as_they_are, false},
    {"110", "-D", "ISO-8859-4", Bytes::as_they_are, false},
    {"144", "-L", "ISO-8859-5", Bytes::as_they_are, false},
    {"127", "-G", "ISO-8859-6", Bytes::as_they_are, false},
    {"126", "-F", "ISO-8859-7", Bytes::as_they_are, false},
    {"138", "-H", "ISO-8859-8", Bytes::as_they_are, false},
    {"148", "-M", "ISO-8859-9", Bytes::as_they_are, false},
    {"203", "-b", "ISO-8859-15", Bytes::as_they_are, false},
    {"166", "-T", "TIS-620", Bytes::as_they_are, false},
    {"13", ")I", "CP932", Bytes::as_they_are, false},
    {"14", "(J", "CP932", Bytes::as_they_are, true},
    {"87", "$B", "EUC-JP", Bytes::with_high_bits, true},
    {"159", "$(D", "EUC-JP", Bytes::with_ss3, true},
    {"149", "$)C", "EUC-KR", Bytes::as_they_are, false},
    {"58", "$)A", "GB2312", Bytes::as_they_are, false},
    {"192", "", "UTF-8", Bytes::as_they_are, false},
}};

class Converter {
 public:
  explicit Converter(const char* from) : handle_(iconv_open("UTF-8", from)) {}
  ~Converter() {
    if (valid()) iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  void append(std::string_view bytes, std::string& out) const {
    if (!valid()) {
      for (const char c : bytes)
        out += static_cast<unsigned char>(c) < 0x80 ? std::string(1, c) : kReplacement;
      return;
    }
    iconv(handle_, nullptr, nullptr, nullptr, nullptr);
    char* in = const_cast<char*>(bytes.data());  // iconv's signature; it does not write there
    std::size_t left = bytes.size();
    std::array<char, 512> buffer;
    while (left > 0) {
      char* to = buffer.data();
      std::size_t room = buffer.size();
      const bool failed = iconv(handle_, &in, &left, &to, &room) == static_cast<std::size_t>(-1);
      out.append(buffer.data(), buffer.size() - room);
      if (failed && errno != E2BIG) {
        out += kReplacement;
        ++in;
        --left;
      }
    }
  }

 private:
  bool valid() const { return handle_ != reinterpret_cast<iconv_t>(-1); }
  iconv_t handle_;
};

const Converter& converter(const std::string& from) {
  thread_local std::map<std::string, Converter> converters;
  return converters.try_emplace(from, from.c_str()).first->second;
}

void append_converted(std::string_view bytes, const CodeSet& set, std::string& out) {
  if (set.bytes == Bytes::as_they_are) return converter(set.encoding).append(bytes, out);
  std::string pairs;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (set.bytes == Bytes::with_ss3 && i % 2 == 0) pairs += '\x8F';
    pairs += static_cast<char>(bytes[i] | '\x80');
  }
  converter(set.encoding).append(pairs, out);
}

const CodeSet* find_term(std::string_view term) {
  for (const std::string_view prefix : {"ISO_IR ", "ISO 2022 IR ", "ISO-IR ", "ISO IR "})
    if (term.starts_with(prefix)) {
      const std::string_view number = term.substr(prefix.size());
      const auto found = std::find_if(kCodeSets.begin(), kCodeSets.end(),
                                      [&](const CodeSet& set) { return set.term == number; });
      return found == kCodeSets.end() ? nullptr : &*found;
    }
  return nullptr;
}

const CodeSet* find_escape(std::string_view behind_escape) {
  const auto found = std::find_if(kCodeSets.begin(), kCodeSets.end(), [&](const CodeSet& set) {
    return !set.escape.empty() && behind_escape.starts_with(set.escape);
  });
  return found == kCodeSets.end() ? nullptr : &*found;
}

// Text with code extensions: two sets are active at a time, escape sequences exchange them, and line ends
// and delimiters of values bring back those of the first term (PS3.5 6.1.2.5.3).
class ExtendedText {
 public:
  explicit ExtendedText(const CodeSet* first)
      : first_right_(first != nullptr && !first->left ? first : nullptr) {
    reset();
  }

  std::string decode(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size();) {
      if (bytes[i] == kEscape) {
        flush();
        if (const CodeSet* set = find_escape(bytes.substr(i + 1))) {
          (set->left ? left_ : right_) = set;
          i += 1 + set->escape.size();
        } else {
          out_ += kReplacement;
          ++i;
        }
        continue;
      }
      add(bytes[i++]);
    }
    flush();
    return std::move(out_);
  }

 private:
  void reset() {
    left_ = &kCodeSets[0];
    right_ = first_right_;
  }

  void add(char c) {
    const bool in_right = static_cast<unsigned char>(c) >= 0x80;
    const bool is_control = static_cast<unsigned char>(c) < 0x20;
    const bool is_delimiter =
        !in_right && left_->bytes == Bytes::as_they_are && (c == '\\' || c == '^' || c == '=');
    if (is_control || is_delimiter) {
      flush();
      reset();
      out_ += c;
      return;
    }
    const CodeSet* set = in_right ? right_ : left_;
    if (set == nullptr) {
      flush();
      out_ += kReplacement;
      return;
    }
    if (set != pending_set_) flush();
    pending_set_ = set;
    pending_ += c;
  }

  void flush() {
    if (!pending_.empty()) append_converted(pending_, *pending_set_, out_);
    pending_.clear();
  }

  const CodeSet* first_right_;
  const CodeSet* left_ = nullptr;
  const CodeSet* right_ = nullptr;
  const CodeSet* pending_set_ = nullptr;
  std::string pending_, out_;
};

bool is_plain(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80 && c != kEscape; });
}

}  // namespace

std::string utf8_from_dicom(std::string_view bytes, std::string_view terms) {
  if (is_plain(bytes)) return std::string(bytes);
  const std::vector<std::string> words = split(terms, '\\');
  const std::string first = words.empty() ? "" : trim(words.front());
  std::string text;
  if (first == "GB18030" || first == "GBK") {
    converter(first).append(bytes, text);
  } else if (words.size() > 1 || contains(bytes, "\x1b")) {
    text = ExtendedText(find_term(first)).decode(bytes);
  } else {
    const CodeSet* set = find_term(first);
    converter(set == nullptr || set->term == "6" ? "UTF-8" : set->encoding).append(bytes, text);
  }
  return text;
}

}  // namespace lobule::io
