// PGM and PPM (the Netpbm formats P2, P3, P5, P6; netpbm.sourceforge.net/doc/pgm.html).

#include <cctype>

#include "core/error.h"
#include "io/picture_formats.h"

namespace lobule::io {
namespace {

class PnmReader {
 public:
  PnmReader(PictureBytes bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  // The next number behind blanks and comments.
  int number(int largest) {
    skip_blanks();
    if (at_ == bytes_.size()) throw Error(name_, "it is a damaged PGM or PPM", "it ends too early");
    long value = 0;
    const std::size_t from = at_;
    for (; at_ < bytes_.size() && std::isdigit(bytes_[at_]) && value <= largest; ++at_)
      value = 10 * value + (bytes_[at_] - '0');
    if (at_ == from || value > largest)
      throw Error(name_, "it is a damaged PGM or PPM",
                  "a whole number of at most " + std::to_string(largest) + " is missing at byte " +
                      std::to_string(from));
    return static_cast<int>(value);
  }

  // Big endian, one byte or two.
  int binary(bool wide) {
    const int high = wide ? bytes_[at_++] : 0;
    return high << 8 | bytes_[at_++];
  }

  void skip(std::size_t count) { at_ += count; }
  std::size_t left() const { return at_ < bytes_.size() ? bytes_.size() - at_ : 0; }

 private:
  void skip_blanks() {
    while (at_ < bytes_.size() && (std::isspace(bytes_[at_]) || bytes_[at_] == '#')) {
      if (bytes_[at_] == '#')
        while (at_ < bytes_.size() && bytes_[at_] != '\n') ++at_;
      else
        ++at_;
    }
  }

  PictureBytes bytes_;
  const std::string& name_;
  std::size_t at_ = 2;
};

}  // namespace

PictureValues read_pnm_picture(PictureBytes bytes, const std::string& name) {
  constexpr int kLargestExtent = 1 << 20;
  PnmReader reader(bytes, name);
  const char kind = static_cast<char>(bytes[1]);
  PictureValues picture;
  picture.channels = kind == '3' || kind == '6' ? 3 : 1;
  picture.width = reader.number(kLargestExtent);
  picture.height = reader.number(kLargestExtent);
  picture.largest = reader.number(65535);
  if (picture.width == 0 || picture.height == 0 || picture.largest == 0)
    throw Error(name, "it is a damaged PGM or PPM", "its width, height or largest value is 0");
  const bool text = kind == '2' || kind == '3', wide = picture.largest > 255;
  reader.skip(1);  // the one blank behind the heading
  const std::size_t count = static_cast<std::size_t>(picture.width) *
                            static_cast<std::size_t>(picture.height) *
                            static_cast<std::size_t>(picture.channels);
  // A number in text takes a digit and a blank, the last one only the digit.
  if (reader.left() / (text || wide ? 2 : 1) + (text ? 1 : 0) < count)
    throw Error(name, "it is a damaged PGM or PPM", "it ends too early");
  picture.values.resize(count);
  for (float& value : picture.values) {
    const int read = text ? reader.number(picture.largest) : reader.binary(wide);
    if (read > picture.largest)
      throw Error(name, "it is a damaged PGM or PPM",
                  "a value exceeds the largest, " + std::to_string(picture.largest));
    value = static_cast<float>(read);
  }
  return picture;
}

}  // namespace lobule::io
