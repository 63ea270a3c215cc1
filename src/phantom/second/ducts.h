#pragma once
// Ductal trees grown from the nipple by branching random walks, with lobules at their ends, and fat lobules
// as the cells of a random foam. Ideas: Bakic et al., Med Phys 29:2131 (2002), Chen et al., Med Phys 38:3165
// (2011), Graff, Proc SPIE 9783:978309 (2016); nothing is taken from their programs.

#include <functional>
#include <vector>

#include "core/image.h"

namespace lobule::phantom::second {

// A ball swept from one point to another; a lobule is one of length 0.
struct Branch {
  Vec3 from_mm, to_mm;
  double radius_mm = 1;
};

struct DuctOptions {
  Vec3 nipple_mm;
  std::vector<Vec3> targets;          // where each lobe's main duct heads
  std::function<bool(Vec3)> allowed;  // where tissue may grow
  double lobule_mm = 2.5;             // mean radius
};

std::vector<Branch> grow_ducts(const DuctOptions& options, std::uint64_t seed, std::string_view purpose);

// A tube that wanders from a point, for vessels and spicules.
std::vector<Branch> wander(Vec3 from_mm, Vec3 direction, double length_mm, double radius_mm, double unrest,
                           std::uint64_t seed, std::string_view purpose);

// Calls paint(offset in the grid) for voxels whose centre lies inside the branch.
void for_each_voxel_in(const Branch& branch, const Grid& grid, const std::function<void(std::size_t)>& paint);

// Distance of each voxel to the nearest set one, in voxels' spacing (two passes with steps 1, √2, √3:
// Borgefors, Comput Vis Graph Image Process 34:344, 1986; at most 8 % too long).
Image<float> distance_to(const Mask& set);

// A foam of cells around randomly jittered points (Worley, SIGGRAPH 1996, 291).
class Foam {
 public:
  Foam(std::uint64_t seed, std::string_view purpose, double cell_mm);

  struct Place {
    float to_center_mm, to_wall_mm;
  };
  Place operator()(Vec3 point_mm) const;

 private:
  double cell_mm_;
  std::vector<Vec3> jitter_;
};

}  // namespace lobule::phantom::second
