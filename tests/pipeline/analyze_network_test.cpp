// Whose outlines an analysis takes: the network's, or the classical ones and why.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "core/resample.h"
#include "io/files.h"
#include "measure/breast_phantom.h"
#include "pipeline/analyze_stages.h"
#include "pipeline/phantom_dicom.h"
#include "pipeline/tissue_network.h"
#include "support/small_phantom.h"
#include "support/test_support.h"
#include "support/tissue_model.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

// While it lives the shipped models are those of a folder.
class ModelsAre {
 public:
  explicit ModelsAre(const fs::path& folder) { setenv("LOBULE_MODELS", folder.c_str(), 1); }
  ~ModelsAre() { unsetenv("LOBULE_MODELS"); }
};

// Two phases of a phantom whose gland doubles its signal.
ExamImages images(double spacing = 1) {
  Grid grid = measure::test::phantom_grid();
  grid.spacing_mm = spacing * grid.spacing_mm;
  for (int a = 0; a < 3; ++a) grid.size[a] = static_cast<int>(grid.size[a] / spacing);
  const measure::test::BreastPhantom phantom = measure::test::breast_phantom(grid);
  ExamImages images;
  for (int phase = 0; phase < 2; ++phase) {
    exam::Volume volume;
    volume.image = phantom.image;
    volume.phase_index = phase;
    for (std::size_t v = 0; phase == 1 && v < volume.image.voxels.size(); ++v)
      if (phantom.gland.voxels[v] != 0) volume.image.voxels[v] *= 2;
    images.dynamic.phases.push_back(std::move(volume));
  }
  return images;
}

exam::Analysis analyzed(AnalyzeOptions options = {}, double spacing = 1) {
  options.no_motion_correction = true;
  exam::Analysis analysis;
  Context context;
  analyze_images(images(spacing), analysis, {1, "phantom", options, context});
  return analysis;
}

std::string words_of(const exam::Analysis& analysis, const std::string& where) {
  std::string words;
  for (const Finding& finding : analysis.findings)
    if (finding.where == where) words += name(finding.severity) + ": " + sentence(finding) + "\n";
  return words;
}

TEST(AnalyzeNetwork, TheNetworkOutlinesWhereItIsThere) {
  const test::ScratchFolder scratch;
  test::write_tissue_model(scratch.path());
  const ModelsAre models(scratch.path());
  const exam::Analysis analysis = analyzed();
  EXPECT_EQ(analysis.masks_source, "automatic, network");
  EXPECT_TRUE(analysis.outline.method.starts_with("network breast_mri, SHA-256 ")) << analysis.outline.method;
  EXPECT_FALSE(analysis.outline.evidence.empty());
  const measure::test::BreastPhantom truth = measure::test::breast_phantom(measure::test::phantom_grid());
  for (const int side : {1, 2}) {
    // Brightness alone knows no skin.
    EXPECT_GT(measure::test::dice(analysis.breast, truth.breast, side), 0.7) << side;
    EXPECT_GT(measure::test::dice(analysis.fgt, truth.gland, side), 0.8) << side;
  }
  EXPECT_GT(measure::volume_ml(analysis.pectoral, 1), 1000);
  EXPECT_EQ(measure::volume_ml(analysis.heart, 1), 0);
}

TEST(AnalyzeNetwork, ThePersonAndTheOptionOutrankIt) {
  const test::ScratchFolder scratch;
  test::write_tissue_model(scratch.path());
  const ModelsAre models(scratch.path());
  AnalyzeOptions options;
  options.classical = true;
  const exam::Analysis analysis = analyzed(options);
  EXPECT_EQ(analysis.masks_source, "automatic, classical");
  EXPECT_EQ(analysis.outline.method, "classical");
  EXPECT_TRUE(analysis.pectoral.empty());
  EXPECT_EQ(words_of(analysis, "breast mask"), "");
}

TEST(AnalyzeNetwork, WithoutTheModelAFindingSaysSo) {
  const test::ScratchFolder scratch;
  const ModelsAre models(scratch.path());
  const exam::Analysis analysis = analyzed();
  EXPECT_EQ(analysis.masks_source, "automatic, classical");
  EXPECT_EQ(
      words_of(analysis, "breast mask"),
      "note: breast mask: no network outlined the tissue; the model breast_mri is not among the shipped "
      "models. The classical outline is used: check the masks.\n");
}

TEST(AnalyzeNetwork, ADamagedModelIsAWarning) {
  const test::ScratchFolder scratch;
  test::write_tissue_model(scratch.path());
  std::string weights = io::read_file(scratch / "breast_mri/weights.safetensors");
  weights.back() = static_cast<char>(weights.back() + 1);
  io::write_file(scratch / "breast_mri/weights.safetensors", weights);
  const ModelsAre models(scratch.path());
  const exam::Analysis analysis = analyzed();
  EXPECT_EQ(analysis.masks_source, "automatic, classical");
  EXPECT_TRUE(words_of(analysis, "breast mask")
                  .starts_with("warning: breast mask: the network that outlines tissue cannot be used; "))
      << words_of(analysis, "breast mask");
}

TEST(AnalyzeNetwork, CoarseVoxelsAreNotForIt) {
  const test::ScratchFolder scratch;
  test::write_tissue_model(scratch.path());
  const ModelsAre models(scratch.path());
  const exam::Analysis analysis = analyzed({}, 1.5);
  EXPECT_EQ(analysis.masks_source, "automatic, classical");
  EXPECT_TRUE(
      words_of(analysis, "breast mask")
          .starts_with("note: breast mask: no network outlined the tissue; its voxels of 6.0 × 4.5 × 6.0 "
                       "mm are coarser than those that the network learned from."))
      << words_of(analysis, "breast mask");
}

TEST(AnalyzeNetwork, WhereItFindsNoBreastTheClassicalOutlineCounts) {
  const test::ScratchFolder scratch;
  test::write_tissue_model(scratch.path(), true);
  const ModelsAre models(scratch.path());
  const exam::Analysis analysis = analyzed();
  EXPECT_EQ(analysis.masks_source, "automatic, classical");
  EXPECT_GT(measure::volume_ml(analysis.breast, 1), 100);
  EXPECT_TRUE(
      words_of(analysis, "breast mask")
          .starts_with("warning: breast mask: the network found no breast, the classical outline did; "
                       "one of them is wrong; "));
  EXPECT_EQ(analysis.outline.overruled, std::vector<std::string>{"the network, which found no breast"});
}

TEST(AnalyzeNetwork, VesselsOfTheNetworkCountWhereTheyEnhance) {
  Grid grid;
  grid.size = {3, 1, 1};
  Mask found(grid), network(grid);
  found.voxels = {1, 0, 0}, network.voxels = {0, 1, 1};
  Image<float> percent(grid);
  percent.voxels = {0, 80, 10};
  EXPECT_EQ(join_vessels(found, network, percent).voxels, (std::vector<std::uint8_t>{1, 1, 0}));
  EXPECT_EQ(join_vessels(found, Mask(), percent).voxels, found.voxels);
}

// A second run with another model, or without one, must not take the first one's results.
TEST(AnalyzeNetwork, ResultsBelongToTheModelThatOutlined) {
  const test::ScratchFolder scratch;
  phantom::ExamOptions patient = test::small_patient();
  patient.post_phases = 1;
  patient.only_dynamic = true;
  write_phantom_dicom(phantom::make_exam(patient), scratch / "dicom");
  AnalyzeOptions options;
  options.output = (scratch / "out").string();
  options.no_motion_correction = true;
  const auto method = [&](const fs::path& models) {
    const ModelsAre are(models);
    Context context;
    const AnalyzeOutcome outcome = analyze_inputs({(scratch / "dicom").string()}, options, context);
    const std::string json = io::read_file(scratch / "out" / outcome.exams.at(0).folder / "exam.json");
    const std::size_t at = json.find("\"method\": \"") + 11;
    return json.substr(at, json.find('"', at) - at);
  };
  test::write_tissue_model(scratch / "one");
  const std::string first = method(scratch / "one");
  EXPECT_TRUE(first.starts_with("network breast_mri, SHA-256 ")) << first;
  EXPECT_EQ(method(scratch / "none"), "classical");
  EXPECT_EQ(method(scratch / "one"), first);
}

// The maps lie on the network's grid, in the body's box, and are the network's values there.
TEST(TissueNetwork, SaysOfEachVoxelOfTheBodyWhatItIs) {
  const test::ScratchFolder scratch;
  test::write_tissue_model(scratch.path());
  const ModelsAre models(scratch.path());
  const auto network = TissueNetwork::shipped();
  ASSERT_TRUE(network);
  EXPECT_EQ(network->name(), "breast_mri");
  EXPECT_EQ(network->sha256().size(), 64U);
  const measure::test::BreastPhantom phantom = measure::test::breast_phantom(measure::test::phantom_grid());
  Context context;
  const measure::TissueMaps maps = network->maps(phantom.image, phantom.body, context);
  const auto value = [](const Image<float>& map, Vec3 point) {
    return sample(map, index_from_point(map.grid, point), Interpolation::nearest);
  };
  EXPECT_GT(value(maps.inside, {-60, -60, 0}), 0.8);  // fat
  EXPECT_GT(value(maps.gland, {-60, -32, 0}), 0.8);
  EXPECT_GT(value(maps.inside, {-60, -32, 0}), 0.8);
  EXPECT_LT(value(maps.inside, {0, 30, 0}), 0.2);
  EXPECT_GT(value(maps.muscle, {0, 30, 0}), 0.8);
  EXPECT_LT(maps.inside.grid.size[1] * 3, 50 * 3 + 1);
  const measure::TissueMaps none = network->maps(phantom.image, Mask(phantom.image.grid), context);
  EXPECT_EQ(none.inside.voxels.size(), 1U);
}

}  // namespace
}  // namespace lobule::pipeline
