#pragma once
// How a patient lies in the scanner in one series, and the smooth fields that differ from series to series:
// for the sampler of small pictures, which reads few points of a body and needs no whole images of it.

#include "phantom/field_lattice.h"
#include "phantom/random_parameters.h"
#include "phantom/tissue_raster.h"

namespace lobule::phantom {

// Turned, mirrored and stretched along each axis; what lies in front of the chest hangs less or more.
class BodyPose {
 public:
  BodyPose() = default;  // as the patient was made
  BodyPose(Draw& draw, double strength);

  // The place in the patient of a point in the scanner.
  Vec3 source(Vec3 scanner_mm) const;
  // About where a y of the patient comes to lie in the scanner.
  double seen_y(double patient_y_mm) const;

 private:
  Mat3 to_patient_;
  double stretch_y_ = 1, hang_ = 1;
};

// Fields over the scanner's space, kept on a lattice: elastic displacements, the logarithm of the coil's
// shading, and the unevenness of fat suppression.
class BodyFields {
 public:
  struct Strength {
    double elastic = 1;        // 0: none
    double epi_shift_mm = 0;   // further displacement along y
    double bias = 0, fat = 0;  // amplitudes
  };
  BodyFields(Draw& draw, const Grid& space, const Strength& strength);

  struct Here {
    Vec3 displacement_mm;
    float bias = 0, fat = 0;
  };
  Here at(Vec3 scanner_mm) const;

 private:
  FieldLattice<5> lattice_;
};

// The signals of one channel: what suppression does not act on, and what it leaves a share of.
struct ChannelTable {
  std::array<float, kMaterialTable> kept{}, suppressed{};
  explicit ChannelTable(const MaterialSignals& signals);
};

// The signal at a point of a raster, linear between voxels; 0 beyond it. `fat_left` is the share of fat that
// suppression leaves.
float signal_at(const TissueRaster& raster, const ChannelTable& table, Vec3 point_mm, float fat_left);

}  // namespace lobule::phantom
