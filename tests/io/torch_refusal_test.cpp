// Weight files that are damaged or mean harm: every kind with its exact reason.
#include <gtest/gtest.h>

#include "core/error.h"
#include "io/torch_checkpoint.h"
#include "support/torch_files.h"

namespace lobule::io {
namespace {
using namespace test::pickled;
using test::le;
using test::torch_legacy;
using test::torch_zip;
using test::zip_of;

const std::string kEight(8, '\0');  // two floats
const TensorText kTwo{.count = 2, .sizes = {2}, .strides = {1}};

std::string refusal(const std::string& bytes) {
  try {
    parse_torch_checkpoint(bytes, "w.pth");
  } catch (const Error& error) {
    return error.what();
  }
  return "not refused";
}
std::string refusal_of_object(const std::string& object) {
  return refusal(torch_zip(object, {{"0", kEight}}));
}
std::string refusal_of_tensor(const TensorText& tensor_text) {
  return refusal_of_object(dict({{"a", tensor(tensor_text)}}));
}

TEST(TorchRefusal, CodeIsRefusedByName) {
  const std::string rest =
      "; weights need no such thing, and no code of a weight file is run. Ask its author for a state dict or "
      "a "
      "safetensors file.";
  EXPECT_EQ(refusal_of_object(call("posix", "system", tuple({text("touch /tmp/pwned")}))),
            "w.pth: it asks for posix.system" + rest);
  EXPECT_EQ(refusal_of_object(text("builtins") + text("eval") + "\x93"),
            "w.pth: it asks for builtins.eval" + rest);
  EXPECT_EQ(refusal_of_object(name("torch.nn.modules.conv", "Conv2d")),
            "w.pth: it asks for torch.nn.modules.conv.Conv2d" + rest);
  EXPECT_EQ(refusal_of_object(name("torch", "QInt8Storage")), "w.pth: it asks for torch.QInt8Storage" + rest);
  EXPECT_EQ(refusal_of_object(name("os\x1B[2J", "system")), "w.pth: it asks for os\\x1B[2J.system" + rest);
  EXPECT_EQ(refusal(torch_legacy(name("nt", "system"), {}, {})), "w.pth: it asks for nt.system" + rest);
  // Instructions that name things in other ways.
  EXPECT_EQ(refusal_of_object("(iposix\nsystem\n"),
            "w.pth: its pickle uses the instruction 0x69; weights need none such.");
  EXPECT_EQ(refusal_of_object("\x82\x01"),
            "w.pth: its pickle uses the instruction 0x82; weights need none such.");
}

TEST(TorchRefusal, OnlyKnownNamesAreCalledAndOnlyAsTheyAre) {
  EXPECT_EQ(refusal_of_object(call("torch", "FloatStorage", ")")),
            "w.pth: its pickle makes a storage by itself; at byte 23 of its pickle.");
  EXPECT_EQ(refusal_of_object(text("x") + ")R"),
            "w.pth: its pickle calls what is no function; at byte 9 of its pickle.");
  EXPECT_EQ(refusal_of_object(call("torch", "Size", "N")),
            "w.pth: its pickle calls a function without a tuple; at byte 15 of its pickle.");
  EXPECT_EQ(refusal_of_object(call("torch", "Size", ")")),
            "w.pth: its pickle calls a function without arguments; at byte 15 of its pickle.");
  EXPECT_EQ(refusal_of_object(call("torch._utils", "_rebuild_tensor_v2", tuple({"N", "N", "N", "N"}))),
            "w.pth: its pickle rebuilds a tensor from something else; at byte 41 of its pickle.");
  EXPECT_EQ(refusal_of_object("N}b"),
            "w.pth: its pickle sets attributes of what has none; at byte 4 of its pickle.");
  EXPECT_EQ(refusal_of_object("NN\x93"),
            "w.pth: its pickle asks for a name that is no text; at byte 4 of its pickle.");
}

TEST(TorchRefusal, DamagedPicklesAreRefused) {
  const auto at = [](const std::string& what, int place) {
    return "w.pth: " + what + "; at byte " + std::to_string(place) + " of its pickle.";
  };
  EXPECT_EQ(refusal_of_object("t"), at("its pickle goes back to a mark that is not there", 2));
  EXPECT_EQ(refusal_of_object("}a"), at("its pickle takes more from its stack than is there", 3));
  EXPECT_EQ(refusal_of_object("N(a"), at("its pickle takes more from its stack than is there", 4));
  EXPECT_EQ(refusal_of_object(""), at("its pickle takes more from its stack than is there", 2));
  EXPECT_EQ(refusal_of_object("}Na"), at("its pickle appends to what is no list", 4));
  EXPECT_EQ(refusal_of_object("]NNs"), at("its pickle adds a key to what is no dict", 5));
  EXPECT_EQ(refusal_of_object("}(Nu"), at("its pickle has a key without a value", 5));
  EXPECT_EQ(refusal_of_object("h\x05"), at("its pickle recalls what it never kept", 2));
  EXPECT_EQ(refusal_of_object("X" + le<std::uint32_t>(0xFFFFFFFF)), at("its pickle ends too early", 2));
  EXPECT_EQ(refusal_of_object("\x8e" + le<std::uint64_t>(~0ULL)), at("its pickle ends too early", 2));
  EXPECT_EQ(refusal_of_object("cposix"), at("its pickle ends too early", 2));
  EXPECT_EQ(refusal(zip_of({{"data.pkl", ""}})), at("its pickle ends too early", 0));
  EXPECT_EQ(refusal(zip_of({{"data.pkl", "\x80\x06N."}})),
            "w.pth: its pickle has protocol 6; 2 to 5 are read.");
}

TEST(TorchRefusal, PicklesThatSwellAreRefused) {
  EXPECT_EQ(refusal(torch_legacy("X" + le<std::uint32_t>(17 << 20) + std::string(17 << 20, 'x'), {}, {})),
            "w.pth: its pickle is longer than 16 MiB.");
  EXPECT_EQ(refusal_of_object(std::string(2'000'001, ')')),
            "w.pth: its pickle makes more than 2000000 values.");
  // Lists of lists of lists, each ten times the one before: little here, 10^40 values if it were unfolded.
  std::string laughs = "]q\x01";
  for (int level = 2; level < 42; ++level) {
    laughs += "](";
    for (int i = 0; i < 10; ++i) laughs += std::string("h") + static_cast<char>(level - 1);
    laughs += std::string("eq") + static_cast<char>(level);
  }
  EXPECT_EQ(refusal_of_object(laughs),
            "w.pth: it holds no tensors by name; it is no dict. Save the state dict of the model.");
  // A dict that is its own state dict, and a list that holds itself.
  EXPECT_EQ(refusal_of_object("}q\x01" + text("model") + "h\x01s"),
            "w.pth: it holds no tensors by name; its keys are \"model\". Save the state dict of the model.");
  EXPECT_EQ(refusal_of_object("]q\x01h\x01" + std::string("a")),
            "w.pth: it holds no tensors by name; it is no dict. Save the state dict of the model.");
  // One list of pairs, copied into dict after dict.
  std::string copies = "](";
  for (int i = 0; i < 1000; ++i) copies += "NN\x86";
  copies += "e\x85q\x01";
  for (int i = 0; i < 100; ++i) copies += name("collections", "OrderedDict") + "h\x01R";
  EXPECT_EQ(refusal_of_object(copies),
            "w.pth: its pickle copies one list again and again; at byte 3063 of its pickle.");
}

TEST(TorchRefusal, TensorsThatSwellAreRefused) {
  const std::string why = "; they use the same storages again and again.";
  EXPECT_EQ(refusal_of_tensor({.count = 2, .sizes = {1 << 30}, .strides = {0}}),
            "w.pth: its tensors have more than 4 numbers for each byte of the file" + why);
  std::vector<std::pair<std::string, std::string>> many;
  for (int i = 0; i < 100; ++i)
    many.emplace_back("t" + std::to_string(i), tensor({.count = 10000, .sizes = {10000}, .strides = {1}}));
  EXPECT_EQ(refusal(torch_zip(dict(many), {{"0", std::string(40000, '\0')}})),
            "w.pth: its tensors have more than 4 numbers for each byte of the file" + why);
}

TEST(TorchRefusal, TensorsThatContradictTheirStoragesAreRefused) {
  const std::string damaged = ". The file is damaged; fetch it again.";
  const auto beyond = [&](const std::string& shape) {
    return "w.pth: tensor \"a\": it reaches beyond the 2 numbers of its storage; its shape is " + shape +
           damaged;
  };
  EXPECT_EQ(refusal_of_tensor(kTwo), "not refused");
  EXPECT_EQ(refusal_of_tensor({.count = 2, .sizes = {3}, .strides = {1}}), beyond("3"));
  EXPECT_EQ(refusal_of_tensor({.count = 2, .offset = 1, .sizes = {2}, .strides = {1}}), beyond("2"));
  EXPECT_EQ(refusal_of_tensor({.count = 2, .offset = 3, .sizes = {0}, .strides = {1}}), beyond("0"));
  EXPECT_EQ(refusal_of_tensor({.count = 2, .sizes = {2}, .strides = {2}}), beyond("2"));
  EXPECT_EQ(refusal_of_tensor({.count = 2, .offset = 1, .sizes = {2}, .strides = {-1}}), beyond("2"));
  EXPECT_EQ(refusal_of_tensor({.count = 2, .sizes = {3, 2}, .strides = {1LL << 62, 1LL << 62}}),
            beyond("3×2"));
  EXPECT_EQ(refusal_of_tensor({.count = 2, .sizes = {1LL << 40, 1LL << 40}, .strides = {1, 1}}),
            "w.pth: tensor \"a\": its shape is absurd; 1099511627776×1099511627776" + damaged);
  EXPECT_EQ(refusal_of_tensor({.count = 2, .sizes = {-2}, .strides = {1}}),
            "w.pth: tensor \"a\": its shape is absurd; -2" + damaged);
  EXPECT_EQ(refusal_of_tensor({.count = 2, .sizes = {2}, .strides = {}}),
            "w.pth: tensor \"a\": its offset, sizes or strides make no sense" + damaged);
  EXPECT_EQ(refusal_of_tensor({.count = 2, .offset = -1, .sizes = {2}, .strides = {1}}),
            "w.pth: tensor \"a\": its offset, sizes or strides make no sense" + damaged);
  EXPECT_EQ(
      refusal_of_tensor({.count = 1LL << 60, .sizes = {2}, .strides = {1}}),
      "w.pth: tensor \"a\": its storage has 8 bytes; 1152921504606846976 numbers of 4 bytes are claimed" +
          damaged);
  EXPECT_EQ(refusal_of_tensor({.key = "9", .count = 2, .sizes = {2}, .strides = {1}}),
            "w.pth: tensor \"a\": its storage \"9\" is missing" + damaged);
  EXPECT_EQ(refusal_of_tensor({.type = "DoubleStorage", .count = 1, .sizes = {1}, .strides = {1}}),
            "not refused");
  EXPECT_EQ(refusal(torch_zip(dict({{"a", tensor({.type = "DoubleStorage", .count = 1})}}),
                              {{"0", le<std::uint64_t>(0x7FE0000000000000)}})),
            "w.pth: tensor \"a\": a value is too large for a float" + damaged);
  EXPECT_EQ(refusal_of_object(dict({{"a", tensor(kTwo)}, {"a", tensor(kTwo)}})),
            "w.pth: two tensors are called \"a\".");
}

TEST(TorchRefusal, WhatIsNoStateDictIsRefused) {
  const std::string advice = ". Save the state dict of the model.";
  EXPECT_EQ(refusal_of_object(dict({})), "w.pth: it holds no tensors by name; its dict is empty" + advice);
  EXPECT_EQ(refusal_of_object(dict({{"epoch", "N"}, {"lr", "N"}})),
            "w.pth: it holds no tensors by name; its keys are \"epoch\", \"lr\"" + advice);
  EXPECT_EQ(refusal_of_object(tensor(kTwo)),
            "w.pth: it holds no tensors by name; it is one tensor without a name" + advice);
  EXPECT_EQ(refusal("GIF89a"),
            "w.pth: it is not a file of torch.save; it begins as neither of the two containers does. Name a "
            ".pth or "
            "a .safetensors file.");
  EXPECT_EQ(refusal(zip_of({{"readme.txt", "x"}})),
            "w.pth: it is a zip without data.pkl; torch.save writes one. Name a file of weights.");
  EXPECT_EQ(refusal(zip_of({{"m/data.pkl", whole("N")}, {"m/constants.pkl", whole("N")}})),
            "w.pth: it is TorchScript; it holds a program and not only weights. Save the state dict of the "
            "model, or "
            "run it by: lobule-train predict.");
  EXPECT_EQ(refusal(zip_of({{"m/data.pkl", whole("N")}, {"m/byteorder", "big"}})),
            "w.pth: its numbers are \"big\" endian. Save it again on another machine.");
}

TEST(TorchRefusal, PersistentIdsThatAreNoStoragesAreRefused) {
  const std::string damaged = ". The file is damaged or cut off; fetch it again.";
  const auto with_id = [](const std::vector<std::string>& id) {
    return refusal_of_object(
        dict({{"a", call("torch._utils", "_rebuild_tensor_v2",
                         tuple({tuple(id) + "Q", integer(0), integers({1}), integers({1})}))}}));
  };
  const std::string type = name("torch", "FloatStorage");
  EXPECT_EQ(with_id({text("module"), type, text("0"), text("cpu"), integer(2)}),
            "w.pth: its pickle points to what is no storage" + damaged);
  EXPECT_EQ(with_id({text("storage"), "N", text("0"), text("cpu"), integer(2)}),
            "w.pth: its pickle points to a storage of no type" + damaged);
  EXPECT_EQ(with_id({text("storage"), type, "N", text("cpu"), integer(2)}),
            "w.pth: its pickle points to a storage without a key or a length" + damaged);
  EXPECT_EQ(
      with_id({text("storage"), type, text("0"), text("cpu"), integer(2), tuple({text("1"), integer(0)})}),
      "w.pth: it holds a view of a storage; torch 0.4 and later write none. Load and save it again with a "
      "newer "
      "torch.");
}

TEST(TorchRefusal, DamagedZipsAreRefused) {
  const std::string damaged = "; the zip is damaged or cut off. Fetch the file again.";
  const std::string good = torch_zip(dict({{"a", tensor(kTwo)}}), {{"0", kEight}});
  ASSERT_EQ(refusal(good), "not refused");
  EXPECT_EQ(refusal(good.substr(0, 20)), "w.pth: it ends too early" + damaged);
  EXPECT_EQ(refusal(good.substr(0, good.size() - 1)), "w.pth: its list of members is missing" + damaged);
  std::string flipped = good;
  flipped[good.find("archive/data.pkl") + 20] ^= 1;
  EXPECT_EQ(refusal(flipped), "w.pth: the checksum of member \"archive/data.pkl\" is wrong" + damaged);
  flipped = good;
  flipped[30] = 'A';
  EXPECT_EQ(refusal(flipped),
            "w.pth: member \"archive/data.pkl\" has another name in its own header" + damaged);
  flipped = good;
  flipped[good.size() - 12] = '\x7F';  // the number of members
  EXPECT_EQ(refusal(flipped), "w.pth: it claims 127 members" + damaged);
  flipped = good;
  flipped[good.size() - 6] ^= 1;  // the directory's place
  EXPECT_EQ(refusal(flipped), "w.pth: its list of members breaks off" + damaged);
  EXPECT_EQ(refusal(zip_of({{"data.pkl", whole("N"), 8}})),
            "w.pth: member \"data.pkl\" is compressed (method 8); weight files are stored as they are. "
            "Unpack it and "
            "pack it without compression.");
  EXPECT_EQ(refusal(zip_of({{"data.pkl", whole("N"), 0, 1}})), "w.pth: member \"data.pkl\" is encrypted.");
  EXPECT_EQ(refusal(zip_of({{"data.pkl", whole("N")}, {"data.pkl", whole("N")}})),
            "w.pth: two members of the zip are called \"data.pkl\".");
}

TEST(TorchRefusal, DamagedOldContainersAreRefused) {
  const std::string damaged = ". The file is damaged or cut off; fetch it again.";
  TensorText two = kTwo;
  two.legacy = true;
  const std::string object = dict({{"a", tensor(two)}});
  ASSERT_EQ(refusal(torch_legacy(object, {{"0", kEight}}, {2})), "not refused");
  EXPECT_EQ(refusal(torch_legacy(object, {{"0", kEight}}, {3})),
            "w.pth: storage \"0\" is cut off; it claims 3 numbers and 16 bytes are left" + damaged);
  EXPECT_EQ(refusal(torch_legacy(object, {{"0", kEight}}, {-1})),
            "w.pth: storage \"0\" is cut off; it claims 18446744073709551615 numbers and 16 bytes are left" +
                damaged);
  EXPECT_EQ(refusal(torch_legacy(object, {{"0", kEight}}, {1})),
            "w.pth: 4 bytes follow its last storage" + damaged);
  EXPECT_EQ(refusal(torch_legacy(object, {{"5", kEight}}, {2})),
            "w.pth: no tensor uses its storage \"5\"" + damaged);
  EXPECT_EQ(refusal(torch_legacy(object, {{"0", kEight}, {"0", kEight}}, {2, 2})),
            "w.pth: two of its storages are called \"0\"" + damaged);
  EXPECT_EQ(refusal(torch_legacy(object, {{"0", kEight}}, {2}, false)),
            "w.pth: its numbers are big endian. Save it again on another machine.");
  EXPECT_EQ(refusal(torch_legacy(object, {{"0", kEight}}, {2}, true, 9)),
            "w.pth: its version is 9; 1001 is read. Load and save it again with a newer torch.");
  TensorText other = two;
  other.type = "HalfStorage";
  EXPECT_EQ(refusal(torch_legacy(dict({{"a", tensor(two)}, {"b", tensor(other)}}), {{"0", kEight}}, {2})),
            "w.pth: storage \"0\" has two types" + damaged);
}

}  // namespace
}  // namespace lobule::io
