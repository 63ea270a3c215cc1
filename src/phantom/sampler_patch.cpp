#include "phantom/sampler_patch.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"
#include "phantom/sampler_appear.h"
#include "phantom/sampler_geometry.h"
#include "phantom/sampler_patients.h"

namespace lobule::phantom {

struct MriPatchSampler::Patient {
  TissueRaster raster;
  std::array<std::vector<Index3>, 5> places;  // by PatchFocus
};

namespace {

using Patient = MriPatchSampler::Patient;

constexpr std::size_t kPlaces = 400;  // kept of each focus

constexpr double kFatSpacing_mm = 45;

// Rows of a patch that are read together: so much of one image's raster stays in the processor's cache.
constexpr int kRowsAtOnce = 16;

// Which focus a voxel could be; 5: none.
std::size_t focus_of(const TissueRaster& raster, std::size_t voxel) {
  const TissueMix& mix = raster.voxels[voxel];
  const Material most = mix.material[0];
  if (most >= kTissueCount || most == static_cast<Material>(Tissue::lesion)) return 0;
  const Tissue tissue = static_cast<Tissue>(most);
  if (tissue == Tissue::air) return 5;
  if (raster.breast.voxels[voxel] != 0) return tissue == Tissue::gland ? 1 : 2;
  return tissue == Tissue::skin || tissue == Tissue::nipple ? 4 : 3;
}

// Evenly spread picks of each focus, of all its voxels in order.
Patient with_places(TissueRaster raster) {
  Patient patient{std::move(raster), {}};
  std::array<std::size_t, 6> count{}, seen{};
  for (std::size_t v = 0; v < patient.raster.voxels.size(); ++v) ++count[focus_of(patient.raster, v)];
  const Index3& size = patient.raster.grid.size;
  std::size_t voxel = 0;
  for (int k = 0; k < size[2]; ++k)
    for (int j = 0; j < size[1]; ++j)
      for (int i = 0; i < size[0]; ++i, ++voxel) {
        const std::size_t focus = focus_of(patient.raster, voxel);
        if (focus > 4) continue;
        const std::size_t step = std::max<std::size_t>(1, count[focus] / kPlaces);
        if (seen[focus]++ % step == step / 2) patient.places[focus].push_back({i, j, k});
      }
  return patient;
}

std::vector<PlacedBlob> random_blobs(Draw& draw, const MriPatchOptions& o, const Patient& patient,
                                     const PatchGeometry& g, bool centred) {
  std::vector<PlacedBlob> blobs;
  if (!centred && !draw.chance(o.inserted_lesions)) return blobs;
  const double raster_mm = patient.raster.grid.spacing_mm.x;
  const std::size_t count = 1 + draw.weighted({0.7, 0.2, 0.1});
  for (std::size_t n = 0; n < count; ++n) {
    PlacedBlob blob;
    const double radius = draw.log_uniform(2.5, 14) / raster_mm;
    for (int axis = 0; axis < 3; ++axis) blob.radii[axis] = radius * draw.uniform(0.7, 1.35);
    blob.irregularity = draw.uniform(0.02, 0.3);
    if (draw.chance(0.3)) blob.spicules = draw.uniform(0.4, 1.8);
    if (draw.chance(0.2)) blob.rim = draw.uniform(0.4, 0.8);
    blob.patchy = draw.chance(0.2);
    if (blob.patchy) blob.radii = 1.5 * blob.radii;
    blob.material = kMaterialTable - 1 - static_cast<int>(n);
    const auto& places =
        patient.places[1].empty() || draw.chance(0.3) ? patient.places[2] : patient.places[1];
    for (int axis = 0; axis < 3; ++axis) {
      const double wander = 0.25 * o.size[axis] * o.spacing_mm / raster_mm;
      blob.center[axis] = g.center[axis] + draw.uniform(-wander, wander);
    }
    // In the breast: the nearest of some known places, unless the patch's middle is to hold it.
    const Index3* nearest = nullptr;
    double best = 1e30;
    for (const Index3& place : places) {
      const Vec3 d = Vec3{double(place[0]), double(place[1]), double(place[2])} - blob.center;
      if (dot(d, d) < best) best = dot(d, d), nearest = &place;
    }
    if (nearest == nullptr) break;
    blob.center = {double((*nearest)[0]), double((*nearest)[1]), double((*nearest)[2])};
    blobs.push_back(blob);
  }
  return blobs;
}

// Reads images where tissue has moved to, labels where it was at first.
void read_patch(const MriPatchOptions& o, const PatchGeometry& geometry, const Movement& movement,
                const SignalLanes& lanes, MriPatch& patch) {
  const std::size_t columns = static_cast<std::size_t>(o.size[0]), rows = static_cast<std::size_t>(o.size[1]),
                    slices = static_cast<std::size_t>(o.size[2]), voxels = columns * rows * slices,
                    channels = o.channels.size();
  patch.images.resize(channels * voxels);
  patch.gland.resize(voxels), patch.lesion.resize(voxels);
  patch.tissue.resize(voxels), patch.breast.resize(voxels);
  parallel_for(slices, [&](std::size_t k) {
    Places places, moved;
    LanePlaces still, there;
    Movement::Slice motion(movement, static_cast<int>(k));
    for (int first = 0; first < o.size[1]; first += kRowsAtOnce) {
      const int last = std::min(o.size[1], first + kRowsAtOnce);
      const std::size_t start = (k * rows + static_cast<std::size_t>(first)) * columns;
      geometry.rows(o.size, static_cast<int>(k), first, last, places);
      motion.set(o.size[0], first, last);
      still.set(lanes, places.x, places.y, places.z);
      still.read(lanes, channels, &patch.gland[start]);
      still.read(lanes, channels + 1, &patch.lesion[start]);
      still.read_labels(lanes, &patch.tissue[start]);
      for (std::size_t c = 0; c < channels; ++c) {
        const bool moves = movement.moves(o.channels[c]);
        if (moves) {
          motion.move(o.channels[c], places, moved);
          there.set(lanes, moved.x, moved.y, moved.z);
        }
        (moves ? there : still).read(lanes, c, &patch.images[c * voxels + start]);
      }
      for (std::size_t v = start; v < start + places.size(); ++v) {
        const std::uint8_t label = patch.tissue[v], tissue = label & (kBreastLabel - 1);
        patch.breast[v] = label / kBreastLabel;
        patch.tissue[v] = patch.lesion[v] > 0.5f ? static_cast<std::uint8_t>(Tissue::lesion) : tissue;
      }
    }
  });
}

void check_options(const MriPatchOptions& o) {
  const auto refuse = [](const std::string& what, const std::string& why) {
    throw Error("MRI patch sampler", what, why);
  };
  for (const int size : {o.size[0], o.size[1], o.size[2]})
    if (size < 8 || size > 256) refuse("the size is " + std::to_string(size), "8 to 256 voxels can be made");
  if (!(o.spacing_mm >= 0.3 && o.spacing_mm <= 5))
    refuse("the spacing is out of range", "0.3 to 5 mm can be made");
  if (!(o.patient_spacing_mm >= 0.5 && o.patient_spacing_mm <= 8))
    refuse("the patients' spacing is out of range", "0.5 to 8 mm can be made");
  for (const double share : {o.implants, o.lone_breasts, o.denser, o.implants + o.lone_breasts + o.denser})
    if (!(share >= 0 && share <= 1))
      refuse("a share of unusual patients is out of range", "each lies from 0 to 1, and so does their sum");
  if (o.channels.empty() || o.channels.size() > kMostChannels)
    refuse(std::to_string(o.channels.size()) + " channels are asked for", "1 to 10 can be made");
  if (o.pool < 1 || o.uses_per_patient < 1)
    refuse("the pool is empty", "it needs a patient and a use of each");
  if (o.focus_weights.size() != 5)
    refuse("there are not five weights of focus", "there is one for each kind");
}

}  // namespace

MriPatchSampler::MriPatchSampler(MriPatchOptions options) : options_(std::move(options)) {
  check_options(options_);
  const auto make = [o = options_](std::uint64_t number) {
    return with_places(o.make_patient ? o.make_patient(number) : random_patient(o, number));
  };
  pool_ = std::make_shared<PatientPool<Patient>>(options_.pool, make);
}

MriPatch MriPatchSampler::at(std::uint64_t index) const {
  MriPatch patch;
  at(index, patch);
  return patch;
}

void MriPatchSampler::at(std::uint64_t index, MriPatch& patch) const {
  const MriPatchOptions& o = options_;
  const std::shared_ptr<const Patient> patient =
      pool_->at(pool_place(index, options_.pool, options_.uses_per_patient));
  const Grid& grid = patient->raster.grid;
  const double raster_mm = grid.spacing_mm.x;
  Draw draw(sample_stream(o.seed, "mri patch", index));

  patch.index = index, patch.size = o.size, patch.spacing_mm = o.spacing_mm;
  patch.focus = static_cast<PatchFocus>(draw.weighted(o.focus_weights));
  patch.parameters = random_mri_parameters(draw, o.strength);
  const MriParameters& p = patch.parameters;
  // Where the patient has no such place, a lesion is made in the breast; the breast stands in for others.
  const bool make_lesion =
      patch.focus == PatchFocus::lesion && (patient->places[0].empty() || draw.chance(0.7));
  const auto& wanted = patient->places[make_lesion ? 1 : static_cast<std::size_t>(patch.focus)];
  const auto& places = wanted.empty() ? patient->places[2] : wanted;
  const Index3 middle{grid.size[0] / 2, grid.size[1] / 2, grid.size[2] / 2};
  const PatchGeometry geometry =
      random_geometry(draw, o, places.empty() ? middle : places[draw.below(places.size())], raster_mm);

  const Movement movement(draw, o, p, raster_mm);
  const VoxelBox box = box_of(geometry, o, grid, movement.most());
  const std::vector<MaterialSignals> signals = material_signals(p, o.channels, draw.stream());
  const double fat_spacing = kFatSpacing_mm / raster_mm;
  const FatLeft fat_left{p.fat_left, p.fat_failure,
                         SmoothField(draw.stream(), draw.block(), box.size,
                                     {fat_spacing, fat_spacing, fat_spacing}, 2 * p.fat_left_spread)};
  thread_local SignalLanes lanes;
  SignalLanes& here = lanes;  // this thread's, also for the helpers of its loops
  make_lanes(patient->raster, box, signals, fat_left, here);
  for (const PlacedBlob& blob : random_blobs(draw, o, *patient, geometry, make_lesion))
    paint_blob(patient->raster, blob, sample_stream(o.seed, "lesion shapes", 16 * index + blob.material % 16),
               signals, here);

  read_patch(o, geometry, movement, here, patch);
  appear(draw, o, p, patch.images);
}

}  // namespace lobule::phantom
