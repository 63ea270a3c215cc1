// Words in descriptions. Radiographers write them by hand: they are cheap evidence, worth less than
// physics, and absent after de-identification.

#include <algorithm>
#include <initializer_list>

#include "core/text.h"
#include "exam/sort_rules.h"

namespace lobule::exam {
namespace {

struct WordRow {
  std::vector<const char*> words;  // any of them; a blank at an end is a word's border
  std::vector<Trait> traits;
  double weight;
  const char* meaning;
};

// English, German, French, Spanish, Portuguese and Italian habits of the three vendors' protocols.
const WordRow kDescriptionWords[] = {
    {{" t1"}, {Trait::t1}, 2.5, "T1"},
    {{" t2"}, {Trait::t2}, 2.5, "T2"},
    {{" stir ", " tirm ", " tir "}, {Trait::t2, Trait::fat_suppressed}, 2.5, "inversion nulls fat"},
    {{" vibe", " vibrant", " ethrive", " thrive", " lava", " fspgr", " flash", " fl3d", " efgre"},
     {Trait::t1},
     2,
     "a spoiled gradient echo"},
    {{" dyn", " dce ", " vibrant", " ethrive", " twist ", " disco ", " multiphase", " multi phase", " perf"},
     {Trait::dynamic},
     1,
     "a dynamic"},
    {{" fs ", " fatsat", " fat sat", " fatsup", " fat sup", " spair", " spir ", " fsat ", " water", " wat ",
      " chemsat", " dixon w ", " we ", " gordura sup", " fettges"},
     {Trait::fat_suppressed},
     2,
     "fat suppressed"},
    {{" no fs ", " nofs ", " non fs ", " non fat", " nonfat", " no fat", " w o fs ", " sem fs ", " sin fs "},
     {Trait::fat_bright},
     5,
     "fat not suppressed"},
    {{" dwi ", " diff", " ep2d diff", " dw ", " resolve ", " trace", " dti ", " difus"},
     {Trait::diffusion},
     4,
     "diffusion"},
    {{" adc ", " dadc ", " adcmap "}, {Trait::adc}, 7, "an ADC map"},
    {{" eadc ", " expadc "}, {Trait::derived}, 6, "an exponential diffusion map"},
    {{" loc ", " localizer", " localiser", " localizador", " lokalisator", " scout", " survey", " 3 plane",
      " 3plane", " 3 pl ", " plan loc", " reperage"},
     {Trait::localizer},
     7,
     "a localizer"},
    {{" sub ", " subs ", " subtr", " subtrak", " sustrac", " subtracao", " sottr"},
     {Trait::derived},
     6,
     "a subtraction"},
    {{" mip ", " mips ", " minip", " mip t"}, {Trait::derived}, 6, "a projection"},
    {{" pei ", " wash in", " washin", " wash out", " washout", " ttp ", " time to peak", " auc ", " ser map"},
     {Trait::derived},
     6,
     "a map of kinetics"},
    {{" mpr ", " reformat", " curved"}, {Trait::derived}, 4, "a reformation"},
    {{" screen save", " screenshot", " report ", " summary"}, {Trait::unusable}, 7, "a picture of a screen"},
    {{" silicone", " silikon", " silicon "}, {Trait::unusable}, 7, "a silicone-selective image"},
    {{" b1 map", " field map", " fieldmap", " gre field", " b0 map"}, {Trait::unusable}, 7, "a field map"},
    {{" svs ", " csi ", " spectro"}, {Trait::unusable}, 7, "spectroscopy"},
    {{" hires ", " high res", " hr ", " highres", " delayed", " late ", " tardi", " spat "},
     {Trait::late},
     1.5,
     "late or fine"},
};

// Names that vendors give their sequences; they survive when people's words are removed.
const WordRow kSequenceWords[] = {
    {{"tir2d", "tir3d", " stir"},
     {Trait::t2, Trait::fat_suppressed},
     2,
     "an inversion recovery turbo spin echo"},
    {{" ep b", "ep2d diff", "re b", "dwise", "dwisense"}, {Trait::diffusion}, 3, "a diffusion sequence"},
    {{"fl3d", "efgre3d", "vibrant", " t1tfe", " t1ffe", "fspgr"}, {Trait::t1}, 2, "a spoiled gradient echo"},
};

void add_rows(const WordRow* begin, const WordRow* end, const std::vector<HeaderText>& texts,
              Claims& claims) {
  for (const WordRow* row = begin; row != end; ++row)
    for (const HeaderText& text : texts) {
      const std::string words = as_words(text.value);
      const auto hit = std::find_if(row->words.begin(), row->words.end(),
                                    [&](const char* word) { return contains(words, word); });
      if (hit == row->words.end()) continue;
      for (const Trait trait : row->traits)
        claims.push_back({trait, row->weight, "header",
                          text.name + " \"" + text.value + "\" has \"" + trim(*hit) + "\": " + row->meaning});
      break;  // description and protocol repeat each other; one of them counts
    }
}

bool any_word(const SeriesFacts& facts, std::initializer_list<const char*> words) {
  for (const HeaderText& text : facts.descriptions)
    for (const char* word : words)
      if (contains(as_words(text.value), word)) return true;
  return false;
}

}  // namespace

std::string as_words(const std::string& text) {
  std::string words = " ";
  for (const char c : lower(text)) {
    const bool is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80) != 0;
    if (is_word)
      words += c;
    else if (words.back() != ' ')
      words += ' ';
  }
  if (words.back() != ' ') words += ' ';
  return words;
}

Claims word_claims(const SeriesFacts& facts) {
  Claims claims;
  add_rows(std::begin(kDescriptionWords), std::end(kDescriptionWords), facts.descriptions, claims);
  add_rows(std::begin(kSequenceWords), std::end(kSequenceWords), facts.sequences, claims);
  // "no fs" also holds " fs ": the stronger row stands alone.
  const bool says_not =
      std::any_of(claims.begin(), claims.end(), [](const Claim& c) { return c.trait == Trait::fat_bright; });
  if (says_not)
    std::erase_if(claims, [](const Claim& c) { return c.trait == Trait::fat_suppressed && c.weight <= 2; });
  return claims;
}

std::string claimed_phase(const SeriesFacts& facts) {
  if (any_word(facts, {" pre ", " precontrast", " nativ", " sem contraste", " sin contraste", " sans ",
                       " unenhanced", " non contrast", " noncontrast"}))
    return "pre";
  if (any_word(facts,
               {" post ", " postcontrast", " gd ", " kontrast", " contrast", " contraste", " inj", " km "}))
    return "post";
  return "";
}

std::string claimed_flavour(const SeriesFacts& facts) {
  if (any_word(facts, {" water", " dixon w ", " wat "})) return "water";
  if (any_word(facts, {" fat only", " fat dixon", " dixon fat", " dixon f ", " fatonly", " dix f "}))
    return "fat";
  if (any_word(facts, {" in phase", " inphase", " in ph ", " dixon in "})) return "in_phase";
  if (any_word(facts, {" out phase", " opp phase", " opposed", " out of phase", " outphase", " dixon opp"}))
    return "opposed_phase";
  return "";
}

}  // namespace lobule::exam
