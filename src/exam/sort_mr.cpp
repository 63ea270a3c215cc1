#include "exam/sort_mr.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "core/text.h"
#include "exam/sort_breast.h"
#include "exam/sort_decay.h"
#include "exam/sort_dynamic.h"
#include "exam/sort_kind.h"
#include "exam/sort_late.h"
#include "exam/sort_likeness.h"
#include "exam/sort_modality.h"
#include "exam/sort_network.h"
#include "exam/sort_proofs.h"
#include "exam/sort_rules.h"

namespace lobule::exam {
namespace {

// The middle of the 60–120 s after injection of BI-RADS v2025's early series (docs/methods.md#roles).
constexpr double kEarlyPhaseS = 90;

std::vector<SeriesWork> start_works(Exam& exam, const DicomIndex& index) {
  std::vector<SeriesWork> works;
  for (Series& series : exam.series) {
    if (series.modality != "MR") {
      decide_by_modality(series, index);
      continue;
    }
    SeriesWork work;
    work.series = &series;
    work.facts = gather_facts(index, series);
    work.claims = header_claims(work.facts);
    for (const FrameFacts& frame : work.facts.frames)
      if (&frame == &work.facts.frames.front())
        work.flavour = frame.flavour;
      else if (frame.flavour != work.flavour)
        work.flavour.clear();
    if (work.flavour.empty()) work.flavour = claimed_flavour(work.facts);
    if (work.flavour == "fat" || work.flavour == "opposed_phase")
      work.claim(Trait::unusable, 7, "header", "the " + work.flavour + " part of a Dixon image");
    works.push_back(std::move(work));
  }
  return works;
}

bool is_plain_image(const SeriesWork& work) {
  const Trait contrast = likeliest(work.claims, Trait::t1);
  return likeliest(work.claims, Trait::acquired) == Trait::acquired &&
         (contrast == Trait::t1 || contrast == Trait::t2) && work.facts.position_count >= 3;
}

// `weight` of a look that leaves no doubt.
void claim_fat(std::vector<SeriesWork>& works, FrameSource& source, double weight,
               const Cancellation& cancellation) {
  // Fat on the skin's side twice as bright as gland, or less than two thirds of it, leaves no doubt.
  constexpr double kBright = 1.4, kDark = 0.7;
  for (SeriesWork& work : works) {
    if (!is_plain_image(work)) continue;
    const FatLook look = look_at_fat(work.facts, source, cancellation);
    if (!look.measured) continue;
    if (look.ratio >= kBright)
      work.claim(Trait::fat_bright, weight, "pixels", look.text + ": fat is bright");
    else if (look.ratio <= kDark)
      work.claim(Trait::fat_suppressed, weight, "pixels", look.text + ": fat is dark");
    else
      work.claim(Trait::fat_bright, 0, "pixels", look.text + ": fat is neither clearly bright nor dark");
  }
}

// The shape seen in the series that cover most of the body.
BreastShape look_for_breasts(const std::vector<SeriesWork>& works, FrameSource& source,
                             const Cancellation& cancellation) {
  std::vector<const SeriesWork*> candidates;
  for (const SeriesWork& work : works)
    if (is_plain_image(work)) candidates.push_back(&work);
  const auto extent = [](const SeriesWork* w) { return w->facts.slice_step_mm() * w->facts.position_count; };
  std::stable_sort(candidates.begin(), candidates.end(),
                   [&](const SeriesWork* a, const SeriesWork* b) { return extent(a) > extent(b); });
  BreastShape best;
  for (std::size_t i = 0; i < std::min<std::size_t>(2, candidates.size()); ++i) {
    BreastShape shape = find_breasts(candidates[i]->facts, source, cancellation);
    if (!shape.text.empty()) shape.text += " (" + describe(*candidates[i]->series) + ")";
    if (shape.lobes == Lobes::two) return shape;
    if (best.lobes == Lobes::unknown) best = shape;
  }
  return best;
}

bool decide_dynamic(DynamicGroup& group, std::vector<SeriesWork>& works) {
  const std::size_t n = group.points.size();
  const double weight = n >= 3 ? 6 : 4.5;
  std::string text =
      std::to_string(n) + " volumes of one geometry and timing, ordered by " + group.order_source;
  // Two volumes alike without enhancement are a repetition, not a dynamic.
  if (n < 3 && group.measured_change && !group.enhances) return false;
  std::map<std::size_t, int> points_of;
  for (const TimePoint& point : group.points) ++points_of[point.work];
  for (const auto& [w, count] : points_of) {
    works[w].claim(Trait::dynamic, weight, "header", text);
    if (group.measured_change)
      works[w].claim(Trait::dynamic, group.enhances ? 3 : -2, "pixels", group.change_text);
  }
  return true;
}

void set_aside(const DynamicGroup& group, std::size_t main_phases, std::vector<SeriesWork>& works) {
  std::set<std::size_t> members;
  for (const TimePoint& point : group.points) members.insert(point.work);
  for (const std::size_t w : members)
    works[w].claim(Trait::unusable, 7, "header",
                   "part of a second dynamic; the main one has " + std::to_string(main_phases) + " phases");
}

double order_probability(const DynamicGroup& group) {
  const double weight =
      group.order_weight + (group.enhances ? 3 : 0) - 2 * static_cast<double>(group.order_conflicts.size());
  return 1 / (1 + std::exp(-std::max(0.0, weight)));
}

void assign_phases(const DynamicGroup& group, std::vector<SeriesWork>& works) {
  std::map<std::size_t, std::vector<std::size_t>> points_of;
  for (std::size_t p = 0; p < group.points.size(); ++p) points_of[group.points[p].work].push_back(p);
  const auto time = [&](std::size_t p) { return p < group.time_s.size() ? group.time_s[p] : std::nullopt; };
  for (const auto& [w, points] : points_of) {
    Series& series = *works[w].series;
    series.confidence *= order_probability(group);
    series.conflicts.insert(series.conflicts.end(), group.order_conflicts.begin(),
                            group.order_conflicts.end());
    if (group.time_s.empty())
      series.warnings.emplace_back("the time of this phase is unknown: no header tells when it was acquired");
    if (points.size() == 1) {
      series.phase_index = static_cast<int>(points[0]);
      series.role = points[0] == 0 ? Role::dce_pre : Role::dce_post;
      series.time_s = time(points[0]);
      continue;
    }
    series.role = Role::dce;
    for (const std::size_t p : points) {
      Phase phase;
      phase.phase_index = static_cast<int>(p);
      phase.role = p == 0 ? Role::dce_pre : Role::dce_post;
      phase.time_s = time(p);
      for (const int i : group.points[p].frames)
        phase.images.push_back(works[w].facts.frames[static_cast<std::size_t>(i)].ref);
      series.phases.push_back(std::move(phase));
    }
    const auto in_phases =
        std::accumulate(series.phases.begin(), series.phases.end(), std::size_t{0},
                        [](std::size_t sum, const Phase& phase) { return sum + phase.images.size(); });
    if (in_phases < series.images.size())
      series.warnings.push_back(std::to_string(series.images.size() - in_phases) +
                                " images are in no phase (other echoes, fat or opposed-phase parts)");
  }
}

void say_dynamic(Exam& exam, const DynamicGroup* group, const std::vector<SeriesWork>& works) {
  if (group == nullptr) {
    if (exam.kind != ExamKind::breast_mri) return;
    const auto lone = std::find_if(works.begin(), works.end(), [](const SeriesWork& w) {
      return w.series->role == Role::t1_fatsat || w.series->role == Role::post_highres;
    });
    if (lone == works.end())
      exam.findings.push_back({Severity::warning, "dynamic series", "there is no dynamic series",
                               "no T1 volumes share geometry and timing",
                               "Enhancement, kinetics and candidates cannot be measured"});
    else
      exam.findings.push_back({Severity::warning, "dynamic series",
                               "only one phase: there is no dynamic series",
                               describe(*lone->series) + " has no partner of its geometry and timing",
                               "Enhancement needs a pre-contrast and a post-contrast phase"});
    return;
  }
  if (group->time_s.empty())
    exam.findings.push_back(
        {Severity::warning, "dynamic series", kTimesUnknown,
         "no AcquisitionTime (0008,0032) or TriggerTime (0018,1060) tells them apart; times "
         "of file creation are no times of acquisition",
         "Curves are given by phase; declare the times with --phase-times where they are known"});
  else
    exam.findings.push_back(
        {Severity::note, "dynamic series", "times of phases are from " + group->time_source, "", ""});
  if (group->measured_change && !group->enhances)
    exam.findings.push_back({Severity::warning, "dynamic series", group->change_text,
                             "the pre-contrast phase may be missing, or no agent arrived",
                             "Look at the contact sheet"});
}

void finish_series(SeriesWork& work, const SortOptions& options) {
  Series& series = *work.series;
  const Verdict verdict = judge(work.claims);
  series.role = verdict.role == Role::dce_post ? Role::t1_fatsat : verdict.role;
  series.confidence = verdict.confidence;
  for (const Claim& claim : work.claims)
    series.fat_is_bright += claim.trait == Trait::fat_bright       ? claim.weight
                            : claim.trait == Trait::fat_suppressed ? -claim.weight
                                                                   : 0;
  if (series.role == Role::dwi || series.role == Role::adc) series.b_values = work.facts.b_values;
  if (series.role == Role::dwi && series.b_values.empty())
    series.warnings.emplace_back("diffusion-weighted, but no header tells a b-value");
  if (!options.use_pixels) series.warnings.emplace_back("pixels were not looked at (--no-pixels)");
}

}  // namespace

int early_phase(const std::vector<std::optional<double>>& time_s, std::size_t phase_count) {
  if (phase_count < 2) return -1;
  int best = 1;
  double least = -1;
  for (std::size_t p = 1; p < std::min(phase_count, time_s.size()); ++p) {
    if (!time_s[p]) return 1;
    const double distance = std::abs(*time_s[p] - kEarlyPhaseS);
    if (least < 0 || distance < least) least = distance, best = static_cast<int>(p);
  }
  return best;
}

void sort_mr_exam(Exam& exam, const DicomIndex& index, const SortOptions& options,
                  const Cancellation& cancellation) {
  std::vector<SeriesWork> works = start_works(exam, index);
  FrameSource source(index);
  BreastShape shape;
  std::vector<SubtractionProof> subtractions;
  const SeriesNetworks* networks = options.use_pixels ? options.networks : nullptr;
  std::optional<double> network_breast;
  if (networks != nullptr) network_breast = claim_opinions(works, source, *networks, cancellation);
  if (options.use_pixels) {
    shape = look_for_breasts(works, source, cancellation);
    decide_mr_kind(exam, index, works, shape, network_breast);
    if (exam.kind != ExamKind::breast_mri) drop_opinions(works);
    if (exam.kind == ExamKind::breast_mri) {
      // A network that sees whole pictures is right more often than a look at the skin's side.
      claim_fat(works, source, networks != nullptr ? 1 : 2, cancellation);
      prove_adc(works, source);
      prove_decay(works, source, cancellation);
      if (networks != nullptr) {
        claim_agent(works, source);
        claim_pairs(works, source);
        claim_likeness(works, source);
      }
      subtractions = prove_subtractions(works, source, cancellation);
      claim_outliers(find_dynamics(works), works, source);
    }
  } else {
    decide_mr_kind(exam, index, works, shape, network_breast);
  }
  std::vector<DynamicGroup> groups = find_dynamics(works);
  DynamicGroup* dynamic = nullptr;
  if (exam.kind != ExamKind::breast_mri) groups.clear();
  if (networks != nullptr) drop_unlike(groups, works, source);
  for (DynamicGroup& group : groups) {
    order_phases(group, works);
    if (networks != nullptr) look_for_repeats(group, works, source, *networks, cancellation);
    if (options.use_pixels) check_enhancement(group, works, source);
    if (networks != nullptr) order_by_network(group, works, source, *networks, cancellation);
  }
  // Where headers say little, repeated volumes that never show an agent are no dynamic if others do.
  std::stable_partition(groups.begin(), groups.end(), [](const DynamicGroup& group) {
    return group.order_weight > kWeakOrder || !group.measured_change || group.enhances;
  });
  for (DynamicGroup& group : groups) {
    if (dynamic == nullptr && decide_dynamic(group, works))
      dynamic = &group;
    else if (dynamic != nullptr && group.points.size() >= 3)
      set_aside(group, dynamic->points.size(), works);
  }
  if (dynamic != nullptr) {
    for (const SubtractionProof& proof : subtractions)
      if (proof.pre == dynamic->points.front().work && works[proof.pre].claims.back().source != "arithmetic")
        works[proof.pre].claim(Trait::dynamic, 3, "arithmetic",
                               "the scanner's subtractions take it as the pre-contrast phase");
    claim_late(*dynamic, works, options.use_pixels ? &source : nullptr);
    if (networks != nullptr && dynamic->enhances) claim_kinetic_maps(*dynamic, works, source);
    if (options.use_pixels) prove_projections(*dynamic, subtractions, works, source, cancellation);
  } else {
    drop_late_claims(works);
  }
  for (SeriesWork& work : works) finish_series(work, options);
  if (dynamic != nullptr) {
    assign_phases(*dynamic, works);
    exam.early_phase_index = early_phase(dynamic->time_s, dynamic->points.size());
  }
  for (SeriesWork& work : works) {
    work.series->evidence = evidence_for(work.claims, work.series->role);
    for (std::string& conflict : conflicts_of(work.claims, work.series->role))
      work.series->conflicts.push_back(std::move(conflict));
  }
  say_dynamic(exam, dynamic, works);
  exam.findings.insert(exam.findings.end(), source.findings().begin(), source.findings().end());
}

}  // namespace lobule::exam
