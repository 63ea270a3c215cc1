#include "exam/sort_decay.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "exam/sort_dynamic.h"

namespace lobule::exam {
namespace {

constexpr double kAgreement = 0.95;  // a scanner may fit further b-values, or filter
constexpr double kLeastDecay =
    0.2;  // of the logarithm in tissue, where b-values differ by 200 s/mm² and more
constexpr float kTissueShare = 0.2F;  // of the largest signal: there is tissue, not noise
constexpr std::size_t kFewestVoxels = 100, kMostVolumes = 12;
constexpr double kMapWeight = 8, kVolumeWeight = 6, kOtherMapWeight = 2;
constexpr double kMaybeMap = 0.1;

struct VolumeSlice {
  std::size_t work = 0;
  const Pixels* pixels = nullptr;
  double mean = 0;
};

// The slice at one place of each volume of other series of a map's geometry, the brightest first.
std::vector<VolumeSlice> slices_beside(const std::vector<SeriesWork>& works, std::size_t map,
                                       const FrameFacts& place, FrameSource& source) {
  constexpr double kSamePlaceMm = 0.1;
  std::vector<VolumeSlice> slices;
  for (std::size_t w = 0; w < works.size(); ++w) {
    const SeriesFacts& facts = works[w].facts;
    if (w == map || facts.frames.empty() || !same_stack(facts, works[map].facts)) continue;
    for (const FrameFacts& frame : facts.frames) {
      if (!frame.has_geometry || norm(frame.position_mm - place.position_mm) > kSamePlaceMm) continue;
      const Pixels& pixels = source.frame(frame.ref);
      if (pixels.empty() || slices.size() == kMostVolumes) continue;
      double sum = 0;
      for (const float value : pixels) sum += value;
      slices.push_back({w, &pixels, sum / static_cast<double>(pixels.size())});
    }
  }
  std::stable_sort(slices.begin(), slices.end(),
                   [](const VolumeSlice& a, const VolumeSlice& b) { return a.mean > b.mean; });
  return slices;
}

// The correlation of the map with log(bright / dark) in tissue; 0 where there is no decay, or where the map
// is nearer to the difference or to the relative difference of the two: one of enhancement.
double decay_correlation(const Pixels& map, const Pixels& bright, const Pixels& dark) {
  const float floor = kTissueShare * percentile(bright, 0.999);
  std::vector<float> values, decay, difference, relative;
  for (std::size_t v = 0; v < map.size(); ++v) {
    if (bright[v] < floor || dark[v] <= 0 || map[v] <= 0) continue;
    values.push_back(map[v]);
    decay.push_back(std::log(bright[v] / dark[v]));
    difference.push_back(bright[v] - dark[v]);
    relative.push_back(bright[v] / dark[v] - 1);
  }
  if (values.size() < kFewestVoxels || percentile(decay, 0.5) < kLeastDecay) return 0;
  const double r = correlation(values, decay);
  return r > std::max(correlation(values, difference), correlation(values, relative)) ? r : 0;
}

}  // namespace

void prove_decay(std::vector<SeriesWork>& works, FrameSource& source, const Cancellation& cancellation) {
  std::vector<std::size_t> unproven;
  bool proven = false;
  for (std::size_t m = 0; m < works.size(); ++m) {
    cancellation.check();
    const SeriesFacts& facts = works[m].facts;
    if (facts.position_count < 3 || facts.position_count != static_cast<int>(facts.frames.size())) continue;
    const FrameRef middle = middle_frames(facts, 1)[0];
    const auto place = std::find_if(facts.frames.begin(), facts.frames.end(), [&](const FrameFacts& f) {
      return f.ref.entry == middle.entry && f.ref.frame == middle.frame;
    });
    const Pixels& map = source.frame(middle);
    const std::vector<VolumeSlice> slices = slices_beside(works, m, *place, source);
    double best = 0;
    std::size_t bright = 0, dark = 0;
    for (std::size_t a = 0; a < slices.size(); ++a)
      for (std::size_t b = a + 1; b < slices.size(); ++b) {
        if (slices[a].pixels->size() != map.size() || slices[b].pixels->size() != map.size()) continue;
        const double r = decay_correlation(map, *slices[a].pixels, *slices[b].pixels);
        if (r > best) best = r, bright = slices[a].work, dark = slices[b].work;
      }
    if (best < kAgreement) {
      unproven.push_back(m);
      continue;
    }
    proven = true;
    const std::string of = bright == dark
                               ? "two volumes of " + describe(*works[bright].series)
                               : describe(*works[bright].series) + " and " + describe(*works[dark].series);
    works[m].claim(Trait::adc, kMapWeight, "arithmetic",
                   "correlates with the logarithm of the ratio of " + of + " (" + format_fixed(best, 4) +
                       " on its middle slice)");
    for (const std::size_t w : {bright, dark}) {
      const std::string text = "the logarithm of a ratio of its signal is what " +
                               describe(*works[m].series) + " shows (correlation " + format_fixed(best, 4) +
                               ")";
      const bool said = std::any_of(works[w].claims.begin(), works[w].claims.end(),
                                    [&](const Claim& c) { return c.text == text; });
      if (said) continue;
      works[w].claim(Trait::diffusion, kVolumeWeight, "arithmetic", text);
      works[w].claim(Trait::acquired, kVolumeWeight, "arithmetic", text);
    }
  }
  if (!proven) return;
  for (const std::size_t m : unproven)
    if (probability(works[m].claims, Trait::adc) > kMaybeMap)
      works[m].claim(
          Trait::adc, -kOtherMapWeight, "pixels",
          "this exam has an ADC map that its diffusion proves; for this series there is no such proof");
}

}  // namespace lobule::exam
