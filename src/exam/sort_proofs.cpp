#include "exam/sort_proofs.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/parallel.h"
#include "core/text.h"

namespace lobule::exam {
namespace {

// A proof is equality; the share allows for voxels that were clamped at the upper end of the storage.
constexpr double kProvenShare = 0.995;
constexpr float kEqual = 0.51F;  // rounding of rescaled values
constexpr double kProofWeight = 10;

bool is_t1(const SeriesWork& work) {
  return likeliest(work.claims, Trait::t1) == Trait::t1 &&
         likeliest(work.claims, Trait::acquired) != Trait::localizer &&
         likeliest(work.claims, Trait::acquired) != Trait::unusable;
}

// Series of one stack that hold each position once, three at least.
std::vector<std::vector<std::size_t>> stacks_of(const std::vector<SeriesWork>& works) {
  std::vector<std::vector<std::size_t>> stacks;
  for (std::size_t i = 0; i < works.size(); ++i) {
    const SeriesFacts& facts = works[i].facts;
    if (!is_t1(works[i]) || facts.position_count < 2 ||
        facts.position_count != static_cast<int>(facts.frames.size()))
      continue;
    const auto found = std::find_if(stacks.begin(), stacks.end(), [&](const auto& stack) {
      return same_stack(works[stack.front()].facts, facts);
    });
    if (found == stacks.end())
      stacks.push_back({i});
    else
      found->push_back(i);
  }
  std::erase_if(stacks, [](const auto& stack) { return stack.size() < 3; });
  return stacks;
}

const FrameRef* frame_at(const SeriesFacts& facts, Vec3 position_mm) {
  constexpr double kSamePlaceMm = 0.1;
  for (const FrameFacts& frame : facts.frames)
    if (frame.has_geometry && norm(frame.position_mm - position_mm) < kSamePlaceMm) return &frame.ref;
  return nullptr;
}

float clamped_difference(float post, float pre, float offset) {
  return std::max(0.0F, post - pre + offset);
}

// The share of voxels where s = clamp(post − pre + offset, 0), every `stride`-th looked at.
double equal_share(const Pixels& s, const Pixels& post, const Pixels& pre, float offset, std::size_t stride) {
  std::size_t equal = 0, count = 0;
  for (std::size_t v = 0; v < s.size(); v += stride, ++count)
    if (std::abs(s[v] - clamped_difference(post[v], pre[v], offset)) < kEqual) ++equal;
  return count == 0 ? 0 : static_cast<double>(equal) / static_cast<double>(count);
}

float median_offset(const Pixels& s, const Pixels& post, const Pixels& pre, std::size_t stride) {
  std::vector<float> offsets;
  for (std::size_t v = 0; v < s.size(); v += stride) offsets.push_back(s[v] - (post[v] - pre[v]));
  return percentile(std::move(offsets), 0.5);
}

// Whether s is a difference and not one of the two images that made one (pre = post − s + offset holds
// as well): where both images are dark, a difference lies at its offset.
bool rests_at_offset(const Pixels& s, const Pixels& post, float offset) {
  const float dark = percentile(post, 0.1);
  std::vector<float> there;
  for (std::size_t v = 0; v < s.size(); ++v)
    if (post[v] <= dark) there.push_back(s[v]);
  const float spread = percentile(post, 0.99) * 0.05F;
  return std::abs(percentile(std::move(there), 0.5) - offset) <= spread;
}

bool is_constant(const Pixels& p) {
  const auto [low, high] = std::minmax_element(p.begin(), p.end());
  return *low == *high;
}

}  // namespace

std::vector<SubtractionProof> prove_subtractions(std::vector<SeriesWork>& works, FrameSource& source,
                                                 const Cancellation& cancellation) {
  std::vector<SubtractionProof> proofs;
  for (const auto& stack : stacks_of(works)) {
    for (const std::size_t s : stack) {
      cancellation.check();
      const auto middle = middle_frames(works[s].facts, 1);
      const auto place =
          std::find_if(works[s].facts.frames.begin(), works[s].facts.frames.end(), [&](const FrameFacts& f) {
            return f.ref.entry == middle[0].entry && f.ref.frame == middle[0].frame;
          });
      std::vector<std::pair<std::size_t, FrameRef>> others;
      for (const std::size_t i : stack)
        if (const FrameRef* ref = frame_at(works[i].facts, place->position_mm); ref != nullptr && i != s)
          others.emplace_back(i, *ref);
      std::vector<FrameRef> needed = middle;
      for (const auto& [i, ref] : others) needed.push_back(ref);
      source.preload(needed, cancellation);
      const Pixels& image = source.frame(middle[0]);
      if (image.empty() || is_constant(image)) continue;
      const auto try_pair = [&](std::size_t post_series, FrameRef post_ref, std::size_t pre_series,
                                FrameRef pre_ref) {
        const Pixels &post = source.frame(post_ref), &pre = source.frame(pre_ref);
        // Taking a constant away from an image proves nothing.
        if (post.size() != image.size() || pre.size() != image.size() || is_constant(pre)) return false;
        const std::size_t coarse = std::max<std::size_t>(1, image.size() / 499);
        const float offset = std::round(median_offset(image, post, pre, coarse));
        if (equal_share(image, post, pre, offset, coarse) < 0.95) return false;
        const double share = equal_share(image, post, pre, offset, 1);
        if (share < kProvenShare || !rests_at_offset(image, post, offset) || post == pre) return false;
        works[s].claim(Trait::derived, kProofWeight, "arithmetic",
                       "equals clamp(" + describe(*works[post_series].series) + " − " +
                           describe(*works[pre_series].series) + " + " + format_number(offset) + ", 0) in " +
                           format_fixed(100 * share, 2) + " % of the " + std::to_string(image.size()) +
                           " voxels of its middle slice");
        proofs.push_back({s, post_series, pre_series, offset});
        return true;
      };
      for (const auto& [a, a_ref] : others)
        if (std::any_of(others.begin(), others.end(), [&, a = a, a_ref = a_ref](const auto& b) {
              return b.first != a && try_pair(a, a_ref, b.first, b.second);
            }))
          break;
    }
  }
  return proofs;
}

bool claim_outliers(const std::vector<DynamicGroup>& groups, std::vector<SeriesWork>& works,
                    FrameSource& source) {
  // Phases of one dynamic correlate at 0.8 and above over a whole slice; maps show ratios and noise.
  constexpr double kUnlike = 0.6;
  bool found = false;
  for (const DynamicGroup& group : groups) {
    const std::size_t n = group.points.size();
    if (n < 4) continue;  // among three no majority tells which is the odd one
    const auto rows = shared_frames(group, works, 1);
    if (rows.empty()) continue;
    std::vector<const Pixels*> images;
    for (const FrameRef ref : rows[0]) images.push_back(&source.frame(ref));
    if (images[0]->empty() || std::any_of(images.begin(), images.end(),
                                          [&](const Pixels* p) { return p->size() != images[0]->size(); }))
      continue;
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<float> r;
      for (std::size_t j = 0; j < n; ++j)
        if (j != i) r.push_back(static_cast<float>(correlation(*images[i], *images[j])));
      std::sort(r.begin(), r.end());
      const float typical = r[r.size() / 2];  // maps may look like each other
      if (typical >= kUnlike) continue;
      works[group.points[i].work].claim(
          Trait::derived, 7, "pixels",
          "does not look like the phases that share its geometry and timing (median correlation " +
              format_fixed(typical, 2) + "): a map of kinetics");
      found = true;
    }
  }
  return found;
}

void prove_projections(const DynamicGroup& group, const std::vector<SubtractionProof>& subtractions,
                       std::vector<SeriesWork>& works, FrameSource& source,
                       const Cancellation& cancellation) {
  if (group.points.size() < 2) return;
  const SeriesFacts& pre = works[group.points[0].work].facts;
  for (SeriesWork& work : works) {
    const SeriesFacts& facts = work.facts;
    if (facts.position_count != 1 || facts.frames.empty() || pre.frames.empty()) continue;
    const FrameFacts &mine = facts.frames[0], &theirs = pre.frames[0];
    if (mine.rows != theirs.rows || mine.columns != theirs.columns || dot(mine.row, theirs.row) < 0.9999 ||
        dot(mine.column, theirs.column) < 0.9999)
      continue;
    std::vector<const Pixels*> images;  // one a phase, in any order
    for (const FrameFacts& frame : facts.frames) images.push_back(&source.frame(frame.ref));
    const Pixels& image = *images.front();
    if (std::any_of(images.begin(), images.end(),
                    [&](const Pixels* p) { return p->empty() || p->size() != image.size(); }))
      continue;
    for (std::size_t p = 1; p < group.points.size(); ++p) {
      const TimePoint& point = group.points[p];
      std::vector<std::pair<FrameRef, FrameRef>> pairs;  // post, pre
      for (const int i : point.frames) {
        const FrameFacts& frame = works[point.work].facts.frames[static_cast<std::size_t>(i)];
        if (const FrameRef* ref = frame_at(pre, frame.position_mm)) pairs.emplace_back(frame.ref, *ref);
      }
      if (pairs.size() != group.points[0].frames.size()) continue;  // a phase that lacks slices
      // Partial maxima of fixed ranges of slices, so that the work spreads over the processors.
      constexpr std::size_t kRange = 8;
      const std::size_t pieces = (pairs.size() + kRange - 1) / kRange;
      std::vector<Pixels> partial(pieces, Pixels(image.size(), -1e30F));
      parallel_for(pieces, [&](std::size_t piece) {
        for (std::size_t k = piece * kRange; k < std::min(pairs.size(), (piece + 1) * kRange); ++k) {
          cancellation.check();
          const Pixels a = source.read(pairs[k].first), b = source.read(pairs[k].second);
          if (a.size() != image.size() || b.size() != image.size()) continue;
          for (std::size_t v = 0; v < a.size(); ++v)
            partial[piece][v] = std::max(partial[piece][v], a[v] - b[v]);
        }
      });
      Pixels largest = partial[0];
      for (const Pixels& piece : partial)
        for (std::size_t v = 0; v < largest.size(); ++v) largest[v] = std::max(largest[v], piece[v]);
      const Pixels zero(image.size(), 0);
      const auto share_of = [&](const Pixels& shown) {
        const float offset = std::round(subtractions.empty() ? median_offset(shown, largest, zero, 1)
                                                             : static_cast<float>(subtractions[0].offset));
        return equal_share(shown, largest, zero, offset, 1);
      };
      double share = 0;
      for (const Pixels* shown : images) share = std::max(share, share_of(*shown));
      if (share < kProvenShare) break;
      work.claim(Trait::derived, kProofWeight, "arithmetic",
                 "one of its images equals the largest value over the " + std::to_string(pairs.size()) +
                     " slices of " + describe(*works[point.work].series) + " − " +
                     describe(*works[group.points[0].work].series) + ", plus a constant, in " +
                     format_fixed(100 * share, 2) + " % of its " + std::to_string(image.size()) +
                     " pixels: a projection of a subtraction");
      break;
    }
  }
}

void prove_adc(std::vector<SeriesWork>& works, FrameSource& source) {
  // Where the signal of the lowest b-value exceeds this share of its maximum there is tissue, not noise.
  constexpr float kTissueShare = 0.2F;
  constexpr double kAgreement = 0.95;
  for (const SeriesWork& dwi : works) {
    if (dwi.facts.b_values.size() < 2 || likeliest(dwi.claims, Trait::t1) != Trait::diffusion ||
        likeliest(dwi.claims, Trait::acquired) == Trait::adc)
      continue;
    const auto middle = middle_frames(dwi.facts, 1);
    const auto place =
        std::find_if(dwi.facts.frames.begin(), dwi.facts.frames.end(), [&](const FrameFacts& f) {
          return f.ref.entry == middle[0].entry && f.ref.frame == middle[0].frame;
        });
    std::map<double, const Pixels*> by_b;  // one image a b-value: a trace, or any direction
    for (const FrameFacts& frame : dwi.facts.frames)
      if (frame.position_id == place->position_id && frame.b_value_s_per_mm2)
        by_b.emplace(*frame.b_value_s_per_mm2, &source.frame(frame.ref));
    if (by_b.size() < 2) continue;
    for (SeriesWork& work : works) {
      if (&work == &dwi || work.facts.frames.empty() || !same_stack(work.facts, dwi.facts)) continue;
      const FrameRef* ref = frame_at(work.facts, place->position_mm);
      if (ref == nullptr || work.facts.position_count != static_cast<int>(work.facts.frames.size())) continue;
      const Pixels &map = source.frame(*ref), &low = *by_b.begin()->second;
      if (map.empty() || std::any_of(by_b.begin(), by_b.end(),
                                     [&](const auto& b) { return b.second->size() != map.size(); }))
        continue;
      const float floor = kTissueShare * percentile(low, 0.999);
      std::vector<float> theirs, ours, ratio;
      for (std::size_t v = 0; v < map.size(); ++v) {
        if (low[v] < floor || map[v] <= 0) continue;
        double n = 0, sb = 0, sl = 0, sbb = 0, sbl = 0;
        bool positive = true;
        for (const auto& [b, image] : by_b) {
          positive = positive && (*image)[v] > 0;
          const double l = std::log(std::max(1e-3F, (*image)[v]));
          n += 1, sb += b, sl += l, sbb += b * b, sbl += b * l;
        }
        if (!positive) continue;
        const double adc = -1e6 * (n * sbl - sb * sl) / (n * sbb - sb * sb);
        theirs.push_back(map[v]);
        ours.push_back(static_cast<float>(adc));
        if (adc > 0) ratio.push_back(map[v] / static_cast<float>(adc));
      }
      if (theirs.size() < 100) continue;
      const double r = correlation(theirs, ours);
      if (r < kAgreement) continue;
      std::vector<std::string> b_text;
      for (const auto& [b, image] : by_b) b_text.push_back(format_number(b));
      work.claim(Trait::adc, 8, "arithmetic",
                 "equals the log-linear fit of " + describe(*dwi.series) + " over b " + join(b_text, ", ") +
                     " on its middle slice (correlation " + format_fixed(r, 4) +
                     ", median ratio to 10⁻⁶ mm²/s " + format_fixed(percentile(ratio, 0.5), 3) + ")");
    }
  }
}

}  // namespace lobule::exam
