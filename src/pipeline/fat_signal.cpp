#include "pipeline/fat_signal.h"

#include "core/text.h"
#include "io/dicom_tags.h"

namespace lobule::pipeline {
namespace {
namespace tag = io::tag;

// Words by which vendors say that fat is suppressed in a T1-weighted gradient echo.
constexpr const char* kFatSuppressionOptions[] = {"fs", "sfs",   "fat_sat", "fatsat", "sat_gems",
                                                  "we", "spair", "spir",    "dixon"};
constexpr const char* kFatSuppressionWords[] = {"fs",      "fatsat", "fat sat", "spair", "spir",
                                                "vibrant", "thrive", "dixon",   "_w",    "water"};

bool says_fat_suppressed(const io::DicomDataset& header) {
  for (const std::string& option : header.texts(tag::ScanOptions))
    for (const char* word : kFatSuppressionOptions)
      if (lower(option) == word) return true;
  const std::string description =
      lower(header.text(tag::SeriesDescription) + " " + header.text(tag::ProtocolName));
  for (const char* word : kFatSuppressionWords)
    if (contains(description, word)) return true;
  return false;
}

}  // namespace

FatLook fat_look(const exam::DicomIndex& index, const exam::Series& series) {
  using measure::FatSignal;
  if (series.role == exam::Role::t1_fatsat) return {FatSignal::dark, {}};
  const auto& header = index.entries[static_cast<std::size_t>(series.images.front().entry)].header.dataset;
  if (series.role != exam::Role::t1 && says_fat_suppressed(header)) return {FatSignal::dark, {}};
  // What sorting found, such as the attributes of Enhanced MR and the fat below the skin.
  if (series.fat_is_bright < 0) return {FatSignal::dark, {}};
  return {FatSignal::bright, series.fat_is_bright > 0
                                 ? "its fat is not suppressed, as headers or pixels show"
                                 : "neither headers nor pixels say that fat is suppressed"};
}

}  // namespace lobule::pipeline
