// `lobule phantom --list`: all that can be made, in words.

#include "core/text.h"
#include "pipeline/phantom_headers.h"
#include "pipeline/phantom_mammogram.h"
#include "pipeline/phantom_run.h"
#include "pipeline/phantom_vendor.h"

namespace lobule::pipeline {
namespace {

std::string mri_text() {
  std::string text =
      "MRI (--modality mri), 1.5 or 3 T as the vendor's scanner has it\n"
      "  Series: localizer in three planes; T1 and T2 turbo spin echo; STIR or fat-suppressed T2; diffusion\n"
      "  with its b-values and the scanner's ADC; a dynamic before and after contrast agent; at times T1\n"
      "  with fat suppressed, Dixon, late high resolution; subtractions, their projection, maps of\n"
      "  enhancement. Each site's protocol holds some of these.\n"
      "  Vendors (--vendor):\n";
  for (const std::string& vendor : mri_vendors())
    for (const MrHabits& habits : mr_habits(vendor)) {
      std::vector<std::string> languages;
      for (const Phrases& phrases : habits.phrases) languages.emplace_back(phrases.language);
      text += "    " + vendor + ": " + habits.variant + " (" + habits.model + ", " +
              format_number(habits.tesla) + " T); names: " + join(languages, ", ") + "\n";
    }
  return text;
}

std::string mammogram_text() {
  std::string text =
      "Mammograms (--modality mg): right and left, CC and MLO\n"
      "  Vendors (--vendor):\n";
  for (const MammogramHabits& h : mammogram_habits()) {
    text +=
        std::string("    ") + h.vendor + ": " + h.model + ", " + format_number(h.pixel_mm) + " mm pixels, ";
    if (h.film)
      text += "Secondary Capture of digitised film";
    else
      text += std::string(h.for_processing ? "For Processing and For Presentation" : "For Presentation") +
              ", window " + lower(h.window) +
              (h.corrected_spacing ? ", spacing already corrected for magnification" : "");
    text += h.presentation_monochrome1 ? ", MONOCHROME1\n" : "\n";
  }
  return text;
}

std::string header_text() {
  std::string text =
      "Headers (--headers)\n"
      "  honest: as the vendor writes them\n"
      "  lazy and lying: an exam draws some of these\n";
  for (const HeaderKind& kind : header_kinds())
    text += std::string("    ") + kind.mode + ", " + kind.name + ": " + kind.what + "\n";
  return text + "  blank: geometry, pixels, rescale and the UIDs that group images only\n";
}

}  // namespace

std::string list_of_phantoms() {
  return mri_text() + "\n" + mammogram_text() + "\n" + header_text() +
         "\nLesions (--lesion)\n"
         "  none; mass (round to irregular); rim (a mass with a rim); spiculated; nme (non-mass "
         "enhancement);\n"
         "  focus (3-5 mm); cyst; fibroadenoma; calcifications (a cluster); mixed: none in a quarter of the\n"
         "  patients, else one to three of any kind\n"
         "\nAnatomy\n"
         "  Each seed gives another woman: breasts of about 100-2500 ml, asymmetry, ptosis, density 3-70 %.\n"
         "  --family first is the one to train on; --family second has its own anatomy, tissues and "
         "signals,\n"
         "  and is kept for judging.\n"
         "\nTruth: docs/formats/phantom.md\n";
}

}  // namespace lobule::pipeline
