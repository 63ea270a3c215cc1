#pragma once
// What headers say about a series: two small tables, of words in descriptions and of physics. A new
// habit of a vendor or a hospital is a new row.

#include "exam/sort_facts.h"
#include "exam/sort_traits.h"

namespace lobule::exam {

// Claims from ImageType, sequence, physics, geometry and descriptions of a series of an MR exam.
Claims header_claims(const SeriesFacts& facts);

// Claims from descriptions and sequence names alone; part of header_claims.
Claims word_claims(const SeriesFacts& facts);

// A text as lower-case words between single blanks, with one at each end: "t2_TSE tra" → " t2 tse tra ".
// Letters outside ASCII stay. So " sub " finds the whole word and " dyn" its beginning.
std::string as_words(const std::string& text);

// The contrast phase that descriptions claim ("pre", "post 2", "dyn 3 gd"); "" when they say nothing.
std::string claimed_phase(const SeriesFacts& facts);

// A Dixon part that descriptions name: "water", "fat", "in_phase", "opposed_phase"; "" when none does.
std::string claimed_flavour(const SeriesFacts& facts);

}  // namespace lobule::exam
