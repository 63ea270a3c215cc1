#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "core/error.h"
#include "core/text.h"
#include "phantom/xray_spectrum.h"
#include "support/test_support.h"

namespace lobule::phantom {
namespace {

// The VICTRE README's table: mean energy of the values as listed, and the header's first half-value layer.
TEST(XraySpectrum, MeanEnergiesAndHalfValueLayersAreTheListedOnes) {
  EXPECT_NEAR(mean_energy_kev(tungsten_rhodium_28()), 18.997, 0.005);
  EXPECT_NEAR(mean_energy_kev(tungsten_rhodium_30()), 19.300, 0.005);
  EXPECT_NEAR(half_value_layer_mm(tungsten_rhodium_28()) / 0.486, 1, 0.04);
  EXPECT_NEAR(half_value_layer_mm(tungsten_rhodium_30()) / 0.503, 1, 0.04);
  EXPECT_NEAR(photon_count(tungsten_rhodium_28()) / 4.585e6, 1, 0.001);
}

TEST(XraySpectrum, TwoMillimetresOfAluminiumHardenItAsListed) {
  const XraySpectrum hard = behind(tungsten_rhodium_28(), XrayMaterial::aluminium, 2);
  EXPECT_NEAR(mean_energy_kev(hard) / 20.955, 1, 0.01);
  EXPECT_NEAR(half_value_layer_mm(hard) / 0.754, 1, 0.04);
  EXPECT_NEAR(photon_count(hard) / photon_count(tungsten_rhodium_28()) / 0.128, 1, 0.06);
}

TEST(XrayAttenuation, ALayerWeakensOneEnergyByBeerAndLambert) {
  XraySpectrum line{20, {20}, {1e6}};
  double depth = 0;
  XraySpectrum left = line;
  for (const auto& [material, mm] : {std::pair{XrayMaterial::skin, 1.5},
                                     {XrayMaterial::adipose, 20.0},
                                     {XrayMaterial::glandular, 12.0},
                                     {XrayMaterial::calcium_oxalate, 0.2}}) {
    left = behind(left, material, mm);
    depth += attenuation_per_mm(material, 20) * mm;
  }
  EXPECT_NEAR(left.photons[0], 1e6 * std::exp(-depth), 1e-6);
  // By hand: density times mass attenuation of the README, in cm.
  const double cm = 1.09 * 0.7715 * 0.15 + 0.92 * 0.5571 * 2 + 1.06 * 0.7413 * 1.2 + 2.12 * 4.5996 * 0.02;
  EXPECT_NEAR(std::log(1e6 / left.photons[0]) / cm, 1, 2e-4);
}

TEST(XrayAttenuation, LayersOfAStackMayComeInAnyOrderAndSplitAnywhere) {
  const XraySpectrum& in = tungsten_rhodium_30();
  const XraySpectrum one = behind(behind(in, XrayMaterial::adipose, 30), XrayMaterial::glandular, 10);
  const XraySpectrum two = behind(behind(behind(in, XrayMaterial::glandular, 10), XrayMaterial::adipose, 13),
                                  XrayMaterial::adipose, 17);
  for (std::size_t i = 0; i < one.photons.size(); ++i)
    EXPECT_NEAR(one.photons[i], two.photons[i], 1e-9 * in.photons[i] + 1e-300);
}

TEST(XrayAttenuation, SeleniumJumpsAtItsEdgeAndNowhereElse) {
  EXPECT_NEAR(mass_attenuation_cm2_per_g(XrayMaterial::selenium, 12.65), 24.26, 0.1);
  EXPECT_NEAR(mass_attenuation_cm2_per_g(XrayMaterial::selenium, 12.67), 166.7, 0.5);
  for (double kev = 13; kev < 40; kev += 0.1)
    EXPECT_LT(mass_attenuation_cm2_per_g(XrayMaterial::selenium, kev + 0.1),
              mass_attenuation_cm2_per_g(XrayMaterial::selenium, kev));
}

TEST(XrayAttenuation, AMixtureOfFatAndGlandStandsForOtherMaterials) {
  const XraySpectrum& s = tungsten_rhodium_28();
  // Heavier elements fall a little faster with energy.
  for (const auto& [material, tolerance] : {std::pair{XrayMaterial::skin, 0.01},
                                            {XrayMaterial::muscle, 0.01},
                                            {XrayMaterial::blood, 0.01},
                                            {XrayMaterial::aluminium, 0.05},
                                            {XrayMaterial::calcium_oxalate, 0.09}}) {
    const BasisShares shares = basis_shares(material, s.kev, s.photons);
    for (double kev = 14; kev < 26; kev += 1) {
      const double mixture = shares.adipose * attenuation_per_mm(XrayMaterial::adipose, kev) +
                             shares.glandular * attenuation_per_mm(XrayMaterial::glandular, kev);
      EXPECT_NEAR(mixture / attenuation_per_mm(material, kev), 1, tolerance) << to_text(material) << kev;
    }
  }
}

TEST(XrayAttenuation, EnergiesBeyondTheTablesAreRefused) {
  try {
    attenuation_per_mm(XrayMaterial::water, 4);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "X-ray attenuation: the energy 4 keV is not known; the tables reach from 5 to 50 keV. use an "
        "energy within them.");
  }
}

// Rows of numbers below a header line.
std::vector<std::vector<double>> read_rows(const std::filesystem::path& path, char separator) {
  std::ifstream file(path);
  std::vector<std::vector<double>> rows;
  for (std::string line; std::getline(file, line);) {
    std::vector<double> row;
    std::istringstream words(line);
    for (std::string word; std::getline(words, word, separator);)
      if (const auto number = parse_number(word)) row.push_back(*number);
    if (row.size() >= 2 && line[0] != '#') rows.push_back(row);
  }
  return rows;
}

TEST(XrayAttenuation, AgreesWithTheTablesOfVictreAtEveryEnergy) {
  LOBULE_NEEDS_DATA(folder, "victre/attenuation");
  for (const auto& [material, file] : {std::pair{XrayMaterial::adipose, "adipose"},
                                       {XrayMaterial::glandular, "glandular"},
                                       {XrayMaterial::skin, "skin"},
                                       {XrayMaterial::muscle, "muscle"},
                                       {XrayMaterial::connective, "connective"},
                                       {XrayMaterial::water, "water"},
                                       {XrayMaterial::aluminium, "aluminum"},
                                       {XrayMaterial::calcium_oxalate, "calciumoxalate"},
                                       {XrayMaterial::hydroxyapatite, "hydroxyapatite"},
                                       {XrayMaterial::selenium, "se"}})
    for (const auto& row : read_rows(folder / (std::string(file) + ".csv"), ',')) {
      if (row[0] > 50) continue;
      const double ours = mass_attenuation_cm2_per_g(material, row[0]);
      EXPECT_NEAR(ours / row[1], 1, 0.004) << file << " " << row[0];
    }
}

TEST(XraySpectrum, AgreesWithTheFilesOfVictre) {
  LOBULE_NEEDS_DATA(folder, "victre/spectra");
  for (const auto& [spectrum, file] : {std::pair{&tungsten_rhodium_28(), "W28kVp_Rh50um_Be1mm.spc"},
                                       {&tungsten_rhodium_30(), "W30kVp_Rh50um_Be1mm.spc"}}) {
    std::ifstream in(folder / file);
    std::size_t bin = 0;
    for (std::string line; std::getline(in, line);) {
      std::istringstream words(line);
      double ev = 0, count = 0;
      if (!(words >> ev >> count) || count < 0) continue;
      ASSERT_LT(bin, spectrum->kev.size());
      EXPECT_DOUBLE_EQ(spectrum->kev[bin], ev / 1000);
      EXPECT_NEAR(spectrum->photons[bin] / (0.5 * count), 1, 1e-3);
      ++bin;
    }
    EXPECT_EQ(bin, spectrum->kev.size());
  }
}

}  // namespace
}  // namespace lobule::phantom
