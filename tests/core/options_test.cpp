#include "core/options.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace lobule {
namespace {

struct Fruit {
  int count = 3;
  double weight_g = 120;
  bool ripe = false;
  std::string kind = "apple";
  std::vector<double> sizes_mm;
  void list_options(OptionSet& options) {
    options.add("count,n", count, {.help = "How many.", .min = 1, .max = 9});
    options.add("weight", weight_g, {.help = "How heavy.", .unit = "g", .min = 0, .affects_result = false});
    options.add("ripe", ripe, {.help = "Whether ripe."});
    options.add("kind", kind, {.help = "Which.", .choices = {"apple", "pear"}});
    options.add("sizes", sizes_mm, {.help = "How large.", .unit = "mm"});
  }
};

std::string message_of(std::string_view name, std::string_view value) {
  Fruit fruit;
  OptionSet options;
  fruit.list_options(options);
  try {
    options.set(name, value);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(OptionSet, SetsFieldsFromText) {
  Fruit fruit;
  OptionSet options;
  fruit.list_options(options);
  options.set("count", "5");
  options.set("sizes", "1,2.5");
  options.set("ripe", "true");
  EXPECT_EQ(fruit.count, 5);
  EXPECT_EQ(fruit.sizes_mm, (std::vector<double>{1, 2.5}));
  EXPECT_TRUE(fruit.ripe);
}

TEST(OptionSet, SaysWhatIsWrongAndWhatIsAllowed) {
  EXPECT_EQ(message_of("cuont", "5"), "option cuont: there is no such option. Did you mean count?");
  EXPECT_EQ(message_of("count", "12"),
            "option --count: the value \"12\" is above the limit 9. See --help for what it may be.");
  EXPECT_EQ(message_of("weight", "-1"),
            "option --weight: the value \"-1\" is below the limit 0 g. See --help for what it may be.");
  EXPECT_EQ(message_of("kind", "plum"),
            "option --kind: the value \"plum\" is not one of apple, pear. See --help for what it may be.");
  EXPECT_EQ(message_of("weight", "heavy"),
            "option --weight: the value \"heavy\" is not a number. See --help for what it may be.");
}

TEST(OptionSet, ListsOnlyWhatAffectsTheResultWhereAsked) {
  Fruit fruit;
  OptionSet options;
  fruit.list_options(options);
  EXPECT_TRUE(options.values().contains("weight"));
  EXPECT_FALSE(options.values(true).contains("weight"));
}

}  // namespace
}  // namespace lobule
