// Philips: all phases in one series with temporal positions; series numbers in hundreds; rescale slopes other
// than 1; b-values in (2001,1003) and in (0018,9087). Enhanced MR holds a whole series in one object.
//
// Seen in files: Achieva 5.3 diffusion (ImageType, both b-values, group 2001, slopes, ProtocolName with WIP,
// series 601), Achieva 5.3 and Ingenia Enhanced MR (top-level attributes, PulseSequenceName FFE).
// Published: ADC_UNSPECIFIED, PROJECTION IMAGE of ImageType and "dyn eTHRIVE" (public code that sorts such
// files). From general knowledge: the other names, SUBTRACTION of ImageType, ADC in 10⁻³ mm²/s.

#include "pipeline/phantom_vendor.h"

namespace lobule::pipeline {
namespace {

constexpr const char* kSpinEcho = "ORIGINAL\\PRIMARY\\M_SE\\M\\SE";
constexpr const char* kFieldEcho = "ORIGINAL\\PRIMARY\\M_FFE\\M\\FFE";

const std::vector<ItemHabit> kItems = {
    {Item::localizer, kFieldEcho, "GR", "SS", "OTHER", "2D", "", "TFE"},
    {Item::t2, kSpinEcho, "SE", "SK", "OTHER", "2D", "", "TSE"},
    {Item::t2_fatsat, kSpinEcho, "SE", "SK", "FS", "2D", "", "TSE"},
    {Item::t1, kSpinEcho, "SE", "SK", "OTHER", "2D", "", "TSE"},
    {Item::stir, "ORIGINAL\\PRIMARY\\M_IR\\M\\IR", "SE\\IR", "SK", "OTHER", "2D", "", "TIR"},
    {Item::diffusion, kSpinEcho, "SE", "SK", "PFP\\FS", "2D", "", "DwiSE"},
    {Item::adc, "ORIGINAL\\PRIMARY\\ADC_UNSPECIFIED\\ADC\\UNSPECIFIED", "SE", "SK", "PFP\\FS", "2D", "",
     "DwiSE"},
    {Item::t1_fatsat, kFieldEcho, "GR", "SK\\SP", "FS", "3D", "", "T1TFE"},
    {Item::dynamic, kFieldEcho, "GR", "SK\\SP", "FS", "3D", "", "T1TFE"},
    {Item::ultrafast, kFieldEcho, "GR", "SK\\SP", "FS", "3D", "", "T1TFE"},
    {Item::highres, kFieldEcho, "GR", "SK\\SP", "FS", "3D", "", "T1TFE"},
    {Item::dixon_in, "DERIVED\\PRIMARY\\IP\\IP\\DERIVED", "GR", "SK\\SP", "OTHER", "3D", "", "T1FFE"},
    {Item::dixon_water, "DERIVED\\PRIMARY\\W\\W\\DERIVED", "GR", "SK\\SP", "OTHER", "3D", "", "T1FFE"},
    {Item::dixon_fat, "DERIVED\\PRIMARY\\F\\F\\DERIVED", "GR", "SK\\SP", "OTHER", "3D", "", "T1FFE"},
    {Item::subtraction, "DERIVED\\PRIMARY\\SUBTRACTION\\M\\FFE", "GR", "SK\\SP", "FS", "3D", "", "T1TFE"},
    {Item::projection, "ORIGINAL\\PRIMARY\\PROJECTION IMAGE\\M\\FFE", "GR", "SK\\SP", "FS", "3D", "",
     "T1TFE"},
    {Item::enhancement_map, "DERIVED\\PRIMARY\\WASHIN\\M\\FFE", "GR", "SK\\SP", "FS", "3D", "", "T1TFE"},
};

const std::vector<Phrases> kPhrases = {
    {"scanner's own", "MR Breast", "Survey", "T1W_TSE_tra", "T2W_TSE_tra", "STIR_tra", "T2W_SPAIR_tra",
     "eTHRIVE_pre", "DWI_{b}", "dDWI_{b} ADC", "dyn_eTHRIVE", "dyn_eTHRIVE", "sdyn_eTHRIVE sub",
     "MIP dyn_eTHRIVE", "WASHIN dyn_eTHRIVE", "eTHRIVE_HR_delayed"},
    {"Dutch", "MRI Mammae", "Survey Borst", "T1W tra", "T2W tra", "STIR tra", "T2W SPIR tra", "THRIVE tra",
     "DWI b{b}", "DWI ADC", "T1 THRIVE dyn", "T1 THRIVE dyn", "Subtractie", "MIP subtractie", "Wash-in kaart",
     "T1 THRIVE late"},
    {"English", "MRI breast both", "SURVEY_BFFE", "Ax T1 TSE", "Ax T2 TSE", "Ax STIR", "Ax T2 SPAIR",
     "Ax THRIVE pre", "Ax DWI", "Ax ADC", "Ax DYN THRIVE GD", "Ax DYN THRIVE GD", "SUBTRACTION",
     "MIP SUBTRACTION", "WASH IN", "Ax THRIVE late"},
    {"Italian", "RM MAMMELLA BILATERALE", "Survey", "T1W ax", "T2W ax", "STIR ax", "T2W SPAIR ax",
     "THRIVE ax", "DWI ax", "ADC ax", "eTHRIVE dinamica mdc", "eTHRIVE dinamica mdc", "Sottrazione",
     "MIP sottrazione", "WASH IN", "THRIVE ax tardiva"},
};

std::vector<ItemHabit> enhanced_items() {
  std::vector<ItemHabit> items = kItems;
  for (ItemHabit& row : items) {
    row.image_type = "ORIGINAL\\PRIMARY\\OTHER\\NONE";
    if (row.item == Item::t2 || row.item == Item::t2_fatsat || row.item == Item::stir)
      row.image_type = "ORIGINAL\\PRIMARY\\T2\\NONE";
    if (row.item == Item::t1 || row.item == Item::t1_fatsat || row.item == Item::dynamic ||
        row.item == Item::ultrafast || row.item == Item::highres)
      row.image_type = "ORIGINAL\\PRIMARY\\T1\\NONE";
    if (row.item == Item::localizer) row.image_type = "ORIGINAL\\PRIMARY\\LOCALIZER\\NONE";
    if (row.item == Item::diffusion) row.image_type = "ORIGINAL\\PRIMARY\\DIFFUSION\\NONE";
    if (row.item == Item::adc) row.image_type = "DERIVED\\PRIMARY\\DIFFUSION\\ADC";
    if (row.item == Item::subtraction) row.image_type = "DERIVED\\PRIMARY\\T1\\SUBTRACTION";
    if (row.item == Item::projection) row.image_type = "DERIVED\\PRIMARY\\T1\\MAX_IP";
    if (row.item == Item::enhancement_map) row.image_type = "DERIVED\\PRIMARY\\T1\\WASHIN";
    if (row.item == Item::dixon_water) row.image_type = "DERIVED\\PRIMARY\\DIXON\\WATER";
    if (row.item == Item::dixon_fat) row.image_type = "DERIVED\\PRIMARY\\DIXON\\FAT";
    if (row.item == Item::dixon_in) row.image_type = "DERIVED\\PRIMARY\\DIXON\\IN_PHASE";
  }
  return items;
}

}  // namespace

std::vector<MrHabits> philips_habits() {
  MrHabits classic;
  classic.vendor = "philips";
  classic.variant = "classic";
  classic.manufacturer = "Philips Medical Systems";
  classic.model = "Achieva dStream";
  classic.software = "5.3.0\\5.3.0.3";
  classic.coil = "MULTI COIL";
  classic.tesla = 3;
  classic.phases = PhaseSeries::all_in_one;
  classic.temporal_index = true;
  classic.one_clock_time = true;
  classic.b_standard = classic.b_philips = true;
  classic.rescaled = true;
  classic.subtract_every_post = true;
  classic.project = true;
  classic.dixon_names = {"mDIXON-IP", "mDIXON-W", "mDIXON-F"};
  classic.series_step = 100;
  classic.items = kItems;
  classic.phrases = kPhrases;
  MrHabits old = classic;  // releases before 5: only the private b-value
  old.variant = "classic, private b-values only";
  old.model = "Achieva", old.software = "3.2.1\\3.2.1.1", old.tesla = 1.5;
  old.b_standard = false;
  old.one_clock_time = false;
  MrHabits enhanced = classic;
  enhanced.variant = "Enhanced MR";
  enhanced.model = "Ingenia Elition X", enhanced.software = "5.6.1\\5.6.1.1";
  enhanced.enhanced = true;
  enhanced.one_clock_time = false;
  enhanced.map_enhancement = true;
  enhanced.items = enhanced_items();
  return {classic, old, enhanced};
}

}  // namespace lobule::pipeline
