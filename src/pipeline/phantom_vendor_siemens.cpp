// Siemens: a series a phase, sequence names with a star, b-values in the private (0019,100C), the CSA header
// left out. The syngo XA line writes Enhanced MR, one object a volume.
//
// Seen in files: a breast exam of an Aera E11 (ImageType values, SequenceName, ScanOptions, the names with
// tra, spair and _SUB_MIP_TRA), Prisma E11 diffusion ((0019,100C) as IS), Prisma Fit XA30 Enhanced MR
// (top-level attributes, one volume a file). SFS, FS and PFP in ScanOptions: the Duke breast MRI tables.
// From general knowledge: the names in other languages, WI, PEI and TTP of ImageType.

#include "pipeline/phantom_vendor.h"

namespace lobule::pipeline {
namespace {

constexpr const char* kOriginal = "ORIGINAL\\PRIMARY\\M\\NORM\\DIS2D";

const std::vector<ItemHabit> kItems = {
    {Item::localizer, kOriginal, "GR", "SP", "", "2D", "*fl2d1", ""},
    {Item::t2, kOriginal, "SE", "SK\\SP\\OSP", "PFP", "2D", "*tse2d1_19", ""},
    {Item::t2_fatsat, kOriginal, "SE", "SK\\SP\\OSP", "PFP\\FS", "2D", "*tse2d1_19", ""},
    {Item::t1, kOriginal, "SE", "SK\\SP\\OSP", "PFP", "2D", "*tse2d1_3", ""},
    {Item::stir, kOriginal, "SE\\IR", "SK\\SP\\OSP", "IR\\PFP", "2D", "*tir2d1_15", ""},
    {Item::diffusion, "DERIVED\\PRIMARY\\DIFFUSION\\TRACEW\\NORM\\DIS2D", "EP", "SK\\SP", "SAT2\\SFS", "2D",
     "*ep_b{b}t", ""},
    {Item::adc, "DERIVED\\PRIMARY\\DIFFUSION\\ADC\\NORM\\DIS2D", "EP", "SK\\SP", "SAT2\\SFS", "2D",
     "*ep_b{b}", ""},
    {Item::t1_fatsat, kOriginal, "GR", "SP\\OSP", "PFP\\SFS", "3D", "*fl3d1", ""},
    {Item::dynamic, kOriginal, "GR", "SP\\OSP", "PFP\\SFS", "3D", "*fl3d1", ""},
    {Item::ultrafast, kOriginal, "GR", "SP\\OSP", "PFP\\SFS", "3D", "*fldyn3d1", ""},
    {Item::highres, kOriginal, "GR", "SP\\OSP", "PFP\\SFS", "3D", "*fl3d1", ""},
    {Item::dixon_in, "DERIVED\\PRIMARY\\M\\IN_PHASE\\NORM\\DIS2D", "GR", "SP\\OSP", "PFP", "3D", "*fl3d2",
     ""},
    {Item::dixon_water, "DERIVED\\PRIMARY\\M\\WATER\\NORM\\DIS2D", "GR", "SP\\OSP", "PFP", "3D", "*fl3d2",
     ""},
    {Item::dixon_fat, "DERIVED\\PRIMARY\\M\\FAT\\NORM\\DIS2D", "GR", "SP\\OSP", "PFP", "3D", "*fl3d2", ""},
    {Item::subtraction, "DERIVED\\PRIMARY\\M\\NORM\\DIS2D\\SUB", "GR", "SP\\OSP", "PFP\\SFS", "3D", "*fl3d1",
     ""},
    {Item::projection, "DERIVED\\PRIMARY\\MIP_TRA\\NORM\\DIS2D\\SUB", "GR", "SP\\OSP", "PFP\\SFS", "3D",
     "*fl3d1", ""},
    {Item::enhancement_map, "DERIVED\\PRIMARY\\PEI\\NORM\\DIS2D", "GR", "SP\\OSP", "PFP\\SFS", "3D", "*fl3d1",
     ""},
};

const std::vector<Phrases> kPhrases = {
    {"scanner's own", "BREAST^DEMO", "localizer", "t1_tse_tra", "t2_tse_tra", "t2_tirm_tra", "t2_tse_tra_fs",
     "t1_fl3d_tra_spair", "ep2d_diff_tra_spair_TRACEW", "ep2d_diff_tra_spair_ADC",
     "t1_fl3d_tra_dyna_spair_1+5", "t1_fl3d_tra_dyna_spair_1+5", "{post}_SUB", "{post}_SUB_MIP_TRA",
     "{post}_PEI", "t1_fl3d_sag_hires"},
    {"German", "Mamma^MR-Mammographie", "Lokalisator", "T1 tse tra nativ", "T2 tse tra", "TIRM tra",
     "T2 tse tra fettges", "T1 fl3d tra fs", "Diffusion tra b{b}", "Diffusion tra ADC", "T1 fl3d dyn nativ",
     "T1 fl3d dyn KM {p}", "Subtraktion {p}", "MIP tra Subtraktion {p}", "PEI",
     "T1 fl3d hochaufgel. spaet KM"},
    {"Portuguese", "MAMA^ROTINA", "LOCALIZADOR", "AX T1 TSE SEM FS", "AX T2 TSE SEM FS", "AX STIR",
     "AX T2 TSE GORDURA SUP", "AX T1 3D FS SEM CONTRASTE", "AX DIFUSAO", "AX DIFUSAO ADC",
     "AX T1 DIN SEM CONTRASTE", "AX T1 DIN POS GD {p}", "SUBTRACAO {p}", "MIP SUBTRACAO {p}", "MAPA PEI",
     "SAG T1 TARDIO GD"},
    {"French", "IRM^SEINS", "Reperage", "AX T1 TSE", "AX T2 TSE", "AX STIR", "AX T2 TSE FS", "AX T1 3D FS",
     "AX Diffusion b{b}", "AX Diffusion ADC", "AX T1 3D dyn sans inj", "AX T1 3D dyn inj {p}",
     "Soustraction {p}", "MIP soustraction {p}", "PEI", "AX T1 HR tardif inj"},
};

// Enhanced MR has four values of ImageType (PS3.3 C.8.13.1).
std::vector<ItemHabit> enhanced_items() {
  std::vector<ItemHabit> items = kItems;
  for (ItemHabit& row : items) {
    row.image_type = "ORIGINAL\\PRIMARY\\OTHER\\NONE";
    row.pulse = row.sequence_name;
    if (row.item == Item::localizer) row.image_type = "ORIGINAL\\PRIMARY\\LOCALIZER\\NONE";
    if (row.item == Item::diffusion) row.image_type = "DERIVED\\PRIMARY\\DIFFUSION\\TRACE";
    if (row.item == Item::adc) row.image_type = "DERIVED\\PRIMARY\\DIFFUSION\\ADC";
    if (row.item == Item::dynamic || row.item == Item::ultrafast)
      row.image_type = "ORIGINAL\\PRIMARY\\DYNAMIC\\NONE";
    if (row.item == Item::subtraction) row.image_type = "DERIVED\\PRIMARY\\DYNAMIC\\SUBTRACTION";
    if (row.item == Item::projection) row.image_type = "DERIVED\\PRIMARY\\DYNAMIC\\MAX_IP";
    if (row.item == Item::enhancement_map) row.image_type = "DERIVED\\PRIMARY\\DYNAMIC\\WASHIN";
    if (row.item == Item::dixon_water) row.image_type = "DERIVED\\PRIMARY\\OTHER\\WATER";
    if (row.item == Item::dixon_fat) row.image_type = "DERIVED\\PRIMARY\\OTHER\\FAT";
    if (row.item == Item::dixon_in) row.image_type = "DERIVED\\PRIMARY\\OTHER\\IN_PHASE";
  }
  return items;
}

}  // namespace

std::vector<MrHabits> siemens_habits() {
  MrHabits classic;
  classic.vendor = "siemens";
  classic.variant = "classic";
  classic.manufacturer = "SIEMENS";
  classic.model = "Aera";
  classic.software = "syngo MR E11";
  classic.coil = "Breast_18";
  classic.tesla = 1.5;
  classic.phases = PhaseSeries::each_its_own;
  classic.acquisition_number_a_phase = true;
  classic.b_standard = true;
  classic.b_siemens = true;
  classic.project = true;
  classic.dixon_names = {"t1_vibe_dixon_tra_in", "t1_vibe_dixon_tra_W", "t1_vibe_dixon_tra_F"};
  classic.series_step = 1;
  classic.items = kItems;
  classic.phrases = kPhrases;
  MrHabits old = classic;  // the line before E11: only the private b-value
  old.variant = "classic, private b-values only";
  old.model = "Skyra", old.software = "syngo MR D13C", old.tesla = 3;
  old.b_standard = false;
  old.subtract_every_post = old.map_enhancement = true;
  MrHabits xa = classic;
  xa.variant = "XA, Enhanced MR";
  xa.manufacturer = "Siemens Healthineers", xa.model = "MAGNETOM Vida", xa.software = "syngo MR XA30";
  xa.tesla = 3;
  xa.enhanced = xa.file_a_volume = xa.temporal_index = true;
  xa.b_siemens = false;
  xa.items = enhanced_items();
  return {classic, old, xa};
}

}  // namespace lobule::pipeline
