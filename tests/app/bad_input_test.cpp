// Bad input through the whole program: a good exam lies among broken files, hostile archives and exams that
// cannot be measured. The good one gets its report, and each bad thing is named where a user sees it.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "core/table.h"
#include "core/text.h"
#include "io/dicom_read.h"
#include "io/dicom_tags.h"
#include "io/dicom_write.h"
#include "io/files.h"
#include "io/raw_dicom.h"
#include "pipeline/phantom_dicom.h"
#include "support/archives.h"
#include "support/dicom_samples.h"
#include "support/small_phantom.h"
#include "support/test_support.h"

namespace lobule {
namespace {
namespace fs = std::filesystem;
namespace tag = io::tag;
using nlohmann::json;

phantom::Exam small_dynamic(int seed) {
  phantom::ExamOptions options = test::small_patient();
  options.anatomy.seed = static_cast<std::uint64_t>(seed);
  options.post_phases = 1;
  options.only_dynamic = true;
  return phantom::make_exam(options);
}

// A T2-weighted stack of 12 slices that says it shows breasts.
test::MrSample t2_stack(const std::string& study, const std::string& series, int number) {
  test::MrSample sample;
  sample.grid.size = {32, 32, 12};
  sample.grid.spacing_mm = {10, 10, 10};
  sample.stored = [](int i, int j, int k) { return 40 + (i * 7 + j * 3 + k) % 50; };
  sample.study_seed = study;
  sample.seed = series;
  sample.series_number = number;
  sample.description = sample.protocol = "t2_tse_tra";
  return sample;
}

io::DicomDataset t2_slice(const test::MrSample& sample, int k, const std::string& study_uid = "") {
  io::DicomDataset d = test::mr_slice(sample, k);
  d.put_text(tag::ScanningSequence, "CS", "SE");
  d.put_text(tag::MRAcquisitionType, "CS", "2D");
  d.put_number(tag::RepetitionTime, "DS", 5000);
  d.put_number(tag::EchoTime, "DS", 100);
  if (study_uid.empty()) return d;
  d.put_text(tag::StudyInstanceUID, "UI", study_uid);
  d.put_text(tag::PatientID, "LO", "LOBULE-DEMO");
  return d;
}

std::string deeply_nested(int depth) {
  auto raw = test::RawDicom::file();
  for (int i = 0; i < depth; ++i) raw.head(0x0008, 0x1140, "SQ", 0xFFFFFFFF).item(0xE000, 0xFFFFFFFF);
  for (int i = 0; i < depth; ++i) raw.item(0xE00D, 0).item(0xE0DD, 0);
  return raw.bytes();
}

void add_bad_files(const fs::path& in, const std::string& good_file) {
  io::write_file(in / "bad/cut_in_header.dcm", std::string_view(good_file).substr(0, 400));
  io::write_file(in / "bad/empty.dcm", "");
  io::write_file(in / "bad/letter.dcm", "Dear colleague, this is no image.\n");
  io::write_file(in / "bad/nested.dcm", deeply_nested(1000));
  io::DicomDataset huge = t2_slice(t2_stack("huge", "huge", 1), 0);
  huge.put_number(tag::Rows, "US", 40000);
  huge.put_number(tag::Columns, "US", 40000);
  huge.erase(tag::PixelData);
  io::write_dicom(in / "bad/huge.dcm", huge);
}

void add_bad_archives(const fs::path& in, const std::string& good_file) {
  test::write_archive(in / "bad/climbing.tar", {{"../../evil", "climbed out"}});
  test::write_archive(in / "bad/bomb.zip", {{"zeros", std::string(96 << 20, '\0')}});
  test::write_archive(in / "bad/whole.tar.xz", {{"a", good_file}, {"b", good_file}});
  const std::string whole = io::read_file(in / "bad/whole.tar.xz");
  io::write_file(in / "bad/cut.tar.xz", std::string_view(whole).substr(0, whole.size() / 2));
  fs::remove(in / "bad/whole.tar.xz");
}

// Stacks of the good exam with a hole, a slice twice, a slice of another orientation, and a file cut short.
void add_bad_series(const fs::path& in, const std::string& study) {
  const auto add = [&](const std::string& name, int number, auto&& edit) {
    const test::MrSample sample = t2_stack("good", name, number);
    for (int k = 0; k < 12; ++k) {
      io::DicomDataset d = t2_slice(sample, k, study);
      if (edit(k, d)) io::write_dicom(in / name / (std::to_string(k) + ".dcm"), d);
    }
  };
  add("hole", 31, [](int k, io::DicomDataset&) { return k != 6; });
  add("twice", 32, [&](int k, io::DicomDataset& d) {
    if (k != 6) return true;
    io::DicomDataset copy = d;
    copy.put_text(tag::SOPInstanceUID, "UI", "1.2.3.4.5");
    io::write_dicom(in / "twice/copy.dcm", copy);
    return true;
  });
  add("mixed", 33, [](int k, io::DicomDataset& d) {
    if (k == 6) d.put_numbers(tag::ImageOrientationPatient, "DS", {0, 1, 0, 0, 0, -1});
    return true;
  });
  add("cut", 34, [](int, io::DicomDataset&) { return true; });
  const std::string file = io::read_file(in / "cut/6.dcm");
  io::write_file(in / "cut/6.dcm", std::string_view(file).substr(0, file.size() - 1000));
}

// Exams that cannot be measured, and one image of the good exam under another patient's ID.
void add_bad_exams(const fs::path& in) {
  for (int k = 0; k < 12; ++k)
    io::write_dicom(in / "no_dce" / std::to_string(k), t2_slice(t2_stack("no dce", "t2", 1), k));
  pipeline::write_phantom_dicom(small_dynamic(2), in / "one_phase");
  for (const char* series : {"s02", "s03", "s04"}) fs::remove_all(in / "one_phase" / series);
  pipeline::write_phantom_dicom(small_dynamic(3), in / "hole_before_contrast");
  fs::remove(in / "hole_before_contrast/s01/0012");
  std::string renamed = io::read_file(in / "good/s01/0001");
  const std::string id = "LOBULE-DEMO";
  for (std::size_t at; (at = renamed.find(id)) != std::string::npos;)
    renamed.replace(at, id.size(), "SOMEBODY-EL");
  io::write_file(in / "renamed.dcm", renamed);
}

// All sentences that a user can read after a run: on the terminal, in JSON findings, in the table of exams.
class Said {
 public:
  Said(const test::ProgramResult& run, const fs::path& out) {
    for (const std::string& line : split(run.output, '\n')) sentences_.insert(line);
    const json exams = json::parse(io::read_file(out / "exams.json"));
    for (const json& exam : exams["exams"]) add(exam["findings"]);
    for (const auto& entry : fs::recursive_directory_iterator(out))
      if (entry.path().filename() == "exam.json") add(json::parse(io::read_file(entry.path()))["findings"]);
    const Table table = from_csv(io::read_file(out / "exams.csv"), "exams.csv");
    for (std::size_t row = 0; row < table.rows.size(); ++row) sentences_.insert(table.cell(row, "reason"));
    index_html_ = io::read_file(out / "index.html");
  }
  bool has(const std::string& sentence) const {
    return sentences_.contains(sentence) || sentences_.contains("error: " + sentence) ||
           sentences_.contains("warning: " + sentence);
  }
  bool index_page_has(const std::string& words) const { return contains(index_html_, words); }
  std::string all() const { return join({sentences_.begin(), sentences_.end()}, "\n"); }

 private:
  void add(const json& findings) {
    for (const json& f : findings)
      sentences_.insert(sentence({Severity::note, f["where"], f["what"], f["why"], f["what_to_do"]}));
  }
  std::set<std::string> sentences_;
  std::string index_html_;
};

struct BadThing {
  std::string thing, sentence;  // IN stands for the folder of inputs
};

// What is said of each bad thing, word for word.
std::vector<BadThing> bad_things() {
  const std::string two_patients =
      " occurs under 2 patients (exam 3, exam 4); files of two people were mixed or renamed; each patient's "
      "images are kept apart. Find out whose images these are before using the results.";
  return {
      {"a file cut in its header",
       "IN/bad/cut_in_header.dcm: the file ends inside the head of an element; 2 bytes are left of at least "
       "8."},
      {"a file cut in its pixels",
       "IN/cut/6.dcm: its 32×32 pixels need 2048 bytes, 1048 are there; the file is cut short or its header "
       "is wrong."},
      {"an empty file", "IN/bad/empty.dcm: the file is empty."},
      {"a sequence nested a thousand deep",
       "IN/bad/nested.dcm: sequences are nested deeper than 64 levels; no real object needs that; the file "
       "is refused."},
      {"a header of 40000×40000 without pixels", "IN/bad/huge.dcm: it has no pixels."},
      {"a path that climbs out of an archive",
       "IN/bad/climbing.tar:../../evil: its path climbs out of the archive; the member was not unpacked."},
      {"an archive bomb",
       "IN/bad/bomb.zip: its members take more than 200 times its own size; it was not unpacked further, to "
       "protect the disk. Unpack it yourself if it is what you expect."},
      {"an archive cut short",
       "IN/bad/cut.tar.xz:a: the member cannot be unpacked; the file ends inside its xz stream."},
      {"a missing slice",
       "series 31 \"t2_tse_tra\": slice 7 of 12 is missing (gap of 20.0 mm after z = 50.0 mm); the volume is "
       "not assembled. Send the series again, or pass --allow-gaps to fill it and mark it."},
      {"a slice twice",
       "series 32 \"t2_tse_tra\": slice 7 of 12 is there twice; the volume is not assembled. Remove the "
       "image "
       "that does not belong."},
      {"mixed orientation",
       "series 33 \"t2_tse_tra\": the images have 2 orientations (11 axial, 1 sagittal); only the 11 of one "
       "orientation are used."},
      {"one image under two patients",
       "IN/renamed.dcm: the same SOPInstanceUID as in IN/good/s01/0001 belongs to another patient; a UID "
       "names "
       "one object only; both are kept. Check which of the two is meant."},
      {"one study under two patients", "exam 3: the same StudyInstanceUID (0020,000D)" + two_patients},
      {"one series under two patients", "exam 3: the same SeriesInstanceUID (0020,000E)" + two_patients},
      {"no dynamic series",
       "dynamic series: there is no dynamic series; no T1 volumes share geometry and timing. Enhancement, "
       "kinetics and candidates cannot be measured."},
      {"an exam that cannot be measured",
       "exam: there is no dynamic contrast-enhanced series; enhancement cannot be measured. Check the roles "
       "in "
       "exams.json; a corrections file can name the series."},
      {"only one phase",
       "dynamic series: only one phase: there is no dynamic series; series 1 \"t1_fl3d_tra_dyna_spair_1+5\" "
       "has no partner of its geometry and timing. Enhancement needs a pre-contrast and a post-contrast "
       "phase."},
      {"a hole in the pre-contrast phase",
       "series 1 \"t1_fl3d_tra_dyna_spair_1+5\": phase 0 of the dynamic series makes no volume; slice 12 of "
       "36 "
       "is missing (gap of 8.0 mm after z = −30.0 mm). Send the series again."}};
}

std::string with_folder(std::string sentence, const fs::path& in) {
  for (std::size_t at; (at = sentence.find("IN/")) != std::string::npos;)
    sentence.replace(at, 2, in.string());
  return sentence;
}

TEST(BadInput, EachBadThingIsNamedAndTheGoodExamStillGetsItsReport) {
  const test::ScratchFolder folder;
  const fs::path in = folder / "in", out = folder / "out";
  const auto good = pipeline::write_phantom_dicom(small_dynamic(1), in / "good");
  const std::string good_file = io::read_file(in / "good/s01/0001");
  add_bad_files(in, good_file);
  add_bad_archives(in, good_file);
  add_bad_series(in, good.study_uid);
  add_bad_exams(in);
  const auto run = test::run_program({test::lobule_program(), "analyze", in.string(), "-o", out.string()});

  EXPECT_EQ(run.exit_code, 1) << run.output;  // done in part
  EXPECT_TRUE(fs::exists(out / good.patient_id / good.study_uid / "report.html")) << run.output;
  const Said said(run, out);
  for (const auto& [thing, sentence] : bad_things())
    EXPECT_TRUE(said.has(with_folder(sentence, in))) << thing << ": " << sentence << "\n" << said.all();
  // A text file is no error: it is noted on the page.
  EXPECT_TRUE(
      said.index_page_has((in / "bad/letter.dcm").string() +
                          ": not DICOM (no DICM at byte 128, and the bytes do not begin a data set)"));
  EXPECT_FALSE(fs::exists(folder / "evil"));
  EXPECT_FALSE(fs::exists(out / ".cache/unpacked"));
}

}  // namespace
}  // namespace lobule
