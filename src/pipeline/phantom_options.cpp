#include "pipeline/phantom_options.h"

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "core/text.h"

namespace lobule::pipeline {
namespace {

bool has(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::vector<std::string> all_vendors() {
  std::vector<std::string> words = mri_vendors();
  for (const std::string& vendor : mammogram_vendors())
    if (!has(words, vendor)) words.push_back(vendor);
  words.push_back("mixed");
  return words;
}

}  // namespace

const std::vector<std::string>& mri_vendors() {
  static const std::vector<std::string> kVendors = {"siemens", "ge", "philips"};
  return kVendors;
}

const std::vector<std::string>& mammogram_vendors() {
  static const std::vector<std::string> kVendors = {"ge", "hologic", "siemens", "fuji", "philips", "film"};
  return kVendors;
}

void PhantomOptions::list_options(OptionSet& options) {
  options.add("output,o", output,
              {.help = "The folder for the images (dicom) and what is true of them (truth).",
               .affects_result = false});
  options.add("patients", patients, {.help = "How many digital patients.", .min = 1, .max = 1000000});
  options.add(
      "seed", seed,
      {.help = "Each seed gives other patients; patient n depends on the seed and n alone.", .min = 1});
  options.add(
      "family", family,
      {.help = "Which simulator: first is the one to train on; second has its own anatomy and signals "
               "and is for judging what was trained on the first.",
       .choices = {"first", "second"}});
  options.add("modality", modality,
              {.help = "What each patient gets: mri, mg (mammograms) or mri,mg.", .choices = {"mri", "mg"}});
  options.add(
      "vendor", vendor,
      {.help = "Whose scanner or unit writes the images; mixed draws one a patient. MRI: siemens, ge, "
               "philips; mammograms: all (film is a film digitiser).",
       .choices = all_vendors()});
  options.add("headers", headers,
              {.help = "honest: as vendors write them; lazy: names short or missing, times removed; lying: "
                       "wrong descriptions and tags of stated kinds; blank: geometry, pixels, rescale and "
                       "grouping UIDs only.",
               .choices = {"honest", "lazy", "lying", "blank"}});
  options.add("lesion", lesion,
              {.help = "Which lesions; mixed draws their kinds and number, none among them.",
               .choices = {"none", "mass", "rim", "spiculated", "nme", "focus", "cyst", "fibroadenoma",
                           "calcifications", "mixed"}});
  options.add("from-labels", from_labels,
              {.help = "A label map of a real breast to simulate images on, instead of anatomy of our own."});
  options.add("spacing-mm", spacing_mm,
              {.help = "Voxel of the dynamic MRI series; the other sequences follow. 4 is quick, for tests.",
               .unit = "mm",
               .min = 0.5,
               .max = 10});
  options.add("threads", threads,
              {.help = "Processors to use; 0 takes all. Images do not depend on it.",
               .min = 0,
               .max = 1024,
               .affects_result = false});
  options.add("list", list,
              {.help = "Says in words all that can be made, and stops.", .affects_result = false});
}

bool PhantomOptions::makes(const std::string& modality_name) const {
  return has(modality, modality_name);
}

void PhantomOptions::check() const {
  if (output.empty())
    throw Error("lobule phantom", "it is not said where to write", {}, "Name a folder with --output DIR");
  if (modality.empty()) throw Error("option --modality", "names no modality", {}, "Give mri, mg or mri,mg");
  if (vendor != "mixed") {
    const bool fits =
        (makes("mri") && has(mri_vendors(), vendor)) || (makes("mg") && has(mammogram_vendors(), vendor));
    if (!fits)
      throw Error(
          "option --vendor",
          "\"" + vendor + "\" makes none of the images asked for (--modality " + join(modality, ",") + ")",
          "MRI is written as " + join(mri_vendors(), ", ") + "; mammograms as " +
              join(mammogram_vendors(), ", "),
          "Choose one of these, or add --modality mg");
  }
  if (from_labels.empty()) return;
  if (!std::filesystem::is_regular_file(from_labels))
    throw Error("option --from-labels", "the file \"" + from_labels + "\" does not exist", {},
                "Name a label map in one file");
  if (family != "first")
    throw Error("option --from-labels", "works with --family first only",
                "the second family brings its own anatomy");
}

}  // namespace lobule::pipeline
