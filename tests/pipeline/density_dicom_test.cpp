// The DICOM results of `lobule density`: segmentations on the mammograms' own pixels and a report an exam.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/table.h"
#include "core/text.h"
#include "io/dicom_pixels.h"
#include "io/dicom_read.h"
#include "io/files.h"
#include "io/picture_read.h"
#include "io/png.h"
#include "pipeline/density.h"
#include "pipeline/phantom_mammogram.h"
#include "pipeline/phantom_truth.h"
#include "support/density_model.h"
#include "support/mammogram_sample.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;
namespace tag = io::tag;
using io::DicomDataset;
using phantom::BreastSide;
using phantom::MammogramView;

constexpr io::Tag kContent{0x0040, 0xA730}, kName{0x0040, 0xA043}, kCode{0x0040, 0xA168},
    kMeasured{0x0040, 0xA300}, kNumber{0x0040, 0xA30A}, kUnit{0x0040, 0x08EA}, kText{0x0040, 0xA160},
    kValue{0x0008, 0x0100}, kMeaning{0x0008, 0x0104}, kSegments{0x0062, 0x0002}, kType{0x0062, 0x000F};

// The drawn breast as an exposure of the phantom's kind.
phantom::Mammogram exposure(BreastSide side, MammogramView view) {
  phantom::Mammogram m;
  m.side = side, m.view = view;
  m.presentation = test::drawn_mammogram();
  if (side == BreastSide::right) m.presentation = test::mirrored(m.presentation);
  m.presentation.grid.spacing_mm = {0.7, 0.7, 1};
  m.raw = m.presentation;
  for (float& v : m.raw.voxels) v = 9000 * std::exp(-v / 1200);
  m.labels = Mask(m.presentation.grid, 0);
  m.exposure.mas = 80, m.exposure.compressed_mm = 52;
  m.exposure.angle_degrees = view == MammogramView::cc ? 0 : 45;
  return m;
}

struct Measured {
  test::ScratchFolder folder;
  DensityOutcome outcome;
  Table table;

  void run(const std::vector<std::string>& inputs) {
    test::write_density_model(folder.path());
    DensityOptions options;
    options.output = (folder / "out").string();
    options.model = (folder / "density").string();
    Context context;
    outcome = measure_density(inputs, options, context);
    table = from_csv(io::read_file(folder / "out/density.csv"), "density.csv");
  }
  std::vector<fs::path> objects() const {
    std::vector<fs::path> files;
    if (fs::exists(folder / "out/dicom"))
      for (const auto& entry : fs::directory_iterator(folder / "out/dicom")) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
  }
};

DicomDataset dataset(const fs::path& file) {
  return io::read_dicom_header(file, file.filename().string()).dataset;
}

// Calls see(item) for each content item, from the top.
template <class See>
void each_item(const DicomDataset& container, const See& see) {
  for (const DicomDataset& item : container.items(kContent)) {
    see(item);
    each_item(item, see);
  }
}

std::string name_of(const DicomDataset& item) {
  const DicomDataset* name = item.first_item(kName);
  return name ? name->text(kValue) : "";
}

TEST(DensityDicom, DciodvfyFindsNoErrorForAnyVendor) {
  if (std::system("command -v dciodvfy >/dev/null 2>&1") != 0) GTEST_SKIP() << "dciodvfy is not installed";
  for (const MammogramHabits& habits : mammogram_habits()) {
    Measured run;
    MammogramWriter writer({"P1", habits.vendor, "honest", 3}, run.folder / "in");
    for (const BreastSide side : {BreastSide::right, BreastSide::left})
      for (const MammogramView view : {MammogramView::cc, MammogramView::mlo})
        writer.write(exposure(side, view));
    run.run({(run.folder / "in").string()});
    ASSERT_GE(run.outcome.measured, 4) << habits.vendor << "\n"
                                       << io::read_file(run.folder / "out/density.csv");
    const std::vector<fs::path> objects = run.objects();
    EXPECT_EQ(objects.size(), static_cast<std::size_t>(run.outcome.measured) + 1) << habits.vendor;
    for (const fs::path& file : objects) {
      const auto result = test::run_program({"dciodvfy", file.string()});
      EXPECT_EQ(result.output.find("Error"), std::string::npos) << habits.vendor << " " << file << "\n"
                                                                << result.output;
      EXPECT_EQ(result.exit_code, 0) << habits.vendor << " " << file << "\n" << result.output;
    }
  }
}

TEST(DensityDicom, SegmentsAreTheMaskOnTheInputsPixels) {
  Measured run;
  fs::create_directories(run.folder / "in");
  DicomDataset source = test::mammogram_dataset(test::mirrored(test::drawn_mammogram()), "R", "MLO");
  source.put_text(tag::SeriesInstanceUID, "UI", "1.2.826.0.1.3680043.10.3");
  io::write_dicom(run.folder / "in/view.dcm", source);
  run.run({(run.folder / "in").string()});
  const fs::path file = run.folder / "out/dicom/view_seg.dcm";
  const io::DicomHeader header = io::read_dicom_header(file, "view_seg.dcm");
  const DicomDataset& seg = header.dataset;
  const io::PictureValues mask = io::read_picture(run.folder / "out/masks/view_labels.png");
  EXPECT_EQ(seg.integer(tag::Columns), mask.width);
  EXPECT_EQ(seg.integer(tag::Rows), mask.height);
  EXPECT_EQ(seg.text(tag::FrameOfReferenceUID), "") << "the source has none";
  EXPECT_EQ(seg.text(tag::StudyInstanceUID), source.text(tag::StudyInstanceUID));
  const std::vector<std::uint8_t> bits = io::read_stored_pixels(file, header, "view_seg.dcm");
  for (std::size_t label = 1; label <= 3; ++label)
    for (std::size_t v = 0; v < mask.values.size(); ++v) {
      const std::size_t bit = (label - 1) * mask.values.size() + v;
      ASSERT_EQ((bits[bit / 8] >> bit % 8 & 1) != 0, mask.values[v] == static_cast<float>(label)) << v;
    }
  std::string types;
  for (const DicomDataset& segment : seg.items(kSegments)) {
    const DicomDataset& type = *segment.first_item(kType);
    types += type.text(kValue) + " " + type.text(kMeaning) + " " +
             type.first_item({0x0062, 0x0011})->text(kMeaning) + ", ";
  }
  EXPECT_EQ(
      types,
      "55603005 Fat Right, 1342375003 Breast fibroglandular tissue Right, 60005003 Pectoralis major muscle "
      "Right, ");
  const DicomDataset& shared = *seg.first_item(tag::SharedFunctionalGroupsSequence);
  EXPECT_EQ(shared.first_item({0x0008, 0x9124})->first_item({0x0008, 0x2112})->text(io::Tag{0x0008, 0x1155}),
            source.text(tag::SOPInstanceUID));
  EXPECT_EQ(shared.first_item({0x0028, 0x9110})->numbers(tag::PixelSpacing), (std::vector<double>{0.7, 0.7}));
}

TEST(DensityDicom, TheReportHoldsTheTablesNumbers) {
  Measured run;
  fs::create_directories(run.folder / "in");
  io::write_dicom(run.folder / "in/view.dcm", test::mammogram_dataset(test::drawn_mammogram(), "L", "CC"));
  run.run({(run.folder / "in").string()});
  const DicomDataset report = dataset(run.folder / "out/dicom/exam_1_sr.dcm");
  std::map<std::string, double> numbers;
  std::map<std::string, std::string> codes;
  std::vector<std::string> texts;
  each_item(report, [&](const DicomDataset& item) {
    const std::string name = name_of(item);
    if (const DicomDataset* value = item.first_item(kMeasured))
      numbers.emplace(name + " " + value->first_item(kUnit)->text(kValue), value->numbers(kNumber).at(0));
    if (const DicomDataset* value = item.first_item(kCode)) codes.emplace(name, value->text(kMeaning));
    if (!item.text(kText).empty()) texts.push_back(item.text(kText));
  });
  const auto cell = [&](const char* column) { return *parse_number(run.table.cell(0, column)); };
  EXPECT_NEAR(numbers.at("111046 %"), cell("pd"), 0.01);
  EXPECT_NEAR(numbers.at("PD_LOW %"), cell("pd_low"), 0.01);
  EXPECT_NEAR(numbers.at("PD_HIGH %"), cell("pd_high"), 0.01);
  EXPECT_NEAR(numbers.at("MASKING %"), cell("masking"), 0.01);
  EXPECT_NEAR(numbers.at("42798000 cm2"), cell("breast_cm2"), 0.01) << "the first area is the breast's";
  EXPECT_EQ(numbers.at("BIRADS4 1"), cell("birads4"));
  EXPECT_EQ(codes.at("111027"), "Left");
  EXPECT_EQ(codes.at("111031"), "cranio-caudal");
  EXPECT_EQ(codes.at("129715009"), "Scattered fibroglandular densities");
  EXPECT_EQ(codes.at("CALIBRATED"), "No");
  EXPECT_EQ(codes.at("121058"), "Mammography");
  const auto says = [&](const std::string& text) {
    return std::find(texts.begin(), texts.end(), text) != texts.end();
  };
  EXPECT_TRUE(says("BI-RADS 5th edition, b: estimated from percent density, not calibrated, not a reader's"));
  EXPECT_TRUE(says("Research use only – not a medical device"));
  EXPECT_TRUE(std::any_of(texts.begin(), texts.end(), [](const std::string& text) {
    return text.starts_with("lobule density, network density, SHA-256 ");
  }));
}

TEST(DensityDicom, RefusedImagesPicturesAndImagesWithoutAStudyGetNone) {
  Measured run;
  fs::create_directories(run.folder / "in");
  DicomDataset ct = test::mammogram_dataset(test::drawn_mammogram());
  ct.put_text(tag::Modality, "CS", "CT");
  io::write_dicom(run.folder / "in/ct.dcm", ct);
  DicomDataset lost = test::mammogram_dataset(test::drawn_mammogram());
  lost.put_text(tag::StudyInstanceUID, "UI", "");
  io::write_dicom(run.folder / "in/lost.dcm", lost);
  const Image<float> drawn = test::drawn_mammogram();
  io::Picture picture{drawn.grid.size[0], drawn.grid.size[1], 1, {}};
  for (const float v : drawn.voxels)
    picture.pixels.push_back(static_cast<std::uint8_t>(std::min(255.0F, v / 12)));
  io::write_file(run.folder / "in/1_L_CC.png", io::encode_png(picture));
  run.run({(run.folder / "in").string()});
  EXPECT_EQ(run.outcome.measured, 2);
  EXPECT_EQ(run.objects(), std::vector<fs::path>{});
  const std::string lost_name = (run.folder / "in/lost.dcm").string();
  EXPECT_TRUE(std::any_of(run.outcome.findings.begin(), run.outcome.findings.end(), [&](const Finding& f) {
    return sentence(f) ==
           lost_name + ": no DICOM results were written; the image names no study (0020,000D).";
  }));
}

TEST(DensityDicom, TheSameInputGivesTheSameBytes) {
  std::string first;
  for (int n = 0; n < 2; ++n) {
    Measured run;
    fs::create_directories(run.folder / "in");
    io::write_dicom(run.folder / "in/view.dcm", test::mammogram_dataset(test::drawn_mammogram()));
    run.run({(run.folder / "in").string()});
    std::string bytes;
    for (const fs::path& file : run.objects()) bytes += io::read_file(file);
    if (n == 0) first = bytes;
    EXPECT_EQ(bytes, first);
  }
}

}  // namespace
}  // namespace lobule::pipeline
