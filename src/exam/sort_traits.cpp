#include "exam/sort_traits.h"

#include <algorithm>
#include <cmath>

namespace lobule::exam {
namespace {

// The axes and the prior log-odds of their traits: what a series is when nothing is known about it.
struct TraitRow {
  Trait trait;
  int axis;
  double prior;
};
constexpr TraitRow kTraits[] = {
    {Trait::acquired, 0, 3.5},   {Trait::derived, 0, 0},        {Trait::adc, 0, -1},
    {Trait::localizer, 0, -1},   {Trait::unusable, 0, -1},      {Trait::t1, 1, 0},
    {Trait::t2, 1, 0},           {Trait::diffusion, 1, -1},     {Trait::unknown_contrast, 1, 1},
    {Trait::fat_bright, 2, 0.5}, {Trait::fat_suppressed, 2, 0}, {Trait::single, 3, 3},
    {Trait::dynamic, 3, 0},      {Trait::late, 3, 0},
};
// Claims weaker than this against the decision are not worth a sentence.
constexpr double kConflictWeight = 2;

const TraitRow& row(Trait trait) {
  return *std::find_if(std::begin(kTraits), std::end(kTraits),
                       [&](const TraitRow& r) { return r.trait == trait; });
}

double score(const Claims& claims, const TraitRow& r) {
  double sum = r.prior;
  for (const Claim& claim : claims)
    if (claim.trait == r.trait) sum += claim.weight;
  return sum;
}

bool is_t1_family(Role role) {
  return role == Role::t1 || role == Role::t1_fatsat || role == Role::dce || role == Role::dce_pre ||
         role == Role::dce_post || role == Role::post_highres;
}

// Whether a series of this role has this trait; axes that say nothing about the role agree with anything.
bool agrees(Trait trait, Role role) {
  const bool acquired =
      is_t1_family(role) || role == Role::t2 || role == Role::t2_fatsat || role == Role::dwi;
  switch (trait) {
    case Trait::acquired: return acquired;
    case Trait::derived: return role == Role::derived;
    case Trait::adc: return role == Role::adc;
    case Trait::localizer: return role == Role::localizer;
    case Trait::unusable: return role == Role::other;
    case Trait::t1: return !acquired || is_t1_family(role);
    case Trait::t2: return !acquired || role == Role::t2 || role == Role::t2_fatsat;
    case Trait::diffusion: return !acquired || role == Role::dwi;
    case Trait::unknown_contrast: return role == Role::other;
    case Trait::fat_suppressed: return role != Role::t1 && role != Role::t2;
    case Trait::fat_bright: return role != Role::t1_fatsat && role != Role::t2_fatsat;
    case Trait::single: return role != Role::dce && role != Role::dce_pre && role != Role::dce_post;
    case Trait::dynamic: return role == Role::dce || role == Role::dce_pre || role == Role::dce_post;
    case Trait::late: return role == Role::post_highres;
  }
  return true;
}

// Whether a trait has a say in a role at all: what a map inherits from its source speaks for the source.
bool has_a_say(Trait trait, Role role) {
  const bool acquired =
      is_t1_family(role) || role == Role::t2 || role == Role::t2_fatsat || role == Role::dwi;
  if (role == Role::other) return row(trait).axis <= 1;
  return acquired ? role != Role::dwi || row(trait).axis <= 1 : row(trait).axis == 0;
}

// The role that a claim speaks for when it does not agree with the decision.
Role role_of(Trait trait, Role decided) {
  const bool t2_like = decided == Role::t2 || decided == Role::t2_fatsat;
  switch (trait) {
    case Trait::derived: return Role::derived;
    case Trait::adc: return Role::adc;
    case Trait::localizer: return Role::localizer;
    case Trait::t1: return Role::t1;
    case Trait::t2: return Role::t2;
    case Trait::diffusion: return Role::dwi;
    case Trait::fat_suppressed: return t2_like ? Role::t2_fatsat : Role::t1_fatsat;
    case Trait::fat_bright: return t2_like ? Role::t2 : Role::t1;
    case Trait::dynamic: return Role::dce;
    case Trait::late: return Role::post_highres;
    default: return Role::other;
  }
}

}  // namespace

double probability(const Claims& claims, Trait trait) {
  const int axis = row(trait).axis;
  const double own = score(claims, row(trait));
  double sum = 0;
  for (const TraitRow& r : kTraits)
    if (r.axis == axis) sum += std::exp(score(claims, r) - own);
  return 1 / sum;
}

Trait likeliest(const Claims& claims, Trait any_of_axis) {
  const int axis = row(any_of_axis).axis;
  const TraitRow* best = nullptr;
  for (const TraitRow& r : kTraits)
    if (r.axis == axis && (best == nullptr || score(claims, r) > score(claims, *best))) best = &r;
  return best->trait;
}

Verdict judge(const Claims& claims) {
  const Trait nature = likeliest(claims, Trait::acquired);
  const double p_nature = probability(claims, nature);
  if (nature == Trait::derived) return {Role::derived, p_nature};
  if (nature == Trait::adc) return {Role::adc, p_nature};
  if (nature == Trait::localizer) return {Role::localizer, p_nature};
  if (nature == Trait::unusable) return {Role::other, p_nature};
  const Trait contrast = likeliest(claims, Trait::t1);
  const double p = p_nature * probability(claims, contrast);
  if (contrast == Trait::unknown_contrast) return {Role::other, p};
  if (contrast == Trait::diffusion) return {Role::dwi, p};
  const Trait fat = likeliest(claims, Trait::fat_bright);
  const double p_fat = probability(claims, fat);
  if (contrast == Trait::t2) return {fat == Trait::fat_bright ? Role::t2 : Role::t2_fatsat, p * p_fat};
  const Trait place = likeliest(claims, Trait::single);
  const double p_place = probability(claims, place);
  if (place == Trait::dynamic) return {Role::dce_post, p * p_place};
  if (place == Trait::late) return {Role::post_highres, p * p_place};
  return {fat == Trait::fat_bright ? Role::t1 : Role::t1_fatsat, p * p_fat * p_place};
}

std::vector<Evidence> evidence_for(const Claims& claims, Role decided) {
  std::vector<Evidence> evidence;
  for (const Claim& claim : claims) {
    const bool supports = has_a_say(claim.trait, decided) && agrees(claim.trait, decided);
    const Role role = supports ? decided : role_of(claim.trait, decided);
    const auto same = std::find_if(evidence.begin(), evidence.end(),
                                   [&](const Evidence& e) { return e.role == role && e.text == claim.text; });
    if (same == evidence.end())
      evidence.push_back({claim.source, claim.text, role, claim.weight});
    else
      same->weight += claim.weight;  // one observation that speaks on two axes
  }
  std::stable_sort(evidence.begin(), evidence.end(), [&](const Evidence& a, const Evidence& b) {
    if ((a.role == decided) != (b.role == decided)) return a.role == decided;
    return a.weight > b.weight;
  });
  return evidence;
}

std::vector<std::string> conflicts_of(const Claims& claims, Role decided) {
  std::vector<std::string> conflicts;
  for (const Claim& claim : claims)
    if (claim.weight >= kConflictWeight && !agrees(claim.trait, decided))
      conflicts.push_back(claim.text + " speaks for " + to_text(role_of(claim.trait, decided)) +
                          ", overruled by stronger evidence for " + to_text(decided));
  return conflicts;
}

}  // namespace lobule::exam
