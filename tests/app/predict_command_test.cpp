#include <gtest/gtest.h>

#include "io/files.h"
#include "io/png.h"
#include "io/safetensors.h"
#include "nn/networks/squeezenet.h"
#include "support/test_support.h"

namespace lobule {
namespace {

// An option's value ends the option: what follows is an input again.
TEST(PredictCommand, InputsMayStandOnBothSidesOfOptions) {
  const test::ScratchFolder scratch;
  io::write_file(scratch / "a.png", io::encode_png({8, 8, 1, std::vector<std::uint8_t>(64, 100)}));
  io::write_safetensors(scratch / "w.safetensors", nn::initial_weights(nn::squeezenet1_1(3, 2), 1));
  const auto result = test::run_program({test::lobule_program(), "predict", "squeezenet1_1", "--weights",
                                         (scratch / "w.safetensors").string(), (scratch / "a.png").string(),
                                         "-o", (scratch / "out").string()});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_NE(result.output.find("1 images; results in"), std::string::npos) << result.output;
  EXPECT_TRUE(io::read_file(scratch / "out/predictions.csv").starts_with("file,class,score\n"));
}

TEST(PredictCommand, SaysWhatIsMissing) {
  const auto none = test::run_program({test::lobule_program(), "predict"});
  EXPECT_NE(
      none.output.find("lobule predict: no MODEL|NETWORK INPUT... is given. See lobule predict --help."),
      std::string::npos)
      << none.output;
  const auto no_image = test::run_program({test::lobule_program(), "predict", "resnet18"});
  EXPECT_NE(no_image.output.find("no image is given"), std::string::npos) << no_image.output;
}

}  // namespace
}  // namespace lobule
