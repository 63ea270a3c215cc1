#pragma once
// The random side of MRI training samples: what a scanner, a protocol and a person's tissues may be. Ranges
// and their sources are listed in docs/methods/phantom-sampler.md; none is fitted to an exam.

#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include "core/random.h"
#include "phantom/kinetics.h"
#include "phantom/signal.h"

namespace lobule::phantom {

// Draws one number after another from a stream: for the parameters of one sample, whose order is fixed.
class Draw {
 public:
  explicit Draw(const RandomStream& stream) : stream_(stream) {}

  double uniform(double low, double high) { return stream_.uniform(next_++, low, high); }
  double log_uniform(double low, double high) { return std::exp(uniform(std::log(low), std::log(high))); }
  double normal() { return stream_.normal(next_++); }
  bool chance(double probability) { return stream_.uniform(next_++) < probability; }
  std::size_t below(std::size_t count);  // 0 … count − 1; 0 where count is 0
  // The number of an entry, as likely as its weight; 0 where all are 0.
  std::size_t weighted(const std::vector<double>& weights);
  // For fields and noise: numbers that no other draw of this stream uses.
  std::uint64_t block() { return (++blocks_) << 32; }
  const RandomStream& stream() const { return stream_; }

 private:
  RandomStream stream_;
  std::uint64_t next_ = 0, blocks_ = 0;
};

// The stream of one sample: the same for any order of calls.
RandomStream sample_stream(std::uint64_t seed, std::string_view purpose, std::uint64_t index);

enum class MriContrast : std::uint8_t { t1, t1_fatsat, t2, t2_fatsat, stir, dwi, adc, dce };

// One image that is asked for.
struct MriChannel {
  MriContrast contrast = MriContrast::dce;
  int phase = 0;             // of the dynamic: 0 before contrast agent
  double b_s_per_mm2 = 800;  // of dwi
};

// Everything that the images of one sample share.
struct MriParameters {
  bool invented = false;  // intensities drawn per tissue, as SynthSeg does, instead of by signal equations
  double tesla = 1.5;
  TissueTable tissues{};
  Agent agent = Agent::gadobutrol;
  ArterialInput input;
  double first_post_min = 1.2, interval_min = 1.1;  // after arrival
  std::array<double, 32> lesion_uptake{};           // of the planned lesions, by number
  std::array<CurveType, 32> lesion_curve{};
  Sequence dynamic, t1_volume, t1, t2, t2_fatsat, stir, diffusion;
  double fat_left = 0.1, fat_left_spread = 0.3, fat_failure = 0;  // failure: what a failing corner keeps
  double bias = 0.2;                     // of the coil's shading: its logarithm varies by ± about this
  double texture = 0.05;                 // within tissues, relative
  double noise = 0.03;                   // standard deviation, relative to a bright tissue
  double in_plane_mm = 1, slice_mm = 1;  // acquired voxel
  double ringing = 0.2;
  double motion_mm = 0.5;   // between phases, at most
  double epi_shift_mm = 2;  // of diffusion along the phase direction, at most
};

struct RandomStrength {
  double warp = 1, appearance = 1, noise = 1, motion = 1;  // 0: none
  double invented = 0.35;                                  // share of samples with invented intensities
};

MriParameters random_mri_parameters(Draw& draw, const RandomStrength& strength);

// Signals of the materials of a TissueRaster in one channel, relative to a bright tissue of about 1; `fat` is
// what suppression acts on and is counted in full in channels without suppression.
inline constexpr int kMaterialTable = kTissueCount + 32;
struct MaterialSignals {
  std::array<float, kMaterialTable> water{}, fat{};
  bool fat_suppressed = false;
};
// `rule` chooses the invented intensities; phases of one dynamic share them.
std::vector<MaterialSignals> material_signals(const MriParameters& parameters,
                                              const std::vector<MriChannel>& channels,
                                              const RandomStream& rule);

}  // namespace lobule::phantom
