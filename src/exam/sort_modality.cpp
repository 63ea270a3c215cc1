#include "exam/sort_modality.h"

#include <algorithm>
#include <set>

#include "core/text.h"
#include "exam/mammogram_header.h"
#include "exam/sort_rules.h"
#include "io/dicom_tags.h"

namespace lobule::exam {
namespace {

using io::DicomDataset;
using io::Tag;

constexpr Tag kUltrasoundRegions{0x0018, 0x6011}, kUnitsX{0x0018, 0x6024}, kDeltaX{0x0018, 0x602C},
    kDeltaY{0x0018, 0x602E};
constexpr std::size_t kMostTexts = 8;  // images described one by one in the evidence of a series

struct ClassRow {
  const char* sop_class;  // PS3.4 B.5
  const char* modality;
};
constexpr ClassRow kClasses[] = {
    {"1.2.840.10008.5.1.4.1.1.4", "MR"},      {"1.2.840.10008.5.1.4.1.1.4.1", "MR"},
    {"1.2.840.10008.5.1.4.1.1.4.4", "MR"},    {"1.2.840.10008.5.1.4.1.1.1.2", "MG"},
    {"1.2.840.10008.5.1.4.1.1.1.2.1", "MG"},  {"1.2.840.10008.5.1.4.1.1.13.1.3", "MG"},
    {"1.2.840.10008.5.1.4.1.1.13.1.4", "MG"}, {"1.2.840.10008.5.1.4.1.1.13.1.5", "MG"},
    {"1.2.840.10008.5.1.4.1.1.6.1", "US"},    {"1.2.840.10008.5.1.4.1.1.3.1", "US"},
    {"1.2.840.10008.5.1.4.1.1.6.2", "US"},    {"1.2.840.10008.5.1.4.1.1.2", "CT"}};

const DicomDataset& header_of(const DicomIndex& index, const FrameRef& ref) {
  return index.entries[static_cast<std::size_t>(ref.entry)].header.dataset;
}

// One header an object, not a frame.
std::vector<const DicomDataset*> objects_of(const DicomIndex& index, const Series& series) {
  std::vector<const DicomDataset*> objects;
  int last = -1;
  for (const FrameRef& ref : series.images) {
    if (ref.entry != last) objects.push_back(&header_of(index, ref));
    last = ref.entry;
  }
  return objects;
}

void decide(Series& series, Role role, double weight, double confidence, std::string text) {
  series.role = role;
  series.confidence = confidence;
  series.evidence.push_back({"header", std::move(text), role, weight});
}

void describe_mammograms(Series& series, const DicomIndex& index) {
  std::set<std::string> said;
  for (const DicomDataset* header : objects_of(index, series)) {
    const MammogramHeader mammogram = read_mammogram_header(*header);
    const std::string text = describe(mammogram);
    if (said.size() < kMostTexts && said.insert(text).second)
      series.evidence.push_back({"header", text, series.role, 0});
    for (const std::string& conflict : mammogram.conflicts)
      if (std::find(series.conflicts.begin(), series.conflicts.end(), conflict) == series.conflicts.end())
        series.conflicts.push_back(conflict);
    const auto warn = [&](bool missing, const char* warning) {
      if (missing &&
          std::find(series.warnings.begin(), series.warnings.end(), warning) == series.warnings.end())
        series.warnings.emplace_back(warning);
    };
    warn(mammogram.side.empty(), "no side: ImageLaterality (0020,0062) is missing");
    warn(mammogram.view.empty(),
         "no view: ViewPosition (0018,5101) and ViewCodeSequence (0054,0220) are missing");
    warn(!mammogram.spacing_mm, "no pixel spacing that can be trusted: areas stay empty, percentages remain");
  }
}

void describe_ultrasound(Series& series, const DicomIndex& index) {
  std::set<std::string> said;
  bool calibrated = false;
  for (const DicomDataset* header : objects_of(index, series))
    for (const DicomDataset& region : header->items(kUltrasoundRegions)) {
      if (region.integer(kUnitsX) != 3 || !region.number(kDeltaX)) continue;  // 3 is centimetres
      calibrated = true;
      const std::string text = "calibrated region of " + format_number(10 * *region.number(kDeltaX)) + " × " +
                               format_number(10 * region.number(kDeltaY).value_or(*region.number(kDeltaX))) +
                               " mm a pixel (SequenceOfUltrasoundRegions (0018,6011))";
      if (said.size() < kMostTexts && said.insert(text).second)
        series.evidence.push_back({"header", text, Role::ultrasound, 0});
    }
  if (!calibrated)
    series.warnings.emplace_back("no region calibrated in centimetres: lengths cannot be measured");
}

bool is_tomosynthesis(const DicomDataset& header) {
  const std::string sop_class = header.text(io::tag::SOPClassUID);
  return sop_class.starts_with("1.2.840.10008.5.1.4.1.1.13.1.") ||
         header.integer(io::tag::NumberOfFrames).value_or(1) > 1;
}

}  // namespace

std::string modality_of(const DicomDataset& header) {
  if (const std::string modality = header.text(io::tag::Modality); !modality.empty()) return modality;
  const std::string sop_class = header.text(io::tag::SOPClassUID);
  for (const ClassRow& row : kClasses)
    if (sop_class == row.sop_class) return row.modality;
  return "";
}

bool is_companion(const std::string& modality) {
  for (const char* word : {"SR", "PR", "KO", "SEG", "REG", "RTSTRUCT", "RTPLAN", "RTDOSE", "DOC", "FID", "AU",
                           "RWV", "PLAN", "OT"})
    if (modality == word) return true;
  return modality.empty();
}

void decide_by_modality(Series& series, const DicomIndex& index) {
  const DicomDataset& header = header_of(index, series.images.front());
  const std::string said = "Modality (0008,0060) " + (series.modality.empty() ? "missing" : series.modality);
  if (series.modality == "US") {
    decide(series, Role::ultrasound, 8, 0.999, said);
    describe_ultrasound(series, index);
  } else if (series.modality == "MG" && is_tomosynthesis(header)) {
    const bool by_class = header.text(io::tag::SOPClassUID).starts_with("1.2.840.10008.5.1.4.1.1.13.1.");
    decide(series, Role::tomosynthesis, 8, by_class ? 0.999 : 0.95,
           said + (by_class ? ", SOP class of tomosynthesis" : ", several frames in one object"));
    describe_mammograms(series, index);
  } else if (series.modality == "MG") {
    decide(series, Role::mammogram, 8, 0.999, said);
    describe_mammograms(series, index);
  } else {
    decide(series, Role::other, 8, 0.99, said + ": no image that this program sorts");
  }
}

void sort_by_modality(Exam& exam, const DicomIndex& index) {
  std::set<Role> roles;
  for (Series& series : exam.series) {
    if (series.role == Role::other && series.evidence.empty()) decide_by_modality(series, index);
    roles.insert(series.role);
  }
  if (roles.count(Role::mammogram) != 0)
    exam.kind = ExamKind::mammography;
  else if (roles.count(Role::tomosynthesis) != 0)
    exam.kind = ExamKind::tomosynthesis;
  else if (roles.count(Role::ultrasound) != 0)
    exam.kind = ExamKind::ultrasound;
  else
    exam.findings.push_back({Severity::warning, "kind of exam",
                             "this is no breast exam that can be sorted (modality " +
                                 (exam.modality.empty() ? std::string("unknown") : exam.modality) + ")",
                             "breast MRI, mammograms, tomosynthesis and ultrasound are", ""});
  if (exam.kind == ExamKind::mammography && roles.count(Role::tomosynthesis) != 0)
    exam.findings.push_back(
        {Severity::note, "kind of exam", "mammograms and tomosynthesis in one study", "", ""});
}

}  // namespace lobule::exam
