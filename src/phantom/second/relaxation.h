#pragma once
// What the second family's materials give a scanner: relaxation from sources of its own, and contrast uptake
// as curves of relative signal.

#include <array>
#include <vector>

#include "phantom/exam.h"
#include "phantom/second/material.h"

namespace lobule::phantom::second {

// Relative signal enhancement (S(t) − S0) / S0 at t minutes after arrival by the empirical mathematical model
// of Fan et al., Magn Reson Med 51:487 (2004):
// A (1 − exp(−αt))^q exp(−βt) (1 + exp(−γt)) / 2.
struct SignalCurve {
  double amplitude = 0, uptake_per_min = 1, power = 1, washout_per_min = 0, early_per_min = 0;
  double at(double minutes) const;
};

struct Relaxation {
  double proton_density = 0, t1_ms = 1000, t2_ms = 50, t2_star_ms = 25;
  double fat = 0;  // share of the protons
  double diffusion_um2_per_s = 0, kurtosis = 0;
  double standing = 1;  // share that does not flow away in an echo train
  SignalCurve curve;
};

// What each material of a patient is, at the options' field strength and dose.
class RelaxationTable {
 public:
  RelaxationTable(const ExamOptions& options);

  const Relaxation& operator[](Material m) const { return entries_[bare(m)]; }
  const Relaxation& operator[](Tissue t) const { return entries_[material(t)]; }

  // The same values in the words of the truth; kinetics stay empty, since none are assumed.
  TissueTable as_tissues() const;

 private:
  std::array<Relaxation, kMaterials> entries_{};
};

// Signals of water and fat of every material in one sequence, `minutes` after the agent's arrival (negative:
// before), scaled.
struct Contrast {
  std::array<float, kMaterials> water{}, fat{};
  bool suppressed = false;      // spectrally: what is left of fat follows the field's unevenness
  double fat_turn_rad = 0;      // of fat against water at the echo
  double fat_shift_voxels = 0;  // along rows
  double epi = 0;               // voxels of displacement along columns per ppm
};
Contrast contrast_of(const RelaxationTable& table, const Sequence& sequence, const ExamOptions& options,
                     double minutes, double scale);

}  // namespace lobule::phantom::second
