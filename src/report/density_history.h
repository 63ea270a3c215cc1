#pragma once
// Density of one woman over her exams.

#include <string>
#include <vector>

#include "report/density_results.h"
#include "report/page.h"

namespace lobule::report {

struct DensityPoint {
  int exam_number = 0;
  std::string date;  // "2019-05-02"
  double years = 0;  // since her first exam here, of 365.25 days
  double percent = 0, lowest = 0, highest = 0;
};

struct DensityHistory {
  std::vector<DensityPoint> points;  // by date; two at least
  double change = 0;                 // from the first to the last, in points of percent density
  // Whether even the nearest of their lowest and highest values differ: less is no change that the network
  // can tell from what should not matter.
  bool beyond_uncertainty = false;
};

// Of women (by PatientID) with two or more measured exams of different dates, in the order of their first
// exam's number. Exams without patient or date belong to none.
std::vector<DensityHistory> density_histories(const std::vector<DensityExam>& exams);

// One sentence: from what to what, in how many years, and whether that is more than the uncertainty.
std::string words_of(const DensityHistory& history);

// A chart and the sentence for each; empty without any.
Html history_section(const std::vector<DensityHistory>& histories);

}  // namespace lobule::report
