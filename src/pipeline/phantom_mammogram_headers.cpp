// Less than honest headers of mammograms.

#include "core/error.h"
#include "core/random.h"
#include "exam/pixels_only.h"
#include "io/dicom_tags.h"
#include "pipeline/phantom_headers.h"

namespace lobule::pipeline {
namespace {

namespace tag = io::tag;
using io::DicomDataset;
using io::Tag;

struct Kind {
  HeaderKind text;
  double probability;
  void (*change)(DicomDataset&);
};

const Kind kKinds[] = {
    {{"lazy", "mammogram without names", "descriptions are empty, as are times"},
     0.6,
     [](DicomDataset& d) {
       for (const Tag t : {tag::SeriesDescription, tag::StudyDescription}) d.put_text(t, "LO", "");
       for (const Tag t : {tag::AcquisitionTime, tag::AcquisitionDate}) d.erase(t);
       for (const Tag t : {tag::StudyTime, tag::ContentTime}) d.put_text(t, "TM", "");
     }},
    {{"lazy", "mammogram without ViewPosition", "the view stands in ViewCodeSequence alone"},
     0.5,
     [](DicomDataset& d) {
       if (d.has({0x0054, 0x0220})) d.erase(tag::ViewPosition);
     }},
    {{"lazy", "mammogram without exposure", "thickness, force, kVp, anode and filter are removed"},
     0.5,
     [](DicomDataset& d) {
       for (const Tag t : {Tag{0x0018, 0x11A0}, Tag{0x0018, 0x11A2}, Tag{0x0018, 0x0060}, Tag{0x0018, 0x1191},
                           Tag{0x0018, 0x7050}})
         d.erase(t);
     }},
    {{"lying", "mammogram with another view", "ViewPosition says CC for MLO and the reverse"},
     0.5,
     [](DicomDataset& d) {
       d.put_text(tag::ViewPosition, "CS", d.text(tag::ViewPosition) == "CC" ? "MLO" : "CC");
     }},
    {{"lying", "mammogram with another description", "SeriesDescription says L CC whatever is shown"},
     0.6,
     [](DicomDataset& d) { d.put_text(tag::SeriesDescription, "LO", "L CC"); }},
};

}  // namespace

std::vector<HeaderKind> mammogram_kinds() {
  std::vector<HeaderKind> texts;
  for (const Kind& kind : kKinds) texts.push_back(kind.text);
  return texts;
}

std::vector<std::string> mammogram_header_kinds(const std::string& mode, std::uint64_t seed) {
  if (mode == "honest") return {};
  if (mode == "blank") return {"blank"};
  const RandomStream random(seed, "mammogram headers");
  std::vector<std::string> possible, drawn;
  for (std::size_t i = 0; i < std::size(kKinds); ++i) {
    if (mode != kKinds[i].text.mode) continue;
    possible.emplace_back(kKinds[i].text.name);
    if (random.uniform(i) < kKinds[i].probability) drawn.push_back(possible.back());
  }
  if (possible.empty()) throw Error("digital patient", "there are no headers called \"" + mode + "\"");
  if (drawn.empty()) drawn.push_back(possible.back());
  return drawn;
}

void change_mammogram(DicomDataset& d, const std::string& mode, const std::vector<std::string>& kinds) {
  if (mode == "blank") return exam::keep_pixels_only(d);
  for (const Kind& kind : kKinds)
    for (const std::string& name : kinds)
      if (name == kind.text.name) kind.change(d);
}

}  // namespace lobule::pipeline
