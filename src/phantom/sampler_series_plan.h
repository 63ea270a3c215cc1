#pragma once
// What a random series is to show, and with which field of view: drawn before any picture is made.

#include "phantom/sampler_series.h"
#include "phantom/sampler_series_body.h"
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

  bool diffusion() const;
};

// What an exam's protocol and a person's tissues may be beyond what training patches need: a sorter meets old
// and unusual protocols too. Nothing where `strength` is 0.
void widen_parameters(Draw& draw, double strength, MriParameters& parameters);

// Of the series' role, which says what else of `series` and of the parameters is set.
SeriesPlan make_plan(Draw& draw, SeriesThumbnail& series, MriParameters& parameters);

// A field of view over a patient whose breasts end in front at `front_mm` in the scanner.
SeriesPlanes place_planes(Draw& draw, int size, const SeriesPlan& plan, double front_mm);

}  // namespace lobule::phantom
