// Weights of torch.save: published files, both containers, views of storages, and what surrounds a state
// dict.
#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

#include "core/error.h"
#include "io/files.h"
#include "io/safetensors.h"
#include "io/torch_checkpoint.h"
#include "support/test_support.h"
#include "support/torch_files.h"
#include "tensor_table.h"

namespace lobule::io {
namespace {
using namespace test::pickled;
using test::torch_legacy;
using test::torch_zip;

std::string floats(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

TensorMap read(const std::string& bytes) {
  return parse_torch_checkpoint(bytes, "w.pth");
}

const TensorText kTwo{.count = 2, .sizes = {2}, .strides = {1}};
const TensorMap kTwoRead{{"a", Tensor({2}, std::vector<float>{1, 2})}};

TEST(TorchCheckpoint, ThreeContainersOfOneModelHoldTheSameTensors) {
  LOBULE_NEEDS_DATA(folder, "pretrained");
  const TensorMap zip = read_torch_checkpoint(folder / "squeezenet1_1_mixed16_zip.pth");
  test::expect_tensors_as_in_table(zip, folder / "tensors.csv");
  EXPECT_EQ(read_torch_checkpoint(folder / "squeezenet1_1_f32_legacy.pth"), zip);
  EXPECT_EQ(read_safetensors(folder / "squeezenet1_1_mixed16.safetensors"), zip);
  for (const char* name :
       {"squeezenet1_1_mixed16_zip.pth", "squeezenet1_1_f32_legacy.pth", "squeezenet1_1_mixed16.safetensors"})
    EXPECT_EQ(read_weights(folder / name), zip) << name;
}

TEST(TorchCheckpoint, FilesThatWereWrittenOnAGpuReadLikeOthers) {
  LOBULE_NEEDS_DATA(folder, "pretrained/lpips");
  const auto sum = [&](const std::string& file, const std::string& layer, std::size_t count) {
    const TensorMap tensors = read_torch_checkpoint(folder / file);
    EXPECT_EQ(tensors.size(), count) << file;
    const Tensor& tensor = tensors.at(layer + ".model.1.weight");
    EXPECT_EQ(tensor.shape, (Shape{1, static_cast<std::int64_t>(tensor.values.size()), 1, 1}));
    return std::accumulate(tensor.values.begin(), tensor.values.end(), 0.0);
  };
  EXPECT_NEAR(sum("lpips_v0.0_alex.pth", "lin0", 5), 2.565887, 1e-6);
  EXPECT_NEAR(sum("lpips_v0.0_squeeze.pth", "lin0", 7), 5.301839, 1e-6);
  EXPECT_NEAR(sum("lpips_v0.1_alex.pth", "lin0", 5), 2.349532, 1e-6);
  EXPECT_NEAR(sum("lpips_v0.1_squeeze.pth", "lin6", 7), 17.590553, 1e-6);
}

TEST(TorchCheckpoint, ViewsOfStoragesAreFollowed) {
  const std::string numbers = floats({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  const auto view = [&](std::int64_t offset, const Shape& sizes, const Shape& strides) {
    const std::string one = tensor({.count = 12, .offset = offset, .sizes = sizes, .strides = strides});
    return read(torch_zip(dict({{"a", one}}), {{"0", numbers}})).at("a");
  };
  using Values = std::vector<float>;
  EXPECT_EQ(view(2, {2, 3}, {3, 1}), Tensor({2, 3}, Values{2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(view(0, {3, 2}, {1, 3}), Tensor({3, 2}, Values{0, 3, 1, 4, 2, 5}));  // a transposed one
  EXPECT_EQ(view(1, {2, 2, 2}, {6, 1, 3}), Tensor({2, 2, 2}, Values{1, 4, 2, 5, 7, 10, 8, 11}));
  EXPECT_EQ(view(11, {1, 1}, {500, 700}), Tensor({1, 1}, Values{11}));
  EXPECT_EQ(view(4, {2, 3}, {0, 1}), Tensor({2, 3}, Values{4, 5, 6, 4, 5, 6}));  // expanded
  EXPECT_EQ(view(7, {}, {}), Tensor(Shape{}, Values{7}));
  EXPECT_EQ(view(12, {0, 5}, {5, 1}), Tensor(Shape{0, 5}));
}

TEST(TorchCheckpoint, EveryStorageBecomesFloat) {
  const auto value = [&](const std::string& type, const std::string& bytes) {
    const std::string one = tensor({.type = type, .count = 1, .sizes = {1}, .strides = {1}});
    return read(torch_zip(dict({{"a", one}}), {{"0", bytes}})).at("a").values.at(0);
  };
  const double double_value = -0.5;
  EXPECT_EQ(value("DoubleStorage", std::string(reinterpret_cast<const char*>(&double_value), 8)), -0.5F);
  EXPECT_EQ(value("FloatStorage", floats({0.25F})), 0.25F);
  EXPECT_EQ(value("HalfStorage", test::le<std::uint16_t>(0xC000)), -2);
  EXPECT_EQ(value("BFloat16Storage", test::le<std::uint16_t>(0x3F80)), 1);
  EXPECT_EQ(value("LongStorage", test::le<std::int64_t>(-9)), -9);
  EXPECT_EQ(value("IntStorage", test::le<std::int32_t>(-9)), -9);
  EXPECT_EQ(value("ShortStorage", test::le<std::int16_t>(-9)), -9);
  EXPECT_EQ(value("CharStorage", "\xF7"), -9);
  EXPECT_EQ(value("ByteStorage", "\xF7"), 247);
  EXPECT_EQ(value("BoolStorage", "\x01"), 1);
}

TEST(TorchCheckpoint, TheOldContainerReadsAsTheNewOne) {
  TensorText first = kTwo, second{.type = "HalfStorage", .key = "77", .count = 1, .sizes = {}, .strides = {}};
  first.legacy = second.legacy = true;
  const std::string object = dict({{"b", tensor(second)}, {"a", tensor(first)}});
  const TensorMap tensors =
      read(torch_legacy(object, {{"0", floats({1, 2})}, {"77", test::le<std::uint16_t>(0x3C00)}}, {2, 1}));
  EXPECT_EQ(tensors.at("a"), Tensor({2}, std::vector<float>{1, 2}));
  EXPECT_EQ(tensors.at("b"), Tensor(Shape{}, std::vector<float>{1}));
}

TEST(TorchCheckpoint, TheStateDictIsFoundAmongOtherThings) {
  const std::string state = dict({{"a", tensor(kTwo)}});
  for (const char* key : {"state_dict", "model_state_dict", "network_weights", "model", "net"}) {
    const std::string object =
        dict({{"epoch", "K\x07"}, {key, state}, {"best", std::string("G\0\0\0\0\0\0\0\0", 9)}});
    EXPECT_EQ(read(torch_zip(object, {{"0", floats({1, 2})}})), kTwoRead) << key;
  }
  const std::string nested = dict({{"model", dict({{"state_dict", state}, {"name", text("net")}})}});
  EXPECT_EQ(read(torch_zip(nested, {{"0", floats({1, 2})}})), kTwoRead);
}

// What nnU-Net keeps beside its weights: NumPy's numbers, devices; and attributes of an OrderedDict.
TEST(TorchCheckpoint, NumbersOfNumPyAndDevicesAreDropped) {
  const std::string type =
      call("numpy", "dtype", tuple({text("f8"), "\x89", "\x88"})) + tuple({"K\x03", "N"}) + "b";
  const std::string scalar =
      call("numpy.core.multiarray", "scalar",
           tuple({type, call("_codecs", "encode", tuple({text("x"), text("latin1")}))}));
  const std::string state = call("collections", "OrderedDict", ")") + "(" + text("a") + tensor(kTwo) + "u" +
                            dict({{"_metadata", call("collections", "OrderedDict", ")")}}) + "b";
  const std::string object = dict({{"network_weights", state},
                                   {"_best_ema", scalar},
                                   {"device", call("torch", "device", tuple({text("cuda")}))},
                                   {"sizes", call("torch", "Size", tuple({integers({1, 2})}))}});
  EXPECT_EQ(read(torch_zip(object, {{"0", floats({1, 2})}})), kTwoRead);
}

TEST(TorchCheckpoint, ParametersAndNewerInstructionsReadAlike) {
  const std::string parameter = call("torch._utils", "_rebuild_parameter",
                                     tuple({tensor(kTwo), "\x88", call("collections", "OrderedDict", ")")}));
  EXPECT_EQ(read(torch_zip(dict({{"a", parameter}}), {{"0", floats({1, 2})}})), kTwoRead);
  // Protocol 4: frames, names from the stack, short texts, what is kept counts by itself.
  const auto short_text = [](const std::string& t) {
    return "\x8c" + std::string(1, static_cast<char>(t.size())) + t;
  };
  const std::string name4 = short_text("collections") + "\x94" + short_text("OrderedDict") + "\x94\x93\x94";
  const std::string object = std::string("\x80\x04\x95", 3) + test::le<std::uint64_t>(100) + name4 +
                             ")R\x94h\x02)R0" + short_text("a") + "\x94" + tensor(kTwo) + "s";
  const test::ZipMember pickle{"data.pkl", object + "."};
  EXPECT_EQ(read(test::zip_of({pickle, {"data/0", floats({1, 2})}, {"byteorder", "little"}})), kTwoRead);
  EXPECT_EQ(read(test::zip_of({pickle, {"data/0", floats({1, 2})}}, true)), kTwoRead);  // zip64
  // Python 2: pairs in a list.
  const std::string pairs = "](](" + text("a") + tensor(kTwo) + "ee";
  EXPECT_EQ(read(torch_zip(call("collections", "OrderedDict", tuple({pairs})), {{"0", floats({1, 2})}})),
            kTwoRead);
}

TEST(TorchCheckpoint, PrefixesOfWrappedNetworksAreTakenOff) {
  const auto names = [](const std::vector<std::string>& given) {
    std::vector<std::pair<std::string, std::string>> items;
    for (const std::string& one : given) items.emplace_back(one, tensor(kTwo));
    std::string all;
    for (const auto& [key, value] : read(torch_zip(dict(items), {{"0", floats({1, 2})}}))) all += key + " ";
    return all;
  };
  EXPECT_EQ(names({"module.conv.weight", "module.conv.bias"}), "conv.bias conv.weight ");
  EXPECT_EQ(names({"_orig_mod.module.a"}), "a ");
  EXPECT_EQ(names({"module.a", "b"}), "b module.a ");
}

}  // namespace
}  // namespace lobule::io
