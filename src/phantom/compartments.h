#pragma once
// Space divided into irregular cells that share flat walls, as fat is into lobules by Cooper's ligaments: the
// Voronoi cells of a jittered lattice. Found quickly by lists of the sites that matter in each small block.

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/vec.h"

namespace lobule::phantom {

class Compartments {
 public:
  struct Cell {
    float wall_mm = 1e6f;  // distance to the cell's nearest wall
    float trait = 0;       // a random number of the cell, −1 to 1
    float wall_trait = 0;  // a random number of that wall, 0 to 1
  };

  Compartments() = default;
  // Cells about `spacing_mm` wide that cover a box, where `wanted` says that a point 3 mm away or nearer
  // matters.
  Compartments(std::uint64_t seed, Vec3 low_mm, Vec3 high_mm, double spacing_mm,
               const std::function<bool(Vec3)>& wanted);

  Cell at(Vec3 point_mm) const;  // no cell outside the box, or where none was wanted

 private:
  struct Site {
    float x, y, z, trait;
  };
  static constexpr int kMost = 12;  // sites of a block
  struct Block {
    std::array<std::uint32_t, kMost> site;
    int count = 0;
  };

  Vec3 low_mm_;
  std::array<int, 3> blocks_{0, 0, 0};
  std::vector<Site> sites_;
  std::vector<Block> near_;
};

}  // namespace lobule::phantom
