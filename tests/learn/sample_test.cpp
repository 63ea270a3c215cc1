#include "learn/sample.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace lobule::learn {
namespace {

Sample sample_of(float value) {
  return {{Tensor({1, 2}, {value, -value})}, {{"label", Tensor({1}, {value})}}};
}

TEST(Sample, ABatchHasItsSamplesAlongANewFirstAxis) {
  const Sample batch = batch_of({sample_of(1), sample_of(2), sample_of(3)});
  EXPECT_EQ(batch.inputs.at(0), Tensor({3, 1, 2}, {1, -1, 2, -2, 3, -3}));
  EXPECT_EQ(batch.targets.at("label"), Tensor({3, 1}, {1, 2, 3}));
}

TEST(Sample, SamplesOfTwoShapesMakeNoBatch) {
  Sample other = sample_of(1);
  other.inputs[0] = Tensor({1, 3});
  try {
    batch_of({sample_of(1), other});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "batch: it mixes samples of 1×2 and 1×3; samples of a batch have one shape.");
  }
}

}  // namespace
}  // namespace lobule::learn
