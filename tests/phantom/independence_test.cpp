// The phantom room, its samplers included, needs nothing but core.

#include <gtest/gtest.h>

#include "core/text.h"
#include "support/test_support.h"

namespace lobule {
namespace {

TEST(House, TheSamplersNeedNoImageOrLearningLibrary) {
  const std::string program = LOBULE_SAMPLER_CHECK;
  const auto run = test::run_program({program});
  EXPECT_EQ(run.exit_code, 0) << run.output;
  const auto libraries = test::run_program({"ldd", program});
  ASSERT_EQ(libraries.exit_code, 0) << libraries.output;
  for (const char* library : {"ITK", "itk", "dcm", "ofstd", "torch", "dnnl", "png", "archive", "openjp2"})
    EXPECT_FALSE(contains(libraries.output, library)) << library;
}

}  // namespace
}  // namespace lobule
