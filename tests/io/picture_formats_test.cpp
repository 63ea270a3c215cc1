// TIFF and JPEG XL, as their own libraries write them.

#include <gtest/gtest.h>
#include <jxl/encode.h>
#include <tiffio.h>

#include <cstring>
#include <functional>

#include "core/error.h"
#include "io/files.h"
#include "io/picture_read.h"

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

struct TiffKind {
  int bits = 8;
  std::uint16_t photometric = PHOTOMETRIC_MINISBLACK, format = SAMPLEFORMAT_UINT, samples = 1;
  bool tiled = false, big_endian = false;
};

// A picture of 20 × 18 pixels whose sample s of pixel i is (s + 1) · i, in as many bytes as it needs.
std::string tiff_of(const TiffKind& kind) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "picture.tif").string();
  TIFF* tiff = TIFFOpen(path.c_str(), kind.big_endian ? "wb" : "wl");
  constexpr std::uint32_t kWidth = 20, kHeight = 18, kTile = 16;
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, kWidth);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, kHeight);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, kind.bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, kind.samples);
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, kind.format);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, kind.photometric);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_LZW);
  if (kind.tiled) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, kTile);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, kTile);
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 5);
  }
  const std::size_t bytes = static_cast<std::size_t>(kind.bits) / 8, pixel = bytes * kind.samples;
  const auto put = [&](std::vector<std::uint8_t>& to, std::size_t at, std::uint32_t x, std::uint32_t y) {
    for (std::uint32_t s = 0; s < kind.samples; ++s) {
      const std::uint32_t value = (s + 1) * (y * kWidth + x);
      std::memcpy(&to[at * pixel + s * bytes], &value, bytes);
    }
  };
  if (kind.tiled) {
    for (std::uint32_t y = 0; y < kHeight; y += kTile)
      for (std::uint32_t x = 0; x < kWidth; x += kTile) {
        std::vector<std::uint8_t> tile(kTile * kTile * pixel);
        for (std::uint32_t v = 0; v < kTile; ++v)
          for (std::uint32_t u = 0; u < kTile; ++u) put(tile, v * kTile + u, x + u, y + v);
        TIFFWriteTile(tiff, tile.data(), x, y, 0, 0);
      }
  } else {
    for (std::uint32_t y = 0; y < kHeight; ++y) {
      std::vector<std::uint8_t> row(kWidth * pixel);
      for (std::uint32_t x = 0; x < kWidth; ++x) put(row, x, x, y);
      TIFFWriteScanline(tiff, row.data(), y, 0);
    }
  }
  TIFFClose(tiff);
  return read_file(path);
}

TEST(PictureFormats, ReadsGreyTiffInStripsAndTilesOfEitherByteOrder) {
  for (const bool tiled : {false, true})
    for (const bool big_endian : {false, true}) {
      const PictureValues picture = read(tiff_of({.bits = 16, .tiled = tiled, .big_endian = big_endian}));
      ASSERT_EQ(picture.values.size(), 360U);
      EXPECT_EQ(picture.channels, 1);
      EXPECT_EQ(picture.largest, 65535);
      for (int i = 0; i < 360; ++i) ASSERT_EQ(picture.values[static_cast<std::size_t>(i)], i) << tiled;
    }
}

TEST(PictureFormats, ADicomObjectThatBeginsAsTiffIsNoPicture) {
  std::string bytes = tiff_of({});
  bytes.replace(128, 4, "DICM");
  EXPECT_FALSE(is_picture({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}));
  bytes.replace(128, 4, "DICO");
  EXPECT_TRUE(is_picture({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}));
}

TEST(PictureFormats, TurnsATiffWhoseWhiteIsZero) {
  const PictureValues picture = read(tiff_of({.photometric = PHOTOMETRIC_MINISWHITE}));
  EXPECT_EQ(picture.largest, 255);
  EXPECT_EQ(picture.values[0], 255);
  EXPECT_EQ(picture.values[50], 205);
}

TEST(PictureFormats, ReadsColoursOfTiff) {
  const PictureValues picture = read(tiff_of({.photometric = PHOTOMETRIC_RGB, .samples = 3}));
  EXPECT_EQ(picture.channels, 3);
  EXPECT_EQ(picture.values[3 * 70], 70);
  EXPECT_EQ(picture.values[3 * 70 + 1], 140);
  EXPECT_EQ(picture.values[3 * 70 + 2], 210);
}

TEST(PictureFormats, RefusesTiffOfFloatsAndDamagedOnes) {
  EXPECT_EQ(
      message_of(tiff_of({.bits = 32, .format = SAMPLEFORMAT_IEEEFP})),
      "picture: its samples are of 32 bits or not whole numbers from 0; TIFF is read with up to 16 bits a "
      "sample. Convert it to PNG.");
  const std::string whole = tiff_of({.bits = 16});
  const std::string cut = whole.substr(0, whole.size() / 2);
  EXPECT_TRUE(message_of(cut).starts_with("picture: it is a damaged TIFF")) << message_of(cut);
}

std::string jxl_of(std::uint32_t width, std::uint32_t height, std::uint32_t bits, std::uint32_t channels,
                   const void* pixels, std::size_t size) {
  JxlEncoder* encoder = JxlEncoderCreate(nullptr);
  JxlBasicInfo info;
  JxlEncoderInitBasicInfo(&info);
  info.xsize = width, info.ysize = height, info.bits_per_sample = bits, info.num_color_channels = channels;
  info.uses_original_profile = JXL_TRUE;
  EXPECT_EQ(JxlEncoderSetBasicInfo(encoder, &info), JXL_ENC_SUCCESS);
  JxlColorEncoding colours;
  JxlColorEncodingSetToSRGB(&colours, channels == 1 ? JXL_TRUE : JXL_FALSE);
  EXPECT_EQ(JxlEncoderSetColorEncoding(encoder, &colours), JXL_ENC_SUCCESS);
  JxlEncoderFrameSettings* settings = JxlEncoderFrameSettingsCreate(encoder, nullptr);
  JxlEncoderSetFrameLossless(settings, JXL_TRUE);
  const JxlPixelFormat format{channels, bits > 8 ? JXL_TYPE_UINT16 : JXL_TYPE_UINT8, JXL_LITTLE_ENDIAN, 0};
  EXPECT_EQ(JxlEncoderAddImageFrame(settings, &format, pixels, size), JXL_ENC_SUCCESS);
  JxlEncoderCloseInput(encoder);
  std::string bytes(1 << 16, 0);
  std::uint8_t* next = reinterpret_cast<std::uint8_t*>(bytes.data());
  std::size_t left = bytes.size();
  EXPECT_EQ(JxlEncoderProcessOutput(encoder, &next, &left), JXL_ENC_SUCCESS);
  bytes.resize(bytes.size() - left);
  JxlEncoderDestroy(encoder);
  return bytes;
}

TEST(PictureFormats, ReadsLosslessJpegXlBitForBit) {
  std::vector<std::uint8_t> grey;
  for (int i = 0; i < 33 * 9; ++i) grey.push_back(static_cast<std::uint8_t>(i * 7));
  const PictureValues picture = read(jxl_of(33, 9, 8, 1, grey.data(), grey.size()));
  EXPECT_EQ(picture.width, 33);
  EXPECT_EQ(picture.channels, 1);
  EXPECT_EQ(picture.values, std::vector<float>(grey.begin(), grey.end()));

  std::vector<std::uint16_t> wide;
  for (int i = 0; i < 3 * 20; ++i) wide.push_back(static_cast<std::uint16_t>(i * 1091));
  const PictureValues colours = read(jxl_of(5, 4, 16, 3, wide.data(), wide.size() * 2));
  EXPECT_EQ(colours.channels, 3);
  EXPECT_EQ(colours.largest, 65535);
  EXPECT_EQ(colours.values, std::vector<float>(wide.begin(), wide.end()));
}

TEST(PictureFormats, RefusesDamagedJpegXl) {
  std::vector<std::uint8_t> grey(5000, 9);
  for (std::size_t i = 0; i < grey.size(); ++i) grey[i] = static_cast<std::uint8_t>(i * i * 31 >> 3);
  const std::string whole = jxl_of(100, 50, 8, 1, grey.data(), grey.size());
  EXPECT_EQ(message_of(whole.substr(0, whole.size() / 2)),
            "picture: it is a damaged JPEG XL; it ends too early.");
  std::string broken = whole;
  for (std::size_t i = 12; i < 40; ++i) broken[i] = '\xFF';
  EXPECT_TRUE(message_of(broken).starts_with("picture: it is a damaged JPEG XL")) << message_of(broken);
}

}  // namespace
}  // namespace lobule::io
