// Weights as safetensors: round trips, every type, and every kind of damage with its message.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "core/error.h"
#include "core/small_float.h"
#include "io/files.h"
#include "io/safetensors.h"
#include "support/test_support.h"
#include "tensor_table.h"

namespace lobule::io {
namespace {

std::string file_of(const std::string& header, const std::string& data, std::int64_t claimed = -1) {
  const std::uint64_t length = claimed < 0 ? header.size() : static_cast<std::uint64_t>(claimed);
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header + data;
}

template <class T>
std::string bytes_of(std::initializer_list<T> values) {
  std::string bytes;
  for (const T value : values) bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  return bytes;
}

std::string refusal_of(const std::string& bytes) {
  try {
    parse_safetensors(bytes, "w.safetensors");
  } catch (const Error& error) {
    return error.what();
  }
  return "not refused";
}

std::string refusal(const std::string& header, const std::string& data = {}) {
  return refusal_of(file_of(header, data));
}

TensorMap some_tensors() {
  TensorMap tensors;
  tensors["b.weight"] = Tensor({2, 3}, std::vector<float>{0.1F, -2, 3e-6F, 65504, 1 / 3.0F, -0.0F});
  tensors["a"] = Tensor(Shape{}, std::vector<float>{7});
  tensors["none"] = Tensor(Shape{4, 0, 2});
  tensors["z"] = Tensor({2}, std::vector<float>{std::numeric_limits<float>::infinity(), -1});
  return tensors;
}

TEST(Safetensors, WhatIsWrittenReadsBackExactly) {
  const test::ScratchFolder scratch;
  write_safetensors(scratch / "w.safetensors", some_tensors(),
                    {.metadata = {{"step", "12"}, {"format", "pt"}}});
  EXPECT_EQ(read_safetensors(scratch / "w.safetensors"), some_tensors());
  const auto back = parse_safetensors(read_file(scratch / "w.safetensors"), "w");
  EXPECT_EQ(back.metadata, (std::map<std::string, std::string>{{"step", "12"}, {"format", "pt"}}));
}

TEST(Safetensors, TheFileIsLaidOutAsTheFormatSays) {
  const std::string bytes = safetensors_bytes({{"a", Tensor({2}, std::vector<float>{1, 2})}}, {}, "w");
  const std::string header =
      R"({"a":{"data_offsets":[0,8],"dtype":"F32","shape":[2]}})" + std::string(1, ' ');
  EXPECT_EQ(bytes, file_of(header + std::string((8 - header.size() % 8) % 8, ' '), bytes_of({1.0F, 2.0F})));
  EXPECT_EQ((bytes.size() - 8) % 8, 0u);
  EXPECT_EQ(parse_safetensors(safetensors_bytes({}, {}, "w"), "w").tensors, TensorMap{});
}

TEST(Safetensors, NarrowPrecisionsRoundToTheNearest) {
  TensorMap tensors = some_tensors();
  for (const WeightPrecision precision : {WeightPrecision::f16, WeightPrecision::bf16}) {
    const auto back = parse_safetensors(safetensors_bytes(tensors, {precision}, "w"), "w").tensors;
    for (const auto& [name, tensor] : tensors) {
      ASSERT_EQ(back.at(name).shape, tensor.shape);
      for (std::size_t i = 0; i < tensor.values.size(); ++i) {
        const float value = tensor.values[i];
        EXPECT_EQ(back.at(name).values[i], precision == WeightPrecision::f16
                                               ? half_to_float(float_to_half(value))
                                               : bfloat16_to_float(float_to_bfloat16(value)));
      }
    }
    EXPECT_EQ(safetensors_bytes(back, {precision}, "w"), safetensors_bytes(tensors, {precision}, "w"));
  }
}

TEST(Safetensors, EveryTypeBecomesFloat) {
  const auto read = [](const std::string& type, const std::string& data) {
    const std::string header = R"({"t":{"dtype":")" + type + R"(","shape":[2],"data_offsets":[0,)" +
                               std::to_string(data.size()) + "]}}";
    return parse_safetensors(file_of(header, data), "w").tensors.at("t").values;
  };
  using Values = std::vector<float>;
  EXPECT_EQ(read("F64", bytes_of({0.1, -2e30})), (Values{0.1F, -2e30F}));
  EXPECT_EQ(read("F32", bytes_of({0.1F, -2.0F})), (Values{0.1F, -2}));
  EXPECT_EQ(read("F16", bytes_of<std::uint16_t>({0x3C00, 0xC000})), (Values{1, -2}));
  EXPECT_EQ(read("BF16", bytes_of<std::uint16_t>({0x3F80, 0xC000})), (Values{1, -2}));
  EXPECT_EQ(read("I64", bytes_of<std::int64_t>({-3, 1LL << 40})), (Values{-3, 0x1p40F}));
  EXPECT_EQ(read("I32", bytes_of<std::int32_t>({-3, 70000})), (Values{-3, 70000}));
  EXPECT_EQ(read("I16", bytes_of<std::int16_t>({-3, 300})), (Values{-3, 300}));
  EXPECT_EQ(read("I8", bytes_of<std::int8_t>({-3, 100})), (Values{-3, 100}));
  EXPECT_EQ(read("U8", bytes_of<std::uint8_t>({3, 200})), (Values{3, 200}));
  EXPECT_EQ(read("BOOL", bytes_of<std::uint8_t>({0, 1})), (Values{0, 1}));
}

TEST(Safetensors, DamagedFilesAreRefusedWithTheReason) {
  const std::string damaged = ". The file is damaged or is no safetensors file; fetch or write it again.";
  EXPECT_EQ(refusal_of("1234"), "w.safetensors: it has 4 bytes; the header's length alone takes 8" + damaged);
  EXPECT_EQ(refusal_of(file_of("{}", "", 3)),
            "w.safetensors: its header claims 3 bytes; only 2 follow" + damaged);
  EXPECT_EQ(refusal_of(file_of("{}", "", 100'000'001)),
            "w.safetensors: its header claims 100000001 bytes; no header has more than 100000000" + damaged);
  EXPECT_EQ(refusal("{\"a\":"), "w.safetensors: its header is not JSON; at byte 6 of the header.");
  EXPECT_EQ(refusal(""), "w.safetensors: its header is not JSON; at byte 1 of the header.");
  EXPECT_EQ(refusal("{} {}"), "w.safetensors: its header is not JSON; at byte 4 of the header.");
  EXPECT_EQ(refusal("[]"), "w.safetensors: its header is a list and not an object.");
  EXPECT_EQ(refusal("3"), "w.safetensors: its header is a number and not an object.");
  EXPECT_EQ(refusal(std::string(1'000'000, '[')), "w.safetensors: its header is a list and not an object.");
}

TEST(Safetensors, HeadersThatSaySomethingElseAreRefused) {
  const std::string good = R"("dtype":"U8","shape":[1],"data_offsets":[0,1])";
  EXPECT_EQ(refusal(R"({"a":7})", "x"), "w.safetensors: its header says a number of \"a\".");
  EXPECT_EQ(refusal("{\"a\":{" + good + "},\"a\":{" + good + "}}", "x"),
            "w.safetensors: two tensors are called \"a\".");
  EXPECT_EQ(refusal("{\"a\":{" + good + R"(,"dtype":"U8"}})", "x"),
            "w.safetensors: tensor \"a\": the header says dtype twice.");
  EXPECT_EQ(refusal("{\"a\":{" + good + R"(,"strides":[1]}})", "x"),
            "w.safetensors: tensor \"a\": the header says \"strides\" of it, which is not known.");
  EXPECT_EQ(refusal(R"({"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})", "x"),
            "w.safetensors: tensor \"a\": its type is \"F8_E4M3\", which is not known.");
  EXPECT_EQ(refusal(R"({"a":{"shape":[1],"data_offsets":[0,1]}})", "x"),
            "w.safetensors: tensor \"a\": its dtype is missing.");
  EXPECT_EQ(refusal(R"({"a":{"dtype":"U8","data_offsets":[0,1]}})", "x"),
            "w.safetensors: tensor \"a\": its shape is missing.");
  EXPECT_EQ(refusal(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}})", "x"),
            "w.safetensors: tensor \"a\": data_offsets does not say where it begins and ends.");
  EXPECT_EQ(refusal(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}})", "x"),
            "w.safetensors: tensor \"a\": data_offsets has more than two numbers.");
  EXPECT_EQ(refusal(R"({"a":{"dtype":"U8","shape":[[1]],"data_offsets":[0,1]}})", "x"),
            "w.safetensors: tensor \"a\": shape is or holds a list.");
  EXPECT_EQ(refusal(R"({"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}})", "x"),
            "w.safetensors: tensor \"a\": shape is or holds \"1.5\".");
  EXPECT_EQ(refusal(R"({"a":{"dtype":{},"shape":[1],"data_offsets":[0,1]}})", "x"),
            "w.safetensors: tensor \"a\": dtype is or holds an object.");
  EXPECT_EQ(refusal(R"({"__metadata__":{"step":12}})"),
            "w.safetensors: __metadata__ says a number of \"step\", and may say texts only.");
  EXPECT_EQ(refusal(R"({"__metadata__":{"a":"1","a":"2"}})"),
            "w.safetensors: two lines of __metadata__ are called \"a\".");
}

TEST(Safetensors, AbsurdShapesAreRefused) {
  const std::string damaged = ". The file is damaged or is no safetensors file; fetch or write it again.";
  const auto shape = [](const std::string& text) {
    return refusal(R"({"a":{"dtype":"F32","shape":)" + text + R"(,"data_offsets":[0,4]}})", "1234");
  };
  EXPECT_EQ(shape("[-1]"), "w.safetensors: tensor \"a\": shape is or holds -1.");
  EXPECT_EQ(shape("[18446744073709551615]"),
            "w.safetensors: tensor \"a\": an extent of its shape is 18446744073709551615.");
  EXPECT_EQ(shape("[4294967296,4294967296]"),
            "w.safetensors: tensor \"a\": its shape is absurd; 4294967296×4294967296" + damaged);
  EXPECT_EQ(shape("[0,4294967296,4294967296]"),
            "w.safetensors: tensor \"a\": its shape is absurd; 0×4294967296×4294967296" + damaged);
  EXPECT_EQ(shape("[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]"),
            "w.safetensors: tensor \"a\": its shape has more than 32 axes.");
  EXPECT_EQ(shape("[3]"), "w.safetensors: tensor \"a\": it has 4 bytes; a shape of 3 takes 12" + damaged);
}

TEST(Safetensors, PlacesThatContradictEachOtherAreRefused) {
  const std::string damaged = ". The file is damaged or is no safetensors file; fetch or write it again.";
  const auto two = [](int begin, int end) {
    const std::string size = std::to_string(end - begin);
    return refusal(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[)" +
                       size + R"(],"data_offsets":[)" + std::to_string(begin) + "," + std::to_string(end) +
                       "]}}",
                   "12345678");
  };
  EXPECT_EQ(two(4, 8), "not refused");
  EXPECT_EQ(two(2, 8),
            "w.safetensors: tensor \"b\": it begins at byte 2 of the data where byte 4 is next; tensors "
            "overlap" +
                damaged);
  EXPECT_EQ(two(6, 8),
            "w.safetensors: tensor \"b\": it begins at byte 6 of the data where byte 4 is next; there is "
            "a gap" +
                damaged);
  EXPECT_EQ(two(4, 9), "w.safetensors: tensor \"b\": it ends at byte 9 of the data; there are 8" + damaged);
  EXPECT_EQ(two(4, 6), "w.safetensors: the last 2 bytes belong to no tensor" + damaged);
  EXPECT_EQ(refusal(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}})", "x"),
            "w.safetensors: tensor \"a\": it ends at byte 0 before it begins at byte 1" + damaged);
}

TEST(Safetensors, WhatCannotBeStoredIsRefusedByTensor) {
  const auto refused = [](const TensorMap& tensors, WeightPrecision precision) -> std::string {
    try {
      safetensors_bytes(tensors, {precision}, "w.safetensors");
    } catch (const Error& error) {
      return error.what();
    }
    return "not refused";
  };
  const TensorMap large{{"fc.bias", Tensor({1}, std::vector<float>{70000})}};
  EXPECT_EQ(
      refused(large, WeightPrecision::f16),
      "w.safetensors: tensor \"fc.bias\" holds 70000; f16 reaches to 65504. Write these weights as f32.");
  EXPECT_EQ(refused(large, WeightPrecision::bf16), "not refused");
  const TensorMap odd{{"a", Tensor({3}, std::vector<float>{1})}};
  EXPECT_EQ(refused(odd, WeightPrecision::f32), "w.safetensors: tensor \"a\" has 1 values; its shape is 3.");
  const TensorMap foreign{{"\xFF", Tensor({1}, std::vector<float>{1})}};
  EXPECT_EQ(refused(foreign, WeightPrecision::f32),
            "w.safetensors: a tensor's name or the metadata is not UTF-8.");
  const TensorMap reserved{{"__metadata__", Tensor({1}, std::vector<float>{1})}};
  EXPECT_EQ(refused(reserved, WeightPrecision::f32), "w.safetensors: no tensor may be called __metadata__.");
  EXPECT_EQ(refusal(R"({"d":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}})", bytes_of({1e300})),
            "w.safetensors: tensor \"d\": a value is too large for a float.");
}

TEST(Safetensors, ReadsAPublishedModel) {
  LOBULE_NEEDS_DATA(folder, "pretrained");
  const TensorMap tensors = read_safetensors(folder / "squeezenet1_1_mixed16.safetensors");
  test::expect_tensors_as_in_table(tensors, folder / "tensors.csv");
}

}  // namespace
}  // namespace lobule::io
