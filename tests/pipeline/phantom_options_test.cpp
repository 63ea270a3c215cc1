// What `lobule phantom` may be asked, and what it answers to what does not fit.

#include <gtest/gtest.h>

#include "io/files.h"
#include "pipeline/phantom_headers.h"
#include "pipeline/phantom_mammogram.h"
#include "pipeline/phantom_options.h"
#include "pipeline/phantom_run.h"
#include "pipeline/phantom_vendor.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {

std::string after_setting(const std::string& name, const std::string& value) {
  return test::message_of([&] {
    PhantomOptions options;
    OptionSet list;
    options.list_options(list);
    list.set(name, value);
  });
}

std::string check(PhantomOptions options) {
  if (options.output.empty()) options.output = "out";
  return test::message_of([&] { options.check(); });
}

TEST(PhantomOptions, WhatIsOutOfRangeOrUnknownIsRefusedWithTheWordsThatArePossible) {
  EXPECT_EQ(after_setting("patients", "0"),
            "option --patients: the value \"0\" is below the limit 1. See --help for what it may be.");
  EXPECT_EQ(after_setting("vendor", "toshiba"),
            "option --vendor: the value \"toshiba\" is not one of siemens, ge, philips, hologic, fuji, film, "
            "mixed. See --help for what it may be.");
  EXPECT_EQ(after_setting("headers", "bad"),
            "option --headers: the value \"bad\" is not one of honest, lazy, lying, blank. See --help for "
            "what it may be.");
  EXPECT_EQ(after_setting("modality", "mri,ct"),
            "option --modality: the value \"ct\" is not one of mri, mg. See --help for what it may be.");
  EXPECT_EQ(after_setting("spacing-mm", "0.1"),
            "option --spacing-mm: the value \"0.1\" is below the limit 0.5 mm. See --help for what it may "
            "be.");
  EXPECT_EQ(after_setting("family", "third"),
            "option --family: the value \"third\" is not one of first, second. See --help for what it may "
            "be.");
  EXPECT_EQ(after_setting("seed", "many"),
            "option --seed: the value \"many\" is not a number. See --help for what it may be.");
}

TEST(PhantomOptions, WhatDoesNotFitTogetherIsRefused) {
  PhantomOptions options;
  EXPECT_EQ(test::message_of([&] { options.check(); }),
            "lobule phantom: it is not said where to write. Name a folder with --output DIR.");
  options.vendor = "hologic";
  EXPECT_EQ(
      check(options),
      "option --vendor: \"hologic\" makes none of the images asked for (--modality mri); MRI is written "
      "as siemens, ge, philips; mammograms as ge, hologic, siemens, fuji, philips, film. Choose one of "
      "these, or add --modality mg.");
  options.modality = {"mri", "mg"};
  EXPECT_EQ(check(options), "no error");
  options = {};
  options.modality = {};
  EXPECT_EQ(check(options), "option --modality: names no modality. Give mri, mg or mri,mg.");
  options = {};
  options.from_labels = "/nowhere/labels.nii.gz";
  EXPECT_EQ(check(options),
            "option --from-labels: the file \"/nowhere/labels.nii.gz\" does not exist. Name a label map in "
            "one file.");
  test::ScratchFolder folder;
  io::write_file(folder / "labels.nii.gz", "x");
  options.from_labels = (folder / "labels.nii.gz").string(), options.family = "second";
  EXPECT_EQ(check(options),
            "option --from-labels: works with --family first only; the second family brings its own "
            "anatomy.");
  options = {};
  options.family = "second", options.modality = {"mg"};
  EXPECT_EQ(check(options), "no error");
}

TEST(PhantomOptions, WhatNobodyWritesIsRefused) {
  EXPECT_EQ(test::message_of([] { mr_habits("toshiba"); }),
            "digital patient: no MRI is written as \"toshiba\".");
  EXPECT_EQ(test::message_of([] {
              test::ScratchFolder folder;
              MammogramWriter({"P1", "toshiba", "honest", 1}, folder.path());
            }),
            "digital patient: no mammograms are written as \"toshiba\".");
  EXPECT_EQ(test::message_of([] { header_mode("vague", 1); }),
            "digital patient: there are no headers called \"vague\".");
  EXPECT_EQ(test::message_of([] { mammogram_header_kinds("vague", 1); }),
            "digital patient: there are no headers called \"vague\".");
}

TEST(PhantomRun, AFolderOfSomebodyElseIsLeftAlone) {
  test::ScratchFolder folder;
  io::write_file(folder / "dicom/precious", "x");
  PhantomOptions options;
  options.output = folder.path().string();
  Context context;
  EXPECT_EQ(test::message_of([&] { run_phantom(options, context); }),
            folder.path().string() +
                ": already holds a folder dicom or truth that no earlier run wrote. "
                "Choose another folder with --output.");
  EXPECT_TRUE(std::filesystem::exists(folder / "dicom/precious"));
}

}  // namespace
}  // namespace lobule::pipeline
