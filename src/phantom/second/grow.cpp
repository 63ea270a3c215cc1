#include "phantom/second/grow.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"
#include "core/random.h"

namespace lobule::phantom::second {
namespace {

// Distances are found on this coarse lattice and interpolated.
constexpr double kCoarse_mm = 1.5;
// Skin: 0.8–3 mm on mammograms, mean 1.6 (Willson et al., Clin Radiol 33:691, 1982).
constexpr double kSkin_mm = 1.7;
constexpr double kFromMuscle_mm = 3, kWall_mm = 0.35;
constexpr float kNever = 1e5f;

double linear(const Image<float>& image, Vec3 p) {
  const Grid& g = image.grid;
  std::array<int, 3> at{};
  std::array<double, 3> f{};
  for (std::size_t a = 0; a < 3; ++a) {
    const int axis = static_cast<int>(a);
    const double v = std::clamp((p[axis] - g.origin_mm[axis]) / g.spacing_mm[axis], 0.0, g.size[a] - 1.001);
    at[a] = static_cast<int>(v);
    f[a] = v - at[a];
  }
  double sum = 0;
  for (int n = 0; n < 8; ++n) {
    const int a = n & 1, b = n >> 1 & 1, c = n >> 2;
    sum += (a ? f[0] : 1 - f[0]) * (b ? f[1] : 1 - f[1]) * (c ? f[2] : 1 - f[2]) *
           static_cast<double>(image.at(at[0] + a, at[1] + b, at[2] + c));
  }
  return sum;
}

Vec3 point(const Grid& g, int i, int j, int k) {
  return g.origin_mm + Vec3{i * g.spacing_mm.x, j * g.spacing_mm.y, k * g.spacing_mm.z};
}

template <class Body>
void for_each(const Grid& g, const Body& body) {
  parallel_for(static_cast<std::size_t>(g.size[2]), [&](std::size_t slice) {
    const int k = static_cast<int>(slice);
    for (int j = 0; j < g.size[1]; ++j)
      for (int i = 0; i < g.size[0]; ++i) body(g.offset(i, j, k), point(g, i, j, k));
  });
}

// What of a breast is decided before any voxel is: distances and textures.
class Plan {
 public:
  Plan(const Patient& patient, BreastSide side)
      : patient_(patient),
        form_(patient.form(side)),
        name_(side == BreastSide::left ? "second left " : "second right "),
        seed_(patient.options.seed),
        texture_(seed_, name_ + "texture", {3, 2.4, 60}, 1.2, 64),
        foam_(seed_, name_ + "foam", RandomStream(seed_, "second foam").uniform(0, 8, 14)) {
    const Grid coarse = form_.box(kCoarse_mm);
    Mask outside(coarse);
    for_each(coarse, [&](std::size_t v, Vec3 p) {
      outside.voxels[v] = form_.forward_mm(p) > std::max(0.0, form_.height_mm(p));
    });
    depth_ = distance_to(outside);
    fraction_ = patient.options.density_percent / 100;
    branches_ = ducts();
    Mask ducts(coarse);
    for (Branch b : branches_) {
      b.radius_mm = std::max(b.radius_mm, 0.9 * kCoarse_mm);
      for_each_voxel_in(b, coarse, [&](std::size_t v) { ducts.voxels[v] = 1; });
    }
    from_duct_ = distance_to(ducts);
  }

  double depth(Vec3 p) const { return linear(depth_, p) - kCoarse_mm / 2; }

  // In front of the muscle and over the base.
  bool owns(Vec3 p) const {
    const double t = form_.forward_mm(p);
    if (t > 0) return t < form_.height_mm(p);
    return t > -patient_.trunk.muscle_depth_mm(p.x, p.z) && form_.over_base(p);
  }

  // The lower, the sooner it becomes gland.
  float score(Vec3 p, double skin_depth) const {
    const double t = form_.forward_mm(p);
    const double from_muscle = t + patient_.trunk.muscle_depth_mm(p.x, p.z);
    const double under_skin = skin_depth - kSkin_mm - 7 * std::max(0.0, 0.75 - fraction_);
    if (under_skin < 0 || from_muscle < kFromMuscle_mm) return kNever;
    const double near = std::min(under_skin, from_muscle - kFromMuscle_mm);
    const auto cell = foam_(p);
    // Fat lobules push the gland out of the cells' middles; it stays away from skin and muscle.
    return static_cast<float>(linear(from_duct_, p) + 2.6 * static_cast<double>(texture_(p)) +
                              1.1 * static_cast<double>(cell.to_wall_mm) + 2.5 * std::exp(-near / 3));
  }

  Material fat_or_ligament(Vec3 p) const {
    const auto cell = foam_(p);
    const bool wall = static_cast<double>(cell.to_wall_mm) <
                      kWall_mm * (0.7 + 0.5 * static_cast<double>(texture_(2.0 * p)));
    return wall ? material(Tissue::ligament) : material(Tissue::fat);
  }

  std::vector<Branch> vessels() const {
    std::vector<Branch> all;
    const RandomStream random(seed_, name_ + "vessels");
    const BreastSize& size = form_.size();
    for (std::uint64_t n = 0; n < 5; ++n) {
      const Vec3 from =
          form_.point_at({random.uniform(4 * n, -0.9, 0.9), 0.1, random.uniform(4 * n + 1, 0.2, 0.95)});
      const Vec3 way = form_.nipple_mm() - from;
      for (const Branch& b :
           wander(from, way, random.uniform(4 * n + 2, 0.5, 0.9) * size.depth_mm,
                  random.uniform(4 * n + 3, 0.7, 1.5), 0.55, seed_, name_ + "vessel " + std::to_string(n)))
        all.push_back(b);
    }
    return all;
  }

  const std::vector<Branch>& branches() const { return branches_; }
  const BreastForm& form() const { return form_; }

 private:
  std::vector<Branch> ducts() {
    const RandomStream random(seed_, name_ + "lobes");
    DuctOptions options;
    options.nipple_mm = form_.nipple_mm();
    const int lobes = 9 + static_cast<int>(random.uniform(0, 0, 8));
    // Dense breasts have gland throughout; in fatty ones it stays behind the nipple and up and outward.
    const double spread = 0.45 + 0.4 * std::min(1.0, fraction_ / 0.4);
    for (int n = 0; n < lobes; ++n) {
      const auto i = static_cast<std::uint64_t>(4 * n + 1);
      const double turn = random.uniform(i, 0, 2 * 3.14159265358979),
                   out = std::sqrt(random.uniform(i + 1)) * spread;
      options.targets.push_back(form_.point_at(
          {out * std::cos(turn) + 0.1, random.uniform(i + 2, 0.05, 0.5), out * std::sin(turn) + 0.12}));
    }
    options.lobule_mm = random.uniform(100, 1.6, 3.2);
    options.allowed = [this](Vec3 p) {
      const Vec3 low = depth_.grid.origin_mm;
      for (int a = 0; a < 3; ++a)
        if (p[a] < low[a] || p[a] > low[a] + (depth_.grid.size[static_cast<std::size_t>(a)] - 1) * kCoarse_mm)
          return false;
      return owns(p) && depth(p) > 6 && form_.forward_mm(p) + patient_.trunk.muscle_depth_mm(p.x, p.z) > 6;
    };
    return grow_ducts(options, seed_, name_ + "ducts");
  }

  const Patient& patient_;
  const BreastForm& form_;
  std::string name_;
  std::uint64_t seed_;
  RandomField texture_;
  Foam foam_;
  Image<float> depth_, from_duct_;
  std::vector<Branch> branches_;
  double fraction_ = 0.2;
};

// The score below which the wanted number of voxels lies, to 1/512 of the range.
float threshold_for(const std::vector<float>& scores, std::size_t wanted) {
  std::vector<float> finite;
  for (const float s : scores)
    if (s < kNever) finite.push_back(s);
  if (finite.size() < wanted) return kNever;
  if (wanted == 0) return -kNever;
  std::nth_element(finite.begin(), finite.begin() + static_cast<std::ptrdiff_t>(wanted - 1), finite.end());
  return finite[wanted - 1];
}

bool in_nipple(const BreastForm& form, Vec3 p) {
  const Vec3 d = p - form.nipple_mm();
  return d.y < 3 && d.y > -12 && d.x * d.x + d.z * d.z < 36;
}

void paint_lesions(const Patient& patient, const BreastForm& form, Image<Material>& voxels) {
  for (const LesionShape& lesion : patient.lesions) {
    if (lesion.plan().side != form.size().side) continue;
    const Vec3 c = lesion.center_mm();
    for_each_voxel_in({c, c, lesion.reach_mm()}, voxels.grid, [&](std::size_t v) {
      const Index3 n = voxels.grid.size;
      const Vec3 p = point(voxels.grid, static_cast<int>(v % n[0]), static_cast<int>(v / n[0] % n[1]),
                           static_cast<int>(v / (static_cast<std::size_t>(n[0]) * n[1])));
      Material& here = voxels.voxels[v];
      const Tissue under = static_cast<Tissue>(bare(here));
      if (!(here & kInBreast) || under == Tissue::skin || under == Tissue::nipple) return;
      if (const Material m = lesion.at(p)) here = m | kInBreast;
    });
  }
}

AnatomyOptions checked(const AnatomyOptions& options) {
  const auto refuse = [](const char* what, const char* range) {
    throw Error("phantom of the second family", what, "outside what can be grown", range);
  };
  if (!(options.density_percent >= 0 && options.density_percent <= 75))
    refuse("density is not a share of gland", "Choose 0 to 75 percent");
  if (!(options.half_width_mm >= 25 && options.half_width_mm <= 90 && options.half_height_mm >= 25 &&
        options.half_height_mm <= 90 && options.depth_mm >= 20 && options.depth_mm <= 150))
    refuse("the breast's size is none", "Choose half widths of 25 to 90 mm and a depth of 20 to 150 mm");
  if (options.lesions.size() > static_cast<std::size_t>(kMostLesions))
    refuse("too many lesions", "Choose at most 32");
  return options;
}

BreastSize size_of(const AnatomyOptions& o, BreastSide side) {
  const double f = side == BreastSide::left ? 1 + o.asymmetry : 1;
  return {side, f * o.half_width_mm, f * o.depth_mm, f * o.half_height_mm, o.sag_mm};
}

}  // namespace

Patient::Patient(const AnatomyOptions& o)
    : options(checked(o)),
      trunk(o.seed),
      forms{BreastForm(trunk, size_of(o, BreastSide::right), o.seed),
            BreastForm(trunk, size_of(o, BreastSide::left), o.seed)} {
  int number = 0;
  for (const LesionPlan& plan : o.lesions) {
    const BreastForm& own = form(plan.side);
    // Drawn back to where the whole lesion fits below the skin.
    Vec3 f = plan.place;
    for (int step = 0; step < 12; ++step) {
      const Vec3 p = own.point_at(f);
      const double r = plan.diameter_mm / 2 + 3;
      bool fits = true;
      for (const Vec3 d : {Vec3{r, 0, 0}, Vec3{-r, 0, 0}, Vec3{0, -r, 0}, Vec3{0, 0, r}, Vec3{0, 0, -r}})
        fits = fits && own.contains(p + d, 0);
      if (fits) break;
      f = {0.85 * f.x, std::max(0.3, 0.9 * f.y), 0.85 * f.z};
    }
    lesions.emplace_back(plan, own.point_at(f), number++, o.seed);
  }
}

BreastVoxels grow_breast(const Patient& patient, BreastSide side, double spacing_mm) {
  const Plan plan(patient, side);
  const BreastForm& form = plan.form();
  const Grid grid = form.box(spacing_mm);
  BreastVoxels out{Image<Material>(grid), {}};
  std::vector<float> scores(grid.voxel_count(), kNever);
  const double skin = kSkin_mm;
  for_each(grid, [&](std::size_t v, Vec3 p) {
    if (!plan.owns(p)) return;
    const double depth = plan.depth(p);
    Material& m = out.material.voxels[v];
    if (in_nipple(form, p)) {
      m = material(Tissue::nipple);
    } else if (form.forward_mm(p) > -1 && depth < skin) {
      m = material(Tissue::skin);
    } else {
      m = plan.fat_or_ligament(p) | kInBreast;
      scores[v] = plan.score(p, depth);
    }
  });
  std::size_t breast = 0;
  for (const Material m : out.material.voxels) breast += (m & kInBreast) != 0;
  const auto wanted =
      static_cast<std::size_t>(patient.options.density_percent / 100 * static_cast<double>(breast));
  const float threshold = threshold_for(scores, wanted);
  if (wanted > 0 && threshold >= kNever)
    throw Error("phantom of the second family", "so much gland does not fit into the breast",
                "it keeps away from skin and muscle", "Ask for less density or a larger breast");
  std::size_t gland = 0;
  for (std::size_t v = 0; v < scores.size(); ++v)
    if (scores[v] <= threshold && wanted > 0) {
      out.material.voxels[v] = material(Tissue::gland) | kInBreast;
      ++gland;
    }
  for (const Branch& b : plan.vessels())
    for_each_voxel_in(b, grid, [&](std::size_t v) {
      Material& m = out.material.voxels[v];
      if (m == (material(Tissue::fat) | kInBreast) || m == (material(Tissue::ligament) | kInBreast))
        m = material(Tissue::vessel) | kInBreast;
    });
  paint_lesions(patient, form, out.material);
  const double ml = grid.voxel_volume_ml();
  out.truth.side = side;
  out.truth.breast_ml = static_cast<double>(breast) * ml;
  // Lesions take their place from gland and fat.
  gland = 0;
  for (const Material m : out.material.voxels) gland += m == (material(Tissue::gland) | kInBreast);
  out.truth.fgt_ml = static_cast<double>(gland) * ml;
  out.truth.percent_density =
      breast > 0 ? 100.0 * static_cast<double>(gland) / static_cast<double>(breast) : 0;
  out.truth.nipple_mm = form.nipple_mm();
  return out;
}

Body grow_body(const Patient& patient, Vec3 low, Vec3 high, double s) {
  Body body;
  Grid grid;
  grid.spacing_mm = {s, s, s};
  for (int a = 0; a < 3; ++a) {
    grid.origin_mm[a] = std::floor(low[a] / s) * s;
    grid.size[static_cast<std::size_t>(a)] =
        static_cast<int>(std::ceil((high[a] - grid.origin_mm[a]) / s)) + 1;
  }
  body.material = Image<Material>(grid);
  for_each(grid, [&](std::size_t v, Vec3 p) { body.material.voxels[v] = patient.trunk.at(p); });
  std::array<BreastVoxels, 2> breasts;
  parallel_for(2, [&](std::size_t n) {
    breasts[n] = grow_breast(patient, n == 0 ? BreastSide::right : BreastSide::left, s);
  });
  for (std::size_t n = 0; n < 2; ++n) {
    const Grid& g = breasts[n].material.grid;
    std::array<int, 3> shift{};
    for (int a = 0; a < 3; ++a)
      shift[static_cast<std::size_t>(a)] =
          static_cast<int>(std::lround((g.origin_mm[a] - grid.origin_mm[a]) / s));
    for (int k = 0; k < g.size[2]; ++k)
      for (int j = 0; j < g.size[1]; ++j)
        for (int i = 0; i < g.size[0]; ++i) {
          const Material m = breasts[n].material.at(i, j, k);
          const int x = i + shift[0], y = j + shift[1], z = k + shift[2];
          if (m != 0 && grid.contains(x, y, z) &&
              (n == 0 ? x * s + grid.origin_mm.x < 0 : x * s + grid.origin_mm.x > 0))
            body.material.at(x, y, z) = m;
        }
    body.breasts[n] = breasts[n].truth;
  }
  return body;
}

}  // namespace lobule::phantom::second
