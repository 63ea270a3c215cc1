#pragma once
// How MRI scanners write what they made: habits of vendors as rows of tables. A new habit is a new row.
// Sources are named beside the rows (phantom_vendor_*.cpp); docs/formats/phantom.md says which were seen in
// files and which are from general knowledge.

#include <array>
#include <string>
#include <vector>

namespace lobule::pipeline {

// What one series holds, whatever it is called.
enum class Item {
  localizer,
  t1,
  t2,
  stir,
  t2_fatsat,
  t1_fatsat,
  diffusion,
  adc,
  dynamic,
  ultrafast,
  highres,
  dixon_in,
  dixon_water,
  dixon_fat,
  subtraction,
  projection,
  enhancement_map
};

// The words of one protocol, in a person's language. {p} is a phase, {b} the b-values, {post} the name of the
// phase that a map was made of.
struct Phrases {
  const char* language;
  const char* study;
  const char* localizer;
  const char* t1;
  const char* t2;
  const char* stir;
  const char* t2_fatsat;
  const char* t1_fatsat;
  const char* diffusion;
  const char* adc;
  const char* pre;
  const char* post;
  const char* subtraction;
  const char* projection;
  const char* enhancement_map;
  const char* highres;
};

// What the scanner's own words are for an item. Several values are separated by '\'.
struct ItemHabit {
  Item item;
  const char* image_type;
  const char* scanning_sequence;
  const char* variant;
  const char* options;
  const char* dimensions;     // "2D" or "3D"
  const char* sequence_name;  // (0018,0024); {b} is a b-value
  const char* pulse;          // GE's and Philips' private name of the sequence, PulseSequenceName in Enhanced
};

// How the phases of a dynamic are put into series.
enum class PhaseSeries {
  each_its_own,       // pre, post 1, post 2 …
  all_in_one,         // one series
  posts_together,     // the pre-contrast phase apart
  each_number_added,  // GE's "Ph1/name": pre is the plain name
};

struct MrHabits {
  const char* vendor = "";   // as --vendor says it
  const char* variant = "";  // "classic", "Enhanced MR", …
  const char* manufacturer = "";
  const char* model = "";
  const char* software = "";
  const char* coil = "";
  double tesla = 1.5;
  PhaseSeries phases = PhaseSeries::each_its_own;
  bool enhanced = false;        // Enhanced MR Image Storage; else one slice a file
  bool file_a_volume = false;   // of Enhanced: each phase or b-value is an object of its own in the series
  bool temporal_index = false;  // (0020,0100) and (0020,0105); in Enhanced (0020,9128)
  bool one_clock_time = false;  // AcquisitionTime is the series', not the phase's
  bool acquisition_number_a_phase = false;
  bool head_first_slices = false;  // instance 1 is the topmost slice
  bool half_turn = false;          // turned by 180 degrees in the plane, as some units show prone women
  bool feet_first = false;         // PatientPosition FFP; else HFP
  bool b_standard = false, b_siemens = false, b_ge = false, b_ge_flag = false, b_philips = false;
  bool rescaled = false;             // slopes other than 1, as Philips has them
  bool subtract_every_post = false;  // else the first and the last
  bool project = false, map_enhancement = false;
  std::array<const char*, 3> dixon_names{};  // in phase, water, fat
  int series_step = 1;                       // of series numbers: 1, or Philips' 100
  std::vector<ItemHabit> items;
  std::vector<Phrases> phrases;
};

// The variants of a vendor.
const std::vector<MrHabits>& mr_habits(const std::string& vendor);

const ItemHabit& item_habit(const MrHabits& habits, Item item);

// The phrase of an item.
const char* phrase(const Phrases& phrases, Item item);

std::vector<MrHabits> siemens_habits();
std::vector<MrHabits> ge_habits();
std::vector<MrHabits> philips_habits();

}  // namespace lobule::pipeline
