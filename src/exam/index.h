#pragma once
// Headers of a heap of files: one entry a DICOM object, no pixels yet.

#include <string>
#include <vector>

#include "core/context.h"
#include "io/dicom_read.h"
#include "io/inputs.h"

namespace lobule::exam {

struct IndexEntry {
  io::InputFile file;
  io::DicomHeader header;
};

struct DicomIndex {
  std::vector<IndexEntry> entries;  // sorted by SOPInstanceUID, then name: file order decides nothing
  Findings findings;                // files that were refused and why
  std::size_t files_seen = 0;
  std::size_t files_not_dicom = 0;  // counted, listed as notes only when they are named *.dcm
};

// Reads the headers of all files in parallel. Twice the same SOPInstanceUID with the same bytes is kept
// once (a note); with different content, or under two patients, each is kept and reported. So is an image
// whose pixels are not all there.
DicomIndex index_files(const std::vector<io::InputFile>& files, Progress& progress,
                       const Cancellation& cancellation);

}  // namespace lobule::exam
