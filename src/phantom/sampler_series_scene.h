#pragma once
// What a scanner shows of a digital patient, or of another body, in the three small pictures of a series.

#include <cstdint>
#include <vector>

#include "phantom/sampler_series.h"
#include "phantom/sampler_series_planes.h"

namespace lobule::phantom {

// What of the channels a picture shows.
enum class Show : std::uint8_t { first, difference, projection, ratio, phase_map, screen, noise };

// A series before it is acquired.
struct SeriesPlan {
  std::vector<MriChannel> channels;  // one; or the later and the earlier phase; or all phases
  Show show = Show::first;
  double offset = 0;         // of a difference: what is no difference is as bright; 0: cut off at 0
  bool inverted = false;     // of a ratio: large is dark
  int projection_axis = -1;  // −1: each picture is projected along its own depth
  bool fat_only = false;
  bool speckled = false;  // air is noise, not 0: an ADC map without a mask
  double slice_mm = 2;
  double coverage_mm = 160;  // along the slice axis
  int slice_axis = 2;
};

// Coil, bias and saturation bands over a patient.
class CoilShading {
 public:
  CoilShading(Draw& draw, const SeriesSamplerOptions& options, const MriParameters& parameters,
              const Grid& grid);

  // In place on the lanes of images of a box of the patient's raster.
  void apply(std::size_t channels, SignalLanes& lanes) const;

 private:
  bool on_;
  Grid grid_;
  double fade_mm_ = 100, least_ = 1, band_mm_ = 1e9;
  SmoothField bias_;
};

// A patient as a scanner sees them: what all pictures of a series share.
struct Scene {
  const TissueRaster& raster;
  std::vector<MaterialSignals> signals;
  FatLeft fat_left;
  CoilShading shading;
  bool shaded = true;
};
Scene make_scene(Draw& draw, const SeriesSamplerOptions& options, const MriParameters& parameters,
                 const SeriesPlan& plan, const TissueRaster& raster);

// The channels of a scene at points of a plane, each moved by its own shift (voxels of the raster).
std::vector<std::vector<float>> read_plane(const Scene& scene, const PlanePoints& points,
                                           const std::vector<Vec3>& shifts);

struct SeriesPictures {
  std::vector<float> values;          // [plane][row][column]
  std::vector<std::uint8_t> covered;  // where the series shows something

  explicit SeriesPictures(const SeriesPlanes& planes)
      : values(3 * planes.pixels()), covered(3 * planes.pixels()) {}

  // Noise fills what the series covers and nothing else.
  void add_noise(float sigma, const QuickNormal& noise);
};

// `shift` is how far the second channel has moved, in voxels of the raster.
SeriesPictures draw_patient(const Scene& scene, const SeriesPlanes& planes, const SeriesPlan& plan,
                            Vec3 shift);

// Each channel of the scene, moved by its shift and brightened by its gain.
std::vector<SeriesPictures> draw_phases(const Scene& scene, const SeriesPlanes& planes,
                                        const std::vector<Vec3>& shifts, const std::vector<float>& gains);

// Fills what is dark within the series with noise, as fits to no signal do.
void speckle(Draw& draw, SeriesPictures& pictures);

// Another body in a field of its own size.
SeriesPictures draw_other_body(Draw& draw, SeriesPlanes planes);

// Pictures that show no anatomy, or not by its brightness: phase maps (of the pictures given), screens of
// text, noise.
void draw_odd(Draw& draw, Show show, int size, std::vector<float>& pictures);

// Divides by the 99.5th percentile of what is above 0, and cuts off at `most`.
void normalize_pictures(std::vector<float>& pictures, float most);

}  // namespace lobule::phantom
