#pragma once
// What is said about images that make no volume, or only a mended one.

#include <string>
#include <vector>

#include "core/error.h"
#include "core/vec.h"
#include "exam/geometry.h"

namespace lobule::exam {

struct PlaneCount {
  Vec3 normal;
  std::size_t images = 0;
};

// Images without position, orientation, spacing or size: a note when all are, else a warning.
Finding without_geometry(const std::string& where, std::size_t images, std::size_t of,
                         const std::string& mosaic_trouble);

// Several orientations in one series; `kept` images of one of them make a volume, or none.
Finding mixed_orientations(const std::string& where, const std::vector<PlaneCount>& planes, std::size_t kept);

// A set of slices that no header divides into volumes.
Finding undivided(const std::string& where, const std::string& trouble);

// All images at one position: a projection, or a single slice.
Finding one_position(const std::string& where, std::size_t images, Vec3 position_mm, Vec3 normal);

// Missing slices, unequal spacing or shifted slices; an error, or a warning where it is mended.
Finding irregular(const std::string& where, const StackGeometry& stack, bool filled, bool resampled);

}  // namespace lobule::exam
