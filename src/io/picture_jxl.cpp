// JPEG XL pictures through libjxl.

#include <jxl/decode.h>

#include <memory>

#include "core/error.h"
#include "io/picture_formats.h"

namespace lobule::io {
namespace {

struct Close {
  void operator()(JxlDecoder* decoder) const { JxlDecoderDestroy(decoder); }
};
using Decoder = std::unique_ptr<JxlDecoder, Close>;

// Eight bits a sample where that is enough; else 16, to whose range the decoder stretches fewer bits.
PictureValues described(const JxlBasicInfo& info) {
  PictureValues picture;
  picture.width = static_cast<int>(info.xsize);
  picture.height = static_cast<int>(info.ysize);
  picture.channels = info.num_color_channels == 1 ? 1 : 3;
  picture.largest = info.bits_per_sample <= 8 ? 255 : 65535;
  return picture;
}

}  // namespace

PictureValues read_jxl_picture(PictureBytes bytes, const std::string& name) {
  const auto refuse = [&](const char* why) { return Error(name, "it is a damaged JPEG XL", why); };
  const Decoder decoder(JxlDecoderCreate(nullptr));
  if (!decoder) throw Error(name, "there is no memory to read it");
  JxlDecoderSubscribeEvents(decoder.get(), JXL_DEC_BASIC_INFO | JXL_DEC_FULL_IMAGE);
  JxlDecoderSetInput(decoder.get(), bytes.data(), bytes.size());
  PictureValues picture;
  JxlPixelFormat format{1, JXL_TYPE_UINT8, JXL_LITTLE_ENDIAN, 0};
  std::vector<std::uint8_t> data;
  for (;;) {
    const JxlDecoderStatus status = JxlDecoderProcessInput(decoder.get());
    if (status == JXL_DEC_BASIC_INFO) {
      JxlBasicInfo info;
      if (JxlDecoderGetBasicInfo(decoder.get(), &info) != JXL_DEC_SUCCESS)
        throw refuse("its heading cannot be read");
      constexpr std::uint32_t kLargestExtent = 1 << 20;
      if (info.xsize > kLargestExtent || info.ysize > kLargestExtent)
        throw refuse("it is wider or higher than a million pixels");
      picture = described(info);
      const std::uint64_t sample_bytes = picture.largest > 255 ? 2 : 1;
      check_picture_size(
          name, info.xsize * static_cast<std::uint64_t>(picture.channels) * sample_bytes * sizeof(float),
          info.ysize, bytes.size());
      format.num_channels = static_cast<std::uint32_t>(picture.channels);
      format.data_type = sample_bytes == 2 ? JXL_TYPE_UINT16 : JXL_TYPE_UINT8;
    } else if (status == JXL_DEC_NEED_IMAGE_OUT_BUFFER) {
      std::size_t size = 0;
      if (JxlDecoderImageOutBufferSize(decoder.get(), &format, &size) != JXL_DEC_SUCCESS)
        throw refuse("its size cannot be read");
      data.resize(size);
      if (JxlDecoderSetImageOutBuffer(decoder.get(), &format, data.data(), size) != JXL_DEC_SUCCESS)
        throw refuse("its size contradicts itself");
    } else if (status == JXL_DEC_FULL_IMAGE) {
      break;  // of an animation the first picture
    } else {
      throw refuse(status == JXL_DEC_NEED_MORE_INPUT ? "it ends too early" : "it cannot be decoded");
    }
  }
  const bool wide = picture.largest > 255;
  picture.values.resize(data.size() / (wide ? 2 : 1));
  for (std::size_t i = 0; i < picture.values.size(); ++i)
    picture.values[i] =
        wide ? static_cast<float>(data[2 * i] | data[2 * i + 1] << 8) : static_cast<float>(data[i]);
  return picture;
}

}  // namespace lobule::io
