#include "pipeline/phantom_vendor.h"

#include <algorithm>

#include "core/error.h"

namespace lobule::pipeline {

const std::vector<MrHabits>& mr_habits(const std::string& vendor) {
  static const std::vector<MrHabits> kSiemens = siemens_habits(), kGe = ge_habits(),
                                     kPhilips = philips_habits();
  if (vendor == "siemens") return kSiemens;
  if (vendor == "ge") return kGe;
  if (vendor == "philips") return kPhilips;
  throw Error("digital patient", "no MRI is written as \"" + vendor + "\"");
}

const ItemHabit& item_habit(const MrHabits& habits, Item item) {
  const auto found = std::find_if(habits.items.begin(), habits.items.end(),
                                  [&](const ItemHabit& row) { return row.item == item; });
  if (found == habits.items.end())
    throw Error("digital patient", std::string(habits.vendor) + " has no habit for one of its series");
  return *found;
}

const char* phrase(const Phrases& phrases, Item item) {
  switch (item) {
    case Item::localizer: return phrases.localizer;
    case Item::t1: return phrases.t1;
    case Item::t2: return phrases.t2;
    case Item::stir: return phrases.stir;
    case Item::t2_fatsat: return phrases.t2_fatsat;
    case Item::t1_fatsat: return phrases.t1_fatsat;
    case Item::dixon_in:
    case Item::dixon_water:
    case Item::dixon_fat: return "";  // dixon_names
    case Item::diffusion: return phrases.diffusion;
    case Item::adc: return phrases.adc;
    case Item::dynamic:
    case Item::ultrafast: return phrases.post;
    case Item::highres: return phrases.highres;
    case Item::subtraction: return phrases.subtraction;
    case Item::projection: return phrases.projection;
    case Item::enhancement_map: return phrases.enhancement_map;
  }
  return "";
}

}  // namespace lobule::pipeline
