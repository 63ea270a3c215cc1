#include "exam/mammogram_header.h"

#include <cmath>

#include "core/text.h"
#include "exam/functional_groups.h"
#include "io/dicom_tags.h"

namespace lobule::exam {
namespace {

using io::DicomDataset;
using io::Tag;

constexpr Tag kLaterality{0x0020, 0x0060}, kFrameAnatomy{0x0020, 0x9071}, kFrameLaterality{0x0020, 0x9072},
    kViewCode{0x0054, 0x0220}, kViewModifier{0x0054, 0x0222}, kCodeMeaning{0x0008, 0x0104},
    kMagnification{0x0018, 0x1114}, kDetectorElementSpacing{0x0018, 0x7022}, kCalibrationType{0x0028, 0x0A02};
// Spacings that agree within half a per cent are one; headers round to three or four digits.
constexpr double kSameSpacing = 0.005;

// Code meanings of context group 4014 (View for Mammography, PS3.16) as ViewPosition values.
struct ViewName {
  const char* meaning;
  const char* view;
};
constexpr ViewName kViews[] = {{"medio-lateral oblique", "MLO"},
                               {"latero-medial oblique", "LMO"},
                               {"medio-lateral", "ML"},
                               {"latero-medial", "LM"},
                               {"exaggerated cranio-caudal laterally", "XCCL"},
                               {"exaggerated cranio-caudal medially", "XCCM"},
                               {"cranio-caudal exaggerated laterally", "XCCL"},
                               {"cranio-caudal exaggerated medially", "XCCM"},
                               {"exaggerated cranio-caudal", "XCC"},
                               {"cranio-caudal", "CC"},
                               {"caudo-cranial", "FB"}};

std::string view_of_meaning(const std::string& meaning) {
  const std::string text = lower(meaning);
  for (const ViewName& name : kViews)
    if (contains(text, name.meaning)) return name.view;
  return "";
}

bool same(double a, double b) {
  return std::abs(a - b) <= kSameSpacing * b;
}

void read_view(const DicomDataset& d, MammogramHeader& result) {
  result.view = d.text(io::tag::ViewPosition);
  const DicomDataset* code = d.first_item(kViewCode);
  if (code == nullptr) return;
  const std::string coded = view_of_meaning(code->text(kCodeMeaning));
  if (const DicomDataset* modifier = code->first_item(kViewModifier))
    result.modifier = lower(modifier->text(kCodeMeaning));
  if (coded.empty() || coded == result.view) return;
  if (result.view.empty())
    result.view = coded;
  else
    result.conflicts.push_back("ViewPosition (0018,5101) says " + result.view +
                               ", ViewCodeSequence (0054,0220) says " + coded);
}

void read_spacing(const DicomDataset& d, MammogramHeader& result) {
  const auto imager = d.number(io::tag::ImagerPixelSpacing), pixel = d.number(io::tag::PixelSpacing),
             element = d.number(kDetectorElementSpacing), factor = d.number(kMagnification);
  const double m = factor.value_or(1) > 0 ? factor.value_or(1) : 1;
  const auto use = [&](double mm, std::string source) {
    result.spacing_mm = mm;
    result.spacing_source = std::move(source);
  };
  if (pixel && *pixel > 0 && !d.text(kCalibrationType).empty())
    return use(*pixel, "PixelSpacing (0028,0030), calibrated: " + d.text(kCalibrationType));
  if (imager && *imager > 0) {
    const std::string name = "ImagerPixelSpacing (0018,1164)";
    if (element && *element > 0 && *imager < *element * (1 - kSameSpacing))
      return use(*imager, name + ", below DetectorElementSpacing " + format_number(*element) +
                              " mm: already corrected for magnification");
    if (pixel && *pixel > 0 && m > 1 && same(*pixel * m, *imager))
      return use(*pixel, "PixelSpacing (0028,0030), " + name + " divided by the stated magnification");
    if (m > 1) return use(*imager / m, name + " divided by the magnification " + format_number(m));
    return use(*imager, name + ", at the detector: no magnification is stated");
  }
  if (pixel && *pixel > 0)
    result.conflicts.push_back(
        "PixelSpacing (0028,0030) does not say whether it is calibrated, and there is "
        "no ImagerPixelSpacing (0018,1164) to compare it with");
}

}  // namespace

MammogramHeader read_mammogram_header(const DicomDataset& header, int frame) {
  MammogramHeader result;
  result.side = header.text(io::tag::ImageLaterality);
  if (result.side.empty())
    result.side = frame_attributes(header, kFrameAnatomy, kFrameLaterality, frame).text(kFrameLaterality);
  if (result.side.empty()) result.side = header.text(kLaterality);
  if (result.side != "R" && result.side != "L") result.side.clear();
  result.intent = header.text(io::tag::PresentationIntentType);
  read_view(header, result);
  read_spacing(header, result);
  return result;
}

MammogramBeam read_mammogram_beam(const io::DicomDataset& header) {
  return {header.number(io::Tag{0x0018, 0x0060}), header.number(io::Tag{0x0018, 0x11A0}),
          header.text(io::Tag{0x0018, 0x1191}), header.text(io::Tag{0x0018, 0x7050})};
}

std::string describe(const MammogramHeader& header) {
  std::vector<std::string> parts;
  const std::string side = header.side == "R" ? "right" : header.side == "L" ? "left" : "side unknown";
  parts.push_back(side + " " + (header.view.empty() ? "view unknown" : header.view) +
                  (header.modifier.empty() ? "" : " (" + header.modifier + ")"));
  parts.push_back(header.intent.empty() ? "presentation intent unknown" : lower(header.intent));
  parts.push_back(header.spacing_mm ? format_number(std::round(*header.spacing_mm * 1e6) / 1e6) +
                                          " mm a pixel (" + header.spacing_source + ")"
                                    : "no pixel spacing");
  return join(parts, ", ");
}

}  // namespace lobule::exam
