#include "exam/series_thumbnail.h"

#include <gtest/gtest.h>

#include "exam/pixels_only.h"
#include "support/dicom_samples.h"
#include "support/test_support.h"
#include "volume_support.h"

namespace lobule::exam {
namespace {

std::vector<int> all_frames(const SeriesFacts& facts) {
  std::vector<int> frames;
  for (std::size_t i = 0; i < facts.frames.size(); ++i) frames.push_back(static_cast<int>(i));
  return frames;
}

// A field of 96 × 96 × 48 mm in slices of 2 mm, in which the left, the back and the head are bright, each for
// itself.
test::MrSample octants() {
  test::MrSample sample;
  sample.grid.size = {48, 48, 24};
  sample.grid.spacing_mm = {2, 2, 2};
  sample.grid.origin_mm = {-47, -47, -23};
  sample.stored = [](int i, int j, int k) { return 10 * (i >= 24) + 20 * (j >= 24) + 40 * (k >= 12); };
  return sample;
}

TEST(SeriesThumbnail, ShowsThreePlanesThroughAStackInThePatientsDirections) {
  const test::ScratchFolder folder;
  test::write_mr_series(folder.path(), octants());
  const DicomIndex index = test::index_folder(folder.path());
  const SeriesFacts facts = gather_facts(index, test::series_of(index).at(0));
  const SeriesThumbnail thumbnail = series_thumbnail(facts, all_frames(facts), FrameSource(index));
  ASSERT_EQ(thumbnail.pictures.size(), 3u * 96 * 96);
  const auto at = [&](int plane, int row, int column) {
    return thumbnail.pictures[static_cast<std::size_t>((plane * 96 + row) * 96 + column)];
  };
  // Pixels of 1 mm. Transversal: columns to the left, rows to the back. The coronal plane lies in front, the
  // sagittal one in the middle, for the field is narrow.
  EXPECT_EQ(at(0, 10, 80) - at(0, 10, 10), 10);
  EXPECT_EQ(at(0, 80, 10) - at(0, 10, 10), 20);
  EXPECT_EQ(at(1, 40, 10), 40) << "rows run to the feet";
  EXPECT_EQ(at(1, 60, 10), 0);
  EXPECT_EQ(at(1, 60, 80), 10);
  EXPECT_EQ(at(2, 40, 80) - at(2, 40, 10), 20);
  EXPECT_EQ(at(1, 10, 80), 0) << "above the field";
}

TEST(SeriesThumbnail, ASeriesOfSeveralVolumesShowsItsFirst) {
  const test::ScratchFolder folder;
  test::MrSample first = octants(), second = octants();
  second.stored = [](int, int, int) { return 1000; };
  second.first_instance_number = 25;
  second.edit = [](int k, io::DicomDataset& d) {
    d.put_text(io::tag::SOPInstanceUID, "UI", "9.9." + std::to_string(k));
  };
  test::write_mr_series(folder.path(), first, "a");
  test::write_mr_series(folder.path(), second, "b");
  const DicomIndex index = test::index_folder(folder.path());
  const SeriesFacts facts = gather_facts(index, test::series_of(index).at(0));
  std::vector<int> frames;
  for (const int i : all_frames(facts))
    if (facts.frames[static_cast<std::size_t>(i)].file_name.starts_with("a")) frames.push_back(i);
  const SeriesThumbnail thumbnail = series_thumbnail(facts, frames, FrameSource(index));
  EXPECT_EQ(*std::max_element(thumbnail.pictures.begin(), thumbnail.pictures.end()), 70);
}

TEST(SeriesThumbnail, WithoutGeometryThereIsNone) {
  const test::ScratchFolder folder;
  test::MrSample sample = octants();
  sample.edit = [](int, io::DicomDataset& d) { d.erase(io::tag::ImagePositionPatient); };
  test::write_mr_series(folder.path(), sample);
  const DicomIndex index = test::index_folder(folder.path());
  const SeriesFacts facts = gather_facts(index, test::series_of(index).at(0));
  EXPECT_TRUE(series_thumbnail(facts, all_frames(facts), FrameSource(index)).pictures.empty());
}

TEST(SeriesThumbnail, BrightBecomesOneAndTheRestKeepsItsProportion) {
  SeriesThumbnail thumbnail;
  thumbnail.pictures.assign(3 * 96 * 96, 0);
  for (std::size_t i = 0; i < 1000; ++i) thumbnail.pictures[i] = i < 500 ? 200.0F : 100.0F;
  const SeriesThumbnail result = normalized(thumbnail);
  EXPECT_EQ(result.pictures[0], 1);
  EXPECT_EQ(result.pictures[600], 0.5F);
  EXPECT_EQ(result.pictures[5000], 0);
}

TEST(PixelsOnly, NothingOfTheHeaderIsLeftButGeometryRescaleAndIdentifiers) {
  const test::ScratchFolder folder;
  test::write_mr_series(folder.path(), octants());
  const DicomIndex bare = with_pixels_only(test::index_folder(folder.path()));
  ASSERT_EQ(bare.entries.size(), 24u);
  for (const IndexEntry& entry : bare.entries) {
    const io::DicomDataset& d = entry.header.dataset;
    EXPECT_TRUE(d.has(io::tag::SeriesInstanceUID));
    EXPECT_TRUE(d.has(io::tag::ImagePositionPatient));
    for (const io::Tag tag : {io::tag::PatientID, io::tag::SeriesDescription, io::tag::RepetitionTime,
                              io::tag::InstanceNumber, io::tag::Modality, io::tag::SeriesNumber})
      EXPECT_FALSE(d.has(tag)) << std::hex << tag.group << "," << tag.element;
  }
}

}  // namespace
}  // namespace lobule::exam
