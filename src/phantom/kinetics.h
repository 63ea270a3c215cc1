#pragma once
// How contrast agent reaches the tissues: the concentration in arterial blood, and what passes from the
// plasma into each tissue by the extended Tofts model. Times are minutes after the agent arrives in the
// artery; concentrations are millimolar.

#include <span>
#include <vector>

#include "phantom/tissue.h"

namespace lobule::phantom {

enum class Agent { gadobutrol, gadoteridol, gadoterate };
const char* to_text(Agent agent);  // "gadobutrol", …

// Longitudinal relaxivity r1 in human plasma at 37 °C, 1/(mM s), at 1.5 T (below 2.25 T) or 3 T: Szomolanyi
// et al., Invest Radiol 54:559 (2019), abstract.
double relaxivity(Agent agent, double tesla);

// The concentration in arterial plasma after one injection: the population average of Parker et al., Magn
// Reson Med 56:993 (2006), table 1, which is of whole blood, divided by 1 − hematocrit. `dose` is relative to
// theirs (0.1 mmol/kg).
struct ArterialInput {
  double dose = 1;
  double hematocrit = 0.42;  // Parker 2006, text

  double blood_mm(double minutes) const;  // 0 before the arrival
  double plasma_mm(double minutes) const { return blood_mm(minutes) / (1 - hematocrit); }
};

// What a tissue holds at each of some ascending times. The plasma curve is taken as linear over steps of 0.1
// s and integrated exactly: the error is below 0.01 % of the largest value.
// The model is that of Pharmacokinetics (tissue.h).
std::vector<double> tissue_concentrations_mm(const Pharmacokinetics& tissue, const ArterialInput& input,
                                             std::span<const double> minutes);

// BI-RADS' shapes of the delayed phase.
enum class CurveType { persistent, plateau, washout };
const char* to_text(CurveType type);

// A tissue's kinetics bent to a type: Ktrans and vp times `uptake_scale`, and a return rate Ktrans / ve of
// the type. Ktrans goes no higher than a ve of 0.95 allows.
Pharmacokinetics shaped(const Pharmacokinetics& tissue, CurveType type, double uptake_scale);

}  // namespace lobule::phantom
