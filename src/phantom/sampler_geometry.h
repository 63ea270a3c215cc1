#pragma once
// Where the voxels of a random patch lie in the patient, and how far tissue has moved between its images.

#include "phantom/sampler_patch.h"
#include "phantom/sampler_warp.h"

namespace lobule::phantom {

// Where each voxel of the patch comes from, in voxels of the raster.
struct PatchGeometry {
  Vec3 center;
  Mat3 step;                           // one voxel of the patch
  std::array<SmoothField, 3> elastic;  // in voxels of the raster
  double most_elastic = 0;

  void row(int size, int j, int k, float* x, float* y, float* z) const;
};

// Turned, scaled, mirrored and bent around a place of the raster that lies near the patch's middle.
PatchGeometry random_geometry(Draw& draw, const MriPatchOptions& options, const Index3& place,
                              double raster_mm);

// The voxels of the raster that the patch may reach.
VoxelBox box_of(const PatchGeometry& geometry, const MriPatchOptions& options, const Grid& grid,
                double most_motion);

// Motion of the patient against the first image of the dynamic: in the dynamic, growing with the phase; in
// other series, one displacement; in diffusion, EPI's distortion along y as well.
class Movement {
 public:
  Movement(Draw& draw, const MriPatchOptions& options, const MriParameters& parameters, double raster_mm);

  double most() const { return most_; }  // voxels of the raster
  bool moves(const MriChannel& channel) const;

  // Of one row: displacements of the fields, read once, from which those of each channel follow.
  class Row {
   public:
    void set(const Movement& movement, int size, int j, int k);
    // moved = places (x, y and z of `size` voxels, one after another) + the channel's displacement.
    void move(const MriChannel& channel, const std::vector<float>& places, std::vector<float>& moved) const;

   private:
    std::size_t size_ = 0;
    std::vector<float> dynamic_, series_, distortion_;
  };

 private:
  std::array<SmoothField, 3> dynamic_, series_;
  SmoothField distortion_;
  double most_ = 0;
};

}  // namespace lobule::phantom
