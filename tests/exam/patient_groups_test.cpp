#include "exam/patient_groups.h"

#include <gtest/gtest.h>

#include "io/dicom_tags.h"
#include "io/dicom_write.h"
#include "io/files.h"
#include "support/test_support.h"

namespace lobule::exam {
namespace {

class PatientGroups : public testing::Test {
 protected:
  void add(const std::string& name, const std::string& patient, const std::string& study) {
    io::DicomDataset header;
    header.put_text(io::tag::SOPClassUID, "UI", "1.2.840.10008.5.1.4.1.1.4");
    header.put_text(io::tag::SOPInstanceUID, "UI", "1.2.3." + std::to_string(files_.size() + 1));
    if (!patient.empty()) header.put_text(io::tag::PatientID, "LO", patient);
    if (!study.empty()) header.put_text(io::tag::StudyInstanceUID, "UI", study);
    io::write_dicom(folder_ / name, header);
    files_.push_back({folder_ / name, name});
  }

  std::vector<std::string> groups() {
    Progress progress;
    std::vector<std::string> names;
    for (const auto& group : group_by_patient(files_, progress, Cancellation())) {
      names.emplace_back();
      for (const io::InputFile& file : group) names.back() += file.name + " ";
    }
    return names;
  }

  test::ScratchFolder folder_;
  std::vector<io::InputFile> files_;
};

TEST_F(PatientGroups, KeepAPatientsStudiesTogetherAndPatientsApart) {
  add("a", "P2", "1.1");
  add("b", "P1", "1.2");
  add("c", "P2", "1.3");
  EXPECT_EQ(groups(), (std::vector<std::string>{"b ", "a c "}));
}

TEST_F(PatientGroups, PutAStudyThatTwoPatientsClaimInOneGroup) {
  add("a", "P1", "1.1");
  add("b", "P2", "1.1");
  add("c", "P2", "1.2");
  EXPECT_EQ(groups(), (std::vector<std::string>{"a b c "}));
}

TEST_F(PatientGroups, TellStudiesWithoutPatientsApart) {
  add("a", "", "1.1");
  add("b", "", "1.2");
  EXPECT_EQ(groups(), (std::vector<std::string>{"a ", "b "}));
}

TEST_F(PatientGroups, PutWhatCannotBeReadLast) {
  io::write_file(folder_ / "text", "no DICOM");
  files_.push_back({folder_ / "text", "text"});
  add("a", "P1", "1.1");
  EXPECT_EQ(groups(), (std::vector<std::string>{"a ", "text "}));
}

}  // namespace
}  // namespace lobule::exam
