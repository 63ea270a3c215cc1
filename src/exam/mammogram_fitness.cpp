#include "exam/mammogram_fitness.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "io/dicom_tags.h"

namespace lobule::exam {
namespace {
namespace tag = io::tag;
using io::DicomDataset;
using io::Tag;

constexpr Tag kImplant{0x0028, 0x1300}, kMagnification{0x0018, 0x1114}, kDetectorMode{0x0018, 0x7008},
    kPaddle{0x0018, 0x11A4}, kQualityControl{0x0028, 0x0300}, kBurnedIn{0x0028, 0x0301},
    kPartialView{0x0028, 0x1350};
// Contact views magnify by up to 1.1 (docs/methods.md#mammogram-spacing); magnification stands by 1.5 and
// more.
constexpr double kMagnified = 1.3;
// The smallest detectors for whole breasts are of 18 × 24 cm (ACR/AAPM digital mammography standard); images
// that are cut to the breast can be narrower. Stereotactic fields are of about 5 × 5 cm.
constexpr double kSmallField_mm = 60;

Finding refuse(const std::string& name, std::string what, std::string why) {
  return {Severity::error, name, std::move(what), std::move(why), ""};
}

bool says_stereo(const DicomDataset& d) {
  for (const std::string& value : d.texts(tag::ImageType))
    if (contains(value, "STEREO")) return true;
  return contains(d.text(kDetectorMode), "STEREO") || contains(lower(d.text(kPaddle)), "biopsy");
}

bool breast_or_unsaid(const std::string& body_part) {
  return body_part.empty() || contains(lower(body_part), "breast") || contains(lower(body_part), "mamma");
}

std::optional<double> shorter_side_mm(const DicomDataset& d, const MammogramHeader& mammogram) {
  const auto rows = d.number(tag::Rows), columns = d.number(tag::Columns);
  if (!mammogram.spacing_mm || !rows || !columns) return {};
  return std::min(*rows, *columns) * *mammogram.spacing_mm;
}

}  // namespace

std::optional<Finding> density_refusal(const DicomDataset& d, const MammogramHeader& mammogram,
                                       const std::string& name) {
  const std::string modality = d.text(tag::Modality);
  if (!modality.empty() && modality != "MG")
    return refuse(name, "its modality is " + modality, "density is measured on mammograms (MG)");
  if (!breast_or_unsaid(d.text(tag::BodyPartExamined)))
    return refuse(name, "its body part is " + lower(d.text(tag::BodyPartExamined)),
                  "density is measured on breasts");
  if (d.number(tag::NumberOfFrames).value_or(1) > 1)
    return refuse(name, "it has " + format_number(*d.number(tag::NumberOfFrames)) + " frames",
                  "percent density is measured on single projections, not on tomosynthesis");
  if (d.text(kQualityControl) == "YES")
    return refuse(name, "it is a quality control image",
                  "it shows no breast (QualityControlImage 0028,0300)");
  if (says_stereo(d))
    return refuse(name, "it is a view of a stereotactic biopsy", "it shows a part of the breast");
  const auto shorter = shorter_side_mm(d, mammogram);
  if (shorter && *shorter < kSmallField_mm)
    return refuse(name, "its field of view is " + format_fixed(*shorter, 0) + " mm wide",
                  "it shows a part of the breast");
  const bool displaced = contains(mammogram.modifier, "implant displaced");
  if (d.text(kImplant) == "YES" && !displaced)
    return refuse(name, "the breast has an implant that is not displaced",
                  "it would be counted as dense tissue (BreastImplantPresent 0028,1300)");
  return {};
}

Findings density_warnings(const DicomDataset& d, const MammogramHeader& mammogram, const std::string& name) {
  Findings findings;
  const auto warn = [&](std::string what, std::string why) {
    findings.push_back({Severity::warning, name, std::move(what), std::move(why), ""});
  };
  const double factor = d.number(kMagnification).value_or(1);
  if (factor >= kMagnified)
    warn("it is magnified " + format_number(factor) + " times", "it shows a part of the breast");
  else if (contains(mammogram.modifier, "magnification") || contains(mammogram.modifier, "spot"))
    warn("it is a view with " + mammogram.modifier, "it shows a part of the breast");
  if (d.text(kImplant) == "YES")
    warn("the breast has an implant, displaced", "a part of the breast is not seen");
  if (d.text(kPartialView) == "YES")
    warn("it is one of several views of a large breast", "it shows a part of it");
  if (d.text(kBurnedIn) == "YES") warn("text is burned into its pixels", "it counts as background");
  if (d.text(tag::Modality).empty()) warn("it does not say its modality", "the pixels were believed");
  if (!mammogram.view.empty() && mammogram.view != "CC" && mammogram.view != "MLO")
    warn("its view is " + mammogram.view, "density is compared on CC and MLO views");
  return findings;
}

bool coloured(const io::PictureValues& picture) {
  if (picture.channels != 3) return false;
  // JPEG of a grey picture stays within a few grey levels of grey.
  const float apart = 0.06F * static_cast<float>(picture.largest);
  std::size_t count = 0;
  for (std::size_t i = 0; i + 2 < picture.values.size(); i += 3) {
    const float* p = &picture.values[i];
    if (std::max({p[0], p[1], p[2]}) - std::min({p[0], p[1], p[2]}) > apart) ++count;
  }
  return static_cast<double>(count) * 3 > 0.02 * static_cast<double>(picture.values.size());
}

}  // namespace lobule::exam
