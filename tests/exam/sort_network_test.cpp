// What sorting makes of a network's words: networks here say what the test tells them to.

#include "exam/sort_network.h"

#include <gtest/gtest.h>

#include "exam/pixels_only.h"
#include "exam/sort.h"
#include "support/dicom_samples.h"
#include "support/test_support.h"
#include "volume_support.h"

namespace lobule::exam {
namespace {

// Of every series the same opinion; the darkest phase is the first, the others grow darker with time.
class ToldNetworks : public SeriesNetworks {
 public:
  SeriesOpinion otherwise;
  bool tells_phases = false;

  std::vector<SeriesOpinion> sequences(const std::vector<SeriesThumbnail>& series) const override {
    return std::vector<SeriesOpinion>(series.size(), otherwise);
  }
  std::vector<PhaseOpinion> phases(const std::vector<SeriesThumbnail>& volumes) const override {
    std::vector<PhaseOpinion> opinions;
    if (!tells_phases) return opinions;
    for (const SeriesThumbnail& volume : volumes) {
      const float value = *std::max_element(volume.pictures.begin(), volume.pictures.end());
      opinions.push_back({value < 150 ? std::array{0.95, 0.03, 0.02} : std::array{0.02, 0.5, 0.48},
                          10 - static_cast<double>(value) / 100});
    }
    return opinions;
  }
};

SeriesOpinion opinion(SeenSequence sequence, double p, double fat_suppressed = 0.5) {
  SeriesOpinion o;
  o.sequence.fill((1 - p) / (kSeenSequences - 1));
  o.sequence[static_cast<std::size_t>(sequence)] = p;
  o.fat_suppressed = fat_suppressed;
  return o;
}

test::MrSample flat(const std::string& name, int value) {
  test::MrSample sample;
  sample.grid.size = {32, 32, 8};
  sample.grid.spacing_mm = {10, 10, 10};
  sample.grid.origin_mm = {-155, -155, -35};
  sample.stored = [value](int i, int j, int) { return value + (i + j) % 3; };
  sample.seed = name;
  sample.description = "breast";
  return sample;
}

Exam sorted(const std::filesystem::path& folder, const SeriesNetworks* networks, bool bare) {
  DicomIndex index = test::index_folder(folder);
  if (bare) index = with_pixels_only(std::move(index));
  SortOptions options;
  options.networks = networks;
  Progress progress;
  const Cancellation cancellation;
  return sort_exams(index, options, progress, cancellation).at(0);
}

TEST(SortNetwork, DecidesWhereHeadersAreSilent) {
  // The headers say breast, and little of the sequence.
  const test::ScratchFolder folder;
  test::MrSample sample = flat("one", 200);
  sample.protocol = "breast";
  sample.edit = [](int, io::DicomDataset& d) {
    d.put_text(io::tag::BodyPartExamined, "CS", "BREAST");
    for (const io::Tag tag : {io::tag::ScanningSequence, io::tag::MRAcquisitionType, io::tag::RepetitionTime,
                              io::tag::EchoTime, io::tag::FlipAngle})
      d.erase(tag);
  };
  test::write_mr_series(folder.path(), sample);
  ToldNetworks networks;
  networks.otherwise = opinion(SeenSequence::t2, 0.97, 0.98);
  const Series series = sorted(folder.path(), &networks, false).series.at(0);
  EXPECT_EQ(series.role, Role::t2_fatsat);
  EXPECT_EQ(series.decided_by, "network");
  const bool said = std::any_of(series.evidence.begin(), series.evidence.end(), [](const Evidence& e) {
    return e.source == "network" && e.text == "pixels look like T2 (99 %)";
  });
  EXPECT_TRUE(said);
  EXPECT_NE(sorted(folder.path(), nullptr, false).series.at(0).role, Role::t2_fatsat);
}

TEST(SortNetwork, YieldsToPhysicsInTheHeader) {
  const test::ScratchFolder folder;
  test::MrSample sample = flat("one", 200);
  sample.edit = [](int, io::DicomDataset& d) {
    d.put_text(io::tag::ScanningSequence, "CS", "GR");
    d.put_text(io::tag::MRAcquisitionType, "CS", "3D");
    d.put_number(io::tag::RepetitionTime, "DS", 5);
    d.put_number(io::tag::EchoTime, "DS", 2);
    d.put_number(io::tag::FlipAngle, "DS", 10);
    d.put_text(io::tag::BodyPartExamined, "CS", "BREAST");
  };
  test::write_mr_series(folder.path(), sample);
  ToldNetworks networks;
  networks.otherwise = opinion(SeenSequence::t2, 0.7, 0.5);
  const Series series = sorted(folder.path(), &networks, false).series.at(0);
  EXPECT_NE(series.role, Role::t2);
  EXPECT_NE(series.role, Role::t2_fatsat);
  EXPECT_EQ(series.decided_by, "rules");
}

TEST(SortNetwork, AnotherPartOfTheBodyIsNoBreastExam) {
  const test::ScratchFolder folder;
  test::MrSample sample = flat("one", 200);
  sample.description = "t1";
  test::write_mr_series(folder.path(), sample);
  ToldNetworks networks;
  networks.otherwise = opinion(SeenSequence::not_breast, 0.98);
  const Exam exam = sorted(folder.path(), &networks, true);
  EXPECT_EQ(exam.kind, ExamKind::not_breast);
  const bool said = std::any_of(exam.findings.begin(), exam.findings.end(), [](const Finding& f) {
    return sentence(f).find("network: its images look like a breast exam with") != std::string::npos;
  });
  EXPECT_TRUE(said);
}

TEST(SortNetwork, OfAnotherPartOfTheBodyItKnowsNoSequences) {
  const test::ScratchFolder folder;
  test::write_mr_series(folder.path(), flat("one", 200));
  ToldNetworks networks;
  networks.otherwise = opinion(SeenSequence::t2, 0.6);
  networks.otherwise.sequence[static_cast<std::size_t>(SeenSequence::not_breast)] = 0.3;
  const Exam exam = sorted(folder.path(), &networks, true);
  EXPECT_EQ(exam.kind, ExamKind::not_breast) << "the pixels show no breast";
  EXPECT_EQ(exam.series.at(0).role, Role::other);
  for (const Evidence& evidence : exam.series[0].evidence)
    EXPECT_NE(evidence.source, "network") << evidence.text;
}

TEST(SortNetwork, OrdersPhasesThatNoHeaderOrders) {
  const test::ScratchFolder folder;
  for (const int value : {300, 100, 500, 400})
    test::write_mr_series(folder.path(), flat("phase " + std::to_string(value), value),
                          std::to_string(value) + "_");
  const DicomIndex index = with_pixels_only(test::index_folder(folder.path()));
  std::vector<Series> series = test::series_of(index);
  std::vector<SeriesWork> works;
  DynamicGroup group;
  for (Series& s : series) {
    SeriesWork work;
    work.series = &s;
    work.facts = gather_facts(index, s);
    works.push_back(std::move(work));
    TimePoint point{works.size() - 1, {}, {}};
    for (std::size_t i = 0; i < works.back().facts.frames.size(); ++i)
      point.frames.push_back(static_cast<int>(i));
    group.points.push_back(point);
  }
  ToldNetworks networks;
  networks.tells_phases = true;
  const Cancellation cancellation;
  order_by_network(group, works, FrameSource(index), networks, cancellation);
  std::vector<std::string> order;
  for (const TimePoint& point : group.points)
    order.push_back(works[point.work].facts.frames[0].file_name.substr(0, 3));
  EXPECT_EQ(order, (std::vector<std::string>{"100", "500", "400", "300"}));
  EXPECT_NE(group.order_source.find("by the network"), std::string::npos);

  // A clear order in the headers stays, and the contradiction is said.
  group.points = {group.points[1], group.points[0], group.points[2], group.points[3]};
  group.order_weight = 6;
  group.order_source = "AcquisitionTime (0008,0032)";
  order_by_network(group, works, FrameSource(index), networks, cancellation);
  EXPECT_EQ(works[group.points[0].work].facts.frames[0].file_name.substr(0, 3), "500");
  ASSERT_EQ(group.order_conflicts.size(), 1u);
  EXPECT_NE(group.order_conflicts[0].find("for the pre-contrast phase (95 %)"), std::string::npos);
}

}  // namespace
}  // namespace lobule::exam
