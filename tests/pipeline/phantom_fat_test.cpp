// Whether fat is suppressed in the dynamic is known from every vendor's files, also where names and options
// are missing: gland is sought among bright or among dark voxels by it.

#include <gtest/gtest.h>

#include "exam/sort.h"
#include "pipeline/analyze_stages.h"
#include "pipeline/phantom_dicom.h"
#include "pipeline/phantom_options.h"
#include "pipeline/phantom_vendor.h"
#include "support/small_phantom.h"
#include "support/test_support.h"

namespace lobule::pipeline {
namespace {

measure::FatSignal fat_found(const std::filesystem::path& files, const std::filesystem::path& scratch) {
  Context context;
  const io::Inputs inputs = io::collect_inputs({files}, scratch, {}, context.cancellation);
  const exam::DicomIndex index = exam::index_files(inputs.files, context.progress, context.cancellation);
  const auto exams = exam::sort_exams(index, {}, context.progress, context.cancellation);
  Findings findings;
  return read_images(index, exams.at(0), {}, findings, context.cancellation).fat;
}

TEST(PhantomFat, IsFoundSuppressedInEveryVendorsDynamic) {
  phantom::ExamOptions options = test::small_patient();
  options.only_dynamic = true;
  const phantom::Exam exam = phantom::make_exam(options);
  for (const std::string& vendor : mri_vendors())
    for (std::size_t variant = 0; variant < mr_habits(vendor).size(); ++variant)
      for (const char* headers : {"honest", "lazy"}) {
        test::ScratchFolder folder;
        MriDelivery delivery;
        delivery.vendor = vendor, delivery.variant = static_cast<int>(variant);
        delivery.headers = headers, delivery.seed = 3 + variant;
        write_phantom_dicom(exam, folder / "dicom", delivery);
        EXPECT_EQ(fat_found(folder / "dicom", folder / "scratch"), measure::FatSignal::dark)
            << vendor << ", " << mr_habits(vendor)[variant].variant << ", " << headers;
      }
}

}  // namespace
}  // namespace lobule::pipeline
