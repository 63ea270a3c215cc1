// Any bytes as a DICOM file: the header, every text and number in it, and the pixels.

#include <cstddef>
#include <cstdint>

#include "core/error.h"
#include "io/dicom_pixels.h"
#include "io/dicom_read.h"

namespace {

std::size_t visit(const lobule::io::DicomDataset& dataset) {
  std::size_t seen = 0;
  for (const lobule::io::DicomElement& element : dataset.elements()) {
    seen += dataset.text(element.tag).size() + dataset.texts(element.tag).size();
    seen += dataset.numbers(element.tag).size();
    for (const lobule::io::DicomDataset& item : element.items) seen += visit(item);
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const lobule::io::DicomHeader header = lobule::io::read_dicom_header({data, size}, "fuzz");
    visit(header.dataset);
    if (header.pixels.present()) lobule::io::read_stored_pixels({data, size}, header, "fuzz");
  } catch (const lobule::Error&) {
    // A refusal is a good answer.
  }
  return 0;
}
