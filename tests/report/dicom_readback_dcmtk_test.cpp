#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmfg/fgplanpo.h>
#include <dcmtk/dcmiod/iodutil.h>
#include <dcmtk/dcmpmap/dpmparametricmapiod.h>
#include <dcmtk/dcmseg/segdoc.h>
#include <dcmtk/dcmseg/segutils.h>
#include <dcmtk/dcmsr/dsrdoc.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>

#include "dicom_exam_sample.h"
#include "report/dicom_results.h"
#include "support/test_support.h"

// DCMTK's own readers of segmentations, parametric maps and reports, as an outside judge of what we write.

namespace lobule::report {
namespace {

class DcmtkReadsBack : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    grid_ = test::test_grids()[static_cast<std::size_t>(GetParam())].grid;
    analysis_ = test::sample_analysis(test::exam_source(grid_));
    ASSERT_TRUE(write_dicom_results(analysis_, "seed", folder_.path()).empty());
  }
  std::string file(const std::string& name) const {
    return (folder_.path() / "dicom" / (name + ".dcm")).string();
  }
  // Where DCMTK says that a frame begins, against slice k of the grid.
  void expect_position(FGInterface& groups, std::size_t frame, int k) const {
    OFBool per_frame = OFTrue;
    auto* plane = dynamic_cast<FGPlanePosPatient*>(
        groups.get(static_cast<Uint32>(frame), DcmFGTypes::EFG_PLANEPOSPATIENT, per_frame));
    ASSERT_NE(plane, nullptr);
    Vec3 at;
    ASSERT_TRUE(plane->getImagePositionPatient(at.x, at.y, at.z).good());
    EXPECT_LT(norm(at - point_from_index(grid_, {0, 0, static_cast<double>(k)})), 1e-3);
  }

  test::ScratchFolder folder_;
  Grid grid_;
  exam::Analysis analysis_;
};

TEST_P(DcmtkReadsBack, SegmentsWithTheSameVoxels) {
  DcmFileFormat format;
  ASSERT_TRUE(format.loadFile(file("breast_seg").c_str()).good());
  const Uint8* bytes = nullptr;
  unsigned long count = 0;
  ASSERT_TRUE(format.getDataset()->findAndGetUint8Array(DCM_PixelData, bytes, &count).good());
  const std::vector<std::uint8_t>& voxels = analysis_.breast.voxels;
  ASSERT_GE(count * 8, 2 * voxels.size());
  for (std::size_t bit = 0; bit < 2 * voxels.size(); ++bit)
    ASSERT_EQ(bytes[bit / 8] >> bit % 8 & 1, voxels[bit % voxels.size()] == bit / voxels.size() + 1);
}

TEST_P(DcmtkReadsBack, SegmentsFrameByFrameAtTheSamePlaces) {
  DcmSegmentation* loaded = nullptr;
  const OFCondition condition = DcmSegmentation::loadFile(file("breast_seg").c_str(), loaded);
  ASSERT_TRUE(condition.good()) << condition.text();
  const std::unique_ptr<DcmSegmentation> segmentation(loaded);
  const auto slices = static_cast<std::size_t>(grid_.size[2]);
  ASSERT_EQ(segmentation->getNumberOfFrames(), 2 * slices);
  const auto rows = static_cast<Uint16>(grid_.size[1]), columns = static_cast<Uint16>(grid_.size[0]);
  for (std::size_t f = 0; f < 2 * slices; ++f) {
    const int k = static_cast<int>(f % slices);
    expect_position(segmentation->getFunctionalGroups(), f, k);
    // DCMTK 3.6.7 takes frames apart wrongly where they do not begin at a byte (dcmqi issue 341).
    if (rows * columns % 8 != 0) continue;
    const std::unique_ptr<DcmIODTypes::Frame> frame(
        DcmSegUtils::unpackBinaryFrame(segmentation->getFrame(f), rows, columns));
    ASSERT_NE(frame, nullptr);
    for (int j = 0; j < rows; ++j)
      for (int i = 0; i < columns; ++i)
        ASSERT_EQ(frame->pixData[j * columns + i] != 0, analysis_.breast.at(i, j, k) == f / slices + 1);
  }
}

TEST_P(DcmtkReadsBack, MapsWithTheSameVoxelsAtTheSamePlaces) {
  for (const exam::Map& map : analysis_.maps) {
    OFvariant<OFCondition, DPMParametricMapIOD*> loaded =
        DPMParametricMapIOD::loadFile(file("map_" + map.name).c_str());
    ASSERT_EQ(OFget<OFCondition>(&loaded), nullptr) << OFget<OFCondition>(&loaded)->text();
    const std::unique_ptr<DPMParametricMapIOD> object(*OFget<DPMParametricMapIOD*>(&loaded));
    DPMParametricMapIOD::FramesType frames = object->getFrames();
    auto* pixels = OFget<DPMParametricMapIOD::Frames<Float32>>(&frames);
    ASSERT_NE(pixels, nullptr);
    for (int k = 0; k < grid_.size[2]; ++k) {
      const Float32* frame = pixels->getFrame(static_cast<std::size_t>(k));
      ASSERT_NE(frame, nullptr);
      const auto area = static_cast<std::size_t>(grid_.size[0] * grid_.size[1]);
      EXPECT_EQ(std::memcmp(frame, &map.image.at(0, 0, k), area * sizeof(float)), 0);
      expect_position(object->getFunctionalGroups(), static_cast<std::size_t>(k), k);
    }
  }
}

TEST_P(DcmtkReadsBack, TheReportAsAValidDocument) {
  DcmFileFormat format;
  ASSERT_TRUE(format.loadFile(file("measurements_sr").c_str()).good());
  DSRDocument document;
  const OFCondition condition = document.read(*format.getDataset());
  ASSERT_TRUE(condition.good()) << condition.text();
  EXPECT_EQ(document.getDocumentType(), DSRTypes::DT_Comprehensive3DSR);
  EXPECT_TRUE(document.isValid());
  OFString identifier, resource;
  document.getTree().gotoRoot();
  EXPECT_TRUE(
      document.getTree().getCurrentContentItem().getTemplateIdentification(identifier, resource).good());
  EXPECT_EQ(identifier, "1500");
}

INSTANTIATE_TEST_SUITE_P(Grids, DcmtkReadsBack, ::testing::Range(0, 5));

}  // namespace
}  // namespace lobule::report
