#pragma once
// Where the voxels of a random patch lie in the patient, and how far tissue has moved between its images.

#include "phantom/sampler_patch.h"
#include "phantom/sampler_warp.h"

namespace lobule::phantom {

// A part of an Anatomy, in LPS millimetres.
struct Field {
  Vec3 low_mm, high_mm;
};

// Isotropic voxels that cover a field, widened to hold both breasts of a patient.
Grid patient_grid(const AnatomyOptions& patient, const Field& least, double spacing_mm);

// Coordinates of one voxel after another, in voxels of the raster.
struct Places {
  std::vector<float> x, y, z;

  void resize(std::size_t count) { x.resize(count), y.resize(count), z.resize(count); }
  std::size_t size() const { return x.size(); }
};

// Where each voxel of the patch comes from.
struct PatchGeometry {
  Vec3 center;
  Mat3 step;                           // one voxel of the patch
  std::array<SmoothField, 3> elastic;  // in voxels of the raster
  double most_elastic = 0;

  // Places of the voxels of rows `first` … `last` − 1 of slice k, one row after another.
  void rows(Index3 size, int k, int first, int last, Places& places) const;
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

  // In one slice: displacements of rows of voxels, read once, from which those of each channel follow.
  class Slice {
   public:
    Slice(const Movement& movement, int k);

    void set(int columns, int first, int last);  // rows `first` … `last` − 1
    // moved = places + the channel's displacement.
    void move(const MriChannel& channel, const Places& places, Places& moved) const;

   private:
    std::vector<SmoothField::Plane> planes_;  // x, y, z of the dynamic, of other series; EPI's distortion
    std::array<std::vector<float>, 7> field_;
  };

 private:
  std::array<SmoothField, 3> dynamic_, series_;
  SmoothField distortion_;
  double most_ = 0;
};

}  // namespace lobule::phantom
