#include "pipeline/phantom_headers.h"

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/random.h"
#include "core/text.h"
#include "exam/pixels_only.h"
#include "io/dicom_tags.h"

namespace lobule::pipeline {
namespace {

namespace tag = io::tag;
using io::DicomDataset;
using io::Tag;

constexpr Tag kFrameTime{0x0018, 0x9074}, kFrameReferenceTime{0x0018, 0x9151}, kFrameContent{0x0020, 0x9111};

void set_text(DicomDataset& d, Tag tag, const char (&vr)[3], const std::string& value) {
  if (d.has(tag)) d.put_text(tag, vr, value);
}

void set_names(DicomDataset& d, const std::string& name) {
  set_text(d, tag::SeriesDescription, "LO", name);
  set_text(d, tag::ProtocolName, "LO", name);
}

void erase_private(DicomDataset& d) {
  std::vector<Tag> odd;
  for (const io::DicomElement& element : d.elements())
    if (element.tag.group % 2 == 1) odd.push_back(element.tag);
  for (const Tag t : odd) d.erase(t);
}

// Changes the items of a functional group in every frame.
template <class Change>
void for_frames(DicomDataset& d, const Change& change) {
  if (!d.has(tag::PerFrameFunctionalGroupsSequence)) return;
  std::vector<DicomDataset> frames = d.items(tag::PerFrameFunctionalGroupsSequence);
  for (DicomDataset& frame : frames) change(frame);
  d.put_items(tag::PerFrameFunctionalGroupsSequence, std::move(frames));
}

void erase_times(DicomDataset& d) {
  for (const Tag t : {tag::SeriesTime, tag::AcquisitionTime, tag::AcquisitionDate, tag::TriggerTime,
                      tag::AcquisitionDateTime, Tag{0x0018, 0x1042}, tag::InstanceCreationDate})
    d.erase(t);
  for (const Tag t : {tag::StudyTime, tag::ContentTime}) set_text(d, t, "TM", "");
  for_frames(d, [](DicomDataset& frame) {
    std::vector<DicomDataset> content = frame.items(kFrameContent);
    for (DicomDataset& item : content) item.erase(kFrameTime), item.erase(kFrameReferenceTime);
    if (!content.empty()) frame.put_items(kFrameContent, std::move(content));
  });
}

void set_acquisition_time(DicomDataset& d, const std::string& time) {
  set_text(d, tag::AcquisitionTime, "TM", time);
  set_text(d, tag::AcquisitionDateTime, "DT", "20000101" + time);
  for_frames(d, [&](DicomDataset& frame) {
    std::vector<DicomDataset> content = frame.items(kFrameContent);
    for (DicomDataset& item : content) {
      set_text(item, kFrameTime, "DT", "20000101" + time);
      set_text(item, kFrameReferenceTime, "DT", "20000101" + time);
    }
    if (!content.empty()) frame.put_items(kFrameContent, std::move(content));
  });
}

bool is_phase(const PlannedSeries& s) {
  return s.item == Item::dynamic;
}

// One way in which headers are lazy or lie, and how often.
struct Kind {
  HeaderKind text;
  double probability;
  void (*change)(DicomDataset&, const PlannedSeries&, const PlannedImage&);
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> kKinds = {
      {{"lazy", "no names", "SeriesDescription, ProtocolName and StudyDescription are empty"},
       0.4,
       [](DicomDataset& d, const PlannedSeries&, const PlannedImage&) {
         set_names(d, "");
         set_text(d, tag::StudyDescription, "LO", "");
       }},
      {{"lazy", "short names", "SeriesDescription and ProtocolName are cut to three letters"},
       0.5,
       [](DicomDataset& d, const PlannedSeries&, const PlannedImage&) {
         set_names(d, d.text(tag::SeriesDescription).substr(0, 3));
       }},
      {{"lazy", "no times", "times of acquisition and TriggerTime are removed, other times emptied"},
       0.7,
       [](DicomDataset& d, const PlannedSeries&, const PlannedImage&) { erase_times(d); }},
      {{"lazy", "TriggerTime alone",
        "phases have their time in TriggerTime (0018,1060) only, and no temporal position"},
       0.3,
       [](DicomDataset& d, const PlannedSeries& s, const PlannedImage& image) {
         if (!is_phase(s) || d.has(tag::NumberOfFrames)) return;
         erase_times(d);
         d.erase(tag::TemporalPositionIdentifier);
         d.put_number(tag::TriggerTime, "DS", image.trigger_time_ms);
       }},
      {{"lazy", "anonymised", "private elements are removed, the patient's name is ANON, the coil is gone"},
       0.7,
       [](DicomDataset& d, const PlannedSeries&, const PlannedImage&) {
         erase_private(d);
         d.put_text(tag::PatientName, "PN", "ANON");
         set_text(d, {0x0018, 0x1250}, "SH", "");
       }},
      {{"lazy", "no body part", "BodyPartExamined is removed"},
       0.5,
       [](DicomDataset& d, const PlannedSeries&, const PlannedImage&) { d.erase(tag::BodyPartExamined); }},
      {{"lying", "T1 and T2 swapped", "T1 series are named t2 and T2 series t1"},
       0.4,
       [](DicomDataset& d, const PlannedSeries& s, const PlannedImage&) {
         if (s.item == Item::t1) set_names(d, "t2_tse_tra");
         if (s.item == Item::t2) set_names(d, "t1_tse_tra");
       }},
      {{"lying", "phases misnamed", "the pre-contrast phase is named post KM, post-contrast phases nativ"},
       0.4,
       [](DicomDataset& d, const PlannedSeries& s, const PlannedImage&) {
         if (is_phase(s) && s.phase_index >= 0)
           set_names(d, s.phase_index == 0 ? "t1_fl3d_post_KM" : "t1_fl3d_nativ");
       }},
      {{"lying", "maps typed as images",
        "subtractions and projections have the ImageType and a name of their source"},
       0.4,
       [](DicomDataset& d, const PlannedSeries& s, const PlannedImage&) {
         if (s.item != Item::subtraction && s.item != Item::projection) return;
         set_names(d, "t1_fl3d_dyn");
         if (!d.has(tag::NumberOfFrames)) d.put_text(tag::ImageType, "CS", "ORIGINAL\\PRIMARY\\OTHER");
       }},
      {{"lying", "fat wrong", "names say fs where fat is not suppressed, and no fs where it is"},
       0.3,
       [](DicomDataset& d, const PlannedSeries& s, const PlannedImage&) {
         if (s.item == Item::t1 || s.item == Item::t2) set_names(d, d.text(tag::SeriesDescription) + " fs");
         if (s.item == Item::stir) set_names(d, "t2 no fs");
       }},
      {{"lying", "diffusion swapped", "the ADC map is named a diffusion series, and the reverse"},
       0.3,
       [](DicomDataset& d, const PlannedSeries& s, const PlannedImage&) {
         if (s.item == Item::adc) set_names(d, "ep2d_diff_tra");
         if (s.item == Item::diffusion) set_names(d, "ADC");
       }},
      {{"lying", "one time", "AcquisitionTime is that of the whole study in every image"},
       0.3,
       [](DicomDataset& d, const PlannedSeries&, const PlannedImage&) {
         set_acquisition_time(d, "080000.00");
       }},
      {{"lying", "another body part", "BodyPartExamined is CHEST"},
       0.3,
       [](DicomDataset& d, const PlannedSeries&, const PlannedImage&) {
         set_text(d, tag::BodyPartExamined, "CS", "CHEST");
       }},
      {{"lying", "localizer unnamed", "the localizer is named t1_fl3d_dyn"},
       0.3,
       [](DicomDataset& d, const PlannedSeries& s, const PlannedImage&) {
         if (s.item == Item::localizer) set_names(d, "t1_fl3d_dyn");
       }},
  };
  return kKinds;
}

}  // namespace

HeaderMode header_mode(const std::string& mode, std::uint64_t seed) {
  if (mode == "honest") return {};
  if (mode == "blank")
    return {[](DicomDataset& d, const PlannedSeries&, const PlannedImage&) { exam::keep_pixels_only(d); },
            {"blank"}};
  const RandomStream random(seed, "headers");
  std::vector<const Kind*> possible, drawn;
  for (const Kind& kind : kinds())
    if (mode == kind.text.mode) possible.push_back(&kind);
  if (possible.empty()) throw Error("digital patient", "there are no headers called \"" + mode + "\"");
  for (std::size_t i = 0; i < possible.size(); ++i)
    if (random.uniform(i) < possible[i]->probability) drawn.push_back(possible[i]);
  if (drawn.empty())
    drawn.push_back(possible[static_cast<std::size_t>(random.uniform(100) * double(possible.size()))]);
  HeaderMode result;
  for (const Kind* kind : drawn) result.kinds.emplace_back(kind->text.name);
  result.change = [drawn](DicomDataset& d, const PlannedSeries& series, const PlannedImage& image) {
    for (const Kind* kind : drawn) kind->change(d, series, image);
  };
  return result;
}

const std::vector<HeaderKind>& header_kinds() {
  static const std::vector<HeaderKind> kTexts = [] {
    std::vector<HeaderKind> texts;
    for (const Kind& kind : kinds()) texts.push_back(kind.text);
    for (const HeaderKind& kind : mammogram_kinds()) texts.push_back(kind);
    return texts;
  }();
  return kTexts;
}

}  // namespace lobule::pipeline
