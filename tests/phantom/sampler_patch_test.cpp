#include "phantom/sampler_patch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "core/error.h"
#include "core/parallel.h"
#include "phantom/sampler_geometry.h"

namespace lobule::phantom {
namespace {

// Patients that are cheap to rasterise, patches that are cheap to make.
MriPatchOptions small(std::uint64_t seed = 3) {
  MriPatchOptions options;
  options.seed = seed;
  options.size = {24, 24, 24};
  options.spacing_mm = 4;
  options.patient_spacing_mm = 4;
  options.pool = 1;
  options.uses_per_patient = 1000;
  return options;
}

double mean_where(const MriPatch& patch, std::size_t channel, const std::vector<bool>& where) {
  const std::size_t voxels = patch.tissue.size();
  double sum = 0, count = 0;
  for (std::size_t v = 0; v < voxels; ++v)
    if (where[v]) sum += patch.images[channel * voxels + v], ++count;
  return count > 0 ? sum / count : 0;
}

void expect_same(const MriPatch& a, const MriPatch& b) {
  EXPECT_EQ(a.focus, b.focus);
  EXPECT_EQ(a.images, b.images);
  EXPECT_EQ(a.tissue, b.tissue);
  EXPECT_EQ(a.breast, b.breast);
  EXPECT_EQ(a.gland, b.gland);
  EXPECT_EQ(a.lesion, b.lesion);
}

TEST(SmoothField, FollowsItsSplineAndStaysWithinItsAmplitude) {
  const RandomStream random(1, "field");
  const SmoothField field(random, 0, {40, 12, 9}, {7, 5, 5}, 2);
  std::vector<float> row(40, 1.0f);
  const SmoothField::Plane plane(field, 4);
  plane.add_row(3, row.data());
  for (std::size_t i = 0; i < row.size(); ++i) {
    EXPECT_LT(std::abs(row[i] - 1), 2);
    if (i > 1) {  // smooth: second differences of a cubic over 7 voxels
      EXPECT_LT(std::abs(row[i] - 2 * row[i - 1] + row[i - 2]), 4 * 2.0 / 49);
    }
  }
  std::vector<float> twice(40, 0.0f);
  plane.add_row(3, twice.data(), 2);
  EXPECT_NEAR(twice[11], 2 * (row[11] - 1), 1e-5);
  EXPECT_TRUE(SmoothField(random, 0, {4, 4, 4}, {2, 2, 2}, 0).zero());
}

TEST(QuickNormal, HasTheMomentsOfANormalDistribution) {
  const QuickNormal noise(RandomStream(5, "noise"), 0);
  double sum = 0, square = 0, fourth = 0, product = 0;
  constexpr int kCount = 200000;
  for (int n = 0; n < kCount; ++n) {
    const auto [a, b] = noise.pair(static_cast<std::uint64_t>(n));
    sum += a, square += a * a, fourth += a * a * a * a, product += a * b;
  }
  EXPECT_NEAR(sum / kCount, 0, 0.01);
  EXPECT_NEAR(square / kCount, 1, 0.015);
  EXPECT_NEAR(fourth / kCount, 3, 0.1);
  EXPECT_NEAR(product / kCount, 0, 0.01);
}

TEST(Convolve, KeepsConstantsAndSpreadsAPoint) {
  std::vector<float> volume(10 * 9 * 8, 3.0f);
  const std::array kernels{acquisition_kernel(1.5, 0.3), gaussian_kernel(1), HalfKernel{1.0f}};
  convolve(volume, {10, 9, 8}, kernels);
  for (const float value : volume) EXPECT_NEAR(value, 3, 1e-5);
  std::fill(volume.begin(), volume.end(), 0.0f);
  volume[(4 * 9 + 4) * 10 + 5] = 1;
  convolve(volume, {10, 9, 8}, {HalfKernel{1.0f}, gaussian_kernel(0.5), gaussian_kernel(0.5)});
  double sum = 0;
  for (const float value : volume) sum += value;
  EXPECT_NEAR(sum, 1, 1e-5);
  EXPECT_EQ(volume[(4 * 9 + 3) * 10 + 5], volume[(5 * 9 + 4) * 10 + 5]);
}

TEST(PatientPool, EachSlotsPatientServesItsSamplesAndThenTheNextComes) {
  std::map<std::uint64_t, int> uses;
  for (std::uint64_t n = 0; n < 400; ++n) {
    const PoolPlace place = pool_place(n, 4, 10);
    EXPECT_EQ(place.slot, n % 4);
    EXPECT_EQ(place.patient % 4, place.slot);
    ++uses[place.patient];
  }
  for (const auto& [patient, count] : uses) EXPECT_LE(count, 10);
  EXPECT_GE(uses.size(), 40u);
}

// The largest breasts of the first patients hang into the grid with all that counts as breast.
TEST(SamplerGrid, HoldsTheWholeBreastsOfLargePatients) {
  AnatomyOptions largest;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const AnatomyOptions options = random_anatomy(seed);
    if (options.half_height_mm > largest.half_height_mm) largest = options;
  }
  ASSERT_GT(largest.half_height_mm, 80);
  constexpr double kSpacing = 4;
  const Grid grid = patient_grid(largest, {{-165, -118, -75}, {165, 80, 75}}, kSpacing);
  EXPECT_GT(grid.size[2] * kSpacing, 2 * largest.half_height_mm);
  Grid wider = grid;
  for (int axis = 0; axis < 3; ++axis) wider.size[axis] += 20;
  wider.origin_mm = grid.origin_mm - Vec3{10 * kSpacing, 10 * kSpacing, 10 * kSpacing};
  const Anatomy anatomy(largest);
  const auto voxels = [&](const Grid& of) {
    const TissueRaster raster = rasterize(anatomy, of);
    std::size_t nipple = 0;
    for (const TissueMix& mix : raster.voxels)
      nipple += mix.material[0] == static_cast<Material>(Tissue::nipple);
    return std::array{std::count_if(raster.breast.voxels.begin(), raster.breast.voxels.end(),
                                    [](std::uint8_t side) { return side != 0; }),
                      static_cast<std::ptrdiff_t>(nipple)};
  };
  EXPECT_EQ(voxels(grid), voxels(wider));
}

TEST(LanePlaces, ReadsTheLinearInterpolationAndNothingBeyondTheBox) {
  SignalLanes lanes;
  lanes.box = {{-1, 2, 3}, {6, 5, 4}};
  lanes.lanes.assign(2, std::vector<float>(lanes.box.voxel_count()));
  lanes.labels.resize(lanes.box.voxel_count());
  // Linear in each coordinate, so that the interpolation is exact.
  const auto value = [](float x, float y, float z) { return (1 + x) * (2 - 0.5f * y) + z * (0.25f + x * y); };
  std::size_t voxel = 0;
  for (int z = 3; z < 7; ++z)
    for (int y = 2; y < 7; ++y)
      for (int x = -1; x < 5; ++x, ++voxel) {
        lanes.lanes[0][voxel] = value(static_cast<float>(x), static_cast<float>(y), static_cast<float>(z));
        lanes.labels[voxel] = static_cast<std::uint8_t>(voxel);
      }
  // Seven places: not a whole number of fours. The last two lie beyond the box.
  const std::vector<float> x{-1, 0.25f, 3.9f, 2, 1.6f, -1.5f, 1}, y{2, 3.5f, 5.75f, 4, 2.4f, 4, 4},
      z{3, 4.5f, 3.125f, 5, 5.9f, 4, 7};
  LanePlaces places;
  places.set(lanes, x, y, z);
  std::vector<float> read(7, -1);
  std::vector<std::uint8_t> labels(7, 255);
  places.read(lanes, 0, read.data());
  places.read_labels(lanes, labels.data());
  for (std::size_t n = 0; n < 5; ++n) EXPECT_NEAR(read[n], value(x[n], y[n], z[n]), 2e-4) << n;
  EXPECT_EQ(labels[0], 0);
  EXPECT_EQ(labels[3], 3 + 6 * (2 + 5 * 2));
  EXPECT_EQ(labels[4], 3 + 6 * (0 + 5 * 3));
  for (const std::size_t n : {5, 6}) {
    EXPECT_EQ(read[n], 0);
    EXPECT_EQ(labels[n], 0);
  }
}

TEST(MriPatchSampler, ASampleIsTheSameInAnyOrderAndForAnyNumberOfThreads) {
  const MriPatchSampler one(small()), other(small());
  set_thread_count(1);
  const MriPatch a = one.at(5), far = one.at(40), again = one.at(5);
  set_thread_count(2);
  MriPatch reused = other.at(40);
  expect_same(far, reused);
  other.at(5, reused);
  set_thread_count(0);
  expect_same(a, again);
  expect_same(a, reused);
  EXPECT_NE(a.images, far.images);
  EXPECT_NE(a.images, MriPatchSampler(small(4)).at(5).images);
}

TEST(MriPatchSampler, ValuesAreFiniteAndShapesAreAsAsked) {
  const MriPatchSampler sampler(small());
  for (std::uint64_t n = 0; n < 12; ++n) {
    const MriPatch patch = sampler.at(n);
    ASSERT_EQ(patch.images.size(), 4u * 24 * 24 * 24);
    ASSERT_EQ(patch.lesion.size(), 24u * 24 * 24);
    for (const float value : patch.images) {
      ASSERT_TRUE(std::isfinite(value));
      ASSERT_GE(value, 0);
      ASSERT_LT(value, 60);
    }
    for (std::size_t v = 0; v < patch.gland.size(); ++v) {
      ASSERT_GE(patch.gland[v], 0);
      ASSERT_LE(patch.gland[v] + patch.lesion[v], 1.0001f);
      ASSERT_LT(patch.tissue[v], kTissueCount);
      ASSERT_LE(patch.breast[v], 1);
    }
  }
}

// Without noise and with signals by the equations, images say what the labels say.
TEST(MriPatchSampler, ImagesAgreeWithLabels) {
  MriPatchOptions options = small();
  options.strength = {1, 0, 0, 0, 0};
  options.channels = {{MriContrast::t1_fatsat, 0, 0},
                      {MriContrast::dce, 0, 0},
                      {MriContrast::dce, 1, 0},
                      {MriContrast::t2, 0, 0}};
  const MriPatchSampler sampler(options);
  int seen = 0;
  for (std::uint64_t n = 0; n < 16; ++n) {
    const MriPatch patch = sampler.at(n);
    std::vector<bool> gland(patch.gland.size()), fat(gland.size()), lesion(gland.size());
    for (std::size_t v = 0; v < gland.size(); ++v) {
      gland[v] = patch.gland[v] > 0.9f;
      fat[v] = patch.tissue[v] == static_cast<int>(Tissue::fat) && patch.gland[v] < 0.02f;
      lesion[v] = patch.lesion[v] > 0.9f;
    }
    const double bright = mean_where(patch, 0, gland), dark = mean_where(patch, 0, fat);
    if (bright > 0 && dark > 0) {
      EXPECT_GT(bright, dark) << n;
      EXPECT_LT(mean_where(patch, 3, gland), mean_where(patch, 3, fat)) << n;
    }
    const double before = mean_where(patch, 1, lesion);
    if (before > 0) {
      EXPECT_GT(mean_where(patch, 2, lesion), 1.2 * before) << n;
      ++seen;
    }
  }
  EXPECT_GT(seen, 2);
}

// The warp moves labels and shares together: what labels call gland holds most of the shares of gland, and a
// turned and bent breast keeps its volume but for the scale of the warp.
TEST(MriPatchSampler, WarpsKeepLabelsAndSharesTogether) {
  MriPatchOptions options = small();
  options.size = {40, 40, 40};
  const MriPatchSampler sampler(options);
  double labelled = 0, shared = 0;
  for (std::uint64_t n = 0; n < 10; ++n) {
    const MriPatch patch = sampler.at(n);
    for (std::size_t v = 0; v < patch.gland.size(); ++v) {
      labelled += patch.tissue[v] == static_cast<int>(Tissue::gland);
      shared += patch.gland[v];
    }
  }
  EXPECT_NEAR(labelled, shared, 0.25 * shared);
}

TEST(MriPatchSampler, TheMiddleIsWhatWasAskedFor) {
  MriPatchOptions options = small();
  options.uses_per_patient = 400;
  std::array<int, 5> count{};
  const MriPatchSampler sampler(options);
  MriPatch patch;
  constexpr int kSamples = 120;
  for (std::uint64_t n = 0; n < kSamples; ++n) {
    sampler.at(n, patch);
    ++count[static_cast<std::size_t>(patch.focus)];
    if (patch.focus == PatchFocus::lesion) {
      EXPECT_GT(*std::max_element(patch.lesion.begin(), patch.lesion.end()), 0.02f) << n;
    }
  }
  for (std::size_t f = 0; f < 5; ++f)
    EXPECT_NEAR(count[f], kSamples * options.focus_weights[f],
                4 * std::sqrt(kSamples * options.focus_weights[f]));
}

TEST(MriPatchSampler, WholeTrunksHoldTheLiverAndTheSpineBehindTheBreasts) {
  MriPatchOptions options;
  options.size = {56, 56, 56};
  options.spacing_mm = 5;
  options.patient_spacing_mm = 6;
  options.pool = 1;
  options.focus_weights = {0, 0, 0, 1, 0};
  const auto tissues = [&] {
    const MriPatchSampler sampler(options);
    std::set<std::uint8_t> seen;
    for (std::uint64_t n = 0; n < 4; ++n)
      for (const std::uint8_t tissue : sampler.at(n).tissue) seen.insert(tissue);
    return seen;
  };
  const auto liver = static_cast<std::uint8_t>(Tissue::liver),
             marrow = static_cast<std::uint8_t>(Tissue::marrow);
  options.whole_trunk = true;
  EXPECT_EQ(tissues().count(liver), 1u);
  EXPECT_EQ(tissues().count(marrow), 1u);
}

TEST(MriPatchSampler, OnesOwnPatientsServeAsWell) {
  MriPatchOptions options = small();
  options.make_patient = [](std::uint64_t) {
    Grid grid;
    grid.size = {30, 30, 30};
    grid.spacing_mm = {4, 4, 4};
    TissueRaster raster{grid, std::vector<TissueMix>(grid.voxel_count()), Mask(grid, 1)};
    for (TissueMix& mix : raster.voxels)
      mix.share[0] = 255, mix.material[0] = static_cast<Material>(Tissue::gland);
    return raster;
  };
  options.inserted_lesions = 0;
  options.focus_weights = {0, 1, 0, 0, 0};
  const MriPatch patch = MriPatchSampler(options).at(0);
  EXPECT_EQ(patch.tissue[(12 * 24 + 12) * 24 + 12], static_cast<int>(Tissue::gland));
}

TEST(MriPatchSampler, BadOptionsSayWhatIsWrong) {
  const auto message = [](const MriPatchOptions& options) -> std::string {
    try {
      MriPatchSampler sampler(options);
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  MriPatchOptions options = small();
  options.size = {4, 4, 4};
  EXPECT_EQ(message(options), "MRI patch sampler: the size is 4; 8 to 256 voxels can be made.");
  options = small();
  options.channels.clear();
  EXPECT_EQ(message(options), "MRI patch sampler: 0 channels are asked for; 1 to 10 can be made.");
  options = small();
  options.spacing_mm = 0;
  EXPECT_EQ(message(options), "MRI patch sampler: the spacing is out of range; 0.3 to 5 mm can be made.");
  options = small();
  options.patient_spacing_mm = std::nan("");
  EXPECT_EQ(message(options),
            "MRI patch sampler: the patients' spacing is out of range; 0.5 to 8 mm can be made.");
  options = small();
  options.implants = 0.7, options.lone_breasts = 0.6;
  EXPECT_EQ(message(options),
            "MRI patch sampler: a share of unusual patients is out of range; each lies from 0 to 1, and so "
            "does their sum.");
  options = small();
  options.pool = 0;
  EXPECT_EQ(message(options), "MRI patch sampler: the pool is empty; it needs a patient and a use of each.");
  options = small();
  options.focus_weights = {1};
  EXPECT_EQ(message(options),
            "MRI patch sampler: there are not five weights of focus; there is one for each kind.");
}

}  // namespace
}  // namespace lobule::phantom
