#pragma once
// One series while it is being sorted: its facts, and the claims that gather about it.

#include <vector>

#include "exam/exam.h"
#include "exam/sort_facts.h"
#include "exam/sort_traits.h"

namespace lobule::exam {

struct SeriesWork {
  Series* series = nullptr;
  SeriesFacts facts;
  Claims claims;
  std::string flavour;  // Dixon part of the whole series; "" when none or several

  void claim(Trait trait, double weight, const char* source, std::string text) {
    claims.push_back({trait, weight, source, std::move(text)});
  }
};

}  // namespace lobule::exam
