#include "exam/sort_network.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/text.h"

namespace lobule::exam {
namespace {

constexpr double kUnmarked = 3, kMarkedWeight = 2;
constexpr double kMostLate = 2;  // what the look of contrast agent says at most of a place in time

std::string percent(double p) {
  return format_fixed(100 * p, 0) + " %";
}

// On an axis, for the traits that the network tells apart there: the likeliest is claimed with its log-odds
// where it is likelier than all others together, and the others are claimed against such that the differences
// are those of the probabilities' logarithms, `most` at most.
void claim_probabilities(SeriesWork& work, const std::vector<std::pair<Trait, double>>& seen,
                         const char* words[], double total, double most = kMostNetworkWeight) {
  if (total <= 0) return;
  const auto best = std::max_element(seen.begin(), seen.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  const double p = best->second / total, weight = std::clamp(network_log_odds(p), 0.0, most);
  for (auto trait = seen.begin(); trait != seen.end(); ++trait) {
    const std::string word = words[trait - seen.begin()];
    const double share = trait->second / total;
    const double behind = weight - std::min(most, std::log(p / std::max(share, 1e-9)));
    if (trait == best && weight > 0)
      work.claim(trait->first, weight, "network", "pixels look like " + word + " (" + percent(share) + ")");
    if (trait != best && behind < 0)
      work.claim(trait->first, behind, "network",
                 "pixels do not look like " + word + " (" + percent(share) + ")");
  }
}

void claim_opinion(SeriesWork& work, const SeriesOpinion& o) {
  using S = SeenSequence;
  const double breast = 1 - o.of(S::not_breast);
  const double acquired = o.of(S::t1) + o.of(S::t2) + o.of(S::dwi);
  // What another part of the body shows was never learned.
  if (breast < 0.5) {
    work.claim(Trait::unknown_contrast, 0, "network",
               "pixels do not look like a breast exam (" + percent(o.of(S::not_breast)) + ")");
    return;
  }
  // The prior for acquired images rests on scanners' marking of the others, which counts more than a look.
  const double nature_weight = work.facts.image_type.empty() ? kMostNetworkWeight : kMarkedWeight;
  if (work.facts.image_type.empty())
    work.claim(Trait::acquired, -kUnmarked, "network",
               "pixels count more where no ImageType (0008,0008) says whether this is an acquired image");
  const char* natures[] = {"an acquired image", "a derived image", "an ADC map", "a localizer",
                           "no image of anatomy"};
  claim_probabilities(work,
                      {{Trait::acquired, acquired},
                       {Trait::derived, o.of(S::derived)},
                       {Trait::adc, o.of(S::adc)},
                       {Trait::localizer, o.of(S::localizer)},
                       {Trait::unusable, o.of(S::other)}},
                      natures, breast, nature_weight);
  // Contrasts are those of an acquired image if it is one, which other evidence may decide.
  constexpr double kHardlyAcquired = 0.1;
  if (acquired / breast < kHardlyAcquired) return;
  // What the network takes for a breast it has learned the contrasts of.
  work.claim(Trait::unknown_contrast, -std::max(0.0, network_log_odds(breast)), "network",
             "pixels look like a breast exam (" + percent(breast) + ")");
  const char* contrasts[] = {"T1", "T2", "diffusion"};
  claim_probabilities(work,
                      {{Trait::t1, o.of(S::t1)}, {Trait::t2, o.of(S::t2)}, {Trait::diffusion, o.of(S::dwi)}},
                      contrasts, acquired);
  if (o.of(S::dwi) > 0.5 * acquired) {
    constexpr const char* kWords[] = {"a low", "an intermediate", "a high"};
    const auto b = std::max_element(o.diffusion.begin(), o.diffusion.end()) - o.diffusion.begin();
    work.claim(Trait::diffusion, 0, "network",
               std::string("pixels look like ") + kWords[b] + " b-value (" +
                   percent(o.diffusion[static_cast<std::size_t>(b)]) + ")");
    return;
  }
  const char* fats[] = {"suppressed fat", "bright fat"};
  claim_probabilities(
      work, {{Trait::fat_suppressed, o.fat_suppressed}, {Trait::fat_bright, 1 - o.fat_suppressed}}, fats, 1);
  // Before a dynamic is found, an agent says only that this is not the volume before it.
  const double late = std::min(kMostLate, network_log_odds(o.contrast_agent));
  if (o.of(S::t1) > 0.5 * acquired && late > 0)
    work.claim(Trait::late, late, "network",
               "pixels show contrast agent (" + percent(o.contrast_agent) + ")");
}

// The first and the last volume of a series: of diffusion the lowest and the highest b-value.
std::vector<std::vector<int>> shown_volumes(const SeriesFacts& facts) {
  const std::vector<TimePoint> points = time_points(facts, 0);
  if (points.size() > 1) return {points.front().frames, points.back().frames};
  std::vector<int> all(facts.frames.size());
  std::iota(all.begin(), all.end(), 0);
  return {all};
}

SeriesOpinion mean_of(const std::vector<SeriesOpinion>& opinions) {
  SeriesOpinion mean;
  mean.fat_suppressed = mean.contrast_agent = 0;
  const double share = 1 / static_cast<double>(opinions.size());
  for (const SeriesOpinion& o : opinions) {
    for (std::size_t i = 0; i < o.sequence.size(); ++i) mean.sequence[i] += share * o.sequence[i];
    for (std::size_t i = 0; i < o.diffusion.size(); ++i) mean.diffusion[i] += share * o.diffusion[i];
    mean.fat_suppressed += share * o.fat_suppressed;
    mean.contrast_agent += share * o.contrast_agent;
  }
  return mean;
}

// Nobody takes T2 images of one place twice; T1 images are a dynamic's. Maps of diffusion are one of all.
void claim_repetition(SeriesWork& work, const SeriesOpinion& o, std::size_t volumes) {
  if (volumes > 1)
    work.claim(Trait::adc, -2.5, "pixels", "it holds each position several times, which no ADC map does");
  const bool like_t2 = o.of(SeenSequence::t2) + o.of(SeenSequence::dwi) > 0.5;
  if (volumes > 1 && like_t2)
    work.claim(Trait::diffusion, 2.5, "pixels",
               "it holds each position several times and looks weighted by T2 or diffusion");
}

// Localizers and screens show little of anything.
double anatomy_of(const SeriesOpinion& o) {
  return 1 - o.of(SeenSequence::other) - o.of(SeenSequence::localizer);
}

struct Opinion {
  SeriesOpinion seen;
  std::size_t volumes = 0;  // that were looked at; 0: nothing could be read
};

// The mean probability of a breast over images of anatomy of one frame of reference, or of all ("").
std::optional<double> breast_probability(const std::vector<SeriesWork>& works,
                                         const std::vector<Opinion>& opinions, const std::string& frame) {
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < works.size(); ++i) {
    const SeriesOpinion& o = opinions[i].seen;
    const double anatomy = anatomy_of(o);
    if (opinions[i].volumes == 0 || anatomy < 0.5) continue;
    if (!frame.empty() && works[i].facts.frame_of_reference_uid != frame) continue;
    sum += 1 - o.of(SeenSequence::not_breast) / anatomy;
    count += 1;
  }
  return count > 0 ? std::optional<double>(sum / count) : std::nullopt;
}

// Gives `not_breast` its share of what shows anatomy and scales the other classes to fill the rest.
void set_breast(SeriesOpinion& o, double breast) {
  const double own = o.of(SeenSequence::not_breast), shared = (1 - breast) * anatomy_of(o);
  if (own >= 1) return;
  for (double& p : o.sequence) p *= (1 - shared) / (1 - own);
  o.sequence[static_cast<std::size_t>(SeenSequence::not_breast)] = shared;
}

}  // namespace

double network_log_odds(double probability) {
  const double most = 1 / (1 + std::exp(-kMostNetworkWeight));
  const double bounded = std::clamp(probability, 1 - most, most);
  return std::log(bounded / (1 - bounded));
}

std::optional<double> claim_opinions(std::vector<SeriesWork>& works, const FrameSource& source,
                                     const SeriesNetworks& networks, const Cancellation& cancellation) {
  std::vector<Opinion> opinions(works.size());
  for (std::size_t i = 0; i < works.size(); ++i) {
    cancellation.check();
    std::vector<SeriesThumbnail> thumbnails;
    for (const std::vector<int>& frames : shown_volumes(works[i].facts)) {
      SeriesThumbnail thumbnail = normalized(series_thumbnail(works[i].facts, frames, source));
      if (!thumbnail.pictures.empty()) thumbnails.push_back(std::move(thumbnail));
    }
    if (!thumbnails.empty()) opinions[i] = {mean_of(networks.sequences(thumbnails)), thumbnails.size()};
  }
  for (std::size_t i = 0; i < works.size(); ++i) {
    if (opinions[i].volumes == 0) continue;
    SeriesOpinion o = opinions[i].seen;
    // Series of one frame of reference are of one patient in one place.
    const std::string& frame = works[i].facts.frame_of_reference_uid;
    const auto breast = breast_probability(works, opinions, frame);
    if (breast && !frame.empty() && anatomy_of(o) >= 0.5) set_breast(o, *breast);
    claim_opinion(works[i], o);
    claim_repetition(works[i], o, opinions[i].volumes);
  }
  return breast_probability(works, opinions, "");
}

void drop_opinions(std::vector<SeriesWork>& works) {
  for (SeriesWork& work : works)
    std::erase_if(work.claims, [](const Claim& c) { return c.source == "network" && c.weight != 0; });
}

}  // namespace lobule::exam
