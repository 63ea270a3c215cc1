#pragma once
// Headers less honest than a scanner's: as lazy people, anonymisers and mistakes leave them.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/dicom_dataset.h"
#include "pipeline/phantom_protocol.h"

namespace lobule::pipeline {

// Changes one object of a series before it is written, given its (first) image. Empty: nothing changes.
using HeaderChange = std::function<void(io::DicomDataset&, const PlannedSeries&, const PlannedImage&)>;

struct HeaderMode {
  HeaderChange change;
  std::vector<std::string> kinds;  // the names of what was drawn for this exam, of header_kinds()
};

// `mode` is honest, lazy, lying or blank. What lazy and lying headers get wrong is drawn from the seed, the
// same for all images of an exam.
HeaderMode header_mode(const std::string& mode, std::uint64_t seed);

// What the modes do, in sentences.
struct HeaderKind {
  const char* mode;
  const char* name;
  const char* what;
};
const std::vector<HeaderKind>& header_kinds();
std::vector<HeaderKind> mammogram_kinds();  // those of mammograms alone

// The same for mammograms: which kinds are drawn, and one image changed by them.
std::vector<std::string> mammogram_header_kinds(const std::string& mode, std::uint64_t seed);
void change_mammogram(io::DicomDataset& dataset, const std::string& mode,
                      const std::vector<std::string>& kinds);

}  // namespace lobule::pipeline
