#pragma once
// What a scanner adds to an image beside noise. Every amount is 1 where it is as usual and 0 where it is
// absent.

namespace lobule::phantom {

struct ArtefactOptions {
  double susceptibility = 1;  // the field's unevenness near air: fat-sat failure and EPI distortion follow it
  double gibbs = 1;           // ringing: k-space cut off before the voxel's own limit
  double chemical_shift = 1;  // fat displaced along the frequency direction
  double epi_distortion = 1;  // displacement along the phase direction of EPI
  double pulsation = 1;       // ghosts of the heart along the phase direction

  static ArtefactOptions none() { return {0, 0, 0, 0, 0}; }
};

}  // namespace lobule::phantom
