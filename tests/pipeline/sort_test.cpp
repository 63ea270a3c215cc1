// lobule sort from files to files: exams.json and its schema, corrections that come back, links by role.

#include "pipeline/sort.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/table.h"
#include "core/text.h"
#include "exam/sort_support.h"
#include "io/dicom_write.h"
#include "io/files.h"
#include "support/json_schema.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Three phases of four tiny slices; a ball in the middle lights up after the first.
void write_exam(const fs::path& folder) {
  for (int phase = 0; phase < 3; ++phase) {
    test::HeaderSeries s;
    s.uid = "1.2." + std::to_string(phase + 1);
    s.number = phase + 8;
    s.scan_options = {"FS"};
    for (int k = 0; k < s.slices; ++k) {
      auto d = test::header_of(s, k);
      d.put_text(io::tag::SOPInstanceUID, "UI", s.uid + "." + std::to_string(k + 1));
      d.put_number(io::tag::AcquisitionNumber, "IS", phase + 1);
      d.put_number(io::tag::SamplesPerPixel, "US", 1);
      d.put_text(io::tag::PhotometricInterpretation, "CS", "MONOCHROME2");
      d.put_number(io::tag::BitsAllocated, "US", 16);
      d.put_number(io::tag::BitsStored, "US", 12);
      d.put_number(io::tag::HighBit, "US", 11);
      d.put_number(io::tag::PixelRepresentation, "US", 0);
      std::string pixels;
      for (int i = 0; i < 256; ++i) {
        const bool inside = i / 16 > 5 && i / 16 < 10 && i % 16 > 5 && i % 16 < 10;
        pixels += static_cast<char>(inside && phase > 0 ? 180 + 10 * phase : 40 + (i * 37) % 50);
        pixels += '\0';
      }
      d.put({io::tag::PixelData, {'O', 'W'}, pixels, {}});
      io::write_dicom(folder / (std::to_string(phase) + "_" + std::to_string(k) + ".dcm"), d);
    }
  }
}

SortOutcome sort_folder(const fs::path& in, const fs::path& out, const std::string& corrections = "") {
  Context context;
  SortOptions options;
  options.output = out.string();
  options.link = true;
  options.corrections = corrections;
  return sort_inputs({in.string()}, options, context);
}

TEST(SortPipeline, WritesExamsThatObeyTheirSchemaWithNamesThatOthersRelyOn) {
  const test::ScratchFolder scratch;
  write_exam(scratch / "in");
  sort_folder(scratch / "in", scratch / "out");
  const json exams = json::parse(io::read_file(scratch / "out" / "exams.json"));
  const json schema = json::parse(io::read_file(test::source_dir() / "docs/schemas/exams.schema.json"));
  for (const std::string& error : test::schema_errors(schema, exams)) ADD_FAILURE() << error;
  const json& exam = exams["exams"][0];
  EXPECT_EQ(exam["kind"], "breast_mri");
  EXPECT_EQ(exam["early_phase_index"], 1);
  EXPECT_EQ(exam["series"][0]["role"], "dce_pre");
  EXPECT_EQ(exam["series"][0]["phase_index"], 0);
  EXPECT_EQ(exam["series"][2]["phase_index"], 2);
  EXPECT_TRUE(exam["series"][2]["time_s"].is_null());
  const std::string page = io::read_file(scratch / "out" / "index.html");
  EXPECT_TRUE(contains(page, "data:image/png;base64,"));
  EXPECT_FALSE(contains(page, ">P1<"));
}

TEST(SortPipeline, LinksLeadToTheFilesByRole) {
  const test::ScratchFolder scratch;
  write_exam(scratch / "in");
  sort_folder(scratch / "in", scratch / "out");
  const fs::path link = scratch / "out" / "by_role" / "exam_1" / "dce_post_1" / "0004.dcm";
  ASSERT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(fs::canonical(link), fs::canonical(scratch / "in" / "1_3.dcm"));
  EXPECT_TRUE(fs::exists(scratch / "out" / "by_role" / "exam_1" / "dce_pre" / "0001.dcm"));
}

TEST(SortPipeline, TheCorrectionsTemplateComesBackAsItIsAndEditsWin) {
  const test::ScratchFolder scratch;
  write_exam(scratch / "in");
  sort_folder(scratch / "in", scratch / "out");
  Table table = from_csv(io::read_file(scratch / "out" / "corrections.csv"), "corrections.csv");
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_EQ(table.cell(1, "role"), "dce_post");
  table.rows[2][table.column("role")] = "post_highres";
  table.rows[2][table.column("phase_index")] = "";
  io::write_file(scratch / "edited.csv", to_csv(table));
  const auto outcome = sort_folder(scratch / "in", scratch / "out2", (scratch / "edited.csv").string());
  EXPECT_EQ(outcome.exams.at(0).series.at(2).role, exam::Role::post_highres);
  EXPECT_EQ(outcome.exams[0].series[1].role, exam::Role::dce_post);
}

TEST(SortPipeline, AnUnknownRoleInTheCorrectionsNamesTheLineAndTheNearestWords) {
  const test::ScratchFolder scratch;
  write_exam(scratch / "in");
  io::write_file(scratch / "c.csv", "series_uid,role\n1.2.1,dce_prae\n");
  try {
    sort_folder(scratch / "in", scratch / "out", (scratch / "c.csv").string());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              (scratch / "c.csv").string() +
                  " line 2: role \"dce_prae\" is not known. Did you mean dce_pre, dce_post?");
  }
}

}  // namespace
}  // namespace lobule::pipeline
