// GE: "Ph1/name" for the phases of a multi-phase scan, or all of them in one series with
// TemporalPositionIdentifier; instances from the top slice down; sequence names in the
// private group 0019; b-values in (0043,1039), on older releases with 10⁹ added. TriggerTime, which such
// files have against PS3.3 (it is for gated scans), is among the lazy headers, so that honest ones are valid.
//
// Seen in files: SIGNA Architect DV28 multi-phase (ImageType, TriggerTime in ms, temporal positions, one
// AcquisitionTime, slice order, private names), SIGNA Pioneer diffusion ((0043,1039) = [b,8,0,0], options).
// Published: ScanOptions, FFP and HFP and models of breast MRI (Duke tables), "Ph1/ax 3d dyn"
// (mazurowski-lab issue 4), 1000001000\8\0\0 (dcm2niix issue 149), DERIVED\SECONDARY\PROCESSED of maps
// (dcm2niix issue 574). From general knowledge: the other names, half turns of prone images.

#include "pipeline/phantom_vendor.h"

namespace lobule::pipeline {
namespace {

constexpr const char* kOriginal = "ORIGINAL\\PRIMARY\\OTHER";
constexpr const char* kProcessed = "DERIVED\\SECONDARY\\PROCESSED";
constexpr const char* kVibrant = "FAST_GEMS\\SAT_GEMS\\MP_GEMS\\ACC_GEMS\\PFP\\FS";

const std::vector<ItemHabit> kItems = {
    {Item::localizer, kOriginal, "GR", "SS\\SP\\SK", "FAST_GEMS", "2D", "", "fgre"},
    {Item::t2, kOriginal, "SE", "SK", "FAST_GEMS\\NPW\\TRF_GEMS\\ACC_GEMS", "2D", "", "fse-xl"},
    {Item::t2_fatsat, kOriginal, "SE", "SK", "FAST_GEMS\\NPW\\SAT_GEMS\\TRF_GEMS\\ACC_GEMS\\FS", "2D", "",
     "fse-xl"},
    {Item::t1, kOriginal, "SE", "SK", "FAST_GEMS\\NPW\\TRF_GEMS\\ACC_GEMS", "2D", "", "fse-xl"},
    {Item::stir, kOriginal, "SE\\IR", "SK", "FAST_GEMS\\NPW\\IR_GEMS\\TRF_GEMS", "2D", "", "fseir"},
    {Item::diffusion, kOriginal, "EP\\SE", "NONE", "SAT_GEMS\\EPI_GEMS\\ACC_GEMS\\PFF\\FS", "2D", "", "epi2"},
    {Item::adc, kProcessed, "EP\\SE", "NONE", "SAT_GEMS\\EPI_GEMS\\ACC_GEMS\\PFF\\FS", "2D", "", "epi2"},
    {Item::t1_fatsat, kOriginal, "GR", "SS\\SP\\SK", kVibrant, "3D", "", "efgre3d"},
    {Item::dynamic, kOriginal, "GR", "SS\\SP\\SK", kVibrant, "3D", "", "efgre3d"},
    {Item::ultrafast, kOriginal, "GR", "SS\\SP\\SK", kVibrant, "3D", "", "disco"},
    {Item::highres, kOriginal, "GR", "SS\\SP\\SK", kVibrant, "3D", "", "efgre3d"},
    {Item::dixon_in, "DERIVED\\PRIMARY\\DIXON\\IN_PHASE", "GR", "SS\\SP\\SK", "FAST_GEMS\\ACC_GEMS", "3D", "",
     "efgre3d"},
    {Item::dixon_water, "DERIVED\\PRIMARY\\DIXON\\WATER", "GR", "SS\\SP\\SK", "FAST_GEMS\\ACC_GEMS", "3D", "",
     "efgre3d"},
    {Item::dixon_fat, "DERIVED\\PRIMARY\\DIXON\\FAT", "GR", "SS\\SP\\SK", "FAST_GEMS\\ACC_GEMS", "3D", "",
     "efgre3d"},
    {Item::subtraction, kProcessed, "GR", "SS\\SP\\SK", kVibrant, "3D", "", "efgre3d"},
    {Item::projection, "DERIVED\\SECONDARY\\PROJECTION IMAGE\\COLLAPSE", "GR", "SS\\SP\\SK", kVibrant, "3D",
     "", "efgre3d"},
    {Item::enhancement_map, kProcessed, "GR", "SS\\SP\\SK", kVibrant, "3D", "", "efgre3d"},
};

const std::vector<Phrases> kPhrases = {
    {"English", "MRI BREAST BILATERAL W WO CONTRAST", "3-Plane Loc", "ax t1", "ax t2 fse", "ax stir",
     "ax t2 fse fs", "ax 3d fs", "ax dwi b{b}", "ADC (10^-6 mm2/s): ax dwi", "ax 3d dyn", "ax 3d dyn",
     "SUB {post}", "MIP SUB {post}", "PEI {post}", "sag 3d delayed"},
    {"English, VIBRANT", "MR BREAST BIL W+WO", "3-PLANE LOC ASSET", "Ax T1 FSE", "Ax T2 FSE No FS", "Ax STIR",
     "Ax T2 FatSat", "Ax VIBRANT pre", "Ax DWI b={b}", "Apparent Diffusion Coefficient (mm2/s)",
     "Dyn Ax VIBRANT+C", "Dyn Ax VIBRANT+C", "SUB: {post}", "MIP: {post}", "Pos. Enhancement Integral (PEI)",
     "Ax VIBRANT high res delayed"},
    {"Spanish", "RM DE MAMAS CON CONTRASTE", "LOC 3 PLANOS", "AX T1 SIN FS", "AX T2 FSE SIN FS", "AX STIR",
     "AX T2 FSE FAT SAT", "AX T1 3D FAT SAT", "AX DIFUSION b{b}", "ADC DIFUSION", "AX DINAMICO",
     "AX DINAMICO", "SUSTRACCION {p}", "MIP SUSTRACCION {p}", "MAPA PEI", "AX T1 TARDIO CONTRASTE"},
    {"Chinese pinyin", "RUXIAN ZENGQIANG", "LOC", "HX T1", "HX T2", "HX STIR", "HX T2 FS", "HX T1 FS",
     "MISAN DWI", "MISAN ADC", "HX DT ZQ", "HX DT ZQ", "JIANYING SUB {p}", "JIANYING MIP {p}", "PEI",
     "HX ZQ YANCHI"},
};

}  // namespace

std::vector<MrHabits> ge_habits() {
  MrHabits phases;
  phases.vendor = "ge";
  phases.variant = "a series a phase, Ph1/name";
  phases.manufacturer = "GE MEDICAL SYSTEMS";
  phases.model = "Signa HDxt";
  phases.software = "24\\LX\\MR Software release:HD16.0_V02_1131.a";
  phases.coil = "8US TORSOPA";
  phases.tesla = 1.5;
  phases.phases = PhaseSeries::each_number_added;
  phases.head_first_slices = true;
  phases.b_ge = phases.b_ge_flag = true;
  phases.project = true;
  phases.subtract_every_post = true;
  phases.dixon_names = {"InPhase: ax flex", "WATER: ax flex", "FAT: ax flex"};
  phases.series_step = 1;
  phases.items = kItems;
  phases.phrases = kPhrases;
  MrHabits one = phases;
  one.variant = "all phases in one series";
  one.model = "SIGNA Architect", one.software = "28\\LX\\MR Software release:DV28.0_R02_1947.a";
  one.coil = "16 Breast", one.tesla = 3;
  one.phases = PhaseSeries::all_in_one;
  one.temporal_index = one.one_clock_time = one.b_standard = true;
  one.b_ge_flag = false;
  one.map_enhancement = true;
  MrHabits feet = one;
  feet.variant = "posts in one series, feet first, half turn";
  feet.model = "Optima MR450w", feet.tesla = 1.5;
  feet.phases = PhaseSeries::posts_together;
  feet.feet_first = feet.half_turn = true;
  feet.one_clock_time = false;
  feet.b_standard = false, feet.b_ge_flag = true;
  return {phases, one, feet};
}

}  // namespace lobule::pipeline
