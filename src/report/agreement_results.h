#pragma once
// How far readers of mammograms agree, as values that writers read (agreement_tables.h, agreement_page.h).

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "measure/breast_density.h"
#include "stats/agreement.h"

namespace lobule::report {

inline constexpr std::array<const char*, 4> kAgreementTissues{"breast", "adipose", "dense", "pectoral"};

// Two readers' labels of one image.
struct AgreementImage {
  std::string image;
  // Of kAgreementTissues, breast being adipose and dense tissue together; nothing where neither reader has
  // any.
  std::array<std::optional<double>, 4> dice;
  std::optional<double> percent_a, percent_b;  // percent density; nothing without breast

  std::optional<double> difference() const {
    return percent_a && percent_b ? std::optional(*percent_a - *percent_b) : std::nullopt;
  }
};

struct DiceSummary {
  int images = 0;  // where it is defined
  double mean = 0, median = 0, lowest = 0;
};

struct Kappa {
  double value = 0;
  std::optional<stats::Interval> interval;  // bootstrap over images
};

struct AgreementPair {
  std::string reader_a, reader_b;
  std::vector<AgreementImage> images;  // that both labelled, by name
  std::array<std::optional<DiceSummary>, 4> dice;
  std::optional<stats::BlandAltman> bland_altman;  // of percent density, a minus b
  std::optional<stats::Icc> icc;
  std::optional<Kappa> birads4, birads5;  // of the categories by percent density
};

struct AgreementResults {
  std::vector<std::string> readers;
  std::vector<int> labelled;      // images of each reader
  int images_of_all = 0;          // with percent density by every reader
  std::optional<stats::Icc> icc;  // over these
  measure::DensityCuts cuts;
  std::vector<AgreementPair> pairs;
  Findings findings;
};

}  // namespace lobule::report
