#pragma once
// The functional groups of multi-frame objects whose frames are slices of a grid: geometry, dimensions and
// references to the source slices (PS3.3 C.7.6.16 and C.7.6.17). Segmentations and parametric maps share
// them.

#include <optional>
#include <string>
#include <vector>

#include "core/image.h"
#include "io/dicom_dataset.h"
#include "report/dicom_common.h"

namespace lobule::report {

// Pixel measures and plane orientation: the same for all frames.
io::DicomDataset shared_geometry(const Grid& grid);

struct FrameOfGrid {
  int k = 0;                         // slice of the grid
  std::vector<int> dimension_index;  // one value per dimension
};

// Frame content, plane position and (where the slice has a source) derivation image.
io::DicomDataset frame_groups(const Grid& grid, const FrameOfGrid& frame, const Sources& sources,
                              const Code& derivation);

// The same of projections, whose pixels have no place in the patient: all frames lie on the pixels of one
// image. Pixel measures only where spacing is known.
io::DicomDataset shared_projection(std::optional<double> spacing_mm, const Sources& sources,
                                   const Code& derivation);
io::DicomDataset projection_frame_groups(int dimension_index);

// One dimension: the attribute and the functional group that holds it.
struct Dimension {
  io::Tag index, group;
  std::string label;
};
inline const Dimension kSliceDimension{{0x0020, 0x0032}, {0x0020, 0x9113}, "Image Position (Patient)"};

// Multi-frame Dimension module.
void put_dimensions(io::DicomDataset& out, const std::string& organization_uid,
                    const std::vector<Dimension>& dimensions);

// Rows, columns, frames, one monochrome sample.
void put_frame_format(io::DicomDataset& out, const Grid& grid, std::size_t frame_count, int bits);

}  // namespace lobule::report
