#pragma once
// Outlines of one exam's T1-weighted volumes, by the network and classically, side by side: a page, a table
// and JSON. Writers only; pipeline/outlines.h fills the value.

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/context.h"
#include "core/error.h"
#include "core/table.h"
#include "report/exam_figures.h"

namespace lobule::report {

// What one way to outline gives of one volume. [1] right, [2] left, [0] both; ml.
struct OutlineFigures {
  std::array<double, 3> breast_ml{}, fgt_ml{};
  double slab_breast_ml = 0, slab_fgt_ml = 0;  // in the slab that compared volumes share; NaN: not compared
  double confidence = 0;
};

// The same slice with the outlines of both ways; the first is absent without a network.
struct OutlineSlice {
  std::optional<Shot> network;
  Shot classical;
};

struct OutlinedVolume {
  std::string name;                       // "series 8, before contrast"
  std::string file;                       // the masks' names begin so: "series8_phase0"
  std::optional<OutlineFigures> network;  // nothing without one
  OutlineFigures classical;
  std::optional<double> dice_breast, dice_fgt;  // of the two
  std::vector<std::string> evidence;            // of the network
  Findings findings;                            // of both
  std::vector<OutlineSlice> slices;
};

struct OutlineComparison {
  int exam_number = 0;
  std::string method;                                  // the network with its hash; empty without one
  std::optional<std::pair<double, double>> slab_z_mm;  // that all volumes cover
  // By how much the largest breast volume in the slab exceeds the smallest, %.
  std::optional<double> slab_change_network, slab_change_classical;
  std::vector<OutlinedVolume> volumes;
  Findings findings;
};

// Masks to draw; those that are null or empty are left out.
struct DrawnMasks {
  const Mask *breast = nullptr, *fgt = nullptr, *vessels = nullptr, *muscle = nullptr, *heart = nullptr;
};

// An axial slice of `field` at a height, contours on grey.
Shot outline_shot(const Image<float>& image, const DrawnMasks& masks, const Bounds& field, double z_mm);

std::string outline_page_html(const OutlineComparison& comparison, const Provenance& provenance);
Table outline_table(const OutlineComparison& comparison);
std::string outline_json(const OutlineComparison& comparison);

}  // namespace lobule::report
