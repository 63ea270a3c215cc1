#pragma once
// What a scanner shows of a digital patient, or of another body, in the three small pictures of a series.

#include <cstdint>
#include <vector>

#include "phantom/sampler_fields.h"
#include "phantom/sampler_series_plan.h"

namespace lobule::phantom {

// How coils lose signal from the breasts' front backwards, and bands that saturate what lies behind.
struct CoilShading {
  double front_mm = 0, fade_mm = 0, least = 1;  // fade 0: none
  bool loop = false;                            // falls as a loop's field does, not exponentially
  double band_mm = 1e9;                         // y behind which a band saturates

  CoilShading() = default;
  CoilShading(Draw& draw, double breasts_front_mm);
  double at(double y_mm) const;
};

// A patient as a scanner sees them: what all pictures of a series share.
struct Scene {
  const TissueRaster& raster;
  BodyPose pose;
  std::vector<ChannelTable> channels;
  double fat_left = 1, fat_failure = 0;
  BodyFields fields;
  CoilShading coil;
  bool fat_suppressed = false;
  bool shaded = true;
};
Scene make_scene(Draw& draw, const SeriesSamplerOptions& options, const MriParameters& parameters,
                 const SeriesPlan& plan, const TissueRaster& raster, const BodyPose& pose, double front_mm);

// The channels of a scene at points of a plane, the patient moved by each channel's own shift (mm).
std::vector<std::vector<float>> read_plane(const Scene& scene, const PlanePoints& points,
                                           const std::vector<Vec3>& shifts_mm);

struct SeriesPictures {
  std::vector<float> values;          // [plane][row][column]
  std::vector<std::uint8_t> covered;  // where the series shows something

  explicit SeriesPictures(const SeriesPlanes& planes)
      : values(3 * planes.pixels()), covered(3 * planes.pixels()) {}

  // Noise fills what the series covers and nothing else.
  void add_noise(float sigma, const QuickNormal& noise);
};

// `shift_mm` is how far the patient has moved before the second channel.
SeriesPictures draw_patient(const Scene& scene, const SeriesPlanes& planes, const SeriesPlan& plan,
                            Vec3 shift_mm);

// Each channel of the scene, moved by its shift and brightened by its gain.
std::vector<SeriesPictures> draw_phases(const Scene& scene, const SeriesPlanes& planes,
                                        const std::vector<Vec3>& shifts_mm, const std::vector<float>& gains);

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
