#include "io/picture_read.h"

#include <gtest/gtest.h>
#include <png.h>

#include <functional>

#include "core/error.h"
#include "io/files.h"
#include "io/png.h"
#include "support/test_support.h"

namespace lobule::io {
namespace {

PictureValues read(const std::string& bytes) {
  return read_picture({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "picture");
}

std::string message_of(const std::string& bytes) {
  try {
    read(bytes);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

// Two blocks of one colour each, (200, 40, 90) and (30, 160, 220), by Pillow 9.4 with quality 30.
const std::string kColourJpeg = from_hex(
    "ffd8ffe000104a46494600010100000100010000ffdb0043001b12141714111b1716171e1c1b2028422b28252528513a"
    "3d3042605565645f555d5b6a7899816a7190735b5d85b586909ea3abadab6780bcc9baa6c799a8aba4ffdb0043011c1e"
    "1e2823284e2b2b4ea46e5d6ea4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4"
    "a4a4a4a4a4a4a4a4a4a4a4a4a4a4ffc00011080008001003011100021101031101ffc400140001000000000000000000"
    "00000000000004ffc40014100100000000000000000000000000000000ffc40016010101010000000000000000000000"
    "0000050106ffc40014110100000000000000000000000000000000ffda000c03010002110311003f002a1628832affd9");
// One block of the first colour's grey.
const std::string kGreyJpeg = from_hex(
    "ffd8ffe000104a46494600010100000100010000ffdb0043001b12141714111b1716171e1c1b2028422b28252528513a"
    "3d3042605565645f555d5b6a7899816a7190735b5d85b586909ea3abadab6780bcc9baa6c799a8aba4ffc0000b080008"
    "000801011100ffc40014000100000000000000000000000000000003ffc4001610000300000000000000000000000000"
    "00000341ffda0008010100003f002453ffd9");

std::string png_of(png_uint_32 format, int width, int height, const void* pixels,
                   const void* colours = nullptr, png_uint_32 colour_count = 0) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.format = format;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.colormap_entries = colour_count;
  png_alloc_size_t size = 1 << 20;
  std::string bytes(size, 0);
  EXPECT_NE(png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels, 0, colours), 0)
      << image.message;
  bytes.resize(size);
  return bytes;
}

TEST(PictureRead, ReadsThePngsThatItWrites) {
  for (const int channels : {1, 3}) {
    Picture picture{5, 3, channels, {}};
    for (int i = 0; i < 15 * channels; ++i) picture.pixels.push_back(static_cast<std::uint8_t>(i * 17));
    const PictureValues values = read(encode_png(picture));
    EXPECT_EQ(values.width, 5);
    EXPECT_EQ(values.height, 3);
    EXPECT_EQ(values.channels, channels);
    EXPECT_EQ(values.largest, 255);
    EXPECT_EQ(values.values, std::vector<float>(picture.pixels.begin(), picture.pixels.end()));
  }
}

TEST(PictureRead, KeepsSixteenBits) {
  const std::vector<std::uint16_t> pixels{0, 1, 256, 65535, 4660, 30000};
  const PictureValues values = read(png_of(PNG_FORMAT_LINEAR_Y, 3, 2, pixels.data()));
  EXPECT_EQ(values.largest, 65535);
  EXPECT_EQ(values.channels, 1);
  EXPECT_EQ(values.values, std::vector<float>(pixels.begin(), pixels.end()));
}

TEST(PictureRead, LooksPalettesUpAndLeavesTransparencyOut) {
  const std::uint8_t colours[] = {10, 20, 30, 200, 100, 50}, places[] = {1, 0};
  EXPECT_EQ(read(png_of(PNG_FORMAT_RGB_COLORMAP, 2, 1, places, colours, 2)).values,
            (std::vector<float>{200, 100, 50, 10, 20, 30}));
  const std::uint8_t transparent[] = {1, 2, 3, 255, 4, 5, 6, 255};
  EXPECT_EQ(read(png_of(PNG_FORMAT_RGBA, 2, 1, transparent)).values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

TEST(PictureRead, ReadsPortableGreyAndColourMaps) {
  EXPECT_EQ(read("P2\n# a comment\n2 1\n15\n3 15").values, (std::vector<float>{3, 15}));
  EXPECT_EQ(read("P2\n# a comment\n2 1\n15\n3 15").largest, 15);
  EXPECT_EQ(read("P5 2 1 255\n\x07\xff").values, (std::vector<float>{7, 255}));
  EXPECT_EQ(read(std::string("P5 1 1 4095\n\x0f\x00", 14)).values, (std::vector<float>{3840}));
  EXPECT_EQ(read("P6 1 1 255\nabc").values, (std::vector<float>{97, 98, 99}));
  EXPECT_EQ(read("P3 1 1 9 1 2 3").channels, 3);
}

// Pillow shows (202, 40, 89) and (30, 160, 222); two decoders may round differently by one.
TEST(PictureRead, DecodesJpegInColourAndGrey) {
  const PictureValues colour = read(kColourJpeg);
  ASSERT_EQ(colour.width, 16);
  ASSERT_EQ(colour.height, 8);
  ASSERT_EQ(colour.channels, 3);
  const float wanted[] = {202, 40, 89, 30, 160, 222};
  for (std::size_t c = 0; c < 3; ++c) {
    EXPECT_NEAR(colour.values[c], wanted[c], 1);
    EXPECT_NEAR(colour.values[colour.values.size() - 3 + c], wanted[3 + c], 1);
  }
  const PictureValues grey = read(kGreyJpeg);
  EXPECT_EQ(grey.channels, 1);
  EXPECT_NEAR(grey.values[0], 93, 1);
}

TEST(PictureRead, TellsPicturesFromOtherFiles) {
  const auto is = [](const std::string& bytes) {
    return is_picture({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  };
  EXPECT_TRUE(is(kGreyJpeg));
  EXPECT_TRUE(is("P5 1 1 255\na"));
  EXPECT_FALSE(is("GIF89a"));
  EXPECT_FALSE(is(""));
}

TEST(PictureRead, RefusesWhatItCannotReadWithTheReason) {
  EXPECT_EQ(
      message_of("hello"),
      "picture: it is no picture of a known format. Convert it to PNG, JPEG, JPEG XL, TIFF, PGM or PPM.");
  EXPECT_EQ(message_of("GIF89a"),
            "picture: it looks like GIF; that format is not read. Convert it to PNG, JPEG, JPEG XL, TIFF, "
            "PGM or PPM.");
  EXPECT_EQ(message_of(std::string("II\x2A\0", 4)),
            "picture: it is a damaged TIFF; Cannot read TIFF header.");
  EXPECT_EQ(message_of("\xFF\x0A"), "picture: it is a damaged JPEG XL; it ends too early.");
  EXPECT_EQ(message_of("P5 4 4 255\nabc"), "picture: it is a damaged PGM or PPM; it ends too early.");
  EXPECT_EQ(message_of("P5 0 4 255\nabc"),
            "picture: it is a damaged PGM or PPM; its width, height or largest value is 0.");
  EXPECT_EQ(message_of("P2 1 1 7 9"),
            "picture: it is a damaged PGM or PPM; a whole number of at most 7 is missing at byte 9.");
  EXPECT_EQ(message_of("P5 1 1 7\n\x09"),
            "picture: it is a damaged PGM or PPM; a value exceeds the largest, 7.");
  EXPECT_EQ(message_of("P5 99999999 1 255\n"),
            "picture: it is a damaged PGM or PPM; a whole number of at most 1048576 is missing at byte 3.");
}

TEST(PictureRead, RefusesDamagedPngs) {
  const std::string good = encode_png({40, 40, 1, std::vector<std::uint8_t>(1600, 9)});
  EXPECT_EQ(message_of(good.substr(0, 20)), "picture: it is a damaged PNG; it ends too early.");
  EXPECT_EQ(message_of(good.substr(0, good.size() - 30)).substr(0, 27), "picture: it is a damaged PN");
  std::string bent = good;
  bent[20] ^= 1;  // the width, which the checksum of the header covers
  EXPECT_EQ(message_of(bent), "picture: it is a damaged PNG; IHDR: CRC error.");
}

TEST(PictureRead, NoBrokenByteCrashesIt) {
  for (const std::string& good : {encode_png({9, 9, 3, std::vector<std::uint8_t>(243, 9)}), kColourJpeg}) {
    for (std::size_t i = 0; i < good.size(); ++i) {
      std::string bent = good;
      bent[i] = static_cast<char>(~bent[i]);
      message_of(bent);
      message_of(good.substr(0, i));
    }
  }
}

// A heading that claims 3.8 gigapixels.
TEST(PictureRead, RefusesMorePixelsThanTheBytesCouldHold) {
  std::string jpeg = kColourJpeg;
  const std::size_t frame = jpeg.find("\xFF\xC0");
  for (std::size_t i = 5; i < 9; ++i) jpeg[frame + i] = '\xF0';
  EXPECT_EQ(message_of(jpeg),
            "picture: it claims more pixels than its " + std::to_string(jpeg.size()) + " bytes could hold.");
}

TEST(PictureRead, ReadsThePhotographsOfTheTestData) {
  LOBULE_NEEDS_DATA(images, "pretrained/images");
  EXPECT_EQ(read_picture(images / "chelsea.png").width, 451);
  EXPECT_EQ(read_picture(images / "camera.png").channels, 1);
  const PictureValues rocket = read_picture(images / "rocket.jpg");
  EXPECT_EQ(rocket.channels, 3);
  EXPECT_EQ(rocket.values.size(), 3U * rocket.width * rocket.height);
}

}  // namespace
}  // namespace lobule::io
