#pragma once
// Siemens mosaics: all slices of a volume as tiles of one image.

#include <optional>
#include <string>

#include "core/vec.h"
#include "io/dicom_dataset.h"

namespace lobule::exam {

struct Mosaic {
  int slice_count = 0;
  int tiles_per_row = 0;      // tiles fill the image row by row
  int columns = 0, rows = 0;  // of a tile
  Vec3 first_position_mm;     // centre of the first voxel of the first tile
  Vec3 slice_step_mm;         // from one tile to the next
};

// Whether ImageType says that the image is a mosaic.
bool is_mosaic(const io::DicomDataset& header);

// The layout of a mosaic. The header's position is that of the first tile as if it were as large as the whole
// image, so the true one lies half the difference inwards; the slice axis is the CSA header's
// SliceNormalVector, which may point against row × column (NiBabel documentation, "Siemens mosaics").
// Slices are SpacingBetweenSlices apart. Nothing, with the reason in `why`, when the header lacks a part.
std::optional<Mosaic> read_mosaic(const io::DicomDataset& header, std::string& why);

}  // namespace lobule::exam
