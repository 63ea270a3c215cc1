// What is true of a patient: volumes, landmarks, parameters.

#include "core/parallel.h"
#include "phantom/anatomy.h"
#include "phantom/breast_lattice.h"

namespace lobule::phantom {
namespace {

struct Sums {
  double breast = 0, gland = 0;
  Sums& operator+=(const Sums& other) {
    breast += other.breast, gland += other.gland;
    return *this;
  }
};

std::string word(BreastSide side) {
  return side == BreastSide::right ? "right" : "left";
}

}  // namespace

BreastTruth Anatomy::measure_breast(BreastSide side, double spacing_mm) const {
  const Breast& target = breast(side);
  const BreastLattice lattice(target, spacing_mm);
  const std::size_t slices = static_cast<std::size_t>(lattice.size()[2]);
  const Sums sums = parallel_sum(slices, 1, Sums{}, [&](std::size_t k, std::size_t) {
    Sums slice;
    lattice.visit_slice(static_cast<int>(k), [&](Vec3 point) {
      if (clearance_mm(point) > spacing_mm) return;
      const Sample s = sample(point, spacing_mm);
      if (s.breast != side) return;
      const Composition& c = s.composition;
      slice.breast += 1 - share(c, Tissue::nipple) - share(c, Tissue::air) - share(c, Tissue::implant);
      slice.gland += share(c, Tissue::gland);
    });
    return slice;
  });
  const double ml = spacing_mm * spacing_mm * spacing_mm / 1000;
  BreastTruth truth;
  truth.side = side;
  truth.breast_ml = sums.breast * ml;
  truth.fgt_ml = sums.gland * ml;
  truth.percent_density = 100 * sums.gland / sums.breast;
  truth.nipple_mm = target.nipple_mm();
  return truth;
}

std::vector<LesionTruth> Anatomy::measure_lesions(double spacing_mm) const {
  std::vector<LesionTruth> truths;
  for (const Lesion& lesion : lesions_) truths.push_back(measure_lesion(lesion, spacing_mm));
  return truths;
}

std::vector<Landmark> Anatomy::landmarks() const {
  std::vector<Landmark> list;
  list.push_back({"sternal notch", torso_.sternal_notch_mm()});
  list.push_back({"heart", Torso::kHeartBlood});
  const std::vector<Vec3> ribs = torso_.rib_tips_mm();
  for (std::size_t n = 0; n < ribs.size(); ++n) {
    const bool right = n < ribs.size() / 2;
    const std::size_t number = right ? n : n - ribs.size() / 2;
    list.push_back({(right ? "right rib tip " : "left rib tip ") + std::to_string(number + 1), ribs[n]});
  }
  for (const Breast& b : breasts_) {
    const std::string side = word(b.shape().side);
    list.push_back({side + " nipple", b.nipple_mm()});
    for (std::size_t n = 0; n < b.lobe_ends_mm().size(); ++n)
      list.push_back({side + " duct end " + std::to_string(n + 1), b.lobe_ends_mm()[n]});
    for (std::size_t n = 0; n < b.vessel_branchings_mm().size(); ++n)
      list.push_back({side + " vessel branching " + std::to_string(n + 1), b.vessel_branchings_mm()[n]});
  }
  std::array<int, 2> count{0, 0};
  for (const LymphNode& node : torso_.nodes()) {
    const bool right = node.center_mm.x < 0;
    list.push_back(
        {(right ? "right lymph node " : "left lymph node ") + std::to_string(++count[right ? 0 : 1]),
         node.center_mm});
  }
  for (std::size_t n = 0; n < lesions_.size(); ++n)
    list.push_back({"lesion " + std::to_string(n + 1), lesions_[n].center_mm()});
  for (std::size_t n = 0; n < clips_.size(); ++n)
    list.push_back({"clip " + std::to_string(n + 1), clips_[n].center_mm});
  return list;
}

std::vector<Parameter> Anatomy::parameters() const {
  const AnatomyOptions& o = options_;
  std::vector<Parameter> list = {
      {"seed", static_cast<double>(o.seed), "", ""},
      {"half_width", o.half_width_mm, "mm", ""},
      {"depth", o.depth_mm, "mm", ""},
      {"half_height", o.half_height_mm, "mm", ""},
      {"asymmetry", o.asymmetry, "", ""},
      {"sag", o.sag_mm, "mm", ""},
      {"splay", o.splay_mm, "mm", ""},
      {"fullness", o.fullness, "", ""},
      {"density", o.density_percent, "%", ""},
      {"pattern", static_cast<double>(o.pattern), "", to_text(o.pattern)},
      {"coarse_calcifications", static_cast<double>(o.coarse_calcifications), "", ""},
      {"calcified_vessels", static_cast<double>(o.calcified_vessels), "", ""},
      {"trunk_half_width", o.trunk_half_width_mm, "mm", ""},
      {"trunk_half_depth", o.trunk_half_depth_mm, "mm", ""},
      {"subcutaneous_fat", o.subcutaneous_mm, "mm", ""},
      {"arms", static_cast<double>(o.arms), "", to_text(o.arms)},
  };
  for (std::size_t n = 0; n < o.lesions.size(); ++n) {
    const LesionPlan& plan = o.lesions[n];
    const std::string name = "lesion_" + std::to_string(n + 1);
    list.push_back({name + "_kind", static_cast<double>(plan.kind), "", to_text(plan.kind)});
    list.push_back({name + "_side", static_cast<double>(plan.side), "", word(plan.side)});
    list.push_back({name + "_diameter", plan.diameter_mm, "mm", ""});
    list.push_back({name + "_outward", plan.place.x, "", ""});
    list.push_back({name + "_forward", plan.place.y, "", ""});
    list.push_back({name + "_upward", plan.place.z, "", ""});
    list.push_back({name + "_irregularity", plan.irregularity, "", ""});
    list.push_back({name + "_uptake_scale", plan.uptake_scale, "", ""});
  }
  for (std::size_t n = 0; n < o.implants.size(); ++n) {
    const std::string name = "implant_" + std::to_string(n + 1);
    list.push_back({name + "_side", static_cast<double>(o.implants[n].side), "", word(o.implants[n].side)});
    list.push_back({name + "_volume", o.implants[n].volume_ml, "ml", ""});
    list.push_back({name + "_behind_muscle", o.implants[n].behind_muscle ? 1.0 : 0.0, "", ""});
  }
  return list;
}

}  // namespace lobule::phantom
