#include "core/text.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/table.h"

namespace lobule {
namespace {

TEST(Text, NumbersAreReadWholeOrNotAtAll) {
  EXPECT_EQ(parse_number(" 4.897e-012 "), 4.897e-012);
  EXPECT_EQ(parse_number("+3"), 3);
  for (const char* wrong : {"", "1A", "nan", "inf", "1 2", "--1"}) EXPECT_FALSE(parse_number(wrong)) << wrong;
}

TEST(Text, FormattedNumbersReadBackAsThemselves) {
  for (const double value : {0.1, 1e-7, 90.0, -1.0 / 3})
    EXPECT_EQ(*parse_number(format_number(value)), value);
  EXPECT_EQ(format_fixed(-0.001, 1), "0.0");
}

TEST(Text, NoPathComponentLeadsOutOfItsFolder) {
  EXPECT_EQ(escape_path_component("1.2.840"), "1.2.840");
  EXPECT_EQ(escape_path_component(".."), "%2E.");
  EXPECT_EQ(escape_path_component("a/b"), "a%2Fb");
  EXPECT_EQ(escape_path_component(""), "%");
  EXPECT_NE(escape_path_component("a/b"), escape_path_component("a%2Fb"));
  EXPECT_LE(escape_path_component(std::string(5000, 'x')).size(), 200u);
}

TEST(Table, ComesBackFromCsvAsItWas) {
  const Table table{{"a", "b"}, {{"plain", "with, comma"}, {"with \"quote\"", "two\nlines"}}};
  const Table back = from_csv("\xEF\xBB\xBF" + to_csv(table), "test");
  EXPECT_EQ(back.columns, table.columns);
  EXPECT_EQ(back.rows, table.rows);
}

TEST(Table, NamesTheLineWithTooFewCells) {
  try {
    from_csv("a,b\n1,2\n3\n", "table.csv");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "table.csv: line 3 has 1 cells for 2 columns; the table cannot be read. Mend the line.");
  }
}

TEST(Sha256, AgreesWithTheExamplesOfFips180) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Uid, DependsOnlyOnItsSeedAndIsValid) {
  const std::string uid = uid_from_seed("seed");
  EXPECT_EQ(uid, uid_from_seed("seed"));
  EXPECT_NE(uid, uid_from_seed("seed 2"));
  EXPECT_TRUE(uid.starts_with("2.25."));
  EXPECT_LE(uid.size(), 44u);
  EXPECT_NE(uid[5], '0');
}

TEST(Text, ForeignTextInMessagesIsShortAndPrintable) {
  EXPECT_EQ(quote("conv1.weight"), "\"conv1.weight\"");
  EXPECT_EQ(quote("a\x1B[2J\n\xC3\xA4"), "\"a\\x1B[2J\\x0A\\xC3\\xA4\"");
  EXPECT_EQ(quote(std::string(1000, 'x')), "\"" + std::string(80, 'x') + "…\"");
}

}  // namespace
}  // namespace lobule
